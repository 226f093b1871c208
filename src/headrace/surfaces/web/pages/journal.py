"""The journal: everything that happened, newest first."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from headrace.surfaces.web.answers import Audit, Events, Happened
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
    """`asked` is the query that an export of the same part carries."""

    type: str | None
    lineage: str | None
    before: int | None
    entries: tuple[Entry, ...]
    next: int | None
    asked: str


@dataclass(frozen=True, kw_only=True)
class AuditPage:
    """`head` is one that was written down earlier, which the chain must still hold."""

    head: str | None
    audit: Audit


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
    return JournalPage(
        type=type,
        lineage=lineage,
        before=before,
        entries=entries,
        next=page.next,
        asked=urlencode({"type": type or "", "lineage": lineage or ""}),
    )


def check(asked: Asked) -> AuditPage:
    """The whole journal held against its seals."""
    head = asked.word("head")
    return AuditPage(head=head, audit=asked.client.ask(Audit, "audit.verify", head=head))
