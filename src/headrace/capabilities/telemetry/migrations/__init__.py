"""Versions of the tables of telemetry."""
