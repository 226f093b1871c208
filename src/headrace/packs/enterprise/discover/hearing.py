"""What discover hears: filed signals are counted, observations become signals, a full week is told."""

from collections.abc import Mapping
from typing import cast

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.model import ObservationMade
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, BecameEffective, Made, VersionRef
from headrace.capabilities.intake import service as intake
from headrace.capabilities.intake.model import SignalTriaged, WeekOverflowed
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import OrganisationFounded
from headrace.capabilities.record import service as record
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import ContextId, RunMoved, RunState
from headrace.kernel.capability import Subscription
from headrace.kernel.context import Ctx
from headrace.kernel.errors import NotFound
from headrace.kernel.events import Recorded
from headrace.kernel.ids import PrincipalId
from headrace.kernel.json import Json
from headrace.packs.enterprise.discover import filing
from headrace.packs.enterprise.discover.contents import signal_content
from headrace.packs.enterprise.discover.facts import week_span
from headrace.packs.enterprise.discover.opening import SCAN
from headrace.packs.enterprise.roles import catalogue

UNGRADED = "medium"
"""Impact and confidence of an observation whose agent did not grade it."""


def _payload(event: Recorded) -> Mapping[str, Json]:
    return cast(Mapping[str, Json], event.payload)


def on_founded(ctx: Ctx, event: Recorded) -> None:
    """A new organisation: its active roles are staffed, its outermost context is opened."""
    agents.staff(ctx, catalogue().cards)
    streams.open_context(
        ctx, stream="enterprise", kind="organisation", slug="", title="The organisation"
    )


def on_effective(ctx: Ctx, event: Recorded) -> None:
    """A signal stands in the record: triage and count it."""
    told = _payload(event)
    if told["artifact_type"] != "signal":
        return
    ref = VersionRef(ArtifactId(str(told["artifact"])), int(str(told["number"])))
    version = artifacts.get_version(ctx, ref)
    filing.register(
        ctx, version, layer=_layer(ctx, version.made.by), hold=version.note == filing.HOLD
    )
    record.refresh_projection(ctx, ref.artifact)  # its file tells what was counted of it


def on_triaged(ctx: Ctx, event: Recorded) -> None:
    """A signal that waited has its disposition: its file tells so."""
    record.refresh_projection(ctx, ArtifactId(str(_payload(event)["signal"])))


def _layer(ctx: Ctx, principal: PrincipalId) -> str:
    """The layer of the agent that filed it; none for people and for the operator."""
    try:
        return agents.employee(ctx, people.principal(ctx, principal).handle).card.layer
    except NotFound:
        return ""


def on_observation(ctx: Ctx, event: Recorded) -> None:
    """An agent noticed something while it worked: that is a signal of its own."""
    told = {key: str(value) for key, value in _payload(event).items()}
    run = f"{told['run']}:{told['number']}"
    impact = told["impact"] or UNGRADED
    content = signal_content(
        title=told["title"],
        category=told["category"],
        system=f"{filing.NOTICED}{told['role']}",
        topic=told["title"],
        confidence=told["confidence"] or UNGRADED,
        observation=told["observation"],
        urgency=told["urgency"],
        impact=impact,
        recommended=filing.recommended(told["urgency"], impact),
    )
    made = Made(by=PrincipalId(told["principal"]), brain="agent", run=told["run"], recipe=run)
    filing.file_signal(ctx, filing.signal_draft(ctx, content, made))


def on_full_week(ctx: Ctx, event: Recorded) -> None:
    """More signals than a week's digest may wait for: an interim digest is made now."""
    week = str(_payload(event)["week"])
    begin, _ = week_span(week)
    signals = tuple(VersionRef(ArtifactId(one.signal), 1) for one in intake.week(ctx, begin))
    streams.episode(
        ctx,
        ContextId("organisation"),
        "digest",
        element="",
        name=f"{week}~interim",
        inputs={"signals": signals},
        cause=event.id,
    )


def on_scan(ctx: Ctx, event: Recorded) -> None:
    """A scan has ended: a digest that waited for it may be written."""
    told = _payload(event)
    if str(told["module"]).startswith(SCAN) and told["state"] in _SCAN_ENDS:
        streams.wake(ctx)


_SCAN_ENDS = frozenset({RunState.DONE, RunState.FAILED, RunState.CANCELLED, RunState.REJECTED})

SUBSCRIPTIONS = (
    Subscription(name="enterprise.founded", events=(OrganisationFounded,), run=on_founded),
    Subscription(name="enterprise.signal", events=(BecameEffective,), run=on_effective),
    Subscription(name="enterprise.triaged", events=(SignalTriaged,), run=on_triaged),
    Subscription(name="enterprise.observation", events=(ObservationMade,), run=on_observation),
    Subscription(name="enterprise.scan", events=(RunMoved,), run=on_scan),
    Subscription(name="enterprise.week", events=(WeekOverflowed,), run=on_full_week),
)
