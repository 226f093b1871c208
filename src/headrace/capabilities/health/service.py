"""The verbs of health: take figures in, tell how targets stand, tell what begins and what ends."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from headrace.capabilities.health import openslo, rules, selectors
from headrace.capabilities.health.model import (
    AnomalySeen,
    Burning,
    Condition,
    Course,
    Figure,
    HealthEvent,
    Judgement,
    Measure,
    Method,
    Point,
    Query,
    Ratio,
    Reading,
    Recovered,
    Selector,
    Series,
    SeriesKind,
    Severity,
    Source,
    SourceInUse,
    SourceKind,
    SourceLost,
    SourceNotFound,
    SourceState,
    Standing,
    Tally,
    Target,
    TargetNotFound,
    TargetsLoaded,
    Trouble,
    Unreadable,
    Verdict,
    Watch,
    WatchNotFound,
)
from headrace.capabilities.health.store import series as samples
from headrace.capabilities.health.store import sources as store
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Refusal
from headrace.kernel.json import digest

MOST_SERIES = 5000
"""Series of one source; a page with more is cut and says so."""

RAW_KEPT = timedelta(days=2)
FINE_STEP, FINE_KEPT = 300, timedelta(days=35)
COARSE_STEP, COARSE_KEPT = 3600, timedelta(days=400)
"""Single readings for two days, then steps of five minutes (seconds), then of an hour, then nothing."""

_MOST_COURSES = 50
_MOST_POINTS = 1500
_ENDPOINTS = ("http://", "https://")


@dataclass(frozen=True, kw_only=True)
class Due:
    """A source that is to be read now, and everything that it is to be asked."""

    source: Source
    queries: Mapping[str, Query]
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What a document brought."""

    targets: tuple[str, ...]


def real_now(ctx: Ctx) -> datetime:
    """The time of the world, by the database's clock; organisation time may run otherwise."""
    return store.now(ctx.db)


def put_source(ctx: Ctx, source: Source) -> Source:
    """Make a source, or replace it; it is read at once. Raises Unreadable."""
    faults = []
    if not source.url.startswith(_ENDPOINTS):
        faults.append("url begins with http:// or https://")
    if not source.name or "/" in source.name:
        faults.append("a name has no slash")
    if source.every < timedelta(seconds=1):
        faults.append("a source is read once a second at most")
    if faults:
        raise Unreadable(f"No such source: {'; '.join(faults)}", faults=faults)
    store.put(ctx.db, ctx.organisation, source, store.now(ctx.db))
    return source


def remove_source(ctx: Ctx, name: str) -> None:
    """Remove a source with everything it gave. Raises SourceNotFound, SourceInUse."""
    items: list[Target | Watch] = [*targets(ctx), *watches(ctx)]
    users = [item.name for item in items if any(one.source == name for one in _selectors(item))]
    if users:
        raise SourceInUse(f"{', '.join(users)}: asks for series of {name!r}", users=users)
    if not store.drop(ctx.db, ctx.organisation, name):
        raise _no_source(name)
    store.end(ctx.db, ctx.organisation, f"source:{name}", "")


def _selectors(item: Target | Watch) -> tuple[Selector, ...]:
    if isinstance(item, Watch):
        return (item.bad, item.total)
    indicator = item.indicator
    if isinstance(indicator, Ratio):
        return (indicator.part, indicator.total)
    return (indicator.metric,)


def sources(ctx: Ctx) -> Sequence[SourceState]:
    """Every source, by name."""
    return store.states(ctx.db, ctx.organisation)


def due(ctx: Ctx, limit: int = 20) -> Sequence[Due]:
    """Sources that are to be read now; each is given to one caller until it is due again."""
    found = store.claim(ctx.db, ctx.organisation, store.now(ctx.db), limit)
    asked = store.asked(ctx.db, ctx.organisation) if found else ()
    return [
        Due(
            source=one.source,
            queries={
                **one.source.queries,
                **{a.name: a.query for a in asked if a.source == one.source.name},
            },
            since=one.read_at,
        )
        for one in found
    ]


