"""The async job framework: durable jobs in the database, run by worker threads, with retry."""
