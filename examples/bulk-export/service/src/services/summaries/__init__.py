"""Summaries of a dataset: figures for each column, made by a background job."""