def ingest(ctx: Ctx, name: str, figures: Iterable[Figure], at: datetime) -> int:
    """Take in what a source gave at a moment; how many readings were new.

    A counter that first appears on a page that was read before has grown from nothing. Raises
    SourceNotFound. Records Recovered when the source had been lost.
    """
    state = store.state(ctx.db, ctx.organisation, name)
    if state is None:
        raise _no_source(name)
    known = dict(samples.of_source(ctx.db, ctx.organisation, name))
    fresh: list[samples.Sample] = []
    touched: dict[str, Series] = {}
    cut = False
    for figure in figures:
        moment = figure.at or at
        id = _series_id(name, figure)
        before = known.get(id)
        if before is None and len(known) >= MOST_SERIES:
            cut = True
            continue
        if before is not None and moment <= before.last_at:
            continue
        sample = _sample(id, figure, moment, before, state)
        known[id] = touched[id] = Series(
            id=id,
            source=name,
            name=figure.name,
            labels=dict(figure.labels),
            kind=figure.kind,
            last=figure.value,
            last_at=moment,
        )
        if figure.kind is SeriesKind.GAUGE or sample.increase:
            fresh.append(sample)
    samples.put(ctx.db, ctx.organisation, list(touched.values()))
    samples.add(ctx.db, ctx.organisation, fresh)
    error = f"more than {MOST_SERIES} series; name the metrics to keep" if cut else ""
    store.was_read(ctx.db, ctx.organisation, name, at, error)
    _end(ctx, f"source:{name}", "", state.source.service)
    return len(fresh)


def _sample(
    id: str, figure: Figure, at: datetime, before: Series | None, state: SourceState
) -> samples.Sample:
    read_at = state.read_at
    seen = read_at is not None and at - read_at <= state.source.every * 5
    from_nothing = 0.0 if seen and figure.kind is SeriesKind.COUNTER else None
    last = before.last if before is not None else from_nothing
    if before is not None:
        seconds = (at - before.last_at).total_seconds()
    else:
        seconds = state.source.every.total_seconds()
    added = rules.increase(figure.kind, figure.value, last, seconds)
    return samples.Sample(series=id, at=at, value=figure.value, increase=added)


def _series_id(source: str, figure: Figure) -> str:
    return digest([source, figure.name, dict(figure.labels)])[:24]


def failed(ctx: Ctx, name: str, error: str, at: datetime) -> None:
    """A source could not be read. Records SourceLost when that has happened several times in a row."""
    failures = store.has_failed(ctx.db, ctx.organisation, name, error[:500])
    state = store.state(ctx.db, ctx.organisation, name)
    if state is None or failures < rules.LOST_AFTER:
        return
    subject = f"source:{name}"
    event = SourceLost(
        subject=subject, service=state.source.service, source=name, failures=failures
    )
    _begin(ctx, Trouble(subject=subject, dimension="", since=at, severity=Severity.TICKET), event)


def load_targets(ctx: Ctx, text: str) -> Loaded:
    """Read targets from OpenSLO documents as they are; those of the same name are replaced.

    Raises Unreadable with every fault. Records TargetsLoaded for each service.
    """
    servers = frozenset(
        one.source.name for one in sources(ctx) if one.source.kind is SourceKind.PROMETHEUS
    )
    found = openslo.read(text, servers)
    if isinstance(found, Refusal):
        raise Unreadable(f"The document is not understood: {found}", faults=found.reasons)
    for target in found.targets:
        used = {(one.source, one.name) for one in _selectors(target)}
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
        raise _no_target(name)
    store.end(ctx.db, ctx.organisation, f"target:{name}", "")


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
    raise _no_target(name)


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
        named = _meant(ctx, indicator.metric)
        ids = [one.id for one in named]
        fits = samples.fitting(
            ctx.db, ctx.organisation, ids, starts, now, indicator.comparison, indicator.value
        )
        return {s: Tally(good=fits[s][0], total=fits[s][1]) for s in starts}, _newest(named)
    part, total = _meant(ctx, indicator.part), _meant(ctx, indicator.total)
    if target.method is Method.OCCURRENCES:
        return _ratios(ctx, indicator, (part, total), starts, now), _newest(total)
    return _sliced(ctx, target, (part, total), starts, now), _newest(total)


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
        {step.at: step.increase for step in _steps(ctx, named, min(starts), now, target.slice)}
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


def _steps(
    ctx: Ctx, named: Sequence[Series], since: datetime, until: datetime, step: timedelta
) -> Sequence[samples.Step]:
    ids = [one.id for one in named]
    return samples.course(ctx.db, ctx.organisation, ids, since, until, step)


def _meant(ctx: Ctx, selector: Selector) -> Sequence[Series]:
    found = samples.named(
        ctx.db,
        ctx.organisation,
        name=selector.name,
        source=selector.source or None,
        limit=MOST_SERIES,
    )
    return [one for one in found if rules.matches(selector, one.name, one.labels)]


def _newest(named: Sequence[Series]) -> datetime | None:
    return max((one.last_at for one in named), default=None)


