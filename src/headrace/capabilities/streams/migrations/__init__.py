"""Versions of the tables of streams."""
