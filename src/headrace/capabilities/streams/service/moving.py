"""Moving runs: claimed, worked on, handed in, decided. Each verb is one unit of work and may be repeated."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.model import AgentRunId, AgentTask, RunEnd
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Phase, VersionRef
from headrace.capabilities.budgets import service as budgets
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeState
from headrace.capabilities.streams import store
from headrace.capabilities.streams.model import (
    OPEN_STATES,
    Activity,
    ContextId,
    Finished,
    Module,
    Run,
    RunEnded,
    RunId,
    RunLetOn,
    RunMoved,
    RunNotFound,
    RunState,
)
from headrace.capabilities.streams.service import catalogue, making, openings
from headrace.capabilities.streams.service.proposals import default_finish, hand_in
from headrace.kernel.context import Ctx
from headrace.kernel.errors import HeadraceError, Refusal
from headrace.kernel.json import Json


def run(ctx: Ctx, id: RunId) -> Run:
    """The run. Raises RunNotFound."""
    found = store.run(ctx.db, ctx.organisation, id)
    if found is None:
        raise RunNotFound(f"No run {id}; `headrace run list` names them", run=id)
    return found


def at_work(ctx: Ctx, _: object) -> Sequence[str]:
    """What is at work, as reasons not to touch what it works on."""
    found = runs(ctx, state=RunState.WORKING, limit=10)
    return [f"{one.module} is at work in {one.context} ({one.id})" for one in found]


def runs(
    ctx: Ctx,
    *,
    context: ContextId | None = None,
    module: str | None = None,
    state: RunState | None = None,
    change: str | None = None,
    after: str | None = None,
    limit: int = 200,
) -> Sequence[Run]:
    """Runs in the order of their making; of a change, those that handed it in."""
    return store.runs(
        ctx.db,
        ctx.organisation,
        context=context,
        module=module,
        state=state,
        change=change,
        after=after,
        limit=limit,
    )


def counts(ctx: Ctx, states: Collection[RunState]) -> Mapping[RunState, int]:
    """How many runs stand in each of these states; one without any is left out."""
    return store.counts(ctx.db, ctx.organisation, states)


def of_change(ctx: Ctx, change: str) -> Run | None:
    """The run that handed in a change request, or None for a change made by hand."""
    return store.by_change(ctx.db, ctx.organisation, change)


def around(
    ctx: Ctx,
    *,
    ids: Collection[str] = (),
    changes: Collection[str] = (),
    episodes: Collection[str] = (),
) -> Sequence[Run]:
    """All runs of these ids, and all that handed in, looked at or followed from changes, oldest first.

    A run looked at a change when that is its element; it followed from an episode that is its period.
    """
    return store.around(ctx.db, ctx.organisation, ids=ids, changes=changes, episodes=episodes)


def with_changes(ctx: Ctx, contexts: Collection[str]) -> Sequence[Run]:
    """All runs in any of these contexts that handed in a change request, oldest first."""
    return store.with_changes(ctx.db, ctx.organisation, contexts)


def open_in(ctx: Ctx, contexts: Collection[str]) -> Sequence[Run]:
    """All runs in any of these contexts that have not ended, oldest first."""
    return store.open_in(ctx.db, ctx.organisation, contexts)


def activity(ctx: Ctx, contexts: Collection[str]) -> Mapping[ContextId, Activity]:
    """What went on in each of these contexts; one without a run is left out."""
    return store.activity(ctx.db, ctx.organisation, contexts)


def claim(ctx: Ctx, run: RunId) -> None:
    """Take a run up: guards, checks and reservation in this one transaction, or it waits.

    A refusal is no failure: the run is `waiting` with all its reasons, and an event wakes it.
    """
    one = _locked(ctx, run)
    if one.state not in {RunState.QUEUED, RunState.WAITING}:
        return
    module = module_of(ctx, one)
    reasons = (*_tired(ctx, one, module), *(module.guard(ctx, one) if module.guard else ()))
    if reasons:
        _move(ctx, one, RunState.WAITING, reasons)
        return
    claimed = agents.claim(ctx, task_of(ctx, one, module), key=one.id)
    if isinstance(claimed, Refusal):
        _move(ctx, one, RunState.WAITING, claimed.reasons)
        return
    store.claimed(ctx.db, ctx.organisation, one.id, claimed)
    _move(ctx, one, RunState.WORKING)


def _tired(ctx: Ctx, one: Run, module: Module) -> tuple[str, ...]:
    """Why a run that was sent back too often waits: what failed five times is no matter of trying."""
    if not _is_tired(ctx, one, module):
        return ()
    back = one.attempt - 1
    return (
        f"sent back {back} times; look at it, then `headrace run let-on {one.id}`, or cancel it",
    )


def is_tired(ctx: Ctx, one: Run) -> bool:
    """Whether a run was sent back so often that it waits for a person who lets it on."""
    return _is_tired(ctx, one, module_of(ctx, one))


def _is_tired(ctx: Ctx, one: Run, module: Module) -> bool:
    if one.attempt <= module.attempts:
        return False
    return not store.is_let_on(ctx.db, ctx.organisation, one.id)


def let_on(ctx: Ctx, id: RunId, reason: str) -> Run:
    """Let a run that was sent back too often have this one attempt. Raises RunEnded.

    Records RunLetOn.
    """
    one = _locked(ctx, id)
    if one.state not in {RunState.QUEUED, RunState.WAITING}:
        raise RunEnded(f"Run {id} is {one.state}; only what waits can be let on")
    store.let_on(ctx.db, ctx.organisation, id, ctx.principal)
    ctx.record(RunLetOn(run=id, attempt=one.attempt, by=ctx.principal, reason=reason))
    making.ask_claim(ctx, one)
    return one


def task_of(ctx: Ctx, run: Run, module: Module) -> AgentTask:
    """What the worker of a run is asked to do."""
    facts = module.facts(ctx, run) if module.facts is not None else {}
    work = module.work_for(ctx, run) if module.work_for is not None else module.work
    return AgentTask(
        subject=f"run:{run.id}",
        role=work.role,
        task=work.task,
        context=run.context,
        element=run.element,
        attempt=run.attempt,
        facts=facts,
        output_types=module.outputs,
        workspace=module.workspace(ctx, run) if module.workspace is not None else None,
        scopes=module.scopes(ctx, run) if module.scopes is not None else (),
        findings=run.findings,
    )


def finish(ctx: Ctx, agent_run: AgentRunId) -> None:
    """Take what a worker handed in: propose it, or tell why there is nothing to propose."""
    one = store.by_agent_run(ctx.db, ctx.organisation, agent_run)
    if one is None:
        return  # the worker had another subject
    one = _locked(ctx, one.id)
    if one.state is not RunState.WORKING:
        return
    result = agents.result(ctx, agent_run)
    if result.state is not RunEnd.SUCCEEDED:
        end = RunState.CANCELLED if result.state is RunEnd.CANCELLED else RunState.FAILED
        _move(ctx, one, end, (result.error or f"the worker ended as {result.state}",))
        return
    try:
        with ctx.attempt() as apart:  # a refused draft leaves nothing half-proposed behind
            _hand_in(apart, one, result.submitted)
    except HeadraceError as fault:
        _move(ctx, one, RunState.FAILED, (fault.message,))


def _hand_in(ctx: Ctx, one: Run, submitted: Mapping[str, Json]) -> None:
    module = module_of(ctx, one)
    handed = (
        module.finish(ctx, one, submitted)
        if module.finish is not None
        else default_finish(ctx, one, module, submitted)
    )
    refs, change = hand_in(ctx, one, module, handed)
    recipe = agents.result(ctx, AgentRunId(str(one.agent_run))).recipe
    if change is not None:
        budgets.attribute(ctx, str(one.agent_run), change)
    store.handed_in(ctx.db, ctx.organisation, one.id, refs, change, recipe)
    if _nothing(handed):
        _done(ctx, one, module)
    else:
        _move(ctx, one, RunState.PROPOSED)


def _nothing(handed: Finished) -> bool:
    return not handed.drafts and handed.change is None


def settled(ctx: Ctx, id: RunId) -> None:
    """See whether all that a run handed in is effective or merged; then it is done.

    Nothing happens where `id` is no run of ours: other rooms note runs of their own on versions.
    """
    one = store.run(ctx.db, ctx.organisation, id, lock=True)
    if one is None or one.state is not RunState.PROPOSED:
        return
    if _is_merged(ctx, one.change) and all(_is_effective(ctx, ref) for ref in one.outputs):
        _done(ctx, one, module_of(ctx, one))


def _is_merged(ctx: Ctx, change: str | None) -> bool:
    return change is None or record.change(ctx, change).state is ChangeState.MERGED


def _is_effective(ctx: Ctx, ref: VersionRef) -> bool:
    found = artifacts.find(ctx, ref.artifact)
    return found is not None and found.effective is not None and found.effective >= ref.number


def _done(ctx: Ctx, one: Run, module: Module) -> None:
    _move(ctx, one, RunState.DONE)
    done = run(ctx, one.id)
    if module.opening is not None:
        for wanted in module.opening.contexts(ctx, done):
            openings.open_context(
                ctx,
                stream=openings.context(ctx, done.context).stream,
                kind=module.opening.kind,
                slug=wanted.slug,
                title=wanted.title,
                parent=done.context,
                opened_by=done.id,
            )
    if module.after is not None:
        module.after(ctx, done)
    making.advance(ctx, done.context)


def send_back(ctx: Ctx, id: RunId, findings: Iterable[str]) -> Run:
    """Revise: the run's proposal is sent back, its versions stay, the next attempt has the findings.

    Raises RunEnded when it is not proposed.
    """
    one = _locked(ctx, id)
    if one.state is not RunState.PROPOSED:
        raise RunEnded(f"Run {id} is {one.state}; only what is proposed can be sent back")
    told = tuple(findings)
    artifacts.set_phase(ctx, _undecided(ctx, one), Phase.REVISION_REQUESTED)
    _move(ctx, one, RunState.REVISED, told)
    return making.again(ctx, one, told)


def rejected(ctx: Ctx, id: RunId, reason: str) -> None:
    """A person refused the proposal for good; nothing follows by itself."""
    one = _locked(ctx, id)
    if one.state is RunState.PROPOSED:
        artifacts.set_phase(ctx, _undecided(ctx, one), Phase.FAILED)
        _move(ctx, one, RunState.REJECTED, (reason,))


def _undecided(ctx: Ctx, one: Run) -> Sequence[VersionRef]:
    """What a run handed in and nobody has decided; what was filed beside it stands already."""
    return [ref for ref in one.outputs if not _is_effective(ctx, ref)]


def cancel(ctx: Ctx, id: RunId, reason: str) -> None:
    """Stop a run. What it reserved is given back; a change that it asked for is given up.

    Raises RunEnded, and WrongState when its change is being merged.
    """
    one = _locked(ctx, id)
    if one.state not in OPEN_STATES:
        raise RunEnded(f"Run {id} is {one.state}; there is nothing left to stop")
    if one.agent_run is not None and one.state is RunState.WORKING:
        agents.cancel(ctx, AgentRunId(one.agent_run), reason)
    if one.change is not None:
        record.close(ctx, one.change)
    _move(ctx, one, RunState.CANCELLED, (reason,))


def broken(ctx: Ctx, id: RunId, error: str) -> None:
    """A defect kept a run from its claim: it fails, and says so."""
    one = _locked(ctx, id)
    if one.state in {RunState.QUEUED, RunState.WAITING}:
        _move(ctx, one, RunState.FAILED, (error,))


def wake(ctx: Ctx) -> int:
    """Ask for the claims of all waiting runs again; how many."""
    waiting = store.runs(ctx.db, ctx.organisation, state=RunState.WAITING, limit=None)
    for one in waiting:
        making.ask_claim(ctx, one)
    return len(waiting)


def _locked(ctx: Ctx, id: RunId) -> Run:
    found = store.run(ctx.db, ctx.organisation, id, lock=True)
    if found is None:
        raise RunNotFound(f"No run {id}; `headrace run list` names them", run=id)
    return found


def module_of(ctx: Ctx, one: Run) -> Module:
    """The module that a run is of, as its context's stream declares it."""
    return catalogue.module(ctx, openings.context(ctx, one.context), one.module)


def _move(ctx: Ctx, one: Run, state: RunState, reasons: Iterable[str] = ()) -> None:
    told = tuple(reasons)
    if one.state is state and one.reasons == told:
        return
    store.move(ctx.db, ctx.organisation, one.id, state, told, ctx.now)
    ctx.record(
        RunMoved(
            run=one.id,
            context=one.context,
            module=one.module,
            element=one.element,
            attempt=one.attempt,
            state=state,
            reasons=told,
        )
    )
