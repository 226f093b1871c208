"""Tasks that wait for a person, as they lie in the inbox of whoever may do them."""

from collections.abc import Sequence

from headrace.capabilities.agents.model import RunState, RunSummary
from headrace.capabilities.agents.service import runs
from headrace.capabilities.governance.model import InboxItem, InboxSource, ItemKind, Subject, Tier
from headrace.kernel.context import Ctx

MOST = 500
"""Most tasks that are shown at once; the newest."""


def waiting(ctx: Ctx) -> Sequence[InboxItem]:
    """Every run that a person has to do."""
    return [_item(ctx, one) for one in runs(ctx, state=RunState.WAITING, limit=MOST)]


def _item(ctx: Ctx, one: RunSummary) -> InboxItem:
    return InboxItem(
        kind=ItemKind.TASK,
        id=one.id,
        asked=f"{one.task} as {one.role}: {one.element or one.context}",
        subject=Subject(kind="run", id=one.id),
        hash=one.recipe,
        why="Its role card gives this task to a person",
        tier=Tier.OWNER,
        waiting_since=one.made_at,
        waiting=ctx.now - one.made_at,
        on_yes=f"`headrace agent run-submit {one.id}` hands your result in; it is then yours",
        on_no=f"`headrace agent run-cancel {one.id}` gives the task up",
        blocks=1,
        alike="",
        context=one.context,
    )


def source(permission: str) -> InboxSource:
    """The declaration: whoever holds `permission` finds them."""
    return InboxSource(name="agents.tasks", permission=permission, waiting=waiting)
