"""The inbox: the queue of whoever reads at the left, one thing of it at the right."""

from dataclasses import dataclass
from statistics import median

from headrace.kernel.errors import HeadraceError
from headrace.surfaces.web.answers import Gates, Inbox, Item
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client
from headrace.surfaces.web.language import said
from headrace.surfaces.web.pages import gates

VIEWS = {"read": said("Rendered"), "diff": said("Diff"), "raw": said("Raw")}
"""How what changes is shown."""

_RECENT = 30  # gates that are looked through for the pace


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long what was decided lately had waited for a person, in real seconds."""

    decisions: int
    median_seconds: float


@dataclass(frozen=True, kw_only=True)
class InboxPage:
    """`shown` is the item opened at the right; `before` and `after` are its neighbours in the queue."""

    person: str | None
    items: tuple[Item, ...]
    shown: gates.Shown | None
    before: str | None
    after: str | None
    is_queue: bool
    people: tuple[str, ...]
    pace: Pace | None
    view: str
    views: dict[str, str]


def show(asked: Asked) -> InboxPage:
    """What waits for the person who reads, with the first that can be decided opened."""
    items = _queue(asked)
    ids = _decidable(items)
    first = gates.show(asked.client, ids[0]) if ids else None
    return _page(asked, items, first, is_queue=True)


def show_item(asked: Asked) -> InboxPage:
    """The queue with one item opened, whether it still waits or not."""
    shown = gates.show(asked.client, asked.path["item"])
    return _page(asked, _queue(asked), shown, is_queue=False)


def _page(
    asked: Asked, items: tuple[Item, ...], shown: gates.Shown | None, *, is_queue: bool
) -> InboxPage:
    ids = _decidable(items)
    at = ids.index(shown.item.id) if shown and shown.item.id in ids else -1
    return InboxPage(
        person=asked.person,
        items=items,
        shown=shown,
        before=ids[at - 1] if at > 0 else None,
        after=ids[at + 1] if at + 1 < len(ids) else None,
        is_queue=is_queue,
        people=_others(asked.client) if shown and shown.may_delegate and asked.person else (),
        pace=_pace(asked.client) if asked.person else None,
        view=view if (view := asked.word("view")) in VIEWS else "read",
        views=VIEWS,
    )


def _queue(asked: Asked) -> tuple[Item, ...]:
    """What waits for the person who reads; for the operator, who decides nothing, for anybody."""
    return asked.client.ask(Inbox, "inbox.list").items


def _decidable(items: tuple[Item, ...]) -> list[str]:
    """Gates and questions; a task is done on the page of its run."""
    return [one.id for one in items if one.kind != "task"]


def _others(client: Client) -> tuple[str, ...]:
    """To whom a decision can be handed on."""
    people = (one for one in client.everybody() if one.kind == "person" and one.active)
    return tuple(one.handle for one in people if one.handle != client.person)


def _pace(client: Client) -> Pace | None:
    """The pace of the organisation's latest decisions; None before the first."""
    try:
        latest = client.ask(Gates, "gate.list", limit=_RECENT).items
    except HeadraceError:
        return None
    waited = [one.waited_real_seconds for one in latest if one.decided_by]
    return Pace(decisions=len(waited), median_seconds=median(waited)) if waited else None
