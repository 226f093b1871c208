"""Intake: signals from the world and from the organisation's own work, triaged, grouped and counted.

Words: a *signal* is one observation, never changed once filed; its *disposition* says what becomes
of it; a *theme* is a group of signals on one topic; a *pattern alert* is a theme with three or more
signals within four weeks; an *anomaly* is a figure that left its baseline.
"""
