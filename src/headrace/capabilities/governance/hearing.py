"""What governance hears; each subscriber is harmless to repeat."""

from collections.abc import Mapping
from typing import cast

from headrace.capabilities.governance import service
from headrace.capabilities.governance.model import CHANGE, Judged
from headrace.capabilities.record.model import (
    ChangeId,
    ChangeOpened,
    Closed,
    HeadMoved,
    Merged,
    Reviewed,
    ReviewVerdict,
)
from headrace.kernel.capability import Subscription
from headrace.kernel.context import Ctx
from headrace.kernel.events import Recorded
from headrace.kernel.ids import PrincipalId


def _payload(event: Recorded) -> Mapping[str, str]:
    """The payload's texts; what is no text is not asked for here."""
    return cast(Mapping[str, str], event.payload)


def on_change(ctx: Ctx, event: Recorded) -> None:
    """A change was opened or has new commits: ask its reviewers about the present head."""
    service.present(ctx, ChangeId(_payload(event)["change"]))


def on_review(ctx: Ctx, event: Recorded) -> None:
    """Somebody reviewed a change, here or in the record."""
    told = _payload(event)
    service.reviewed(
        ctx,
        ChangeId(told["change"]),
        PrincipalId(told["reviewer"]),
        told["head"],
        approves=told["verdict"] == ReviewVerdict.APPROVE,
    )


def on_end(ctx: Ctx, event: Recorded) -> None:
    """A change was merged or given up: nobody needs to decide about it."""
    service.ended(ctx, ChangeId(_payload(event)["change"]))


def on_judged(ctx: Ctx, event: Recorded) -> None:
    """A verdict came in: perhaps nothing is against the change any more."""
    told = _payload(event)
    if told["kind"] == CHANGE:
        service.advance(ctx, ChangeId(told["subject"]))


SUBSCRIPTIONS = (
    Subscription(name="governance.change", events=(ChangeOpened, HeadMoved), run=on_change),
    Subscription(name="governance.review", events=(Reviewed,), run=on_review),
    Subscription(name="governance.end", events=(Merged, Closed), run=on_end),
    Subscription(name="governance.judged", events=(Judged,), run=on_judged),
)