def put_watch(ctx: Ctx, watch: Watch) -> Watch:
    """Make a watch, or replace it. Raises Unreadable."""
    faults = []
    if not watch.name:
        faults.append("it has no name")
    if watch.baseline < watch.window:
        faults.append("a baseline is at least as long as the window")
    if not 0 < watch.probability < 0.5:
        faults.append("a probability lies between 0 and 0.5")
    if faults:
        raise Unreadable(f"No such watch: {'; '.join(faults)}", faults=faults)
    store.put_watch(ctx.db, ctx.organisation, watch)
    return watch


def selector(text: str) -> Selector:
    """The selector that an expression of PromQL names. Raises Unreadable."""
    found = selectors.read(text)
    if isinstance(found, Refusal):
        raise Unreadable(str(found), expression=text)
    return found


def watches(ctx: Ctx) -> Sequence[Watch]:
    """Every watch, by name."""
    return store.watches(ctx.db, ctx.organisation)


def remove_watch(ctx: Ctx, name: str) -> None:
    """Raises WatchNotFound."""
    if not store.drop_item(ctx.db, ctx.organisation, "watch", name):
        raise WatchNotFound(f"No watch {name!r}; `headrace watch list` shows them", watch=name)
    for one in troubles(ctx):
        if one.subject == f"watch:{name}":
            store.end(ctx.db, ctx.organisation, one.subject, one.dimension)


def judgements(ctx: Ctx, watch: Watch, *, at: datetime | None = None) -> Sequence[Judgement]:
    """The whole and every dimension of a watch, each beside its own baseline.

    The baseline ends before a trouble of this watch that is still open began, so that a failure that
    lasts does not become what is usual.
    """
    now = at or store.now(ctx.db)
    begun = [one.since for one in troubles(ctx) if one.subject == f"watch:{watch.name}"]
    until = min([now, *begun]) - watch.window
    bad, total = _by_dimension(ctx, watch, watch.bad), _by_dimension(ctx, watch, watch.total)
    readings = [
        Reading(
            dimension=dimension,
            now=_share(ctx, bad.get(dimension, ()), ids, now - watch.window, now),
            before=_share(ctx, bad.get(dimension, ()), ids, until - watch.baseline, until),
        )
        for dimension, ids in sorted(total.items())
    ]
    return rules.judge(watch, readings)


def _by_dimension(ctx: Ctx, watch: Watch, wanted: Selector) -> Mapping[str, Sequence[str]]:
    """Ids of the series, by dimension; all of them together are the dimension ""."""
    found: dict[str, list[str]] = {"": []}
    for one in _meant(ctx, wanted):
        found[""].append(one.id)
        if watch.by:
            told = ",".join(f"{label}={one.labels.get(label, '')}" for label in watch.by)
            found.setdefault(told, []).append(one.id)
    return found


def _share(
    ctx: Ctx, bad: Sequence[str], total: Sequence[str], start: datetime, until: datetime
) -> Tally:
    whole, wrong = (
        samples.increases(ctx.db, ctx.organisation, ids, [start], until)[start]
        for ids in (total, bad)
    )
    return Tally(good=whole - min(wrong, whole), total=whole)


def judge(ctx: Ctx, *, at: datetime | None = None) -> Sequence[Trouble]:
    """Look at every target and watch, and tell what has begun and what has ended; what is wrong now.

    Records Burning, AnomalySeen and Recovered, each once for a trouble, and Burning again when it
    becomes more or less urgent. Where too little is known, nothing begins and nothing ends.
    """
    store.lock_judging(ctx.db, ctx.organisation)
    now = at or store.now(ctx.db)
    for one in standings(ctx, at=now):
        _judge_target(ctx, one, now)
    for watch in watches(ctx):
        for found in judgements(ctx, watch, at=now):
            _judge_dimension(ctx, watch, found, now)
    return troubles(ctx)


def _judge_target(ctx: Ctx, found: Standing, now: datetime) -> None:
    subject = f"target:{found.target.name}"
    burn = rules.worst(found.burns)
    if burn is not None and found.severity is not None:
        event = Burning(
            subject=subject,
            service=found.target.service,
            target=found.target.name,
            severity=found.severity,
            factor=burn.rule.factor,
            over_long=burn.over_long or 0.0,
            over_short=burn.over_short or 0.0,
            budget_left=found.budget_left,
        )
        trouble = Trouble(subject=subject, dimension="", since=now, severity=found.severity)
        _begin(ctx, trouble, event)
        return
    known = any(one.over_short is not None for one in found.burns)
    if known and found.condition is not Condition.UNKNOWN:
        _end(ctx, subject, "", found.target.service)


