"""Versions of the tables of governance."""
