"""Measuring: what a checkpoint needs is found out from the running service, its log and records."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.deployments.model import Deployment
from headrace.capabilities.intake import service as intake
from headrace.capabilities.intake.model import SourceMissing
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import (
    CheckpointKind,
    CheckpointState,
    Outcome,
    OutcomeKind,
    Taken,
)
from headrace.capabilities.record import git
from headrace.capabilities.record import service as record
from headrace.capabilities.releases import service as releases
from headrace.kernel.context import Ctx
from headrace.kernel.errors import HeadraceError
from headrace.kernel.flow import Flow, Queue, Steps
from headrace.packs.enterprise.build.mission import effective, product
from headrace.packs.enterprise.outcome.promised import (
    method,
    named_measures,
    outcomes,
)
from headrace.packs.enterprise.outcome.reading import Records, Seen, read

FLOW = "enterprise.measure"
AT_MOST = timedelta(minutes=10)
"""How long one measure of a product may take, in real time."""

USER = "headrace-measuring"
"""As whom measures ask a service; whoever is called so, or begins so, is not counted as a customer."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is found out at a checkpoint, and where; all of it is data, so that a crash goes on with it."""

    mission: str
    checkpoint: str
    kind: str = ""  # of the checkpoint: a measure may look closer where a verdict rests on it
    outcomes: tuple[Outcome, ...] = ()
    not_running: str = ""
    address: str = ""
    commit: str = ""
    repository: str = ""  # folder
    worktree: str = ""  # where the commit's files are laid out for the measures
    data: str = ""
    log: str = ""
    since: datetime | None = None  # the world's time
    until: datetime | None = None
    measures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def plan(ctx: Ctx, mission: str, checkpoint: str) -> Plan | None:
    """What this checkpoint looks at; None when it is not being measured (any more)."""
    one = missions.checkpoint(ctx, mission, checkpoint)
    if one.state is not CheckpointState.MEASURING:
        return None
    contract = effective(ctx, "outcome-contract", missions.get(ctx, mission).context)
    promised = outcomes(contract.content) if contract is not None else ()
    if one.kind is CheckpointKind.BASELINE:
        promised = tuple(found for found in promised if _has_a_baseline(found))
    since = missions.availability(ctx, mission)
    made = Plan(
        mission=mission,
        checkpoint=checkpoint,
        kind=one.kind.value,
        outcomes=promised,
        since=since.since_world if since is not None else None,
        until=one.began_world,
    )
    return _placed(ctx, made)


def _has_a_baseline(outcome: Outcome) -> bool:
    """Whether it is worth measuring before anybody is reached: guardrails that a command measures."""
    how = method(outcome)
    return outcome.kind is OutcomeKind.GUARDRAIL and how is not None and bool(how.measure)


def _placed(ctx: Ctx, made: Plan) -> Plan:
    """The plan with the service that is asked, or why none can be."""
    found = _deployment(ctx)
    if isinstance(found, str):
        return replace(made, not_running=found)
    repository = record.repository(ctx, found.repository)
    branch = f"measure/{found.serving[:12]}"
    known = {one.name: one.run for one in (found.spec.measures if found.spec else ())}
    folder = deployments.folder(ctx)
    return replace(
        made,
        address=found.address,
        commit=found.serving,
        repository=str(record.location(ctx, repository)),
        worktree=str(record.worktree_place(ctx, repository, branch)),
        data=str(folder / found.service / "data"),
        log=str(folder / found.access_log),
        measures={name: known[name] for name in named_measures(made.outcomes) if name in known},
    )


def _deployment(ctx: Ctx) -> Deployment | str:
    """The running service of the one product, or why there is none."""
    try:
        slug = product(ctx).slug
    except HeadraceError as fault:
        return fault.message
    found = [one for one in deployments.listing(ctx) if one.repository == slug]
    running = [one for one in found if one.address]
    if running:
        return running[0]
    return f"{found[0].service} is {found[0].state}" if found else f"nothing of {slug} is deployed"


