"""Bulk export over HTTP."""
