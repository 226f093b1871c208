"""Versions of the ground's tables."""
