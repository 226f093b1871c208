"""What releases offer to REST, CLI and MCP."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalNotFound
from headrace.capabilities.releases import service
from headrace.capabilities.releases.model import (
    Comparison,
    Line,
    Release,
    ReleaseId,
    ReleaseStatus,
    Rollout,
    Taken,
)
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId
from headrace.kernel.inputs import Names

READ, DRAFT, APPROVE, DEPLOY = "release:read", "release:draft", "release:approve", "release:deploy"

Id = Annotated[str, Field(description="The release.", examples=["REL-2026-001"])]
Why = Annotated[str, Field(min_length=1, max_length=2_000, description="Why, for the history.")]


@dataclass(frozen=True, kw_only=True)
class NewRelease:
    """A release with the plan of its rollout and the checklist that somebody has to meet."""

    release: Id
    title: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            description="What people call it.",
            examples=["Bulk export for everybody"],
        ),
    ]
    contract: Annotated[str, Field(description="Version of the release contract, or empty.")] = ""
    context: Annotated[str | None, Names("context")] = None
    rollout: Annotated[
        Rollout, Field(description="The flag, its stages and what each is judged by.")
    ]
    checklist: tuple[Line, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WhichRelease:
    release: Annotated[Id, Names("release")]


@dataclass(frozen=True, kw_only=True)
class Decision:
    release: Annotated[Id, Names("release")]
    reason: Why


@dataclass(frozen=True, kw_only=True)
class Ticked:
    release: Annotated[Id, Names("release")]
    line: Annotated[str, Names("checklist-line"), Field(description="The line, word for word.")]
    met: bool = True
    because: Annotated[str, Field(description="What shows it, or why it does not apply.")] = ""
    not_applicable: bool = False


@dataclass(frozen=True, kw_only=True)
class WhichReleases:
    status: ReleaseStatus | None = None
    archived: Annotated[bool, Field(description="Archived ones too.")] = False
    after: Annotated[str, Field(description="Go on after this id.")] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A release as a list shows it."""

    id: str
    title: str
    status: ReleaseStatus
    stage: str
    percent: float
    flag: str
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Releases:
    items: tuple[Summary, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Stood:
    """One step of a release, as its page shows it."""

    number: int
    at: datetime
    stage: str
    move: str
    by: str
    reasons: tuple[str, ...]
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A release with every step that it took."""

    release: Release
    steps: tuple[Stood, ...]


def draft(ctx: Ctx, order: NewRelease) -> Whole:
    """Draft a release: which flag is rolled out in which stages, judged by which criteria."""
    made = service.draft(
        ctx,
        id=ReleaseId(order.release),
        title=order.title,
        contract=order.contract,
        context=order.context,
        plan=order.rollout,
        checklist=order.checklist,
    )
    return _whole(ctx, made)


def tick(ctx: Ctx, order: Ticked) -> Whole:
    """Say of one line of a release's checklist whether it is met, and what shows it."""
    line = Line(
        text=order.line, met=order.met, because=order.because, not_applicable=order.not_applicable
    )
    return _whole(ctx, service.tick(ctx, ReleaseId(order.release), line))


def approve(ctx: Ctx, order: Decision) -> Whole:
    """Approve a release with all its stages. Whoever drafted it cannot, nor while a line is unmet."""
    return _whole(ctx, service.approve(ctx, ReleaseId(order.release), order.reason))


def withdraw(ctx: Ctx, order: Decision) -> Whole:
    """Give a release up before it reached anybody."""
    return _whole(ctx, service.withdraw(ctx, ReleaseId(order.release), order.reason))


def begin(ctx: Ctx, order: WhichRelease) -> Whole:
    """Begin an approved release: its first stage reaches its users, and measuring begins."""
    return _whole(ctx, service.begin(ctx, ReleaseId(order.release)))


def promote(ctx: Ctx, order: Decision) -> Whole:
    """Go on to the next stage by a person's decision, before measurement has decided."""
    return _whole(ctx, service.promote(ctx, ReleaseId(order.release), order.reason))


def hold(ctx: Ctx, order: Decision) -> Whole:
    """Keep a release in its stage until a person promotes it; it still comes back by itself."""
    return _whole(ctx, service.hold(ctx, ReleaseId(order.release), order.reason))


def roll_back(ctx: Ctx, order: Decision) -> Whole:
    """Take a release back: its flag is turned off for everybody, at once."""
    return _whole(ctx, service.roll_back(ctx, ReleaseId(order.release), order.reason))


def show(ctx: Ctx, asked: WhichRelease) -> Whole:
    """Show a release: its plan, its checklist, where it stands, every step with its measurements."""
    return _whole(ctx, service.get(ctx, ReleaseId(asked.release)))


def listing(ctx: Ctx, asked: WhichReleases) -> Releases:
    """List releases, where each stands and how many it reaches; archived ones only when asked for."""
    found = service.listing(
        ctx, asked.status, archived=asked.archived, after=asked.after, limit=asked.limit
    )
    full = len(found) == asked.limit
    return Releases(
        items=tuple(_summary(one) for one in found), next=found[-1].id if full else None
    )


def _whole(ctx: Ctx, release: Release) -> Whole:
    return Whole(
        release=release,
        steps=tuple(_stood(ctx, release, one) for one in service.history(ctx, release.id)),
    )


def _stood(ctx: Ctx, release: Release, taken: Taken) -> Stood:
    stages = release.rollout.stages
    return Stood(
        number=taken.number,
        at=taken.at,
        stage="" if taken.stage is None else stages[taken.stage].name,
        move=taken.move,
        by=_name(ctx, PrincipalId(taken.by)),
        reasons=taken.reasons,
        comparisons=taken.comparisons,
    )


def _name(ctx: Ctx, principal: PrincipalId) -> str:
    """The handle of whoever did it; the id itself of one that people do not know (the engine)."""
    try:
        return people.principal(ctx, principal).handle
    except PrincipalNotFound:
        return str(principal)


def _summary(release: Release) -> Summary:
    stage = release.now_in
    is_off = release.status in {ReleaseStatus.ROLLED_BACK, ReleaseStatus.WITHDRAWN}
    return Summary(
        id=release.id,
        title=release.title,
        status=release.status,
        stage=stage.name if stage else "",
        percent=stage.percent if stage and not is_off else 0.0,
        flag=release.rollout.flag,
        since=release.entered_at,
    )


OPERATIONS = (
    Operation(
        name="release.draft",
        permission=DRAFT,
        input=NewRelease,
        output=Whole,
        run=draft,
        http=Http(method="POST", path="/releases"),
    ),
    Operation(
        name="release.tick",
        permission=DRAFT,
        input=Ticked,
        output=Whole,
        run=tick,
        http=Http(method="POST", path="/releases/{release}/checklist"),
    ),
    Operation(
        name="release.approve",
        permission=APPROVE,
        input=Decision,
        output=Whole,
        run=approve,
        http=Http(method="POST", path="/releases/{release}/approval"),
    ),
    Operation(
        name="release.withdraw",
        permission=DRAFT,
        input=Decision,
        output=Whole,
        run=withdraw,
        http=Http(method="POST", path="/releases/{release}/withdrawal"),
    ),
    Operation(
        name="release.begin",
        permission=DEPLOY,
        input=WhichRelease,
        output=Whole,
        run=begin,
        http=Http(method="POST", path="/releases/{release}/start"),
    ),
    Operation(
        name="release.promote",
        permission=DEPLOY,
        input=Decision,
        output=Whole,
        run=promote,
        http=Http(method="POST", path="/releases/{release}/promotion"),
    ),
    Operation(
        name="release.hold",
        permission=DEPLOY,
        input=Decision,
        output=Whole,
        run=hold,
        http=Http(method="POST", path="/releases/{release}/hold"),
    ),
    Operation(
        name="release.roll-back",
        permission=DEPLOY,
        input=Decision,
        output=Whole,
        run=roll_back,
        effect=Effect.DESTROY,
        http=Http(method="POST", path="/releases/{release}/rollback"),
    ),
    Operation(
        name="release.show",
        permission=READ,
        input=WhichRelease,
        output=Whole,
        run=show,
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        http=Http(method="GET", path="/releases/{release}"),
    ),
    Operation(
        name="release.list",
        permission=READ,
        input=WhichReleases,
        output=Releases,
        run=listing,
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        http=Http(method="GET", path="/releases"),
        columns=("id", "title", "status", "stage", "percent", "flag", "since"),
    ),
)
