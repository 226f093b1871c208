"""Claiming: a task is given to an employee, checked and paid for in advance, or refused with all reasons."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from headrace.capabilities.agents import rules
from headrace.capabilities.agents.cards import RoleCard, TaskCard, recipe_hash
from headrace.capabilities.agents.configuration import configured
from headrace.capabilities.agents.conversation import BrainKind, Task, Usage
from headrace.capabilities.agents.model import (
    AgentRunId,
    AgentTask,
    Employee,
    Instrument,
    RoleUnknown,
    Run,
    RunClaimed,
    RunState,
    Skill,
    SkillUnknown,
)
from headrace.capabilities.agents.store import employees
from headrace.capabilities.agents.store import runs as store
from headrace.capabilities.agents.tools import telling
from headrace.capabilities.agents.tools.catalogue import tools_for
from headrace.capabilities.agents.tools.tool import Tool
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import json_schema
from headrace.capabilities.budgets import service as budgets
from headrace.capabilities.budgets.model import (
    BudgetExceeded,
    Claim,
    ReservationId,
    Scope,
    ScopeKind,
)
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Refusal
from headrace.kernel.flow import Job
from headrace.kernel.json import digest

FLOW = "agents.run"


@dataclass(frozen=True, kw_only=True)
class _Choice:
    """By which brain a task will be done; `name` is the skill or instrument where it is one."""

    kind: BrainKind
    name: str
    identity: str


def claim(ctx: Ctx, order: AgentTask, *, key: str) -> AgentRunId | Refusal:
    """Give a task to an employee of its role; it starts when this unit of work commits.

    One key stands for one run: asking again gives the same run. A Refusal holds every reason (the
    checks of the question `claim`, nobody active, no brain, data too closed, no budget); then nothing
    is held and nothing starts. Raises RoleUnknown, SkillUnknown, TypeUnknown. Records RunClaimed.
    """
    present = store.by_key(ctx.db, ctx.organisation, key)
    if present is not None:
        return present
    worker = rules.worker(order.role, employees.of_role(ctx.db, ctx.organisation, order.role))
    objections = list(_objections(ctx, order))
    if isinstance(worker, Refusal):
        return Refusal((*objections, *worker.reasons))
    card_task = task_card(worker.card, order.task)
    choice = _choice(ctx, order, worker.card, card_task)
    closed = rules.against_data(worker.card, order.data_class)
    objections += [
        r for refusal in (choice, closed) if isinstance(refusal, Refusal) for r in refusal.reasons
    ]
    if objections or isinstance(choice, Refusal):
        return Refusal(tuple(objections))
    run = _opened(ctx, order, worker, card_task, choice)
    try:
        budgets.reserve(ctx, _budget_claim(run, worker))
    except BudgetExceeded as fault:
        return Refusal((fault.message,))
    _start(ctx, run, worker, key)
    return run.id


def task_card(card: RoleCard, name: str) -> TaskCard:
    """The task of a role. Raises RoleUnknown."""
    found = card.task(name)
    if found is None:
        known = ", ".join(task.name for task in card.tasks)
        raise RoleUnknown(f"{card.id} has no task {name!r}; it has: {known}", role=card.id)
    return found


def spoken(ctx: Ctx, order: AgentTask, card: RoleCard) -> Task:
    """The task as a brain is told of it. Raises TypeUnknown."""
    schema = form(ctx, order)
    tools = tools_by_name(ctx, order, card)
    # Who asks may give the findings with their places; else they are the sentences alone.
    facts = {"findings": list(order.findings), **order.facts} if order.findings else order.facts
    return Task(
        role=order.role,
        name=order.task,
        element=order.element,
        attempt=order.attempt,
        instructions=_instructions(order),
        facts=cast(Mapping[str, JsonValue], facts),  # Json says Sequence where JsonValue says list
        tools=tuple(tool.spec for tool in tools.values()),
        limits=card.limits,
        output_schema=schema,
    )


def tools_by_name(ctx: Ctx, order: AgentTask, card: RoleCard) -> dict[str, Tool]:
    """The tools of a run, `submit` with the form of its result. Raises TypeUnknown."""
    schema = form(ctx, order)
    return tools_for(
        card,
        in_workspace=order.workspace is not None,
        result=telling.WORK if schema is None else schema,
    )


def form(ctx: Ctx, order: AgentTask) -> Mapping[str, JsonValue] | None:
    """The JSON Schema of the result, or None for work in a place. Raises TypeUnknown.

    Several types are handed in together, as one object with each under its name.
    """
    schemas = {
        name: cast(JsonValue, json_schema(artifacts.layout(ctx, name)))
        for name in order.output_types
    }
    if len(schemas) < 2:
        return cast("Mapping[str, JsonValue] | None", next(iter(schemas.values()), None))
    return {
        "type": "object",
        "properties": schemas,
        "required": list(schemas),
        "additionalProperties": False,
    }


def skill(ctx: Ctx, name: str) -> Skill | Instrument:
    """What a card names as its skill. Raises SkillUnknown."""
    for one in _skills(ctx):
        if one.name == name:
            return one
    known = ", ".join(sorted(one.name for one in _skills(ctx))) or "none"
    raise SkillUnknown(f"No skill {name!r}; the packs declare: {known}", skill=name)


def _skills(ctx: Ctx) -> tuple[Skill | Instrument, ...]:
    return (*ctx.declared(Skill), *ctx.declared(Instrument))


def _objections(ctx: Ctx, order: AgentTask) -> Iterator[str]:
    for check in ctx.house.checks("claim"):
        yield from check.run(ctx, order)
    workspace = order.workspace
    if workspace is not None and not (workspace.branch or workspace.base):
        yield "the workspace names no branch"


def _instructions(order: AgentTask) -> str:
    if not order.findings:
        return ""
    listed = "\n".join(f"- {finding}" for finding in order.findings)
    return f"The former attempt was sent back with these findings; answer each:\n{listed}"


def _choice(ctx: Ctx, order: AgentTask, card: RoleCard, card_task: TaskCard) -> _Choice | Refusal:
    task = spoken(ctx, order, card)
    settings = configured(ctx)
    present = settings.available(task, card.model_tier, in_workspace=order.workspace is not None)
    if any(one.name == card_task.skill for one in _skills(ctx)):
        present |= {BrainKind.SKILL}
    kind = rules.brain(card_task, present, has_form=task.output_schema is not None)
    if isinstance(kind, Refusal):
        return kind
    if kind is BrainKind.SKILL:
        named = skill(ctx, card_task.skill)
        return _Choice(kind=kind, name=named.name, identity=f"skill/{named.name}")
    if kind is BrainKind.EXTERNAL and settings.external is not None:
        return _Choice(kind=kind, name="", identity=settings.external.identity(task))
    speaker = settings.speaker(kind, card.model_tier)
    identity = speaker.identity(task) if speaker is not None else kind.value
    return _Choice(kind=kind, name="", identity=identity)


def _opened(
    ctx: Ctx, order: AgentTask, worker: Employee, card_task: TaskCard, choice: _Choice
) -> Run:
    limits = worker.card.limits
    return Run(
        id=AgentRunId(ctx.new_id("agr")),
        order=order,
        employee=worker.id,
        principal=worker.principal,
        card=worker.card,
        brain=choice.kind,
        brain_name=choice.name,
        identity=choice.identity,
        recipe=recipe_hash(
            worker.card, card_task, choice.identity, {"tools": list(worker.card.tools)}
        ),
        state=RunState.QUEUED,
        reserved=rules.reservation(choice.kind, limits),
        turns=0,
        usage=Usage(),
        lost_calls=0,
        submitted=None,
        submitted_at=None,
        base=None,
        head=None,
        changed_paths=(),
        left_out=(),
        error="",
        asked_to_stop="",
        made_at=ctx.now,
        ended_at=None,
        worked_for=0.0,
    )


def _budget_claim(run: Run, worker: Employee) -> Claim:
    own = Scope(kind=ScopeKind.AGENT, id=worker.handle)
    named = run.order.scopes
    scopes = named if any(s.kind is ScopeKind.AGENT for s in named) else (*named, own)
    return Claim(
        id=ReservationId(run.id),
        scopes=scopes,
        amount=run.reserved,
        purpose=f"{run.order.task} by @{worker.handle}",
        run=run.id,
    )


def _start(ctx: Ctx, run: Run, worker: Employee, key: str) -> None:
    store.add(ctx.db, ctx.organisation, run, key=key, card_hash=worker.card_hash)
    ctx.record(
        RunClaimed(
            run=run.id,
            subject=run.order.subject,
            role=run.order.role,
            employee=worker.handle,
            principal=run.principal,
            brain=run.brain,
            recipe=run.recipe,
            facts_hash=digest(dict(run.order.facts)),
        )
    )
    ctx.start(Job(flow=FLOW, key=run.id, arguments={"run": run.id}))
