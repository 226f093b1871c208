"""Telemetry: runs, verdicts, merges and missions told as spans to whatever collects OpenTelemetry.

Words: a *span* is one stretch of work with its ids; a *trace* holds spans that belong together; a
*collector* is the program outside that takes them.
"""
