"""Versions of the tables of health."""
