"""Making runs: what became ready is started by its module's rule, once per frozen input set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from headrace.capabilities.artifacts.model import Version, VersionRef
from headrace.capabilities.streams import registry, rules, store
from headrace.capabilities.streams.model import (
    Candidate,
    Context,
    ContextId,
    ContextState,
    Held,
    Module,
    NotReady,
    Readiness,
    Run,
    RunId,
    RunMade,
    RunOpen,
    RunState,
    Scope,
    Start,
)
from headrace.capabilities.streams.service import catalogue, openings
from headrace.capabilities.streams.service.snapshots import Span, snapshot
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Job

_EPOCH = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday: weeks are calendar weeks
_WEEK, _DAY = timedelta(weeks=1), timedelta(days=1)
CLAIM = "streams.claim"
"""The flow that claims a run."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a run is to be made for, besides its module and input set."""

    period: str = ""
    attempt: int = 1
    findings: tuple[str, ...] = ()
    cause: str | None = None


def advance(ctx: Ctx, id: ContextId) -> Sequence[Run]:
    """Start what became ready in a context and starts by itself. Harmless to repeat.

    A module whose element has a run already is left alone: what changed under it shows as drift,
    and a person, or the module's next period or episode, makes the next run.
    """
    store.lock_context(ctx.db, ctx.organisation, id)
    context = openings.context(ctx, id)
    if context.state is not ContextState.OPEN:
        return ()
    automatic = [m for m in catalogue.modules(ctx, context) if m.start is Start.AUTOMATIC]
    seen = snapshot(ctx, context, automatic)
    return [
        run
        for module in automatic
        for found in rules.readiness(module, seen)
        if isinstance(found, Candidate)
        for run in _first(ctx, context, module, found)
    ]


def advance_around(ctx: Ctx, version: Version) -> Sequence[Run]:
    """Start what an effective version made ready, in its context and in those that can see it."""
    place = ContextId(version.context)
    around = {
        *store.above(ctx.db, ctx.organisation, place),
        *store.linked(ctx.db, ctx.organisation, place),
        *store.within(ctx.db, ctx.organisation, place),
    }
    seeing = {id for id in around if _reads(ctx, id, version.type)}
    own = {place} if store.context(ctx.db, ctx.organisation, place) is not None else set()
    # In one order, because each takes a lock that the unit of work keeps.
    return [run for id in sorted(own | seeing) for run in advance(ctx, id)]


def _reads(ctx: Ctx, id: ContextId, type: str) -> bool:
    """Whether anything in a context may become ready by such a version from outside it."""
    context = openings.context(ctx, id)
    return any(
        selector.type == type and selector.scope is not Scope.OWN
        for module in catalogue.stream_of(ctx, context).modules
        if module.context_kind == context.kind
        for selector in module.inputs
    )


def _first(ctx: Ctx, context: Context, module: Module, found: Candidate) -> Iterable[Run]:
    if store.of_element(ctx.db, ctx.organisation, context.id, module.key, found.element):
        return ()
    run = _make(ctx, context, module, found, Wish())
    return () if run is None else (run,)


def readiness(ctx: Ctx, id: ContextId) -> Sequence[Readiness]:
    """For every module and element of a context: ready, or held with everything it waits for.

    A module that only an event starts, and that reads nothing, is never ready by itself.
    """
    context = openings.context(ctx, id)
    modules = [one for one in catalogue.modules(ctx, context) if one.inputs or not one.event]
    seen = snapshot(ctx, context, modules)
    return [found for module in modules for found in rules.readiness(module, seen)]


def start(ctx: Ctx, id: ContextId, key: str, element: str = "") -> Run:
    """Start a ready module by hand: its first run, or one more on what is effective now.

    A periodic module is run once more for the period that has ended last. Raises NotReady with
    everything that is missing, or RunOpen.
    """
    store.lock_context(ctx.db, ctx.organisation, id)
    context = openings.context(ctx, id)
    module = catalogue.module(ctx, context, key)
    _require_place(context, module)
    period, span = _ended_last(ctx.now, module.every) if module.every else ("", None)
    seen = snapshot(ctx, context, [module], span)
    found = _candidate(rules.readiness(module, seen), module, element)
    attempt = _next_attempt(ctx, context, found, period)
    wish = Wish(period=period, attempt=attempt, cause=f"by {ctx.principal}")
    run = _make(ctx, context, module, found, wish)
    if run is None:
        raise _open(id, key, element)
    return run


def _require_place(context: Context, module: Module) -> None:
    if module.context_kind != context.kind:
        raise NotReady(f"{module.key} runs in a {module.context_kind}; {context.id} is none")
    if context.state is not ContextState.OPEN:
        raise NotReady(f"{context.id} is {context.state} and takes no new runs")


def _next_attempt(ctx: Ctx, context: Context, found: Candidate, period: str) -> int:
    former = store.of_element(ctx.db, ctx.organisation, context.id, found.module, found.element)
    key = (period, _input_key(found, period))
    same = (run.attempt for run in former if (run.period, run.input_hash) == key)
    return max(same, default=0) + 1


def _input_key(found: Candidate, period: str) -> str:
    """What a run's key holds of its inputs; a period or an episode stands in place of the set."""
    return store.input_hash({} if period else found.inputs)


