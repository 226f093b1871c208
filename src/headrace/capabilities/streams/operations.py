"""What streams offer to REST, CLI and MCP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from headrace.capabilities.agents import service as agents
from headrace.capabilities.streams import service
from headrace.capabilities.streams.model import (
    Context,
    ContextId,
    ContextState,
    Held,
    Run,
    RunId,
    RunState,
    Stream,
)
from headrace.kernel.capability import Effect, Foreseen, Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.inputs import Names


@dataclass(frozen=True, kw_only=True)
class ContextQuery:
    kind: str | None = None
    state: ContextState | None = None
    ids: Annotated[
        tuple[str, ...], Field(max_length=200, description="Only these, where any are named.")
    ] = ()


@dataclass(frozen=True, kw_only=True)
class ContextList:
    items: tuple[Context, ...]


@dataclass(frozen=True, kw_only=True)
class ContextName:
    context: Annotated[str, Names("context")]


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A module, or one element of it: ready, or held with everything it waits for."""

    module: str
    element: str
    ready: bool
    waits_for: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReadyList:
    items: tuple[Ready, ...]


@dataclass(frozen=True, kw_only=True)
class RunQuery:
    context: Annotated[str | None, Names("context")] = None
    module: Annotated[str | None, Names("module")] = None
    state: RunState | None = None
    change: Annotated[
        str | None,
        Names("change"),
        Field(description="Only those that handed in this change request."),
    ] = None
    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=200, description="Most items on one page.")] = 50


