"""Value streams and their data; each pack stands alone on the capabilities."""
