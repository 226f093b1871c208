"""Readings: what commands, logs, files and dates say of one outcome. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite

from headrace.capabilities.missions.model import (
    Availability,
    Figure,
    Origin,
    Outcome,
    Reading,
    Taken,
)
from headrace.kernel.json import Json
from headrace.packs.enterprise.outcome.promised import FromFile, Method, method

MANY, SOME = 100, 20
"""From so many observations on, confidence is high; from so many, medium."""

WHOLE = 0.999
"""A service counts as available when at least this share of what was tried succeeded."""


@dataclass(frozen=True, kw_only=True)
class Records:
    """Records that somebody brought in, and which version of them."""

    rows: Sequence[Mapping[str, Json]]
    hash: str
    loaded_at: datetime


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Everything that was found out at a checkpoint, before it is told apart by outcome.

    `taken` is by measure, `users` by route; `where` says what was measured: commit and address.
    """

    where: str = ""
    not_running: str = ""  # why no service could be asked; empty where one runs
    commands: Mapping[str, str] = field(default_factory=dict)
    taken: Mapping[str, Taken] = field(default_factory=dict)
    users: Mapping[str, int] = field(default_factory=dict)
    log: str = ""
    window: str = ""


def read(
    outcome: Outcome,
    seen: Seen,
    records: Mapping[str, Records],
    available: Availability | None,
    today: date,
) -> Reading:
    """What was found of one outcome, by the method that its contract names."""
    how = method(outcome)
    if how is None:
        told = f"its source {outcome.source!r} names" if outcome.source else "its contract names"
        return nothing(f"{told} no way to measure it here")
    if how.is_date:
        return of_date(how, seen, available)
    if how.file is not None:
        return of_file(how.file, records.get(how.file.source), today)
    if how.users_of:
        return of_users(how, seen)
    return of_measure(how.measure, seen)


def nothing(because: str) -> Reading:
    """No figure, and why."""
    return Reading(origin=Origin.NONE, because=because)


def of_measure(name: str, seen: Seen) -> Reading:
    """The figure of a measure of the product, with its command, commit and number of observations."""
    if seen.not_running:
        return nothing(seen.not_running)
    if name not in seen.taken:
        return nothing(f"the product names no measure {name!r} in .headrace/product.yaml")
    taken = seen.taken[name]
    found = _figure(name, taken)
    if found is None or found.value is None:
        return nothing(
            taken.problem or (found.because if found else "") or f"no figure {name!r} was printed"
        )
    others = [
        f"{one.metric}: {one.value:g} {one.unit}" for one in taken.figures if _is_other(one, name)
    ]
    return Reading(
        origin=Origin.MEASURED,
        method=f"`{seen.commands.get(name, name)}` against {seen.where}",
        value=found.value,
        unit=found.unit,
        baseline=found.baseline,
        n=found.n,
        confidence=confidence(found.n),
        evidence=tuple(filter(None, (seen.where, *others, taken.problem))),
    )


def _is_other(one: Figure, name: str) -> bool:
    return one.metric != name and one.value is not None


def _figure(name: str, taken: Taken) -> Figure | None:
    return next((one for one in taken.figures if one.metric == name), None)


def confidence(n: int | None) -> str:
    """High from a hundred observations on, medium from twenty, else low."""
    if n is None:
        return "low"
    return "high" if n >= MANY else "medium" if n >= SOME else "low"


def of_users(how: Method, seen: Seen) -> Reading:
    """How many different customers called a route, counted in the service's access log."""
    if seen.not_running or not seen.log:
        return nothing(seen.not_running or "the service writes no access log")
    found = seen.users.get(how.users_of, 0)
    called = f"{how.user_method} {how.users_of}".strip()
    return Reading(
        origin=Origin.MEASURED,
        method=f"different users who called {called} in the access log, {seen.window}",
        value=float(found),
        unit="customers",
        n=found,
        confidence="high",  # every request is written down: it is a count, not a sample
        evidence=(seen.log, seen.where),
    )


def of_date(how: Method, seen: Seen, available: Availability | None) -> Reading:
    """Since when everybody has it, where it also answers as its measure asks."""
    if available is None:
        return Reading(origin=Origin.DATE, because="no release of it has reached everybody")
    if how.measure:
        answers = of_measure(how.measure, seen)
        released = f"released on {available.since:%Y-%m-%d}"
        if answers.value is None:
            return nothing(f"{released}, but {answers.because}")
        share = answers.value / (100 if answers.unit == "%" else 1)
        if share < WHOLE:
            because = f"{released}, but only {share:.0%} of what was tried succeeded"
            return Reading(origin=Origin.DATE, because=because, evidence=answers.evidence)
        tried = (f"{how.measure}: {share:.0%} of {answers.n or 0} tried", *answers.evidence)
    else:
        tried = ()
    return Reading(
        origin=Origin.DATE,
        method="the day of general availability",
        day=available.since.date(),
        confidence="high",
        evidence=(available.evidence, *tried),
    )


def of_file(asked: FromFile, records: Records | None, today: date) -> Reading:
    """A figure counted in records that somebody brought in: marked so, for nothing here measured it."""
    if records is None:
        return nothing(f"no records {asked.source!r} were brought in; `headrace source load` does")
    matching = [row for row in records.rows if _matches(asked, row, today)]
    values = [_value(row.get(asked.column)) for row in matching]
    found: float | None
    if asked.how == "count":
        found = float(len({str(row.get(asked.column)) for row in matching}))
    elif any(one is None for one in values):
        return nothing(f"a {asked.column} in {asked.source} is no number")
    elif asked.how == "sum":
        found = sum(one for one in values if one is not None)
    else:
        found = _newest(asked, matching)
    if found is None:
        return nothing(f"{asked.source} says nothing of it up to {today}")
    condition = f" where {asked.key} is {asked.value}" if asked.key else ""
    return Reading(
        origin=Origin.FILE,
        method=f"{asked.how} of {asked.column}{condition} in the file {asked.source}; not measured here",
        value=found,
        n=len(matching),
        confidence="medium",
        evidence=(
            f"source {asked.source}, {records.hash[:12]}, brought in {records.loaded_at:%Y-%m-%d}",
        ),
    )


def _matches(asked: FromFile, row: Mapping[str, Json], today: date) -> bool:
    if asked.key and str(row.get(asked.key, "")).casefold() != asked.value.casefold():
        return False
    told = str(row.get(asked.day, "")) if asked.day else ""
    # What a file says of days to come has not happened yet.
    return not asked.day or (bool(told) and told <= today.isoformat())


def _newest(asked: FromFile, matching: Sequence[Mapping[str, Json]]) -> float | None:
    if not matching:
        return None
    return _value(max(matching, key=lambda row: str(row.get(asked.day, "")))[asked.column])


def _value(told: Json) -> float | None:
    try:
        number = float(str(told).replace(",", ""))
    except ValueError:
        return None
    return number if isfinite(number) else None
