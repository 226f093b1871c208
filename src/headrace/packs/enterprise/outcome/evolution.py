"""Evolution: how the organisation works is changed by proposals that rest on signals and figures.

Whoever answers for a category decides: twelve categories, each with the people who must all agree.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.artifacts.model import ArtifactId, Draft, Link, Made, VersionRef
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import CHANGE, Gate, GateState, Subject, Tier
from headrace.capabilities.governance.model import Proposal as Asked
from headrace.capabilities.intake import service as intake
from headrace.capabilities.intake.model import Signal
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeOpened, ChangeRequest, HeadMoved, Proposal
from headrace.kernel.capability import Check, Http, Operation, Permission, Subscription
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid
from headrace.kernel.events import Recorded
from headrace.kernel.ids import PrincipalId
from headrace.kernel.inputs import Names, OneOf
from headrace.kernel.json import Json
from headrace.packs.enterprise.discover.contents import at

TYPE, PROPOSE = "evolution-proposal", "evolution:propose"
LEAST = 3
"""So many signals on one matter are the least that a proposal rests on."""

APPROVERS: Mapping[str, tuple[str, ...]] = {
    "division-merge-split": ("cpo", "cto"),
    "new-venture": ("ceo", "cpo"),
    "venture-sunset": ("ceo", "cpo"),
    "process-improvement": ("coo", "cto"),
    "operating-model-update": ("ceo", "cto"),
    "agent-instruction-update": ("cto",),
    "new-agent-type": ("cto",),
    "agent-type-deprecation": ("cto",),
    "agent-scaling-policy": ("cto", "cfo"),
    "policy-evolution": ("cto", "policy-author"),
    "investment-rebalancing": ("ceo", "cfo"),
    "vision-update": ("ceo", "board"),
}
"""Who must agree, by category: handles of people or teams. Three categories name one person alone."""

DO_NOTHING: Mapping[str, Json] = {
    "name": "Do nothing",
    "description": "Leave everything as it is, and watch the signals.",
    "why_rejected": "The signals named as evidence show that it goes on.",
}
_FIGURE = re.compile(r"\d")


class ProposalRefused(Invalid):
    """The proposal does not rest on enough; the message says what is missing."""

    code = "enterprise.proposal_refused"


@dataclass(frozen=True, kw_only=True)
class Evolving:
    """`category` says who decides; `signal` are three or more on one matter, `data` figures with sources.

    `impact` lines are LAYER: what changes there. `plan` are the steps in their order.
    """

    title: Annotated[str, Field(description="What is proposed, in one line.")]
    category: Annotated[str, OneOf(tuple(APPROVERS)), Field(description="It says who decides.")]
    current: Annotated[str, Field(description="How it is now.")]
    proposed: Annotated[str, Field(description="How it is to be.")]
    signal: Annotated[
        tuple[str, ...], Names("signal"), Field(description="Three or more on one matter.")
    ]
    data: Annotated[tuple[str, ...], Field(description="Figures with their sources.")]
    impact: Annotated[tuple[str, ...], Field(description="What changes in a layer: LAYER: what.")]
    rollback: Annotated[str, Field(description="How it is taken back.")]
    metric: Annotated[str, Field(description="What shows whether it helped.")]
    baseline: Annotated[str, Field(description="Its value now.")]
    target: Annotated[str, Field(description="The value that it is to reach.")]
    by: Annotated[date, Field(title="Until", description="Until when.")]
    plan: Annotated[tuple[str, ...], Field(description="The steps, in their order.")]


@dataclass(frozen=True, kw_only=True)
class Evolved:
    """The draft, the change that asks for it, and who must agree."""

    proposal: str
    change: str
    approvers: tuple[str, ...]


def propose(ctx: Ctx, asked: Evolving) -> Evolved:
    """Draft a change of how the organisation works, from signals and figures, for its approvers.

    It needs at least three signals on one matter and a figure, and is refused with what is missing.
    Doing nothing stands in it as an alternative. It takes effect when everybody whom its category
    names has agreed.
    """
    found = tuple(_faults(ctx, asked))
    if found:
        raise ProposalRefused(f"This is no proposal yet: {'; '.join(found)}", reasons=list(found))
    signals = _signals(ctx, asked)
    name = slug(asked.title)
    draft = Draft(
        type=TYPE,
        slug=name,
        parts={"year": f"{ctx.now.year}", "number": _next_number(ctx), "slug": name},
        context="organisation",
        content=_content(ctx, asked, signals),
        made=Made(by=ctx.principal, brain="human"),
        links=tuple(Link(target=VersionRef(ArtifactId(one.signal), 1)) for one in signals),
    )
    version = artifacts.propose(ctx, draft)
    change = record.open_change(
        ctx,
        Proposal(
            title=f"Evolution proposal: {asked.title}",
            context="organisation",
            members=(version.ref,),
            body=f"{asked.category}: {', '.join(f'@{one}' for one in APPROVERS[asked.category])} decide.",
        ),
    )
    return Evolved(
        proposal=version.ref.artifact,
        change=change.id,
        approvers=tuple(f"@{one}" for one in APPROVERS[asked.category]),
    )


def _next_number(ctx: Ctx) -> int:
    """The number that the record gives the next proposal of this year as its reference."""
    series = f"EVO-{ctx.now.year}-"
    listed = artifacts.listing(ctx, type=TYPE, limit=10_000)
    return 1 + sum((one.reference or "").startswith(series) for one in listed)


def _faults(ctx: Ctx, asked: Evolving) -> Iterator[str]:
    approvers = APPROVERS.get(asked.category)
    if approvers is None:
        yield f"{asked.category!r} is no category; there are {', '.join(APPROVERS)}"
    for handle in approvers or ():
        if not people.resolve(ctx, handle):
            yield f"nobody is @{handle}, who must agree; add the team or the person"
    known = {one.signal: one for one in intake.listing(ctx)}
    unknown = [name for name in asked.signal if name not in known]
    if unknown:
        yield f"no signal {', '.join(unknown)} is in the record"
    topics = {known[name].topic for name in asked.signal if name in known}
    if len(topics) > 1:
        yield f"the signals are on several matters: {', '.join(sorted(topics))}"
    distinct = {name for name in asked.signal if name in known}
    if len(distinct) < LEAST:
        lacking = LEAST - len(distinct)
        yield f"it rests on {len(distinct)} signals; {lacking} more on the same matter are missing"
    if not any(_FIGURE.search(line) for line in asked.data):
        yield "it rests on no figure; name at least one with its source"
    if asked.by <= ctx.now.date():
        yield f"its success is measured by {asked.by}, which has passed"


def _signals(ctx: Ctx, asked: Evolving) -> Sequence[Signal]:
    return [one for one in intake.listing(ctx) if one.signal in set(asked.signal)]


def _content(ctx: Ctx, asked: Evolving, signals: Sequence[Signal]) -> Mapping[str, Json]:
    paths = [artifacts.get(ctx, ArtifactId(one.signal)).path for one in signals]
    first = min(one.filed_at for one in signals)
    counted = f"{len(signals)} signals on {signals[0].topic!r} since {first:%Y-%m-%d}"
    impact = [line.partition(":") for line in asked.impact]
    return {
        "title": asked.title,
        "fields": {
            "category": asked.category,
            "trigger": counted,
            "approvers": [f"@{one}" for one in APPROVERS[asked.category]],
        },
        "sections": {
            "current": asked.current,
            "proposed": asked.proposed,
            "evidence": {"signals": paths, "data": [f"{counted} (the record)", *asked.data]},
            "impact": [
                {"layer": a.strip(), "impact": b.strip() or a.strip()} for a, _, b in impact
            ],
            "rollback": asked.rollback,
            "metrics": [
                {
                    "metric": asked.metric,
                    "baseline": asked.baseline,
                    "target": asked.target,
                    "by": asked.by.isoformat(),
                }
            ],
            "plan": list(asked.plan),
            "alternatives": [dict(DO_NOTHING)],
        },
    }


def approvers_of(ctx: Ctx, change: ChangeRequest) -> tuple[str, ...]:
    """Who must all agree to a change: those of the categories of the proposals in it."""
    named: dict[str, None] = {}
    for member in change.members:
        if member.ref.artifact.startswith(f"{TYPE}/"):
            version = artifacts.get_version(ctx, member.ref)
            category = str(at(version.content, "fields", "category"))
            named.update(dict.fromkeys(APPROVERS.get(category, ())))
    return tuple(named)


def on_head(ctx: Ctx, event: Recorded) -> None:
    """A proposal can be decided: each of its approvers gets a gate of their own."""
    payload = event.payload
    assert isinstance(payload, Mapping)  # an event's payload is an object
    change = record.change(ctx, str(payload["change"]))
    approvers = approvers_of(ctx, change)
    if not approvers or change.head is None:
        return
    governance.ask(
        ctx,
        Asked(
            subject=Subject(kind=CHANGE, id=change.id),
            hash=change.head,
            title=change.title,
            summary=change.body,
            approvers=tuple((one,) for one in approvers),
            authors=_authors(ctx, change),
            members={str(member.ref): member.content_hash for member in change.members},
            why="a change of how the organisation works needs everybody whom its category names",
            on_yes="it takes effect when the others have agreed too",
            on_no="it goes back to its author",
            tier=Tier.EXECUTIVE,
            context=change.context,
            purpose="evolution",
        ),
    )


def _authors(ctx: Ctx, change: ChangeRequest) -> tuple[PrincipalId, ...]:
    """Whoever wrote a proposal of the change or asked for it: they do not decide about it."""
    makers = (artifacts.get_version(ctx, member.ref).made.by for member in change.members)
    return tuple(dict.fromkeys([change.author, *makers]))


def objections(ctx: Ctx, change: ChangeRequest) -> Sequence[str]:
    """Who has not agreed yet to the proposals in a change, on its present head."""
    wanted = approvers_of(ctx, change)
    if not wanted:
        return ()
    agreed = {one for gate in _approved(ctx, change) for one in gate.approvers}
    return [f"@{one} has not agreed yet" for one in wanted if f"@{one}" not in agreed]


def _approved(ctx: Ctx, change: ChangeRequest) -> Sequence[Gate]:
    return [
        gate
        for gate in governance.gates_of(ctx, Subject(kind=CHANGE, id=change.id))
        if gate.state is GateState.APPROVED
        and (gate.purpose, gate.hash) == ("evolution", change.head)
    ]


OPERATIONS = (
    Operation(
        name="evolution.propose",
        permission=PROPOSE,
        input=Evolving,
        output=Evolved,
        run=propose,
        http=Http(method="POST", path="/evolution"),
    ),
)
PERMISSIONS = (Permission(name=PROPOSE, summary="Propose how the organisation works otherwise"),)
CHECKS = (Check(question="record.merge", name="enterprise.evolution", run=objections),)
SUBSCRIPTIONS = (
    Subscription(name="enterprise.evolution", events=(ChangeOpened, HeadMoved), run=on_head),
)
