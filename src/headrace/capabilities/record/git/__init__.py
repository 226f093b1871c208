"""The adapter to Git: plain functions over repositories, paths and values; no database, no clock."""