def _judge_dimension(ctx: Ctx, watch: Watch, found: Judgement, now: datetime) -> None:
    subject = f"watch:{watch.name}"
    if found.verdict is Verdict.ANOMALY:
        event = AnomalySeen(
            subject=subject,
            service=watch.service,
            watch=watch.name,
            dimension=found.dimension,
            share=found.share or 0.0,
            usual=found.usual or 0.0,
            probability=found.probability,
        )
        trouble = Trouble(
            subject=subject, dimension=found.dimension, since=now, severity=Severity.PAGE
        )
        _begin(ctx, trouble, event)
    elif found.verdict is Verdict.NORMAL:
        _end(ctx, subject, found.dimension, watch.service)


def _begin(ctx: Ctx, fresh: Trouble, event: HealthEvent) -> None:
    """Tell of a trouble that is new, or of another urgency."""
    before = _trouble(ctx, fresh.subject, fresh.dimension)
    if before is not None and before.severity is fresh.severity:
        return
    store.begin(ctx.db, ctx.organisation, fresh)  # since when stays as it was
    ctx.record(event)


def _end(ctx: Ctx, subject: str, dimension: str, service: str) -> None:
    if _trouble(ctx, subject, dimension) is not None:
        store.end(ctx.db, ctx.organisation, subject, dimension)
        ctx.record(Recovered(subject=subject, service=service, dimension=dimension))


def _trouble(ctx: Ctx, subject: str, dimension: str) -> Trouble | None:
    place = (subject, dimension)
    return next((one for one in troubles(ctx) if (one.subject, one.dimension) == place), None)


def troubles(ctx: Ctx) -> Sequence[Trouble]:
    """What is wrong now and was told, oldest first."""
    return store.troubles(ctx.db, ctx.organisation)


def series(ctx: Ctx, *, name: str | None = None, limit: int = 100) -> Sequence[Series]:
    """Series by name."""
    return samples.named(ctx.db, ctx.organisation, name=name, source=None, limit=limit)


def courses(
    ctx: Ctx,
    wanted: Selector,
    measure: Measure,
    *,
    since: datetime,
    until: datetime,
    step: timedelta,
    by: Sequence[str] = (),
) -> Sequence[Course]:
    """How series went, summed over those that share the labels `by`; stretches without a reading are
    left out. Raises Unreadable for more points than 1500."""
    if step <= timedelta(0) or until <= since or (until - since) / step > _MOST_POINTS:
        raise Unreadable(f"Between 1 and {_MOST_POINTS} steps lie between since and until")
    groups: dict[tuple[str, ...], list[Series]] = {}
    for one in _meant(ctx, wanted):
        groups.setdefault(tuple(one.labels.get(label, "") for label in by), []).append(one)
    return [
        Course(
            labels=dict(zip(by, values, strict=True)),
            points=tuple(
                Point(at=found.at, value=_measured(measure, found, step))
                for found in _steps(ctx, groups[values], since, until, step)
            ),
        )
        for values in sorted(groups)[:_MOST_COURSES]
    ]


def _measured(measure: Measure, step: samples.Step, length: timedelta) -> float:
    values = {
        Measure.INCREASE: step.increase,
        Measure.RATE: step.increase / length.total_seconds(),
        Measure.MEAN: step.total / step.count,
        Measure.LOW: step.low,
        Measure.HIGH: step.high,
    }
    return values[measure]


def tidy(ctx: Ctx, *, at: datetime | None = None) -> None:
    """Put old samples together and forget the oldest. Repeating changes nothing.

    Whole steps alone are put together, so that no stretch is ever counted twice.
    """
    now = at or store.now(ctx.db)
    for kept, steps in ((RAW_KEPT, (0, FINE_STEP)), (FINE_KEPT, (FINE_STEP, COARSE_STEP))):
        length = timedelta(seconds=steps[1])
        before = samples.EPOCH + (now - kept - samples.EPOCH) // length * length
        samples.compact(ctx.db, ctx.organisation, before, steps)
    samples.forget(ctx.db, ctx.organisation, now - COARSE_KEPT)


def _no_source(name: str) -> SourceNotFound:
    return SourceNotFound(f"No source {name!r}; `headrace scrape list` shows them", source=name)


def _no_target(name: str) -> TargetNotFound:
    return TargetNotFound(f"No target {name!r}; `headrace target list` shows them", target=name)
