"""Operate: runbooks and postmortems as artifacts, the crew that operates, and flags that go again."""

from headrace.packs.enterprise.operate.crew import CREW

DECLARES: tuple[object, ...] = (CREW,)
"""Words of the rooms that operate brings."""

__all__ = ["DECLARES"]
