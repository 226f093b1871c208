"""Versions of the tables of workflows."""
