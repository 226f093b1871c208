"""Streams: a build system for decisions. Artifacts flow through modules; what became ready is run.

Words: a *stream* is a graph of *modules* over artifact types, run in a *context*; a *selector* names
an input; a module is *ready* when every required selector is satisfied; a *run* is one piece of
work on a frozen *input set*; a *held* element waits for an edge that the artifact itself declares.
No phase of any organisation is known here: a stream is data.
"""
