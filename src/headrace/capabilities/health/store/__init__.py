"""Rows of health; all their SQL."""
