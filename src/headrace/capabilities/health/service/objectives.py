"""Targets: read from OpenSLO documents, and how each stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from headrace.capabilities.health import openslo, rules
from headrace.capabilities.health.model import (
    BurnPoint,
    Method,
    Ratio,
    Series,
    SourceKind,
    Standing,
    Tally,
    Target,
    TargetNotFound,
    TargetsLoaded,
    Unreadable,
)
from headrace.capabilities.health.service.figures import complete, meant, newest, read_until, steps
from headrace.capabilities.health.store import series as samples
from headrace.capabilities.health.store import sources as store
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Refusal


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What a document brought."""

    targets: tuple[str, ...]


def load_targets(ctx: Ctx, text: str) -> Loaded:
    """Read targets from OpenSLO documents as they are; those of the same name are replaced.

    Raises Unreadable with every fault. Records TargetsLoaded for each service.
    """
    servers = frozenset(
        one.source.name
        for one in store.states(ctx.db, ctx.organisation)
        if one.source.kind is SourceKind.PROMETHEUS
    )
    found = openslo.read(text, servers)
    if isinstance(found, Refusal):
        raise Unreadable(f"The document is not understood: {found}", faults=found.reasons)
    for target in found.targets:
        used = {(one.source, one.name) for one in rules.selectors_of(target)}
        asked = [one for one in found.asked if (one.source, one.name) in used]
        store.put_target(ctx.db, ctx.organisation, target, asked)
    names = tuple(one.name for one in found.targets)
    for service in sorted({one.service for one in found.targets}):
        mine = tuple(one.name for one in found.targets if one.service == service)
        ctx.record(TargetsLoaded(subject=f"service:{service}", service=service, targets=mine))
    return Loaded(targets=names)


def targets(ctx: Ctx) -> Sequence[Target]:
    """Every target, by name."""
    return store.targets(ctx.db, ctx.organisation)


def remove_target(ctx: Ctx, name: str) -> None:
    """Raises TargetNotFound. What was told of it as trouble ends without a word."""
    if not store.drop_item(ctx.db, ctx.organisation, "target", name):
        raise no_target(name)
    store.forget(ctx.db, ctx.organisation, f"target:{name}")


def standings(
    ctx: Ctx, *, service: str | None = None, at: datetime | None = None
) -> Sequence[Standing]:
    """How every target stands, worst first; `service` limits it to one."""
    moment = at or store.now(ctx.db)
    found = [one for one in targets(ctx) if service in {None, one.service}]
    return rules.worst_first(_standing(ctx, one, moment) for one in found)


def standing(ctx: Ctx, name: str, *, at: datetime | None = None) -> Standing:
    """How one target stands. Raises TargetNotFound."""
    for one in targets(ctx):
        if one.name == name:
            return _standing(ctx, one, at or store.now(ctx.db))
    raise no_target(name)


def burn_course(
    ctx: Ctx, name: str, length: timedelta, steps: int, *, at: datetime | None = None
) -> Sequence[BurnPoint]:
    """How fast a target's budget burned, in equal stretches of the time until now. Raises TargetNotFound."""
    now = at or store.now(ctx.db)
    starts = [now - length * (steps - step) / steps for step in range(steps)]
    for one in targets(ctx):
        if one.name == name:
            found, _ = _tallies(ctx, one, starts, now)
            return rules.burn_course(one, [(start, found[start]) for start in starts], now)
    raise no_target(name)


def _standing(ctx: Ctx, target: Target, now: datetime) -> Standing:
    spans = {span for rule in target.burn_rules for span in (rule.long, rule.short)}
    begun = rules.window_start(target.window, now)
    starts = {span: now - span for span in spans}
    found, measured = _tallies(ctx, target, [begun, *starts.values()], now)
    over = {span: found[start] for span, start in starts.items()}
    return rules.standing(target, found[begun], over, measured, now)


def _tallies(
    ctx: Ctx, target: Target, starts: Sequence[datetime], now: datetime
) -> tuple[Mapping[datetime, Tally], datetime | None]:
    """Good and all from each start until now, and when anything was read last."""
    indicator = target.indicator
    if not isinstance(indicator, Ratio):
        named = meant(ctx, indicator.metric)
        ids = [one.id for one in named]
        fits = samples.fitting(
            ctx.db, ctx.organisation, ids, starts, now, indicator.comparison, indicator.value
        )
        return {s: Tally(good=fits[s][0], total=fits[s][1]) for s in starts}, newest(named)
    ends = read_until(ctx)
    part, total = meant(ctx, indicator.part), meant(ctx, indicator.total)
    until = complete(ends, [*part, *total], now)
    if target.method is Method.OCCURRENCES:
        return _ratios(ctx, indicator, (part, total), starts, until), newest(total)
    return _sliced(ctx, target, (part, total), starts, until), newest(total)


def _ratios(
    ctx: Ctx,
    indicator: Ratio,
    meant: tuple[Sequence[Series], Sequence[Series]],
    starts: Sequence[datetime],
    now: datetime,
) -> Mapping[datetime, Tally]:
    parts, totals = (
        samples.increases(ctx.db, ctx.organisation, [one.id for one in named], starts, now)
        for named in meant
    )
    return {start: _tally(indicator, parts[start], totals[start]) for start in starts}


def _tally(indicator: Ratio, part: float, total: float) -> Tally:
    """Scrapes of two figures are never quite at one time, so a part is never more than the whole."""
    held = min(part, total)
    return Tally(good=total - held if indicator.of_bad else held, total=total)


def _sliced(
    ctx: Ctx,
    target: Target,
    meant: tuple[Sequence[Series], Sequence[Series]],
    starts: Sequence[datetime],
    now: datetime,
) -> Mapping[datetime, Tally]:
    """Slices in which nothing was counted are good; those before the first reading are not counted."""
    indicator = target.indicator
    assert isinstance(indicator, Ratio)  # only ratios are counted in slices
    parts, totals = (
        {step.at: step.increase for step in steps(ctx, named, min(starts), now, target.slice)}
        for named in meant
    )
    counted = {at: _tally(indicator, parts.get(at, 0.0), totals[at]) for at in totals}
    first = min(counted, default=now)
    return {
        start: _with_empty(
            rules.tally(
                target.method,
                [one for at, one in counted.items() if at > start],
                target.slice_target,
            ),
            int((now - max(start, first)) / target.slice) if counted else 0,
        )
        for start in starts
    }


def _with_empty(found: Tally, slices: int) -> Tally:
    empty = max(0.0, slices - found.total)
    return Tally(good=found.good + empty, total=found.total + empty)


def no_target(name: str) -> TargetNotFound:
    """The error that says where targets are shown."""
    return TargetNotFound(f"No target {name!r}; `headrace target list` shows them", target=name)
