"""Decisions: every approval that was ever asked for, newest first, with who decided and why."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from headrace.surfaces.web.answers import GateLine, Gates
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import named
from headrace.surfaces.web.language import said

_PAGE = 50
STATES = (said("open"), said("approved"), said("revised"), said("rejected"), said("withdrawn"))


@dataclass(frozen=True, kw_only=True)
class DecisionsPage:
    """`decided_by` of each is in words; `titles` are what their contexts are called."""

    state: str | None
    states: tuple[str, ...]
    items: tuple[GateLine, ...]
    next: int | None
    titles: Mapping[str, str]


def show(asked: Asked) -> DecisionsPage:
    """The history of the inbox, of one state where the address says so."""
    state = asked.word("state")
    page = asked.client.ask(
        Gates, "gate.list", state=state, after=asked.number("after"), limit=_PAGE
    )
    names = asked.client.names()
    items = tuple(
        replace(one, decided_by=named(names, one.decided_by) if one.decided_by else None)
        for one in page.items
    )
    titles = asked.client.titles(one.context for one in items if one.context)
    return DecisionsPage(state=state, states=STATES, items=items, next=page.next, titles=titles)
