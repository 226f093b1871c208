"""Reading a runbook's document as machines follow it, and naming what it does not allow. Pure."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from headrace.capabilities.operate.model import (
    SHARE_LIMIT,
    Deed,
    Match,
    Remedy,
    Runbook,
    Step,
)
from headrace.kernel.json import Json
from headrace.packs.enterprise.discover.contents import Content, at, items, told

WITHIN_MINUTES = 15.0
"""How long a figure may take to come back where a remedy does not say."""

ANY = "*"


def runbook(name: str, version: str, content: Content) -> Runbook:
    """The runbook that a document holds; deeds that there are not are left out, see `deeds`."""
    return Runbook(
        name=name,
        version=version,
        service=told(content, "fields", "service"),
        title=told(content, "title"),
        matches=tuple(_match(row) for row in items(content, "matches")),
        remedies=tuple(_remedy(one) for one in items(content, "remediations")),
        diagnosis=tuple(str(one) for one in _list(content, "sections", "diagnosis", "verify")),
    )


def deeds(content: Content) -> tuple[str, ...]:
    """Every word that the document has for something to be done."""
    return tuple(told(row, "deed") for one in items(content, "remediations") for row in _deeds(one))


def unknown(content: Content) -> Iterator[str]:
    """Every such word that is none of the deeds there are."""
    known = frozenset(Deed)
    for word in deeds(content):
        if word not in known:
            yield f"{word!r} is no deed; there are {', '.join(sorted(known))}"


def _match(row: Content) -> Match:
    signal = told(row, "signal")
    return Match(
        signal="" if signal == ANY else signal,
        dimension=told(row, "dimension"),
        error=told(row, "error"),
    )


def _remedy(one: Content) -> Remedy:
    minutes, share = _number(one, "within_minutes"), _number(one, "share")
    return Remedy(
        name=told(one, "name"),
        when=told(one, "when"),
        automatic=at(one, "automatic") is True,
        steps=tuple(_step(row) for row in _deeds(one) if told(row, "deed") in frozenset(Deed)),
        within=timedelta(minutes=WITHIN_MINUTES if minutes is None else minutes),
        share=SHARE_LIMIT if share is None else share,
    )


def _deeds(one: Content) -> tuple[Content, ...]:
    found = at(one, "deeds")
    listed = found if isinstance(found, list | tuple) else ()
    return tuple(row for row in listed if isinstance(row, Mapping))


def _step(row: Content) -> Step:
    most = _number(row, "most")
    return Step(
        deed=Deed(told(row, "deed")),
        subject=told(row, "subject"),
        change=told(row, "change"),
        low=_number(row, "low"),
        high=_number(row, "high"),
        affects=told(row, "affects"),
        most=None if most is None else int(most),
    )


def _number(row: Content, name: str) -> float | None:
    found = at(row, name)
    return float(found) if isinstance(found, int | float) else None


def _list(content: Content, *place: str) -> list[Json]:
    found = at(content, *place)
    return list(found) if isinstance(found, list | tuple) else []
