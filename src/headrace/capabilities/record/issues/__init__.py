"""Issues: an adapter to trackers whose REST interface has the shape of GitHub's."""
