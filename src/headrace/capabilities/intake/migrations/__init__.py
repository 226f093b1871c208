"""Versions of the tables of intake."""
