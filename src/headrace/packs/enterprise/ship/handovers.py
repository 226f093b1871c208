"""Handovers: Discover, Build, Ship, Operate; each passes on by facts, to an owner, at a kept gate (AE-63)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Artifact, ArtifactId, Draft, Made
from headrace.capabilities.health import service as health
from headrace.capabilities.health.model import Severity
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import CheckpointKind, MissionStatus
from headrace.capabilities.record import service as record
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import Line, Release, ReleaseStatus
from headrace.kernel.capability import Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.inputs import Names
from headrace.packs.enterprise.build.mission import effective, mission_slug, product, title
from headrace.packs.enterprise.discover.contents import told
from headrace.packs.enterprise.ship import readiness, running, trying, validating
from headrace.packs.enterprise.ship.verdicts import unpassed, work_of

TYPE = "handover"
READ = "mission:read"

FIRST_LOOP, FIRST_OWNER = "discover", "discovery-agent"
"""Where a mission is before anything was handed over, and who answers for it there."""


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """From one loop to the next: who answers for the mission then, who keeps the gate, what must be true."""

    source: str
    target: str
    owner: str
    enforced_by: str
    lines: Callable[[Ctx, str], Iterator[Line]]

    @property
    def name(self) -> str:
        return f"{self.source}-to-{self.target}"


@dataclass(frozen=True, kw_only=True)
class WhichMission:
    mission: Annotated[str, Names("mission")]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a transfer stands: its lines now, and the record of it once it was made."""

    source: str
    target: str
    owner: str
    enforced_by: str
    lines: tuple[Line, ...]
    open: tuple[str, ...]
    recorded: str


@dataclass(frozen=True, kw_only=True)
class Standings:
    """Every transfer of a mission; in which loop it is now, and who answers for it there."""

    loop: str
    owner: str
    items: tuple[Standing, ...]


def _to_build(ctx: Ctx, context: str) -> Iterator[Line]:
    yield _approved(ctx, context, "mission-brief", "The mission brief is approved")
    yield _approved(ctx, context, "outcome-contract", "The outcome contract is approved")
    mission = missions.of_context(ctx, context)
    begun = mission is not None and mission.status is not MissionStatus.PROPOSED
    yield Line(
        text="The mission was approved by a person",
        met=begun,
        because=mission.status.value if mission is not None else "there is no mission",
    )


def _approved(ctx: Ctx, context: str, type: str, text: str) -> Line:
    found = effective(ctx, type, context)
    return Line(
        text=text,
        met=found is not None,
        because=f"in {found.change or found.ref}" if found is not None else "it is not",
        evidence=found.path if found is not None else "",
    )


def _to_ship(ctx: Ctx, context: str) -> Iterator[Line]:
    works = work_of(ctx, context)
    open_ = unpassed(works)
    yield Line(
        text="Every stream is merged, and its newest evaluation passed",
        met=bool(works) and not open_,
        because="; ".join(open_) or ", ".join(f"{one.stream}: {one.verdict}" for one in works),
        evidence=", ".join(report.path for one in works for report in one.reports),
    )
    yield _tasks(ctx, context)
    yield _decisions(ctx, context)
    yield next(one for one in readiness.lines(ctx, context) if "asset registry" in one.text)
    yield _approved(ctx, context, "fleet-report", "The fleet's performance is reported")


def _tasks(ctx: Ctx, context: str) -> Line:
    listed = missions.all_tasks(ctx, mission_slug(context))
    left = [f"{one.id} is {one.status}" for one in listed if one.status not in missions.ENDED]
    return Line(
        text="Every task is done or descoped",
        met=not left,
        because="; ".join(left) or f"{len(listed)} tasks",
        evidence=f"work/missions/{mission_slug(context)}/TASKS.md",
    )


def _decisions(ctx: Ctx, context: str) -> Line:
    listed = [
        one
        for one in artifacts.listing(ctx, type="decision-record", limit=2_000)
        if one.context == context
    ]
    left = [f"{one.reference or one.id} is not accepted" for one in listed if one.effective is None]
    return Line(
        text="Every decision of the mission is accepted",
        met=not left,
        because="; ".join(left) or f"{len(listed)} decisions",
        evidence=", ".join(one.path for one in listed),
    )


def release_of(ctx: Ctx, context: str) -> Release | None:
    """The newest release of a mission, or None."""
    found = [one for one in releases.listing(ctx, limit=200) if one.context == context]
    return found[-1] if found else None


def _to_operate(ctx: Ctx, context: str) -> Iterator[Line]:
    release = release_of(ctx, context)
    state = release.status if release is not None else None
    yield Line(
        text="The release is deployed to everybody",
        met=state is ReleaseStatus.DEPLOYED,
        because=f"{release.id} is {release.status}" if release is not None else "there is none",
        evidence=release.id if release is not None else "",
    )
    yield _validated(ctx, context)
    yield _quiet(ctx)
    yield _measured(ctx, context)
    for one in readiness.lines(ctx, context):
        if one.text in _OPERABLE:
            yield one


_OPERABLE = frozenset(
    {
        "Health targets are watched",
        "Alerts go off when the error budget burns",
        "A runbook tells what to do",
        "The on-call team knows of it",
    }
)


