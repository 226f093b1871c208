"""Rows of operate; all their SQL."""
