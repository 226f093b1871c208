"""Runs that were sent back too often, as they lie in the inbox of whoever may let them on."""

from collections.abc import Sequence

from headrace.capabilities.governance.model import InboxItem, InboxSource, ItemKind, Subject, Tier
from headrace.capabilities.streams import service
from headrace.capabilities.streams.model import Run, RunState
from headrace.kernel.context import Ctx

MOST = 200
"""Most waiting runs that are looked through; the oldest."""


def waiting(ctx: Ctx) -> Sequence[InboxItem]:
    """Every run that has failed so often that a person decides whether it is tried once more."""
    found = service.runs(ctx, state=RunState.WAITING, limit=MOST)
    return [_item(ctx, one) for one in found if service.is_tired(ctx, one)]


def _item(ctx: Ctx, one: Run) -> InboxItem:
    module = service.module_of(ctx, one)
    return InboxItem(
        kind=ItemKind.RUN,
        id=one.id,
        asked=f"Try {module.title} once more? {one.element}".strip(),
        subject=Subject(kind="run", id=one.id),
        hash=one.input_hash,
        why="; ".join(one.reasons),
        tier=Tier.OWNER,
        waiting_since=one.made_at,
        waiting=ctx.now - one.made_at,
        on_yes=f"attempt {one.attempt} starts, and spends",
        on_no="the run is cancelled; what waits for its result waits on",
        blocks=1,
        alike="",
        context=one.context,
    )


def source(permission: str) -> InboxSource:
    """The declaration: whoever holds `permission` finds them."""
    return InboxSource(name="streams.tired", permission=permission, waiting=waiting)