@dataclass(frozen=True, kw_only=True)
class RunPage:
    items: tuple[Run, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class RunName:
    run: Annotated[str, Names("run")]


@dataclass(frozen=True, kw_only=True)
class RunStart:
    context: Annotated[str, Names("context")]
    module: Annotated[str, Names("module")]
    element: Annotated[
        str, Field(description="The part that it works on, where the module has parts.")
    ] = ""


@dataclass(frozen=True, kw_only=True)
class RunCancel:
    run: Annotated[str, Names("run")]
    reason: Annotated[str, Field(description="Why, for the history.")]


@dataclass(frozen=True, kw_only=True)
class ImpactQuery:
    context: Annotated[str, Names("context")]
    module: Annotated[str, Names("module")]


@dataclass(frozen=True, kw_only=True)
class Impact:
    module: str
    reaches: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class ModuleShown:
    key: str
    title: str
    context_kind: str
    role: str
    layer: str  # of its role; empty where no pack declares the role
    task: str
    start: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StreamShown:
    name: str
    version: int
    title: str
    kinds: tuple[str, ...]
    modules: tuple[ModuleShown, ...]


@dataclass(frozen=True, kw_only=True)
class StreamList:
    items: tuple[StreamShown, ...]


def contexts(ctx: Ctx, query: ContextQuery) -> ContextList:
    """List contexts, oldest first: where value streams run."""
    ids = tuple(map(ContextId, query.ids))
    found = service.contexts(ctx, kind=query.kind, state=query.state, ids=ids)
    return ContextList(items=tuple(found))


def readiness(ctx: Ctx, name: ContextName) -> ReadyList:
    """Show what is ready in a context, and what everything else waits for."""
    found = service.readiness(ctx, ContextId(name.context))
    return ReadyList(
        items=tuple(
            Ready(
                module=one.module,
                element=one.element,
                ready=not isinstance(one, Held),
                waits_for=one.reasons if isinstance(one, Held) else (),
            )
            for one in found
        )
    )


def runs(ctx: Ctx, query: RunQuery) -> RunPage:
    """List runs in the order of their making."""
    found = service.runs(
        ctx,
        context=ContextId(query.context) if query.context else None,
        module=query.module,
        state=query.state,
        change=query.change,
        after=query.after,
        limit=query.limit + 1,
    )
    items = tuple(found[: query.limit])
    return RunPage(items=items, next=items[-1].id if len(found) > query.limit else None)


def show(ctx: Ctx, name: RunName) -> Run:
    """Show one run: its frozen inputs, its state, why it waits, what it handed in."""
    return service.run(ctx, RunId(name.run))


def start(ctx: Ctx, input: RunStart) -> Run:
    """Start a ready module by hand, or run it once more on what is effective now."""
    return service.start(ctx, ContextId(input.context), input.module, input.element)


def start_foreseen(ctx: Ctx, input: RunStart) -> Foreseen:
    """Who would begin, and what it may use at most."""
    return _foreseen(ctx, ContextId(input.context), input.module)


def let_on_foreseen(ctx: Ctx, input: RunCancel) -> Foreseen:
    """Who would begin again, and what it may use at most."""
    run = service.run(ctx, RunId(input.run))
    return _foreseen(ctx, run.context, run.module)


def _foreseen(ctx: Ctx, context: ContextId, key: str) -> Foreseen:
    """A role that no card limits has no most; a role without a card is refused when the run begins."""
    module = service.module(ctx, service.context(ctx, context), key)
    card = next((one for one in agents.roles(ctx) if one.id == module.work.role), None)
    return Foreseen(
        says=(f"{module.title}: the role {module.work.role} begins to work in {context}.",),
        tokens=card.limits.run_tokens if card else None,
        micro_usd=card.limits.run_cost_micro_usd if card else None,
    )


def cancel(ctx: Ctx, input: RunCancel) -> Run:
    """Stop a run. What it reserved is given back; a change that it asked for is given up."""
    service.cancel(ctx, RunId(input.run), input.reason)
    return service.run(ctx, RunId(input.run))


def let_on(ctx: Ctx, input: RunCancel) -> Run:
    """Let a run that was sent back too often have one attempt more."""
    service.let_on(ctx, RunId(input.run), input.reason)
    return service.run(ctx, RunId(input.run))


def impact(ctx: Ctx, query: ImpactQuery) -> Impact:
    """Show the modules that a change of this one's output would reach."""
    reached = service.impact(ctx, ContextId(query.context), query.module)
    return Impact(module=query.module, reaches=reached)


def streams(ctx: Ctx, _: Nothing) -> StreamList:
    """List the value streams of this house, with their modules."""
    layers = {card.id: card.layer for card in agents.roles(ctx)}
    return StreamList(items=tuple(_shown(one, layers) for one in ctx.declared(Stream)))


def _shown(stream: Stream, layers: Mapping[str, str]) -> StreamShown:
    return StreamShown(
        name=stream.name,
        version=stream.version,
        title=stream.title,
        kinds=stream.kinds,
        modules=tuple(
            ModuleShown(
                key=one.key,
                title=one.title,
                context_kind=one.context_kind,
                role=one.work.role,
                layer=layers.get(one.work.role, ""),
                task=one.work.task,
                start=one.start,
                inputs=tuple(selector.type for selector in one.inputs),
                outputs=one.outputs,
            )
            for one in stream.modules
        ),
    )


def _query(
    name: str,
    run: object,
    input: type,
    output: type,
    path: str,
    columns: tuple[str, ...] = (),
) -> Operation:
    return Operation(
        name=name,
        permission="stream:read",
        input=input,
        output=output,
        run=run,  # type: ignore[arg-type]  # each `run` here takes exactly its own input
        http=Http(method="GET", path=path),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=columns,
    )


OPERATIONS = (
    _query(
        "context.list",
        contexts,
        ContextQuery,
        ContextList,
        "/contexts",
        ("id", "kind", "parent", "title", "state", "opened_at"),
    ),
    _query("context.ready", readiness, ContextName, ReadyList, "/contexts/{context}/ready"),
    _query(
        "run.list",
        runs,
        RunQuery,
        RunPage,
        "/runs",
        ("id", "context", "module", "element", "attempt", "state", "change", "reasons"),
    ),
    _query("run.show", show, RunName, Run, "/runs/{run}"),
    _query("stream.list", streams, Nothing, StreamList, "/streams"),
    _query("stream.impact", impact, ImpactQuery, Impact, "/contexts/{context}/impact/{module}"),
    Operation(
        name="run.start",
        permission="run:start",
        input=RunStart,
        output=Run,
        run=start,
        http=Http(method="POST", path="/runs"),
        effect=Effect.SPEND,
        foresee=start_foreseen,
    ),
    Operation(
        name="run.let-on",
        permission="run:let-on",
        input=RunCancel,
        output=Run,
        run=let_on,
        http=Http(method="POST", path="/runs/{run}/attempt"),
        effect=Effect.SPEND,
        foresee=let_on_foreseen,
    ),
    Operation(
        name="run.cancel",
        permission="run:cancel",
        input=RunCancel,
        output=Run,
        run=cancel,
        http=Http(method="POST", path="/runs/{run}/cancel"),
    ),
)
