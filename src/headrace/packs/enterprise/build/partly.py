"""Partly: a check that could not judge everything on this machine is for a person to accept, or not."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from headrace.capabilities.coding.model import (
    UNSURE,
    Answered,
    CheckRun,
    Evaluated,
    PolicyResult,
    State,
)
from headrace.capabilities.governance.model import Escalation, Verdict

_QUESTION = (
    "The check {name} could not judge everything on this machine. May the rest stand without it?"
)
_ASKED = re.compile(re.escape(_QUESTION).replace(re.escape("{name}"), "(?P<name>.+)"))


def accepted(answers: Iterable[Answered]) -> tuple[str, ...]:
    """The checks whose gaps a person has accepted."""
    found = (_ASKED.fullmatch(one.question) for one in answers if one.allowed)
    return tuple(dict.fromkeys(one["name"] for one in found if one is not None))


def is_about_a_check(question: str) -> bool:
    """Whether a question is about a check of this machine, and not about the work."""
    return _ASKED.fullmatch(question) is not None


def asked(done: Evaluated, known: Iterable[str]) -> Evaluated:
    """The evaluation with a question in place of a verdict that a tool of this machine lacks for.

    Only what could not be evaluated is asked about, and of it what lacks a check that nobody has
    accepted yet: a failure stays one, and so does a question.
    """
    accepted = set(known)
    unsure = [run for run in done.checks if run.ending in UNSURE and run.name not in accepted]
    return replace(done, results=tuple(_asked(one, unsure) for one in done.results))


def _asked(result: PolicyResult, unsure: Sequence[CheckRun]) -> PolicyResult:
    if result.verdict is not Verdict.NOT_EVALUATED or result.escalation is not None:
        return result
    why = " ".join(row.why for row in result.rows if row.state is State.NOT_EVALUATED)
    lacking = next((run for run in unsure if re.search(rf"\b{re.escape(run.name)}\b", why)), None)
    if lacking is None:
        return result
    return replace(result, verdict=Verdict.ESCALATE, escalation=_question(lacking))


def _question(run: CheckRun) -> Escalation:
    lines = [line for line in run.output.splitlines() if "not evaluated" in line.lower()]
    said = run.why or " ".join(lines)
    advice = "Install what it lacks and have it judged again, or allow it with a note."
    return Escalation(
        question=_QUESTION.format(name=run.name),
        recommendation=f"{said[:1_000]} {advice}".strip(),
    )
