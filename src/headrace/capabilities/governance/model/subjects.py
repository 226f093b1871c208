"""What is judged or decided, and how far up it belongs."""

from dataclasses import dataclass
from enum import IntEnum

CHANGE, VERSION = "change", "version"
"""Kinds of subjects that governance knows: `CR-12` with its head commit, `design/42@7` with its hash."""


class Tier(IntEnum):
    """How far up a decision belongs."""

    AGENT = 0  # agents settle it among themselves
    OWNER = 1  # a peer or the owner
    JUDGEMENT = 2  # human judgement: strategy, architecture
    PRODUCTION = 3  # production is at stake: on call
    EXECUTIVE = 4  # the executives


@dataclass(frozen=True, kw_only=True)
class TierRule:
    """Changes of paths that match `pattern` are decided at this tier; declared by packs.

    The highest that matches counts; a path that no rule names belongs to its owner.
    """

    pattern: str  # as in a shell: "work/missions/*/BRIEF.md"
    tier: Tier


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is judged or decided: a change request, a version, a plan of another room."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"
