"""Workflows: durable runs, queues, timers and leases; the only room that knows the engine.

Words: a *flow* is a body of steps that survives crashes; a *job* asks for one, once per key; an
*executor* is a process that runs flows under a *lease*; the *reaper* gives the work of a dead one
to the living; an *effect* is the mark that a step's verb has committed.
"""