def episode(
    ctx: Ctx,
    id: ContextId,
    key: str,
    *,
    element: str,
    name: str,
    inputs: Mapping[str, tuple[VersionRef, ...]] | None = None,
    cause: str | None = None,
) -> Run | None:
    """Start a module for an event's episode; None when that episode was started before.

    The episode stands in place of the input set in the run's key, so the module need not be ready;
    `inputs` are frozen as they are given. None, too, while a run of the element is open, or when the
    context takes no new runs.
    """
    store.lock_context(ctx.db, ctx.organisation, id)
    context = openings.context(ctx, id)
    if context.state is not ContextState.OPEN:
        return None
    module = catalogue.module(ctx, context, key)
    found = Candidate(module=key, element=element, inputs=inputs or {})
    return _make(ctx, context, module, found, Wish(period=name, cause=cause))


def again(ctx: Ctx, former: Run, findings: tuple[str, ...]) -> Run:
    """The next attempt of a run on the same input set, told what the former was sent back with."""
    context = openings.context(ctx, former.context)
    module = catalogue.module(ctx, context, former.module)
    found = Candidate(module=former.module, element=former.element, inputs=former.inputs)
    wish = Wish(
        period=former.period, attempt=former.attempt + 1, findings=findings, cause=former.id
    )
    run = _make(ctx, context, module, found, wish)
    if run is None:
        raise _open(former.context, former.module, former.element)
    return run


def periods(ctx: Ctx) -> Sequence[Run]:
    """Start every periodic module for the period that has ended last. Harmless to repeat."""
    made: list[Run] = []
    for context in store.contexts(ctx.db, ctx.organisation, kind=None, state=ContextState.OPEN):
        for module in catalogue.modules(ctx, context):
            if module.start is Start.EACH_PERIOD and module.every is not None:
                made.extend(_period(ctx, context, module, module.every))
    return made


def _period(ctx: Ctx, context: Context, module: Module, every: timedelta) -> Iterable[Run]:
    name, span = _ended_last(ctx.now, every)
    if span[1] <= context.opened_at:
        return  # it ended before the context was there
    store.lock_context(ctx.db, ctx.organisation, context.id)
    for found in rules.readiness(module, snapshot(ctx, context, [module], span)):
        if isinstance(found, Candidate):
            run = _make(ctx, context, module, found, Wish(period=name))
            if run is not None:
                yield run


def _ended_last(now: datetime, every: timedelta) -> tuple[str, Span]:
    """Name, begin and end of the period that has ended last."""
    begin = _EPOCH + ((now - _EPOCH) // every - 1) * every
    return period_name(begin, every), (begin, begin + every)


def period_name(begin: datetime, every: timedelta) -> str:
    """`2026-W12` for a week, else the day on which the period begins; shorter ones have their hour."""
    if every == _WEEK:
        year, week, _ = begin.isocalendar()
        return f"{year}-W{week:02}"
    if every < _DAY:
        return begin.isoformat(timespec="minutes").removesuffix("+00:00")
    return begin.date().isoformat()


def impact(ctx: Ctx, id: ContextId, key: str) -> tuple[str, ...]:
    """The modules that a change of this one's output would reach, in order."""
    context = openings.context(ctx, id)
    declared = catalogue.module(ctx, context, key)
    return registry.downstream(catalogue.stream_of(ctx, context), declared.key)


def _make(ctx: Ctx, context: Context, module: Module, found: Candidate, wish: Wish) -> Run | None:
    """The run, asked for and to be claimed; None when one is open or this key was tried."""
    run = Run(
        id=RunId(ctx.new_id("run")),
        context=context.id,
        module=module.key,
        module_version=module.version,
        element=found.element,
        period=wish.period,
        inputs=found.inputs,
        input_hash=_input_key(found, wish.period),
        recipe="",
        attempt=wish.attempt,
        state=RunState.QUEUED,
        reasons=(),
        findings=wish.findings,
        cause=wish.cause,
        agent_run=None,
        change=None,
        outputs=(),
        made_at=ctx.now,
        started_at=None,
        proposed_at=None,
        ended_at=None,
    )
    if not store.add_run(ctx.db, ctx.organisation, run):
        return None
    ctx.record(
        RunMade(
            run=run.id,
            context=run.context,
            module=run.module,
            element=run.element,
            attempt=run.attempt,
        )
    )
    ask_claim(ctx, run)
    return run


def ask_claim(ctx: Ctx, run: Run) -> None:
    """Ask for the run's next try at its claim."""
    number = store.next_claim(ctx.db, ctx.organisation, run.id)
    ctx.start(Job(flow=CLAIM, key=f"{run.id}:{number}", arguments={"run": run.id}))


def _candidate(found: Sequence[Readiness], module: Module, element: str) -> Candidate:
    of_element = [one for one in found if one.element == element]
    if not of_element:
        known = ", ".join(sorted(one.element for one in found)) or "none"
        raise NotReady(f"{module.key} has no element {element!r}; it has {known}")
    one = of_element[0]
    if isinstance(one, Held):
        raise NotReady(f"{module.key} waits for: {'; '.join(one.reasons)}", reasons=one.reasons)
    return replace(one)


def _open(context: ContextId, module: str, element: str) -> RunOpen:
    of = f" of {element}" if element else ""
    return RunOpen(
        f"{module}{of} has an open run in {context}; let it end, or cancel it",
        context=context,
        module=module,
    )
