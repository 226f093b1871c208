"""What ship hears: a stream was merged, an entry was approved. Each is harmless to repeat."""

from collections.abc import Mapping
from typing import cast

from headrace.capabilities.artifacts.model import BecameEffective
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import RunId, RunMoved, RunState, WorkWanted
from headrace.kernel.capability import Subscription
from headrace.kernel.context import Ctx
from headrace.kernel.events import Recorded
from headrace.kernel.json import Json
from headrace.packs.enterprise.build.measures import IMPLEMENT
from headrace.packs.enterprise.ship import assets, deliverables

AWAITED = frozenset({deliverables.TYPE, "decision-record", "fleet-report", "rollout-evidence"})
"""Types whose approval may be what a release waits for."""


def _payload(event: Recorded) -> Mapping[str, Json]:
    return cast(Mapping[str, Json], event.payload)


def on_run(ctx: Ctx, event: Recorded) -> None:
    """A stream is merged: its agent registers what it delivered."""
    told = _payload(event)
    if told["module"] == IMPLEMENT and told["state"] == RunState.DONE:
        assets.start(ctx, streams.run(ctx, RunId(str(told["run"]))))


def on_effective(ctx: Ctx, event: Recorded) -> None:
    """Something that a release waits for was approved: its claim is made again."""
    told = _payload(event)
    if told["artifact_type"] in AWAITED:
        ctx.record(WorkWanted(because=f"{told['artifact']} is approved"))


SUBSCRIPTIONS = (
    Subscription(name="enterprise.ship-run", events=(RunMoved,), run=on_run),
    Subscription(name="enterprise.ship-effective", events=(BecameEffective,), run=on_effective),
)
