"""The HTTP interface, one folder for each version."""
