"""Which runbook knows an incident: all that a match names must hold, and the most exact one counts."""

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from headrace.capabilities.operate.model import Match, Matched, Runbook, Sign

_WILD = frozenset("*?[")


def find(runbooks: Iterable[Runbook], signs: Sequence[Sign], log: str) -> Matched | None:
    """The runbook that knows the signs and the log best, or None. Equal ones: by name."""
    found = sorted(
        _matches(runbooks, signs, log.casefold()),
        key=lambda one: ([-part for part in one.exactness], one.runbook.name),
    )
    return found[0] if found else None


def _matches(runbooks: Iterable[Runbook], signs: Sequence[Sign], log: str) -> Iterator[Matched]:
    for runbook in runbooks:
        for match in runbook.matches:
            if _holds(match, signs, log):
                yield Matched(runbook=runbook, match=match, exactness=exactness(match))


def _holds(match: Match, signs: Sequence[Sign], log: str) -> bool:
    if match.error and match.error.casefold() not in log:
        return False
    return any(
        _fits(match.signal, one.subject) and _fits(match.dimension, one.dimension) for one in signs
    )


def _fits(pattern: str, text: str) -> bool:
    return not pattern or fnmatchcase(text, pattern)


def exactness(match: Match) -> tuple[int, int, int]:
    """How much a match says: the error first, then the dimension, then the signal.

    A name in full says more than a pattern, and a longer pattern more than a short one.
    """
    return (len(match.error), _said(match.dimension), _said(match.signal))


def _said(pattern: str) -> int:
    if not pattern:
        return 0
    return 1_000 if not _WILD & set(pattern) else sum(one not in _WILD for one in pattern)
