"""What an outcome contract promises, as the words that missions measure by. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.missions.model import CheckpointKind, Outcome, OutcomeKind
from headrace.packs.enterprise.build.contents import rows
from headrace.packs.enterprise.discover.contents import Content, items, told

_MEASURE = re.compile(r"measure:\s*(?P<name>[\w.-]+)", re.I)
_USERS = re.compile(
    r"access log:\s*(?:distinct )?(?:users|customers) of\s+(?:(?P<method>[A-Z]+)\s+)?(?P<route>/\S+)",
    re.I,
)
_FILE = re.compile(
    r"file:\s*(?P<source>[\w-]+)\s*,\s*(?P<how>count|sum|newest)\s+(?P<column>\w+)"
    r"(?:\s+where\s+(?P<key>\w+)\s+is\s+(?P<value>[^,;]+?))?(?:\s+by\s+(?P<day>\w+))?\s*(?:$|[,;])",
    re.I,
)
_DATE = re.compile(r"date:\s*general availability", re.I)


@dataclass(frozen=True, kw_only=True)
class FromFile:
    """A figure counted in records that somebody brought in: rows where `key` is `value`.

    `how` counts different values of a column, sums it, or takes the newest by `day`.
    """

    source: str
    how: str
    column: str
    key: str = ""
    value: str = ""
    day: str = ""


@dataclass(frozen=True, kw_only=True)
class Method:
    """How an outcome is measured, as its contract's source says; several parts hold together.

    `measure: NAME`; `access log: users of POST /route`; `file: SOURCE, count COLUMN where KEY is VALUE
    by DAY`; `date: general availability`, which counts only once a `measure:` beside it is whole.
    """

    measure: str = ""
    users_of: str = ""
    user_method: str = ""
    file: FromFile | None = None
    is_date: bool = False


def outcomes(contract: Content) -> tuple[Outcome, ...]:
    """The outcomes and guardrails of a contract, in its order."""
    return tuple(
        Outcome(
            key=slug(told(one, "name")),
            name=told(one, "name"),
            kind=OutcomeKind(told(one, "kind") or OutcomeKind.OUTCOME),
            metric=told(one, "metric"),
            target=told(one, "target"),
            baseline=told(one, "baseline"),
            method=told(one, "method"),
            source=told(one, "source"),
            deadline=told(one, "deadline"),
        )
        for one in items(contract, "outcomes")
    )


def schedule(contract: Content) -> tuple[tuple[CheckpointKind, str], ...]:
    """The checkpoints of a contract with their timing, in its order."""
    return tuple(
        (CheckpointKind(told(row, "checkpoint")), told(row, "timing"))
        for row in rows(contract, "schedule")
        if told(row, "checkpoint") in set(CheckpointKind)
    )


def method(outcome: Outcome) -> Method | None:
    """How an outcome is measured; None when its source names no way that is known here."""
    text = outcome.source
    measure, users, file = _MEASURE.search(text), _USERS.search(text), _FILE.search(text)
    is_date = _DATE.search(text) is not None
    if measure is None and users is None and file is None and not is_date:
        return None
    return Method(
        measure=measure["name"] if measure else "",
        users_of=users["route"] if users else "",
        user_method=(users["method"] or "").upper() if users else "",
        file=_file(file) if file else None,
        is_date=is_date,
    )


def file_source(text: str) -> FromFile | None:
    """What a text such as `file: crm_renewals, count account_id where state is renewed` asks for."""
    found = _FILE.search(text)
    return _file(found) if found is not None else None


def _file(found: re.Match[str]) -> FromFile:
    return FromFile(
        source=found["source"],
        how=found["how"].casefold(),
        column=found["column"],
        key=found["key"] or "",
        value=(found["value"] or "").strip(),
        day=found["day"] or "",
    )


def named_measures(promised: Sequence[Outcome]) -> tuple[str, ...]:
    """The measures of the product that these outcomes need, each once."""
    found = (method(one) for one in promised)
    return tuple(dict.fromkeys(one.measure for one in found if one is not None and one.measure))
