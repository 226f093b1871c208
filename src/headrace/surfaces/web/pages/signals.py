"""Signals: what the organisation noticed, newest first, and what became of it."""

from dataclasses import dataclass

from headrace.surfaces.web.answers import Signal, Signals
from headrace.surfaces.web.asked import Asked


@dataclass(frozen=True, kw_only=True)
class SignalsPage:
    items: tuple[Signal, ...]


def show(asked: Asked) -> SignalsPage:
    """Every signal."""
    items = asked.client.ask(Signals, "signal.list").items
    return SignalsPage(items=tuple(sorted(items, key=lambda one: one.filed_at, reverse=True)))
