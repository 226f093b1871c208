"""Search: missions, artifacts, change requests, places and operations by the words in their names."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from headrace.kernel.capability import OperationKind
from headrace.kernel.errors import HeadraceError
from headrace.surfaces.web import wording
from headrace.surfaces.web.answers import Artifacts, Changes, Inbox, Missions, Standing
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client
from headrace.surfaces.web.language import Speaker, said

_MOST = 40
_LOOKED_AT = 200  # of each kind, the newest


@dataclass(frozen=True, kw_only=True)
class Found:
    """Something to go to. `kind` is a word of the pages; `about` says more, in its author's words."""

    address: str
    word: str
    about: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class SearchPage:
    words: str
    items: tuple[Found, ...]


KINDS = (
    said("go to"),
    said("waits for you"),
    said("mission"),
    said("artifact"),
    said("change"),
    said("operation"),
)


def show(asked: Asked) -> SearchPage:
    """What fits the words of `q`, best first."""
    words = asked.word("q") or ""
    found = find(asked.client, words, Speaker(asked.language)) if words else ()
    return SearchPage(words=words, items=tuple(found))


def find(client: Client, words: str, speaker: Speaker, places: Iterable[Found] = ()) -> list[Found]:
    """Everything whose name has all the words: places, things, and then operations, as they are called in
    the reader's language. What the reader may not see is not there."""
    wanted = words.casefold().split()
    found = [
        one
        for one in (*places, *_things(client, words), *_operations(client, speaker))
        if all(word in f"{one.word} {one.about} {one.kind}".casefold() for word in wanted)
    ]
    if wanted:
        found.sort(key=lambda one: not one.word.casefold().startswith(wanted[0]))
    return found[:_MOST]


def operations(client: Client) -> Iterator[Found]:
    """Every operation that the reader may run from a form."""
    try:
        held = set(client.ask(Standing, "whoami").permissions)
    except HeadraceError:
        return
    for name, operation in sorted(client.reception.house.operations.items()):
        takes_form = operation.kind in {OperationKind.QUERY, OperationKind.COMMAND}
        if takes_form and operation.permission in held:
            yield Found(address=f"/do/{name}", word=name, about=operation.summary, kind="operation")


def _operations(client: Client, speaker: Speaker) -> Iterator[Found]:
    for one in operations(client):
        yield replace(one, about=speaker.summary(one.about))


def _things(client: Client, words: str) -> Iterator[Found]:
    artifacts = partial(_artifacts, words=words)
    for part in (_waiting, _missions, _changes, artifacts):
        yield from _allowed(part, client)


def _allowed(part: Callable[[Client], list[Found]], client: Client) -> list[Found]:
    try:
        return part(client)
    except HeadraceError:
        return []  # not for this reader


def _waiting(client: Client) -> list[Found]:
    if client.person is None:
        return []
    items = client.ask(Inbox, "inbox.list").items
    return [
        Found(
            address=wording.item_address(one.id), word=one.asked, about=one.id, kind="waits for you"
        )
        for one in items
    ]


def _missions(client: Client) -> list[Found]:
    return [
        Found(
            address=f"/missions/{one.slug}",
            word=one.title,
            about=one.reference or one.slug,
            kind="mission",
        )
        for one in client.ask(Missions, "mission.list", newest=_LOOKED_AT).items
    ]


def _changes(client: Client) -> list[Found]:
    return [
        Found(address=f"/changes/{one.change}", word=one.title, about=one.change, kind="change")
        for one in client.ask(Changes, "change.list", limit=_LOOKED_AT).items
    ]


def _artifacts(client: Client, *, words: str) -> list[Found]:
    return [
        Found(
            address=wording.artifact_address(one.id),
            word=one.title or one.slug,
            about=" ".join(filter(None, (one.type, one.slug, one.reference))),
            kind="artifact",
        )
        for one in client.ask(Artifacts, "artifact.list", words=words, limit=_MOST).items
    ]
