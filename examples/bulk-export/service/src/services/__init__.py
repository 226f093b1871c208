"""What the service does beyond reading records, one folder for each service."""
