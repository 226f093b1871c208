"""Extraction of a dataset in chunks, and its conversion to CSV, JSON and Parquet.

Offers two capabilities: `export.source` (chunks of records) and `export.converters` (by format).
"""
