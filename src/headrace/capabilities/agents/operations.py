"""What agents offers to REST, CLI and MCP."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, JsonValue

from headrace.capabilities.agents import service
from headrace.capabilities.agents.cards import Seat
from headrace.capabilities.agents.model import (
    BrainKind,
    Employee,
    Lifecycle,
    Progress,
    RefusedAct,
    RoleCard,
    Run,
    RunState,
    RunSummary,
    Usage,
)
from headrace.kernel.capability import Effect, Http, Operation, OperationKind, Permission
from headrace.kernel.context import Ctx
from headrace.kernel.inputs import Names

READ, HIRE = "agent:read", "agent:hire"
STOP, DO = "agent:stop", "agent:do"

PERMISSIONS = (
    Permission(name=READ, summary="See agents, their role cards and their runs"),
    Permission(name=HIRE, summary="Hire agents, approve their states, pause and retire them"),
    Permission(name=STOP, summary="Stop runs of agents"),
    Permission(name=DO, summary="Hand in a task that waits for a person"),
)

KEPT_FROM_AGENTS = (HIRE, DO)
"""Rights that no agent ever holds: agents do not decide about agents, nor pass for people."""


@dataclass(frozen=True, kw_only=True)
class AgentQuery:
    state: Lifecycle | None = None
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class AgentLine:
    """An employee in a list."""

    handle: str
    name: str
    role: str
    layer: str
    state: Lifecycle
    paused: bool
    open_runs: int


@dataclass(frozen=True, kw_only=True)
class AgentPage:
    items: tuple[AgentLine, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class AgentName:
    agent: Annotated[str, Names("agent")]


@dataclass(frozen=True, kw_only=True)
class AgentShown:
    """An employee with the role card that it is pinned to."""

    agent: AgentLine
    superseded_by: str
    hired_at: datetime
    card_hash: str
    card_is_current: bool
    card: RoleCard


@dataclass(frozen=True, kw_only=True)
class RoleQuery:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class RoleLine:
    """A role card in a list."""

    id: str
    name: str
    layer: str
    status: Lifecycle
    reports_to: str
    tasks: tuple[str, ...]
    evaluates: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class LayerLine:
    """A layer of the organisation, with how many roles work in it."""

    id: str
    name: str
    delegates_to: tuple[str, ...]
    roles: int


@dataclass(frozen=True, kw_only=True)
class LayerList:
    """In the order of the organisation, from the top."""

    items: tuple[LayerLine, ...]


@dataclass(frozen=True, kw_only=True)
class RoleList:
    items: tuple[RoleLine, ...]
    seats: tuple[Seat, ...]


@dataclass(frozen=True, kw_only=True)
class Hiring:
    """`handle` is the name the agent gets; left out, it is the role's."""

    role: Annotated[str, Names("role")]
    handle: Annotated[
        str, Field(description="Its name; empty: that of the role.", examples=["coding-agent-2"])
    ] = ""


@dataclass(frozen=True, kw_only=True)
class Advancement:
    """`superseded_by` is the role that takes over; a deprecated agent needs one."""

    agent: Annotated[str, Names("agent")]
    to: Annotated[Lifecycle, Field(title="New state", description="The state that it enters.")]
    superseded_by: Annotated[
        str,
        Names("role"),
        Field(description="The role that takes over; a deprecated agent needs one."),
    ] = ""


@dataclass(frozen=True, kw_only=True)
class RunQuery:
    """`context` is what the work belongs to: mission:bulk-data-export."""

    state: RunState | None = None
    role: Annotated[str | None, Names("role")] = None
    subject: Annotated[
        str | None, Field(description="What the work is about.", examples=["CR-9"])
    ] = None
    context: Annotated[
        str | None,
        Names("context"),
        Field(description="What the work belongs to.", examples=["mission:bulk-data-export"]),
    ] = None
    runs: Annotated[tuple[str, ...] | None, Field(description="Only these.")] = None
    before: str | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class RunLine:
    """A run in a list. Money is in millionths of a dollar."""

    run: str
    role: str
    task: str
    subject: str
    context: str
    element: str
    brain: BrainKind
    state: RunState
    turns: int
    cost_micro_usd: int
    made_at: datetime
    ended_at: datetime | None
    error: str
    retry_at: datetime | None
    tokens: int  # in and out
    identity: str  # what answers: a model, or a hash of what else it is
    worked_for: float  # real seconds
    steps: int  # tool calls so far
    tool: str  # of the newest step
    path: str  # of the file that it is about


