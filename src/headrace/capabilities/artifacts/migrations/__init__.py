"""Versions of the tables of artifacts."""
