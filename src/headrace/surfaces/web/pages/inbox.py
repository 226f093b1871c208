"""The inbox of the person who reads, and each thing in it with all that a decision needs."""

from dataclasses import dataclass

from headrace.surfaces.web.answers import Change, FileDiff, Gate, Inbox, Item
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import named
from headrace.surfaces.web.pages import artifacts, changes


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A decision that may be taken, and whether it needs a note."""

    value: str
    label: str
    needs_note: bool


_GATE = (
    Choice(value="approve", label="Approve", needs_note=False),
    Choice(value="revise", label="Revise", needs_note=True),
    Choice(value="reject", label="Reject", needs_note=True),
)
_QUESTION = (
    Choice(value="allow", label="Allow", needs_note=False),
    Choice(value="refuse", label="Refuse", needs_note=True),
)
_CHOICES = {"gate": _GATE, "question": _QUESTION}
"""What may be decided by sort; a task is not decided but done, as its item says."""


@dataclass(frozen=True, kw_only=True)
class InboxPage:
    """`decided` names the item that was decided a moment ago."""

    person: str | None
    items: tuple[Item, ...]
    decided: str | None


@dataclass(frozen=True, kw_only=True)
class ItemPage:
    """`state` is "open" while the item waits for a decision."""

    item: Item
    state: str
    summary: str
    waits_for: tuple[str, ...]
    made_by: tuple[str, ...]
    person: str | None
    choices: tuple[Choice, ...]
    members: tuple[artifacts.Shown, ...]
    change: Change | None
    files: tuple[FileDiff, ...]


def show(asked: Asked) -> InboxPage:
    """What waits for the person who reads; nothing for the operator, who decides nothing."""
    items: tuple[Item, ...] = ()
    if asked.person is not None:
        items = asked.client.ask(Inbox, "inbox.list").items
    return InboxPage(person=asked.person, items=items, decided=asked.word("decided"))


def show_item(asked: Asked) -> ItemPage:
    """One item, with what it would change."""
    client = asked.client
    item = client.ask(Item, "inbox.show", item=asked.path["item"])
    gate = client.ask(Gate, "gate.show", gate=item.id) if item.kind == "gate" else None
    change: Change | None = None
    files: tuple[FileDiff, ...] = ()
    if item.subject.kind == "change":
        change, files = changes.with_diff(client, item.subject.id)
    names = client.names() if gate else {}
    return ItemPage(
        item=item,
        state=gate.state if gate else "open",
        summary=gate.summary if gate else "",
        waits_for=gate.approvers if gate else (),
        made_by=tuple(named(names, one) for one in gate.authors) if gate else (),
        person=asked.person,
        choices=_CHOICES.get(item.kind, ()),
        members=tuple(artifacts.shown(client, one) for one in change.members) if change else (),
        change=change,
        files=files,
    )
