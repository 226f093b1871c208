"""Evaluation reports by the change that they judge, and which of them a row about a change means. Pure."""

import re
from collections.abc import Sequence

from headrace.packs.enterprise.exchange.figures import words
from headrace.packs.enterprise.exchange.model import Corpus, Piece

_CHANGE = re.compile(r"\bCR-\d+\b")


def reports_on(corpus: Corpus, told: str) -> Sequence[Piece]:
    """The reports on the change that a text names, in the order of their paths.

    Of a text that ends with a policy ("(CR-10): performance") only those that judge it. None where
    the text names no change.
    """
    change = _change_named(told)
    if not change:
        return ()
    found = [one for one in corpus.of("quality-evaluation") if change in _judged(one)]
    policy = words(told.rpartition(":")[2])
    return [one for one in found if policy in _policies(one)] or found


def attempt(report: Piece) -> int:
    """Which evaluation of the same output it is, counted from 1."""
    told = report.value("attempt")
    return int(told.value) if told and told.value.isdecimal() else 1


def _change_named(text: str) -> str:
    """The change request that a text names, "" when it names none or several."""
    found = set(_CHANGE.findall(text))
    return found.pop() if len(found) == 1 else ""


def _judged(report: Piece) -> list[str]:
    output = report.value("output")
    return _CHANGE.findall(output.value) if output else []


def _policies(report: Piece) -> list[frozenset[str]]:
    """The policies that a report judges, each as its words."""
    return [words(row.get("policy")) for row in report.rows if row.get("policy")]
