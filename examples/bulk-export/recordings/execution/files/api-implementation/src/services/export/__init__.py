"""Bulk export: a customer's dataset as one file, made by a background job."""
