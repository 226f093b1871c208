"""Datasets and records: their rows, and a generator of realistic ones."""
