"""What discover offers to REST, CLI and MCP: filing signals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from headrace.capabilities.artifacts.model import Made, Version
from headrace.capabilities.intake import service as intake
from headrace.capabilities.intake.model import Signal
from headrace.capabilities.people import service as people
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import ActorKind, Ctx
from headrace.kernel.errors import Invalid, NotFound
from headrace.kernel.ids import PrincipalId
from headrace.kernel.inputs import Names, OneOf
from headrace.kernel.json import Json
from headrace.packs.enterprise.discover import filing
from headrace.packs.enterprise.discover.contents import signal_content
from headrace.packs.enterprise.types.parts import LEVELS
from headrace.packs.enterprise.types.signal import CATEGORIES, DISPOSITIONS, URGENCIES


@dataclass(frozen=True, kw_only=True)
class SignalFile:
    title: Annotated[
        str,
        Field(
            description="What was seen, in one line.", examples=["Customers ask for a bulk export"]
        ),
    ]
    observation: Annotated[
        str, Field(description="What exactly was seen, where and how often. In Markdown.")
    ]
    topic: Annotated[
        str,
        Field(
            description="What it is about; signals on one topic make a pattern.",
            examples=["bulk-export"],
        ),
    ]
    category: Annotated[
        str, OneOf(CATEGORIES), Field(description="Which part of the world it is of.")
    ] = filing.UNSAID["category"]
    system: Annotated[str, Field(description="Where it was seen.", examples=["support desk"])] = (
        "by hand"
    )
    confidence: Annotated[
        str,
        OneOf(LEVELS),
        Field(description="How sure it is; high only when three independent records agree."),
    ] = filing.UNSAID["confidence"]
    urgency: Annotated[
        str,
        OneOf(URGENCIES),
        Field(
            description="Immediate: harm happens now; next cycle: a decision is due this quarter."
        ),
    ] = filing.UNSAID["urgency"]
    impact: Annotated[
        str, OneOf(LEVELS), Field(description="What it may do to us or to customers.")
    ] = filing.UNSAID["impact"]
    divisions: Annotated[tuple[str, ...], Field(description="Which divisions it concerns.")] = ()
    disposition: Annotated[
        str,
        OneOf(DISPOSITIONS),
        Field(description="What you would do with it; empty: what the triage table says."),
    ] = ""
    follow_up: Annotated[
        str, Field(description="When to look again.", json_schema_extra={"format": "date"})
    ] = ""
    supersedes: Annotated[
        str, Names("signal"), Field(description="The signal that this one corrects.")
    ] = ""


@dataclass(frozen=True, kw_only=True)
class SignalFiled:
    signal: str
    path: str


@dataclass(frozen=True, kw_only=True)
class SourceName:
    source: Annotated[str, Names("source")]


COLUMNS = (
    "noted_on",
    "category",
    "source_system",
    "confidence",
    "title",
    "observation",
    "urgency",
    "impact",
)
"""What a record of a source must say to become a signal."""


class SourceRefused(Invalid):
    """The records of a source are no signals."""

    code = "enterprise.source_refused"


@dataclass(frozen=True, kw_only=True)
class SignalsTaken:
    items: tuple[SignalFiled, ...]


@dataclass(frozen=True, kw_only=True)
class ImprovementQuery:
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Improvement:
    signal: str
    title: str
    filed_by: str  # the agent's handle
    layer: str
    category: str
    disposition: str


@dataclass(frozen=True, kw_only=True)
class ImprovementList:
    items: tuple[Improvement, ...]


def file_signal(ctx: Ctx, input: SignalFile) -> SignalFiled:
    """File a signal: something observed that may deserve work.

    State facts only; what a signal asks for is decided later. It needs nobody's approval and can
    never be edited: a correction is a new signal that supersedes it. Triage decides by urgency and
    impact, whatever disposition you recommend.
    """
    content = signal_content(
        title=input.title,
        category=input.category,
        system=input.system,
        topic=input.topic,
        confidence=input.confidence,
        observation=input.observation,
        urgency=input.urgency,
        impact=input.impact,
        divisions=input.divisions,
        supersedes=input.supersedes,
        recommended=input.disposition or _recommended(input.urgency, input.impact),
        follow_up=input.follow_up,
    )
    brain = "human" if ctx.actor.kind is ActorKind.PERSON else "agent"
    draft = filing.signal_draft(ctx, content, Made(by=ctx.principal, brain=brain))
    version = filing.file_signal(ctx, draft)
    return SignalFiled(signal=version.ref.artifact, path=version.path)


def _recommended(urgency: str, impact: str) -> str:
    """What the table says; a value that is none of its own is told by the type's own check."""
    known = urgency in URGENCIES and impact in LEVELS
    return filing.recommended(urgency, impact) if known else "monitor"


