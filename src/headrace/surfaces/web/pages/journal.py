"""The journal: everything that happened, newest first."""

from dataclasses import dataclass, replace

from headrace.surfaces.web.answers import Events, Happened
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import named
from headrace.surfaces.web.content import told

_PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An event with its facts in one line."""

    event: Happened
    told: str


@dataclass(frozen=True, kw_only=True)
class JournalPage:
    type: str | None
    lineage: str | None
    before: int | None
    entries: tuple[Entry, ...]
    next: int | None


def show(asked: Asked) -> JournalPage:
    """A part of the journal, of a type or about one thing where the address says so."""
    type, lineage = asked.word("type"), asked.word("lineage")
    before = asked.number("before")
    page = asked.client.ask(
        Events, "journal.list", type=type, lineage=lineage, before=before, limit=_PAGE
    )
    names = asked.client.names()
    entries = tuple(
        Entry(event=replace(one, actor=named(names, one.actor)), told=told(one.payload))
        for one in page.items
    )
    return JournalPage(type=type, lineage=lineage, before=before, entries=entries, next=page.next)
