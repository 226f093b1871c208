"""What missions offer of measuring: checkpoints with their days, and what was found at each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from headrace.capabilities.missions import service
from headrace.capabilities.missions.model.measurements import (
    Checkpoint,
    Measurement,
    Origin,
    OutcomeVerdict,
)
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.inputs import Names

MEASURE = "mission:measure"


@dataclass(frozen=True, kw_only=True)
class CheckpointQuery:
    """`mission` is a slug; none is all missions."""

    mission: Annotated[str | None, Names("mission")] = None


@dataclass(frozen=True, kw_only=True)
class CheckpointList:
    items: tuple[Checkpoint, ...]


@dataclass(frozen=True, kw_only=True)
class CheckpointName:
    mission: Annotated[str, Names("mission")]
    checkpoint: Annotated[str, Names("checkpoint")]
    why: Annotated[str, Field(description="Why, for the history.")] = ""


@dataclass(frozen=True, kw_only=True)
class Availing:
    """`evidence` says what shows it: a release, a link. `since` is organisation time; none is now."""

    mission: Annotated[str, Names("mission")]
    evidence: Annotated[str, Field(description="What shows it: a release, a link.")]
    since: Annotated[
        datetime | None, Field(description="Since when, of organisation time; empty: now.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class OutcomeQuery:
    """`checkpoint` takes only what was measured then; none is the newest of each outcome."""

    mission: Annotated[str, Names("mission")]
    checkpoint: Annotated[str | None, Names("checkpoint")] = None


@dataclass(frozen=True, kw_only=True)
class OutcomeStanding:
    """An outcome as it stands: what was promised, what was found, how, and what that means."""

    outcome: str
    kind: str
    metric: str
    target: str
    actual: str
    variance: str
    verdict: OutcomeVerdict
    because: str
    origin: Origin
    method: str
    confidence: str
    n: int | None
    evidence: tuple[str, ...]
    checkpoint: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class OutcomeList:
    """`overall` is what they make of the mission, by the rule in `rule`."""

    items: tuple[OutcomeStanding, ...]
    overall: OutcomeVerdict
    rule: str


def listing(ctx: Ctx, query: CheckpointQuery) -> CheckpointList:
    """List checkpoints: when each is due, whether it was done, and why not."""
    return CheckpointList(items=tuple(service.checkpoints(ctx, query.mission)))


def measure(ctx: Ctx, name: CheckpointName) -> Checkpoint:
    """Have a checkpoint measured now: before its day, or one that was missed or passed over."""
    return service.measure_now(ctx, name.mission, name.checkpoint, name.why)


def skip(ctx: Ctx, name: CheckpointName) -> Checkpoint:
    """Pass over a checkpoint, with the reason why nothing is measured then."""
    return service.skip(ctx, name.mission, name.checkpoint, name.why)


def avail(ctx: Ctx, input: Availing) -> CheckpointList:
    """Say that everybody has what a mission made, where no release says so: its checkpoints get days."""
    found = service.available(ctx, input.mission, evidence=input.evidence, since=input.since)
    return CheckpointList(items=tuple(found))


def outcomes(ctx: Ctx, query: OutcomeQuery) -> OutcomeList:
    """List a mission's outcomes: target, actual, variance and verdict, with how each figure was got."""
    if query.checkpoint is None:
        found = service.newest(ctx, query.mission)
    else:
        found = service.measurements(ctx, query.mission, query.checkpoint)
    return OutcomeList(
        items=tuple(standing(one) for one in found),
        overall=service.overall(found),
        rule=service.RULE,
    )


def standing(one: Measurement) -> OutcomeStanding:
    """A measurement as one line."""
    return OutcomeStanding(
        outcome=one.outcome.name,
        kind=one.outcome.kind,
        metric=one.outcome.metric,
        target=one.outcome.target,
        actual=one.judged.actual,
        variance=one.judged.variance,
        verdict=one.judged.verdict,
        because=one.judged.because,
        origin=one.reading.origin,
        method=one.reading.method,
        confidence=one.reading.confidence,
        n=one.reading.n,
        evidence=one.reading.evidence,
        checkpoint=one.checkpoint,
        at=one.at,
    )


OPERATIONS = (
    Operation(
        name="checkpoint.list",
        permission="mission:read",
        input=CheckpointQuery,
        output=CheckpointList,
        run=listing,
        http=Http(method="GET", path="/checkpoints"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=("mission", "id", "timing", "due", "state", "why"),
    ),
    Operation(
        name="checkpoint.measure",
        permission=MEASURE,
        input=CheckpointName,
        output=Checkpoint,
        run=measure,
        http=Http(method="POST", path="/missions/{mission}/checkpoints/{checkpoint}/measurement"),
        effect=Effect.OUTSIDE,
    ),
    Operation(
        name="checkpoint.skip",
        permission=MEASURE,
        input=CheckpointName,
        output=Checkpoint,
        run=skip,
        http=Http(method="POST", path="/missions/{mission}/checkpoints/{checkpoint}/skip"),
    ),
    Operation(
        name="outcome.available",
        permission=MEASURE,
        input=Availing,
        output=CheckpointList,
        run=avail,
        http=Http(method="POST", path="/missions/{mission}/availability"),
    ),
    Operation(
        name="outcome.list",
        permission="mission:read",
        input=OutcomeQuery,
        output=OutcomeList,
        run=outcomes,
        http=Http(method="GET", path="/missions/{mission}/outcomes"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=("outcome", "target", "actual", "variance", "verdict", "origin", "confidence"),
    ),
)