def take(ctx: Ctx, name: SourceName) -> SignalsTaken:
    """File a signal for every record of a source that is in a signal's words already.

    Columns: noted_on, noted_by, category, source_system, confidence, title, observation, urgency,
    impact, divisions (separated by ;), triaged (no: it waits for the triage rules).
    """
    found = intake.source_rows(ctx, name.source)
    faults = tuple(_row_faults(found))
    if faults:
        raise SourceRefused(f"{name.source} holds no signals: {'; '.join(faults)}", faults=faults)
    versions = [_take_row(ctx, {key: str(value) for key, value in row.items()}) for row in found]
    return SignalsTaken(
        items=tuple(SignalFiled(signal=one.ref.artifact, path=one.path) for one in versions)
    )


def _row_faults(found: Sequence[Mapping[str, Json]]) -> Iterator[str]:
    for number, row in enumerate(found, start=1):
        lacking = [column for column in COLUMNS if not row.get(column)]
        if lacking:
            yield f"row {number} has no {', '.join(lacking)}"
        elif not _is_day(str(row["noted_on"])):
            yield f"row {number} was noted on {row['noted_on']!r}, which is no day (YYYY-MM-DD)"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _take_row(ctx: Ctx, told: Mapping[str, str]) -> Version:
    content = signal_content(
        title=told["title"],
        category=told["category"],
        system=told["source_system"],
        topic=told.get("topic") or told["title"],
        confidence=told["confidence"],
        observation=told["observation"],
        urgency=told["urgency"],
        impact=told["impact"],
        divisions=[one for one in told.get("divisions", "").split(";") if one],
        recommended=_recommended(told["urgency"], told["impact"]),
    )
    made = _noted_by(ctx, told.get("noted_by", ""))
    hold = filing.HOLD if told.get("triaged") == "no" else ""
    day = date.fromisoformat(told["noted_on"])
    return filing.file_signal(ctx, filing.signal_draft(ctx, content, made, on=day, note=hold))


def _noted_by(ctx: Ctx, handle: str) -> Made:
    """Who noted it, where that is somebody here; else whoever takes it in."""
    try:
        return Made(by=people.by_handle(ctx, handle).id, brain="external")
    except NotFound:
        return Made(by=ctx.principal, brain="external")


def improvements(ctx: Ctx, query: ImprovementQuery) -> ImprovementList:
    """List what agents noticed while they did something else, by layer and filer.

    Any agent may file such a signal in any of its runs; each goes into the next digest.
    """
    found = [_improvement(ctx, one) for one in noticed(ctx, query.since)]
    return ImprovementList(
        items=tuple(sorted(found, key=lambda one: (one.layer, one.filed_by, one.signal)))
    )


def noticed(ctx: Ctx, since: datetime | None) -> Sequence[Signal]:
    """Signals that agents filed beside their work, oldest first."""
    return [
        one
        for one in intake.listing(ctx, since)
        if (one.source.startswith(filing.NOTICED) or one.source == filing.JUDGED)
        and (since is None or one.filed_at >= since)
    ]


def _improvement(ctx: Ctx, one: Signal) -> Improvement:
    return Improvement(
        signal=one.signal,
        title=one.title,
        filed_by=people.principal(ctx, PrincipalId(one.filed_by)).handle,
        layer=one.layer,
        category=one.category,
        disposition=one.disposition,
    )


OPERATIONS = (
    Operation(
        name="signal.improvements",
        permission="signal:read",
        input=ImprovementQuery,
        output=ImprovementList,
        run=improvements,
        http=Http(method="GET", path="/signals/improvements"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=("layer", "filed_by", "category", "title", "signal", "disposition"),
    ),
    Operation(
        name="signal.file",
        permission="signal:file",
        input=SignalFile,
        output=SignalFiled,
        run=file_signal,
        http=Http(method="POST", path="/signals"),
    ),
    Operation(
        name="signal.take",
        permission="signal:file",
        input=SourceName,
        output=SignalsTaken,
        run=take,
        http=Http(method="POST", path="/sources/{source}/signals"),
    ),
)
