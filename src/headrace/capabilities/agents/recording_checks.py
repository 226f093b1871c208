"""What a recording must not say by itself: results, verdicts, ids, dates and figures belong to facts."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from headrace.capabilities.agents import templates
from headrace.capabilities.agents.conversation import SUBMIT_TOOL
from headrace.capabilities.agents.declarations import DeclarationsInvalid, Fault
from headrace.capabilities.agents.recordings import CONTENT_FROM, Recording, load_recordings

SELF_EVALUATION = "self_evaluation"
"""The one place where a worker may judge: its own work, before others do."""

ONE_FACT = re.compile(r"\{\{\s*facts\.[\w.]+\s*\}\}")
VERDICT_FIELDS = frozenset({"verdict", "verdicts", "overall_verdict", "policy_verdicts", "passed"})
FIGURE_FIELDS = re.compile(
    r"(percent|cost|price|revenue|coverage|share|rate|amount|arr|usd|eur|latency)$"
)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A pattern that only a fact may put into a text."""

    what: str
    pattern: re.Pattern[str]
    remedy: str
    in_files: bool = False  # also inside the files that `content_from` names


RULES = (
    Rule(
        what="an id",
        pattern=re.compile(
            r"\b(?:CR|TASK|SIG|RUN)-\d+\b"
            r"|\b(?:MISSION|DR|REL|INC|EVO|EXC|RISK|ASSET|DPA|DPIA)-\d{4}-\d+\b"
        ),
        remedy="Ids are given when it is played: name the fact that holds it.",
        in_files=True,
    ),
    Rule(
        what="a date",
        pattern=re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{4}-W\d{2}\b"),
        remedy="Name the fact and its form: {{ facts.day | date }}.",
    ),
    Rule(
        what="an amount of money",
        pattern=re.compile(
            r"[$€£₩]\s?\d[\d.,]*\s?[KMB]?|\b\d[\d.,]*\s?(?:USD|EUR|GBP|KRW|dollars|euros)\b"
        ),
        remedy="Name the fact and its form: {{ facts.amount | money }}.",
    ),
    Rule(
        what="a percentage",
        pattern=re.compile(r"\b\d[\d.,]*\s?(?:%|percent\b|per cent\b)"),
        remedy="Name the fact and its form: {{ facts.share | percent }}.",
    ),
    Rule(
        what="a verdict",
        pattern=re.compile(
            r"\bPASS WITH NOTES\b|\bverdict\s*[:=]\s*\w+|^\s*(?:PASS|FAIL|ESCALATE)\s*$",
            re.IGNORECASE | re.MULTILINE,
        ),
        remedy="Verdicts are made by evaluators from what they measured.",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A text in a recording: where it stands and whether a verdict may stand there."""

    recording: Recording
    line: int
    field: str
    self_evaluation: bool = False

    def fault(self, problem: str, remedy: str) -> Fault:
        return Fault(
            file=self.recording.file,
            line=self.line,
            field=self.field,
            problem=problem,
            remedy=remedy,
        )

    def below(self, name: str) -> "Place":
        return Place(
            recording=self.recording,
            line=self.line,
            field=f"{self.field}.{name}",
            self_evaluation=self.self_evaluation,
        )


def check_recordings(folder: Path) -> tuple[Fault, ...]:
    """Everything that is wrong with the recordings below `folder`: form first, then content."""
    try:
        recordings = load_recordings(folder)
    except DeclarationsInvalid as error:
        return error.faults
    return tuple(fault for recording in recordings for fault in _content_faults(recording))


def _content_faults(recording: Recording) -> Iterator[Fault]:
    used: set[str] = set()
    for place, value in _places(recording):
        yield from _value_faults(place, value, used)
    for name, content in recording.contents.items():
        place = Place(recording=recording, line=1, field=name)
        yield from _matches(place, content, [r for r in RULES if r.in_files], used)
    for allowance in recording.allow:
        if allowance.text not in used:
            place = Place(recording=recording, line=allowance.line, field="allow")
            yield place.fault(f"{allowance.text!r} stands nowhere.", "Remove the allowance.")


def _places(recording: Recording) -> Iterator[tuple[Place, JsonValue]]:
    """Every text and every argument of a recording, with its place."""
    for number, turn in enumerate(recording.turns, start=1):
        field = f"turn {number}"
        yield Place(recording=recording, line=turn.line, field=f"{field}.text"), turn.text
        for call in turn.calls:
            for name, value in call.arguments.items():
                judging = call.tool == SUBMIT_TOOL and name == SELF_EVALUATION
                place = Place(
                    recording=recording,
                    line=call.line,
                    field=f"{field}.{call.tool}.{name}",
                    self_evaluation=judging,
                )
                yield place, {name: value}


def _value_faults(place: Place, value: JsonValue, used: set[str]) -> Iterator[Fault]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _field_faults(place, name, item, used)
            if not isinstance(item, str) or name != CONTENT_FROM:
                yield from _value_faults(_inner(place, name), item, used)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _value_faults(place.below(str(index)), item, used)
    elif isinstance(value, str):
        yield from _text_faults(place, value, used)


def _inner(place: Place, name: str) -> Place:
    """The place of a field; a whole argument has its own name in its place already."""
    return place if place.field.endswith(f".{name}") else place.below(name)


def _names_a_fact(item: JsonValue) -> bool:
    """Whether a value is one fact and nothing else: then it is made at run time."""
    return isinstance(item, str) and ONE_FACT.fullmatch(item.strip()) is not None


def _field_faults(place: Place, name: str, item: JsonValue, used: set[str]) -> Iterator[Fault]:
    at = _inner(place, name)
    if name in VERDICT_FIELDS and not place.self_evaluation and not _names_a_fact(item):
        yield at.fault("A verdict stands here.", "Only submit.self_evaluation may hold one.")
    literal = isinstance(item, int | float) and not isinstance(item, bool)
    if literal and FIGURE_FIELDS.search(name) and not _allowed(place, str(item), used):
        yield at.fault(f"{item} is a figure.", "Name the fact that holds it.")


def _text_faults(place: Place, text: str, used: set[str]) -> Iterator[Fault]:
    wrong = templates.syntax_fault(text)
    if wrong:
        yield place.fault(f"The template cannot be read: {wrong}.", "Correct it.")
        return
    rules = [r for r in RULES if not (place.self_evaluation and r.what == "a verdict")]
    yield from _matches(place, text, rules, used)


def _matches(place: Place, text: str, rules: Sequence[Rule], used: set[str]) -> Iterator[Fault]:
    for rule in rules:
        for match in rule.pattern.finditer(text):
            found = match.group().strip()
            if not _allowed(place, found, used):
                yield place.fault(f"{found!r} is {rule.what}.", rule.remedy)


def _allowed(place: Place, found: str, used: set[str]) -> bool:
    texts: Iterable[str] = (a.text for a in place.recording.allow if a.reason)
    if found in texts:
        used.add(found)
        return True
    return False
