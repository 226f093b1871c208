"""Version 2 of the HTTP interface, one folder for each resource."""
