"""The export panel of a dataset: choose a format, watch the progress, get the file."""
