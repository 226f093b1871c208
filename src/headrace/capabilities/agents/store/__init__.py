"""Rows of agents; all its SQL."""
