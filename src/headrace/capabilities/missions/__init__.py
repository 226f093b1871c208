"""Missions: work that was decided on, from brief to outcome, with its tasks, fleet and status.

Words: a *mission* moves through gates; a *fleet* is its execution streams with the paths that each
owns; a *task* is one piece that a stream delivers; the *status log* is computed from what happened.
"""
