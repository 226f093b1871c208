"""Exempting: which exception takes which reason away from which change. Pure."""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import date

from headrace.capabilities.governance.model import Policy, RuleException
from headrace.capabilities.record.model import ChangeRequest, Objection

Matching = Callable[[str, Iterable[str]], tuple[str, ...]]
"""Those of some paths that patterns of CODEOWNERS, one a line, match."""

_CONTEXT = re.compile(r"[a-z][a-z-]*:[A-Za-z0-9._-]+")
_CHANGE = re.compile(r"CR-[1-9][0-9]*")

NEVER = frozenset({"governance.gates", "governance.kill_switch"})
"""What nobody is excepted from: the decisions of people, and the switch that stops everything."""


def scope_of(text: str) -> tuple[str, ...]:
    """The contexts, changes and path patterns that a scope names, parted by commas, spaces or lines."""
    words = (word.strip("`'\".,;") for word in re.split(r"[\s,]+", text))
    return tuple(word for word in words if word and _is_scope(word))


def _is_scope(word: str) -> bool:
    return bool(_CONTEXT.fullmatch(word) or _CHANGE.fullmatch(word)) or "/" in word.strip()


def faults(
    exception: RuleException,
    policies: Iterable[Policy],
    checks: Collection[str],
    today: date,
) -> list[str]:
    """Why this can be no exception: what it would relax nothing by, or everything."""
    known = {
        name
        for policy in policies
        for name in (policy.key, *(f"{policy.key}/{one.id}" for one in policy.criteria))
    }
    told = [
        (exception.rule in NEVER, f"nobody is excepted from {exception.rule}"),
        (
            exception.rule not in known | set(checks) | NEVER,
            f"{exception.rule!r} is no policy, clause (policy/clause) or check; "
            f"there are {', '.join(sorted({*checks} | {one.key for one in policies}))}",
        ),
        (not exception.scope, "its scope names no context, change request or path"),
        ("/" in exception.scope, "its scope is everything"),
        (exception.expires < exception.starts, "it expires before it starts"),
        (exception.expires < today, f"its last day, {exception.expires}, is over"),
    ]
    return [fault for wrong, fault in told if wrong]


def covers(exception: RuleException, change: ChangeRequest, matching: Matching) -> bool:
    """Whether a change lies within its scope: by its context, by its id, or by all of its paths."""
    if change.context in exception.scope or change.id in exception.scope:
        return True
    patterns = [word for word in exception.scope if "/" in word]
    if not patterns or not change.paths:
        return False
    return len(matching("\n".join(patterns), change.paths)) == len(change.paths)


def taking_away(
    exceptions: Iterable[RuleException],
    change: ChangeRequest,
    objection: Objection,
    today: date,
    matching: Matching,
) -> list[str]:
    """The exceptions by which a reason does not stand against a change today."""
    mine = [one for one in exceptions if one.holds(today) and covers(one, change, matching)]
    whole = [one.id for one in mine if one.rule == objection.rule and one.rule not in NEVER]
    if whole or not objection.clauses:
        return whole
    by_clause = {one.rule: one.id for one in mine}
    if objection.clauses <= by_clause.keys():
        return sorted({by_clause[clause] for clause in objection.clauses})
    return []
