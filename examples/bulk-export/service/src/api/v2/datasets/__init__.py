"""Datasets and their records over HTTP."""