def measure(steps: Steps, *, mission: str, checkpoint: str, attempt: str) -> None:
    """Find out everything that a checkpoint asks for, then write it down judged, in one go."""
    made = steps.verb(plan, mission, checkpoint)
    if made is None:
        return
    taken = {
        name: steps.act(f"measure {name}", partial(take, made, argv), Taken)
        for name, argv in sorted(made.measures.items())
    }
    users = steps.act("access log", lambda _: count(made), dict[str, int])
    steps.verb(note, made, taken, users)


def take(made: Plan, argv: tuple[str, ...], _: str) -> Taken:
    """Run one measure in the files of the commit that serves. What goes wrong stands in the answer."""
    repository = git.open_existing(Path(made.repository))
    branch = f"measure/{made.commit[:12]}"
    try:
        tree = git.worktree_add(
            repository, Path(made.worktree), branch, base=git.CommitId(made.commit)
        )
    except HeadraceError as fault:
        return Taken(problem=fault.message)
    return missions.take(
        missions.Command(
            argv=argv,
            folder=tree.path,
            variables={
                "SERVICE_URL": made.address,
                "SERVICE_DATA": made.data,
                "SERVICE_USER": USER,
                "SERVICE_CHECKPOINT": made.kind,
            },
            at_most=AT_MOST,
        )
    )


def count(made: Plan) -> dict[str, int]:
    """How many different users called each route that an outcome counts, since general availability."""
    if not made.log or made.since is None:
        return {}
    found = {}
    for one in made.outcomes:
        how = method(one)
        if how is not None and how.users_of:
            users = releases.users(
                Path(made.log), made.since, made.until, how.users_of, how.user_method
            )
            found[how.users_of] = sum(not one.startswith(USER) for one in users)
    return found


def note(ctx: Ctx, made: Plan, taken: dict[str, Taken], users: dict[str, int]) -> None:
    """Write down what was found of each outcome; the checkpoint is completed with it."""
    seen = Seen(
        where=f"{made.commit[:12]} at {made.address}" if made.address else "",
        not_running=made.not_running,
        commands={name: " ".join(argv) for name, argv in made.measures.items()},
        taken=taken,
        users=users,
        log=f"access log of {Path(made.log).parent.name}" if made.log else "",
        window=f"from {made.since:%Y-%m-%d %H:%M} to {made.until:%Y-%m-%d %H:%M} of the world's time"
        if made.since and made.until
        else "",
    )
    available = missions.availability(ctx, made.mission)
    records = _records(ctx, made.outcomes)
    found = [(one, read(one, seen, records, available, ctx.now.date())) for one in made.outcomes]
    missions.note(ctx, made.mission, made.checkpoint, found)


def _records(ctx: Ctx, promised: tuple[Outcome, ...]) -> Mapping[str, Records]:
    """The records that outcomes are read from, as they were brought in last."""
    wanted = {
        how.file.source
        for one in promised
        if (how := method(one)) is not None and how.file is not None
    }
    return {name: found for name in sorted(wanted) if (found := records_of(ctx, name)) is not None}


def records_of(ctx: Ctx, source: str) -> Records | None:
    """The records of a source with their version, or None while nobody has brought any in."""
    known = {one.source: one for one in intake.sources(ctx)}
    if source not in known:
        return None
    try:
        found = intake.source_rows(ctx, source)
    except SourceMissing:
        return None
    return Records(rows=found, hash=known[source].hash, loaded_at=known[source].loaded_at)


def broke_off(ctx: Ctx, error: str, *, mission: str, checkpoint: str, attempt: str) -> None:
    """Measuring came to no end: the checkpoint is missed and says why."""
    missions.broke_off(ctx, mission, checkpoint, f"measuring broke off: {error}")


MEASURE = Flow(name=FLOW, run=measure, queue=Queue.INTERACTIVE, on_failure=broke_off)