@dataclass(frozen=True, kw_only=True)
class RunPage:
    items: tuple[RunLine, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class RunName:
    run: Annotated[str, Names("agent-run")]


@dataclass(frozen=True, kw_only=True)
class StepLine:
    """One tool call of a run and the beginning of its result."""

    turn: int
    tool: str
    path: str
    is_error: bool
    result: str


@dataclass(frozen=True, kw_only=True)
class RunShown:
    """A run with everything that was done, refused and used in it."""

    line: RunLine
    recipe: str
    identity: str
    usage: Usage
    lost_calls: int
    facts: Mapping[str, JsonValue]
    submitted: Mapping[str, JsonValue] | None
    head: str | None
    changed_paths: tuple[str, ...]
    left_out: tuple[str, ...]
    steps: tuple[StepLine, ...]
    refusals: tuple[RefusedAct, ...]


@dataclass(frozen=True, kw_only=True)
class Stopping:
    run: Annotated[str, Names("agent-run")]
    reason: Annotated[str, Field(description="Why, for whoever reads the run.")] = ""


@dataclass(frozen=True, kw_only=True)
class HandingIn:
    """`result` has the form that the task asks for."""

    run: Annotated[str, Names("agent-run")]
    result: Annotated[
        Mapping[str, JsonValue], Field(description="In the form that the task asks for.")
    ]


def listing(ctx: Ctx, query: AgentQuery) -> AgentPage:
    """List the agents of the organisation: their roles, states and open runs."""
    found = service.employees(ctx, state=query.state, after=query.after, limit=query.limit)
    following = found[-1].handle if len(found) == query.limit else None
    return AgentPage(items=tuple(_agent(one) for one in found), next=following)


def show(ctx: Ctx, name: AgentName) -> AgentShown:
    """Show an agent and its role card: what it may do, where, and whom it asks.

    The card is pinned when the agent is hired; a card that has changed since counts after `renew`.
    """
    return _shown(ctx, service.employee(ctx, name.agent))


def roles(ctx: Ctx, _: RoleQuery) -> RoleList:
    """List the role cards that agents can be hired from, and the people's seats that they name."""
    return RoleList(
        items=tuple(_role(card) for card in service.roles(ctx)),
        seats=service.seats(ctx),
    )


def hire(ctx: Ctx, asked: Hiring) -> AgentShown:
    """Propose an agent from a role card.

    It works once its state is active: each step there is approved by the seat that the role
    catalogue names.
    """
    return _shown(ctx, service.hire(ctx, asked.role, asked.handle))


def advance(ctx: Ctx, asked: Advancement) -> AgentShown:
    """Let an agent enter a state of its life: approved, implementing, active, deprecated, retired.

    You must hold the seat that approves this state. A deprecated agent names the role that takes
    over; a retired one may do nothing any more.
    """
    made = service.advance(ctx, asked.agent, asked.to, superseded_by=asked.superseded_by)
    return _shown(ctx, made)


def retire(ctx: Ctx, name: AgentName) -> AgentShown:
    """Retire an agent that has no open run and was deprecated before. What it did stays its own."""
    return _shown(ctx, service.advance(ctx, name.agent, Lifecycle.RETIRED))


def pause(ctx: Ctx, name: AgentName) -> AgentShown:
    """Give an agent no new run; what it works on goes on."""
    return _shown(ctx, service.pause(ctx, name.agent))


def resume(ctx: Ctx, name: AgentName) -> AgentShown:
    """Let a paused agent take runs again."""
    return _shown(ctx, service.resume(ctx, name.agent))


def renew(ctx: Ctx, name: AgentName) -> AgentShown:
    """Let an agent work by its role card as it is now; open runs keep the former card."""
    return _shown(ctx, service.renew(ctx, name.agent))


def runs(ctx: Ctx, query: RunQuery) -> RunPage:
    """List runs of agents, newest first."""
    if query.runs is not None:
        named = service.named(ctx, query.runs)[-query.limit :]
        return RunPage(items=_lines(ctx, named[::-1]), next=None)
    found = service.runs(
        ctx,
        state=query.state,
        role=query.role,
        subject=query.subject,
        context=query.context,
        before=query.before,
        limit=query.limit,
    )
    following = found[-1].id if len(found) == query.limit else None
    return RunPage(items=_lines(ctx, found), next=following)


def layers(ctx: Ctx, _: Nothing) -> LayerList:
    """List the layers of the organisation in their order, and whom each hands work to.

    They are data of the pack, beside its role cards: `_organisation.yaml`.
    """
    cards = service.roles(ctx)
    return LayerList(
        items=tuple(
            LayerLine(
                id=one.id,
                name=one.name,
                delegates_to=one.delegates_to,
                roles=sum(card.layer == one.id for card in cards),
            )
            for one in service.layers(ctx)
        )
    )


def run_show(ctx: Ctx, name: RunName) -> RunShown:
    """Show a run: the facts it was given, every tool call, what was refused, what came of it."""
    return _run_shown(ctx, service.run(ctx, name.run))


def run_cancel(ctx: Ctx, asked: Stopping) -> RunShown:
    """Ask a run to stop. A call in flight is broken off; what was used stays booked."""
    return _run_shown(ctx, service.cancel(ctx, asked.run, asked.reason))


def run_submit(ctx: Ctx, given: HandingIn) -> RunShown:
    """Hand in, as a person, the result of a task that waits for one.

    The result is then yours: whoever evaluates it must be somebody else.
    """
    return _run_shown(ctx, service.hand_in(ctx, given.run, given.result))


def _agent(one: Employee) -> AgentLine:
    return AgentLine(
        handle=one.handle,
        name=one.card.name,
        role=one.role,
        layer=one.card.layer,
        state=one.state,
        paused=one.paused,
        open_runs=one.open_runs,
    )


def _shown(ctx: Ctx, one: Employee) -> AgentShown:
    current = {card.id: service.card_hash(card) for card in service.roles(ctx)}
    return AgentShown(
        agent=_agent(one),
        superseded_by=one.superseded_by,
        hired_at=one.hired_at,
        card_hash=one.card_hash,
        card_is_current=current.get(one.role) == one.card_hash,
        card=one.card,
    )


def _role(card: RoleCard) -> RoleLine:
    return RoleLine(
        id=card.id,
        name=card.name,
        layer=card.layer,
        status=card.status,
        reports_to=card.reports_to,
        tasks=tuple(task.name for task in card.tasks),
        evaluates=card.evaluates,
    )


def _lines(ctx: Ctx, found: Sequence[RunSummary]) -> tuple[RunLine, ...]:
    come = service.progress(ctx, [one.id for one in found])
    return tuple(_line(one, come.get(one.id, _NO_STEP)) for one in found)


_NO_STEP = Progress(steps=0, tool="", path="")


def _line(one: RunSummary, come: Progress) -> RunLine:
    return RunLine(
        run=one.id,
        role=one.role,
        task=one.task,
        subject=one.subject,
        context=one.context,
        element=one.element,
        brain=one.brain,
        state=one.state,
        turns=one.turns,
        cost_micro_usd=one.usage.cost_micro_usd,
        made_at=one.made_at,
        ended_at=one.ended_at,
        error=one.error,
        retry_at=one.retry_at,
        tokens=one.usage.input_tokens + one.usage.output_tokens,
        identity=one.identity,
        worked_for=one.worked_for,
        steps=come.steps,
        tool=come.tool,
        path=come.path,
    )


def _run_shown(ctx: Ctx, one: Run) -> RunShown:
    steps = service.steps(ctx, one.id)
    return RunShown(
        line=_lines(ctx, [one.summary])[0],
        recipe=one.recipe,
        identity=one.identity,
        usage=one.usage,
        lost_calls=one.lost_calls,
        facts=dict(one.order.facts),  # type: ignore[arg-type]  # Json says Sequence for JsonValue's list
        submitted=one.submitted,  # type: ignore[arg-type]  # as above
        head=one.head,
        changed_paths=one.changed_paths,
        left_out=one.left_out,
        steps=tuple(
            StepLine(
                turn=step.turn,
                tool=step.call.tool,
                path=step.path,
                is_error=step.is_error,
                result=step.content[:500],
            )
            for step in steps
        ),
        refusals=tuple(service.refusals(ctx, one.id)),
    )


def _query(
    name: str, path: str, input: type, output: type, run: Callable[[Ctx, Any], Any]
) -> Operation:
    return Operation(
        name=name,
        permission=READ,
        input=input,
        output=output,
        run=run,
        http=Http(method="GET", path=path),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    )


def _decision(
    name: str, path: str, input: type, run: Callable[[Ctx, Any], AgentShown]
) -> Operation:
    return Operation(
        name=name,
        permission=HIRE,
        input=input,
        output=AgentShown,
        run=run,
        http=Http(method="POST", path=path),
    )


OPERATIONS = (
    _query("agent.list", "/agents", AgentQuery, AgentPage, listing),
    _query("agent.show", "/agents/{agent}", AgentName, AgentShown, show),
    _query("layer.list", "/layers", Nothing, LayerList, layers),
    _query("agent.roles", "/agent-roles", RoleQuery, RoleList, roles),
    _decision("agent.hire", "/agents", Hiring, hire),
    _decision("agent.advance", "/agents/{agent}/state", Advancement, advance),
    _decision("agent.retire", "/agents/{agent}/retirement", AgentName, retire),
    _decision("agent.pause", "/agents/{agent}/pause", AgentName, pause),
    _decision("agent.resume", "/agents/{agent}/resumption", AgentName, resume),
    _decision("agent.renew", "/agents/{agent}/renewal", AgentName, renew),
    _query("agent.runs", "/agent-runs", RunQuery, RunPage, runs),
    _query("agent.run-show", "/agent-runs/{run}", RunName, RunShown, run_show),
    Operation(
        name="agent.run-cancel",
        permission=STOP,
        input=Stopping,
        output=RunShown,
        run=run_cancel,
        http=Http(method="POST", path="/agent-runs/{run}/cancel"),
    ),
    Operation(
        name="agent.run-submit",
        permission=DO,
        input=HandingIn,
        output=RunShown,
        run=run_submit,
        http=Http(method="POST", path="/agent-runs/{run}/result"),
    ),
)
