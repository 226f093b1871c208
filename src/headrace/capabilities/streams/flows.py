"""The durable flows of streams: one claim, one tick of periods."""

from headrace.capabilities.streams import service
from headrace.capabilities.streams.model import RunId
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Flow, Queue, Steps


def claim(steps: Steps, *, run: str) -> None:
    """Claim a run; a refusal is written on the run and ends the flow."""
    steps.verb(service.claim, RunId(run))


def claim_failed(ctx: Ctx, error: str, *, run: str) -> None:
    """A claim that breaks leaves a run that says so, not one that is queued for ever."""
    service.broken(ctx, RunId(run), error)


def periods(steps: Steps, *, period: str) -> None:
    """Start the modules whose period has ended."""
    steps.verb(start_periods)


def start_periods(ctx: Ctx) -> int:
    """How many runs were made."""
    return len(service.periods(ctx))


FLOWS = (
    Flow(name="streams.claim", run=claim, queue=Queue.INTERACTIVE, on_failure=claim_failed),
    Flow(name="streams.periods", run=periods, queue=Queue.INTERACTIVE),
)