def _validated(ctx: Ctx, context: str) -> Line:
    found = [
        one
        for one in artifacts.effective_of(ctx, running.EVIDENCE, [context])
        if told(one.content, "fields", "kind") == "validation"
    ]
    left = [
        f"{told(row, 'check')} is {told(row, 'result')}"
        for row in running.all_rows(found[-1] if found else None)
        if row.get("result") == trying.NOT_MET
        or (told(row, "check") in _SHOWN and row.get("result") != trying.MET)
    ]
    return Line(
        text="It was validated once it was out",
        met=bool(found) and not left,
        because="; ".join(left) or ("recorded" if found else "not yet"),
        evidence=found[-1].path if found else "",
    )


_SHOWN = frozenset({trying.SMOKE, validating.ERRORS, validating.LATENCY})
"""Checks that must be shown: what could not be evaluated is not met."""


def _quiet(ctx: Ctx) -> Line:
    standings = health.standings(ctx, service=product(ctx).slug)
    loud = [one.target.name for one in standings if one.severity is Severity.PAGE]
    return Line(
        text="No alert calls anybody",
        met=not loud,
        because=", ".join(loud) or f"{len(standings)} targets are quiet",
    )


def _measured(ctx: Ctx, context: str) -> Line:
    """Whether it is known on which days the outcome is measured."""
    listed = missions.checkpoints(ctx, mission_slug(context))
    dated = [one for one in listed if one.kind is not CheckpointKind.BASELINE and one.due]
    return Line(
        text="The days on which the outcome is measured are set",
        met=bool(dated),
        because=", ".join(f"{one.due:%Y-%m-%d}" for one in dated) or "none is",
        evidence=f"work/missions/{mission_slug(context)}/OUTCOME-CONTRACT.md",
    )


TRANSFERS = (
    Transfer(
        source="discover",
        target="build",
        owner="mission-orchestrator",
        enforced_by="Strategy",
        lines=_to_build,
    ),
    Transfer(
        source="build",
        target="ship",
        owner="release-coordinator",
        enforced_by="Quality",
        lines=_to_ship,
    ),
    Transfer(
        source="ship",
        target="operate",
        owner="monitoring-agent",
        enforced_by="Orchestration",
        lines=_to_operate,
    ),
)


def transfer(target: str) -> Transfer:
    """The transfer into a loop."""
    return next(one for one in TRANSFERS if one.target == target)


def open_lines(ctx: Ctx, context: str, target: str) -> tuple[str, ...]:
    """Why a mission may not pass on into a loop yet, by the layer that keeps the gate."""
    passing = transfer(target)
    return tuple(
        f"{passing.enforced_by} keeps it from {target}: {one.text} ({one.because})"
        for one in passing.lines(ctx, context)
        if not one.met and not one.not_applicable
    )


def record_due(ctx: Ctx, context: str) -> None:
    """Record each transfer that all facts allow and that follows the one before; once each."""
    for one in TRANSFERS:
        if recorded(ctx, context, one) is not None:
            continue
        if open_lines(ctx, context, one.target):
            return
        _record(ctx, context, one)


def recorded(ctx: Ctx, context: str, one: Transfer) -> Artifact | None:
    """The record of a transfer, or None before it was made."""
    return artifacts.find(ctx, ArtifactId(f"{TYPE}/{_slug(context, one)}"))


def _slug(context: str, one: Transfer) -> str:
    return f"{mission_slug(context)}-{one.name}"


def _record(ctx: Ctx, context: str, one: Transfer) -> None:
    shown = [line for line in one.lines(ctx, context) if line.met]
    draft = Draft(
        type=TYPE,
        slug=_slug(context, one),
        context=context,
        parts={"mission": mission_slug(context), "slug": one.name},
        content={
            "title": f"{title(ctx, context)}: {one.source} to {one.target}",
            "fields": {
                "from": one.source,
                "to": one.target,
                "owner": one.owner,
                "enforced_by": one.enforced_by,
                "date": f"{ctx.now:%Y-%m-%d}",
            },
            "sections": {
                "exit": [
                    {
                        "line": line.text,
                        "evidence": "; ".join(filter(None, (line.because, line.evidence))),
                    }
                    for line in shown
                ]
            },
        },
        made=Made(by=ctx.principal, brain="skill"),
    )
    record.file_versions(ctx, [artifacts.propose(ctx, draft).ref])


def show(ctx: Ctx, asked: WhichMission) -> Standings:
    """Show how a mission passes on from loop to loop: open lines, next owner, who keeps the gate."""
    context = missions.get(ctx, asked.mission).context
    made = [one for one in TRANSFERS if recorded(ctx, context, one) is not None]
    return Standings(
        loop=made[-1].target if made else FIRST_LOOP,
        owner=made[-1].owner if made else FIRST_OWNER,
        items=tuple(_standing(ctx, context, one) for one in TRANSFERS),
    )


def _standing(ctx: Ctx, context: str, one: Transfer) -> Standing:
    found = recorded(ctx, context, one)
    return Standing(
        source=one.source,
        target=one.target,
        owner=one.owner,
        enforced_by=one.enforced_by,
        lines=tuple(one.lines(ctx, context)),
        open=open_lines(ctx, context, one.target),
        recorded=found.path if found is not None else "",
    )


OPERATIONS = (
    Operation(
        name="handover.list",
        permission=READ,
        input=WhichMission,
        output=Standings,
        run=show,
        kind=OperationKind.QUERY,
        http=Http(method="GET", path="/missions/{mission}/handovers"),
        columns=("source", "target", "owner", "enforced_by", "open", "recorded"),
    ),
)
