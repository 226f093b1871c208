"""Signals that follow from a mission's facts: filed once, each with the figure that it rests on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.model import Lifecycle
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, Made
from headrace.capabilities.intake import service as intake
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import Measurement, Mission, OutcomeVerdict
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId
from headrace.kernel.json import Json
from headrace.packs.enterprise.build.measures import stream_facts
from headrace.packs.enterprise.build.mission import effective
from headrace.packs.enterprise.build.report import hours
from headrace.packs.enterprise.discover import filing
from headrace.packs.enterprise.discover.contents import signal_content
from headrace.packs.enterprise.discover.facts import rows

SOURCE = "Outcome of "
LONG = timedelta(hours=4)
MANY = 2
"""So many customers who ask for the same since general availability are worth a signal."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A signal to be filed."""

    title: str
    topic: str
    category: str
    observation: str
    urgency: str = "next-cycle"
    impact: str = "medium"


def file(ctx: Ctx, mission: Mission, measured: Sequence[Measurement]) -> None:
    """File what the facts of a mission give, and what nobody has filed under the same title."""
    known = {one.title.casefold() for one in intake.listing(ctx)}
    promised = effective(ctx, "outcome-contract", mission.context)
    about = (promised.ref,) if promised is not None else ()
    made = Made(by=of_role(ctx, "product-strategy"), brain="skill", recipe=mission.context)
    for found in (
        *_missed(mission, measured),
        *_waited(ctx, mission),
        *_asked(ctx, mission),
    ):
        if found.title.casefold() not in known:
            draft = filing.signal_draft(ctx, _content(mission, found), made, about=about)
            filing.file_signal(ctx, draft)


def of_role(ctx: Ctx, role: str) -> PrincipalId:
    """The employee of a role, or whoever acts where none is hired."""
    hired = agents.employees(ctx, state=Lifecycle.ACTIVE, limit=1_000)
    return next((one.principal for one in hired if one.role == role), ctx.principal)


def _content(mission: Mission, found: Found) -> dict[str, Json]:
    content = signal_content(
        title=found.title,
        category=found.category,
        system=f"{SOURCE}{mission.slug}",
        topic=found.topic,
        confidence="high",
        observation=found.observation,
        urgency=found.urgency,
        impact=found.impact,
        recommended=filing.recommended(found.urgency, found.impact),
    )
    return dict(content)


def _missed(mission: Mission, measured: Sequence[Measurement]) -> Iterator[Found]:
    """Each promise that was not kept, or that nothing could measure."""
    for one in measured:
        if one.judged.verdict in {OutcomeVerdict.MET, OutcomeVerdict.EXCEEDED}:
            continue
        yield Found(
            title=f"{mission.title}: {one.outcome.name} is {one.judged.verdict}",
            topic=one.outcome.name,
            category="internal",
            observation=f"{one.outcome.metric}: promised {one.outcome.target}, found "
            f"{one.judged.actual} ({one.judged.variance}). {one.judged.because}.",
            impact="high" if one.judged.verdict is OutcomeVerdict.NOT_MET else "medium",
        )


def _waited(ctx: Ctx, mission: Mission) -> Iterator[Found]:
    """The longest wait for a person's answer, when it was long."""
    waits = [
        (wait.length(ctx.now), one.name, wait.cause)
        for one in stream_facts(ctx, mission.context)
        for wait in one.waits
        if wait.cause.startswith("ESCALATE") and wait.length(ctx.now) >= LONG
    ]
    if waits:
        length, stream, cause = max(waits)
        yield Found(
            title=f"Evaluation Waits for People in {mission.title}",
            topic="evaluation waits",
            category="internal",
            observation=f"{stream} waited {hours(length)} ({cause}); {len(waits)} questions waited "
            f"{hours(LONG)} or more.",
        )


def _asked(ctx: Ctx, mission: Mission) -> Iterator[Found]:
    """What customers ask for since they have the mission's work, counted in the CRM's records."""
    available = missions.availability(ctx, mission.slug)
    if available is None:
        return
    since, until = available.since.date().isoformat(), ctx.now.date().isoformat()
    by_tag: dict[str, set[str]] = {}
    for row in rows(ctx, "crm_requests"):
        if since <= str(row.get("asked_on", "")) <= until:
            by_tag.setdefault(str(row.get("tag", "")), set()).add(str(row.get("account_id", "")))
    for tag, accounts in sorted(by_tag.items()):
        if len(accounts) >= MANY:
            yield Found(
                title=f"Customers Ask for {tag.title()}",
                topic=tag,
                category="customer",
                observation=f"{len(accounts)} customers asked for {tag} since {since}, when "
                f"{mission.title} reached everybody (from the file crm_requests).",
            )


def filed(ctx: Ctx, mission: Mission) -> list[Json]:
    """The signals that came of a mission, with their paths: noticed at work, judged, or found at its end."""
    own = [
        one
        for one in intake.listing(ctx)
        if one.filed_at >= mission.opened_at - timedelta(days=1)
        and (
            one.source == f"{SOURCE}{mission.slug}"
            or one.source.startswith(filing.NOTICED)
            or one.source == filing.JUDGED
        )
    ]
    return [
        {
            "signal": one.title,
            "category": one.category,
            "filed_as": artifacts.get(ctx, ArtifactId(one.signal)).path,
        }
        for one in own
    ]
