"""Versions of the tables of the record."""
