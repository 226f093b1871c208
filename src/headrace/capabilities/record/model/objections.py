"""Objections to a merge: a reason that says by which rule it stands."""

from dataclasses import dataclass


class Objection(str):
    """A reason against a merge, and the rule that it stands by: `security`, say.

    `clauses` are the parts of the rule that were broken, as `security/no-secrets`: an exception from
    all of these is one from the reason. A reason that is plain text stands by the name of its check.
    """

    rule: str
    clauses: frozenset[str]

    def __new__(
        cls, reason: str, *, rule: str, clauses: frozenset[str] = frozenset()
    ) -> "Objection":
        made = super().__new__(cls, reason)
        made.rule = rule
        made.clauses = clauses
        return made


@dataclass(frozen=True, kw_only=True)
class Waived:
    """A reason against a merge that an exception from its rule took away."""

    rule: str
    exception: str  # EXC-2026-001
    reason: str
