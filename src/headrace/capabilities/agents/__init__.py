"""Agents: who does the work: role cards, the brains that speak for them, and their runs.

Words: a *role card* says what an employee may do; a *brain* answers for a role, one *turn* at a time;
a *task* is what a turn is about; a *conversation* is the task and everything said since.
"""
