"""The journal: everything that happened, newest first."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from urllib.parse import urlencode

from headrace.kernel.errors import NotFound
from headrace.kernel.json import Json
from headrace.surfaces.web.answers import Audit, Events, Happened, Principal, Repositories
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client, named, names_of
from headrace.surfaces.web.content import told

_PAGE = 50
_HASH = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_SHORT = 12
_NO_ROW = ("system", "operator")
"""Actors that no list of people has."""


@dataclass(frozen=True, kw_only=True)
class JournalPart:
    """What of the journal an address names; an empty word leaves nothing out."""

    type: str
    lineage: str
    person: str  # a handle, or "system" or "operator"
    since: str  # a day of organisation time
    until: str

    @property
    def is_all(self) -> bool:
        return not any(asdict(self).values())


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An event with its facts in one line."""

    event: Happened
    about: str
    told: str


@dataclass(frozen=True, kw_only=True)
class JournalPage:
    """`asked` is the query that an export of the same part carries."""

    part: JournalPart
    before: int | None
    entries: tuple[Entry, ...]
    next: int | None
    asked: str
    people: tuple[str, ...]  # handles that may be asked for


@dataclass(frozen=True, kw_only=True)
class AuditPage:
    """`head` is one that was written down earlier, which the chain must still hold."""

    head: str | None
    audit: Audit


def show(asked: Asked) -> JournalPage:
    """A part of the journal, newest first, as the address names it."""
    before = asked.number("before")
    part = part_of(asked)
    everybody = asked.client.everybody()
    page = _ask(asked.client, part, _principal(everybody, part.person), before, _PAGE)
    names = {**names_of(everybody), **_repositories(asked.client)}
    entries = tuple(
        Entry(
            event=replace(one, actor=named(names, one.actor)),
            about=_about(names, one.lineage),
            told=told(_facts(one, names)),
        )
        for one in page.items
    )
    return JournalPage(
        part=part,
        before=before,
        entries=entries,
        next=page.next,
        asked=urlencode({name: word for name, word in asdict(part).items() if word}),
        people=(*sorted(one.handle for one in everybody), *_NO_ROW),
    )


def _repositories(client: Client) -> Mapping[str, str]:
    """The slug of each repository, by its id; none to who may not know."""
    found = client.ask_if_allowed(Repositories, "repository.list", limit=_PAGE)
    return {one.id: one.slug for one in (found.items if found else ())}


def part_of(asked: Asked) -> JournalPart:
    """The part of the journal that the query of an address names."""
    words = {field.name: asked.word(field.name) or "" for field in fields(JournalPart)}
    return JournalPart(**words)


def ask(asked: Asked, *, before: int | None, limit: int) -> Events:
    """That part, before a position. Raises Invalid for a day that is none, NotFound for nobody."""
    part = part_of(asked)
    everybody = asked.client.everybody() if part.person else ()
    return _ask(asked.client, part, _principal(everybody, part.person), before, limit)


def _ask(
    client: Client, part: JournalPart, actor: str | None, before: int | None, limit: int
) -> Events:
    return client.ask(
        Events,
        "journal.list",
        type=part.type or None,
        lineage=part.lineage or None,
        actor=actor,
        since=part.since or None,
        until=part.until or None,
        before=before,
        limit=limit,
    )


def _principal(everybody: Iterable[Principal], person: str) -> str | None:
    """The id of whoever is meant by a handle."""
    if not person or person in _NO_ROW:
        return person or None
    handle = person.removeprefix("@")
    found = next((one.id for one in everybody if one.handle == handle), None)
    if found is None:
        raise NotFound(f"Nobody here is called {person}; the list of people shows the handles")
    return found


def _facts(event: Happened, names: Mapping[str, str]) -> Json:
    """What an event says beyond who did it and what it is about; ids of people as names, hashes short."""
    if not isinstance(event.payload, Mapping):
        return event.payload
    known = {event.actor, event.lineage, event.lineage.partition(":")[2]}
    return {
        name: _readable(value, names)
        for name, value in event.payload.items()
        if value not in (None, "", [], {}) and not (isinstance(value, str) and value in known)
    }


def _readable(value: Json, names: Mapping[str, str]) -> Json:
    if isinstance(value, str):
        return value[:_SHORT] if _HASH.fullmatch(value) else names.get(value, value)
    if isinstance(value, Mapping):
        return {key: _readable(inner, names) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_readable(one, names) for one in value]
    return value


def _about(names: Mapping[str, str], lineage: str) -> str:
    """What an event is about, with a principal's name in place of its id."""
    kind, _, thing = lineage.partition(":")
    return f"{kind}: {names[thing]}" if thing in names else lineage


def check(asked: Asked) -> AuditPage:
    """The whole journal held against its seals."""
    head = asked.word("head")
    return AuditPage(head=head, audit=asked.client.ask(Audit, "audit.verify", head=head))
