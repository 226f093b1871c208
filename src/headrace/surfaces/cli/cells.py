"""Cells: one fact as a person reads it: dates to the minute, lengths of time in words, handles for ids."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from headrace.kernel.json import Json

Names = Callable[[], Mapping[str, str]]
"""The handle of each principal by its id; asked once an answer names one by its id."""

NOTHING = "—"

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?(?:Z|\+00:00)")
_SPAN = re.compile(
    r"(?P<sign>-?)P(?=\d|T\d)(?:(?P<years>\d+)Y)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>[\d.]+)S)?)?"
)
_PRINCIPAL = re.compile(r"\bprn_[0-9a-z]{26}\b")


def cell(value: Json) -> str:
    """A fact without what would steer a terminal; "" for none."""
    if value is None or value in ({}, [], ()):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(round(value, 4))
    if isinstance(value, list) and not any(isinstance(item, Mapping) for item in value):
        return ", ".join(cell(item) for item in value)
    if isinstance(value, Mapping | list):
        return clean(json.dumps(value, ensure_ascii=False))
    return clean(_humane(str(value)))


def clean(text: str) -> str:
    """The text without what would steer a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def span(length: timedelta) -> str:
    """A length of time by its two largest units: `3 d 4 h`, `2 h 10 m`, `40 s`."""
    seconds = int(abs(length.total_seconds()))
    parts = {
        "d": seconds // 86_400,
        "h": seconds // 3_600 % 24,
        "m": seconds // 60 % 60,
        "s": seconds % 60,
    }
    units = list(parts)
    first = next((place for place, unit in enumerate(units) if parts[unit]), 3)
    told = [f"{parts[unit]} {unit}" for unit in units[first : first + 2] if parts[unit]]
    return ("-" if length < timedelta(0) else "") + (" ".join(told) or "0 s")


def named(answer: Json, names: Names) -> Json:
    """The answer with handles in place of the ids of principals; what is called `id` stays one."""
    if not _PRINCIPAL.search(json.dumps(answer)):
        return answer
    return _renamed(answer, names())


def _renamed(value: Json, handles: Mapping[str, str]) -> Json:
    if isinstance(value, str):
        return _PRINCIPAL.sub(lambda found: _handle(found[0], handles), value)
    if isinstance(value, Mapping):
        return {
            name: fact if name == "id" else _renamed(fact, handles) for name, fact in value.items()
        }
    if isinstance(value, list):
        return [_renamed(item, handles) for item in value]
    return value


def _handle(id: str, handles: Mapping[str, str]) -> str:
    return f"@{handles[id]}" if id in handles else id


def _humane(text: str) -> str:
    """A moment to the minute (UTC), a length of time in words; any other text as it is."""
    moment = _MOMENT.fullmatch(text)
    if moment:
        return f"{moment[1]} {moment[2]}"
    length = _SPAN.fullmatch(text)
    return span(_length(length)) if length else text


def _length(found: re.Match[str]) -> timedelta:
    parts = {name: float(part or 0) for name, part in _numbers(found)}
    length = timedelta(
        days=parts["years"] * 365 + parts["weeks"] * 7 + parts["days"],
        hours=parts["hours"],
        minutes=parts["minutes"],
        seconds=parts["seconds"],
    )
    return -length if found["sign"] else length


def _numbers(found: re.Match[str]) -> Iterator[tuple[str, str | None]]:
    for name, part in found.groupdict().items():
        if name != "sign":
            yield name, part
