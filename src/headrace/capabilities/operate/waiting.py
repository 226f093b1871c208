"""Calls that nobody has answered, as they lie in the inbox of whoever may answer them."""

from collections.abc import Sequence

from headrace.capabilities.governance.model import InboxItem, InboxSource, ItemKind, Subject, Tier
from headrace.capabilities.operate import service
from headrace.capabilities.operate.model import Call
from headrace.kernel.context import Ctx


def waiting(ctx: Ctx) -> Sequence[InboxItem]:
    """The oldest unanswered call of each incident."""
    first: dict[str, Call] = {}
    for incident, call in service.unanswered(ctx):
        first.setdefault(incident, call)
    return [_item(ctx, incident, call) for incident, call in first.items()]


def _item(ctx: Ctx, incident: str, call: Call) -> InboxItem:
    found = service.get(ctx, incident)
    return InboxItem(
        kind=ItemKind.TASK,
        id=incident,
        asked=f"{incident} ({found.severity}): {found.title}",
        subject=Subject(kind="incident", id=incident),
        hash=f"{incident}#{call.number}",
        why=call.why,
        tier=Tier(call.tier),
        waiting_since=call.at,
        waiting=ctx.now - call.at,
        on_yes=f"`headrace incident acknowledge {incident}` takes it over",
        on_no=f"`headrace incident escalate {incident}` calls others in",
        blocks=1,
        alike="",
        context=None,
        asked_of=call.to,
    )


def source(permission: str) -> InboxSource:
    """The declaration: whoever holds `permission` finds them."""
    return InboxSource(name="operate.calls", permission=permission, waiting=waiting)
