"""Versions of the tables of flags."""
