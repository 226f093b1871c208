"""Versions of the tables of coding."""
