"""Versions of the tables of agents."""
