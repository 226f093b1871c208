"""Rows of governance; all its SQL: gates, judgements, questions, the switch, counters and locks."""
