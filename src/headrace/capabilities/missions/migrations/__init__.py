"""Versions of the tables of missions."""
