"""What discover offers to REST, CLI and MCP: filing signals."""

from dataclasses import dataclass
from datetime import date

from headrace.capabilities.artifacts.model import Made
from headrace.capabilities.intake import service as intake
from headrace.capabilities.people import service as people
from headrace.kernel.capability import Http, Operation
from headrace.kernel.context import ActorKind, Ctx
from headrace.kernel.errors import NotFound
from headrace.packs.enterprise.discover import filing
from headrace.packs.enterprise.discover.contents import signal_content
from headrace.packs.enterprise.types.signal import URGENCIES


@dataclass(frozen=True, kw_only=True)
class SignalFile:
    title: str
    observation: str
    topic: str
    category: str = "customer"
    system: str = "by hand"
    confidence: str = "medium"
    urgency: str = "next-cycle"
    impact: str = "medium"
    divisions: tuple[str, ...] = ()
    supersedes: str = ""


@dataclass(frozen=True, kw_only=True)
class SignalFiled:
    signal: str
    path: str


@dataclass(frozen=True, kw_only=True)
class SourceName:
    source: str


@dataclass(frozen=True, kw_only=True)
class SignalsTaken:
    items: tuple[SignalFiled, ...]


def file_signal(ctx: Ctx, input: SignalFile) -> SignalFiled:
    """File a signal: something observed that may deserve work.

    State facts only; what a signal asks for is decided later. It needs nobody's approval and can
    never be edited: a correction is a new signal that supersedes it.
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
        recommended=_recommended(input.urgency, input.impact),
    )
    brain = "human" if ctx.actor.kind is ActorKind.PERSON else "agent"
    draft = filing.signal_draft(ctx, content, Made(by=ctx.principal, brain=brain))
    version = filing.file_signal(ctx, draft)
    return SignalFiled(signal=version.ref.artifact, path=version.path)


def _recommended(urgency: str, impact: str) -> str:
    """What the table says; a value that is none of its own is told by the type's own check."""
    known = urgency in URGENCIES and impact in {"high", "medium", "low"}
    return filing.recommended(urgency, impact) if known else "monitor"


def take(ctx: Ctx, name: SourceName) -> SignalsTaken:
    """File a signal for every record of a source that is in a signal's words already.

    Columns: noted_on, noted_by, category, source_system, confidence, title, observation, urgency,
    impact, divisions (separated by ;), triaged (no: it waits for the triage rules).
    """
    filed = []
    for row in intake.source_rows(ctx, name.source):
        told = {key: str(value) for key, value in row.items()}
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
        made = _noted_by(ctx, told["noted_by"])
        hold = filing.HOLD if told.get("triaged") == "no" else ""
        day = date.fromisoformat(told["noted_on"])
        draft = filing.signal_draft(ctx, content, made, on=day, note=hold)
        version = filing.file_signal(ctx, draft)
        filed.append(SignalFiled(signal=version.ref.artifact, path=version.path))
    return SignalsTaken(items=tuple(filed))


def _noted_by(ctx: Ctx, handle: str) -> Made:
    """Who noted it, where that is somebody here; else whoever takes it in."""
    try:
        return Made(by=people.by_handle(ctx, handle).id, brain="external")
    except NotFound:
        return Made(by=ctx.principal, brain="external")


OPERATIONS = (
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
