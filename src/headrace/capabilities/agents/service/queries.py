"""What can be asked of runs."""

from collections.abc import Collection, Mapping, Sequence

from headrace.capabilities.agents.model import (
    OPEN_STATES,
    AgentRunId,
    Load,
    Progress,
    RefusedAct,
    Result,
    Run,
    RunEnd,
    RunNotFound,
    RunOpen,
    RunState,
    RunSummary,
    Step,
)
from headrace.capabilities.agents.store import deeds, employees, talks
from headrace.capabilities.agents.store import runs as store
from headrace.kernel.context import Ctx


def run(ctx: Ctx, id: str, *, lock: bool = False) -> Run:
    """The run. Raises RunNotFound."""
    found = store.run(ctx.db, ctx.organisation, AgentRunId(id), lock=lock)
    if found is None:
        raise RunNotFound(f"No agent run {id!r}; `headrace agent runs` lists them", run=id)
    return found


def runs(
    ctx: Ctx,
    *,
    state: RunState | None = None,
    role: str | None = None,
    subject: str | None = None,
    context: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> Sequence[RunSummary]:
    """Runs, newest first, of one state, role, subject or context where named, made before `before`."""
    return store.page(
        ctx.db,
        ctx.organisation,
        state=state,
        role=role,
        subject=subject,
        context=context,
        before=before,
        limit=limit,
    )


def named(ctx: Ctx, ids: Collection[str]) -> Sequence[RunSummary]:
    """The runs of these ids, oldest first; what is not there is left out."""
    return store.named(ctx.db, ctx.organisation, ids) if ids else ()


def recipe(ctx: Ctx, id: str) -> str:
    """The hash of role card, prompt, brain and settings that a run works with. Raises RunNotFound."""
    return run(ctx, id).recipe


def result(ctx: Ctx, id: str) -> Result:
    """What a run handed in, and what it cost. Raises RunNotFound, and RunOpen before its end."""
    found = run(ctx, id)
    if found.state in OPEN_STATES:
        raise RunOpen(f"Run {id} is still {found.state}; wait for agents.run_ended", run=id)
    return Result(
        run=found.id,
        state=RunEnd(found.state.value),
        principal=found.principal,
        brain=found.brain,
        recipe=found.recipe,
        submitted=found.submitted or {},
        base=found.base,
        head=found.head,
        changed_paths=found.changed_paths,
        left_out=found.left_out,
        refusals=tuple(refusals(ctx, found.id)),
        error=found.error,
        usage=found.usage,
        lost_calls=found.lost_calls,
    )


def refusals(ctx: Ctx, id: str) -> Sequence[RefusedAct]:
    """What a run tried beyond its authority, in order."""
    return deeds.refusals(ctx.db, ctx.organisation, AgentRunId(id))


def steps(ctx: Ctx, id: str) -> Sequence[Step]:
    """Every tool call of a run that was begun, in order, with its result."""
    said = talks.turns(ctx.db, ctx.organisation, AgentRunId(id))
    calls = {
        (number, place): call for number, turn in said for place, call in enumerate(turn.calls)
    }
    return deeds.steps(ctx.db, ctx.organisation, AgentRunId(id), calls)


def progress(ctx: Ctx, ids: Collection[str]) -> Mapping[str, Progress]:
    """How far each of these runs has come, by run; one that used no tool yet is left out."""
    return deeds.progress(ctx.db, ctx.organisation, ids) if ids else {}


def loads(ctx: Ctx) -> Sequence[Load]:
    """Open runs of all employees, counted by state and brain."""
    return store.loads(ctx.db, ctx.organisation)


def workforce(ctx: Ctx) -> int:
    """How many agents may take a run: active, and not paused."""
    return employees.workforce(ctx.db, ctx.organisation)
