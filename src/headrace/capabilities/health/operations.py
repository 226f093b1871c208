"""What health offers to REST, CLI and MCP."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from headrace.capabilities.health import service
from headrace.capabilities.health.model import (
    BurnPoint,
    Condition,
    Course,
    Judgement,
    Measure,
    Query,
    Series,
    Severity,
    Source,
    SourceKind,
    SourceState,
    Standing,
    Trouble,
    Watch,
    WatchNotFound,
)
from headrace.capabilities.health.service import Loaded
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.inputs import Names, Unit

READ, CONFIGURE = "health:read", "health:configure"

Selection = Annotated[str, Field(description='Which series: name{label="value",other=~"a|b"}.')]


@dataclass(frozen=True, kw_only=True)
class NewSource:
    """Where figures of a service come from."""

    scrape: Annotated[str, Field(description="Its name.")]
    service: Annotated[str, Names("service"), Field(description="Whose figures they are.")]
    url: Annotated[str, Field(description="A page of metrics, or a Prometheus server.")]
    kind: SourceKind = SourceKind.ENDPOINT
    every_seconds: Annotated[float, Unit("seconds"), Field(title="Every", ge=1, le=3600)] = 15.0
    metrics: Annotated[
        tuple[str, ...], Field(description="Beginnings of the names to keep; none: all.")
    ] = ()
    queries: Annotated[
        dict[str, Query], Field(description="What a Prometheus server is asked, by name.")
    ] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SourceName:
    scrape: Annotated[str, Names("scrape")]


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class SourceList:
    items: tuple[SourceState, ...]


@dataclass(frozen=True, kw_only=True)
class OpenSlo:
    document: Annotated[str, Field(description="OpenSLO documents of version 1, as YAML.")]


@dataclass(frozen=True, kw_only=True)
class TargetQuery:
    service: Annotated[str | None, Names("service"), Field(description="Only this service's.")] = (
        None
    )


@dataclass(frozen=True, kw_only=True)
class TargetLine:
    """How a target stands, in a line. Budget left: 1 untouched, 0 spent. `burn` is over an hour, or
    the shortest long window of its rules."""

    target: str
    service: str
    condition: Condition
    severity: Severity | None
    objective: float
    achieved: float | None
    budget_left: float | None
    burn: float | None
    measured_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class TargetList:
    items: tuple[TargetLine, ...]


@dataclass(frozen=True, kw_only=True)
class TargetName:
    target: Annotated[str, Names("target")]


@dataclass(frozen=True, kw_only=True)
class BurnQuery:
    target: Annotated[str, Names("target")]
    hours: Annotated[float, Unit("hours"), Field(gt=0, le=24 * 90, description="How far back.")] = (
        6.0
    )
    steps: Annotated[int, Field(ge=2, le=200, description="Stretches of equal length.")] = 36


@dataclass(frozen=True, kw_only=True)
class BurnList:
    items: tuple[BurnPoint, ...]


@dataclass(frozen=True, kw_only=True)
class NewWatch:
    """A share of bad occurrences that is compared with its own past."""

    watch: Annotated[str, Field(description="Its name.", examples=["export-failures"])]
    service: Annotated[str, Names("service"), Field(description="Whose occurrences they are.")]
    bad: Selection
    total: Selection
    by: Annotated[tuple[str, ...], Field(description="Labels: each value is judged alone.")] = ()
    window_minutes: Annotated[float, Unit("minutes"), Field(title="Window", gt=0)] = 15.0
    baseline_hours: Annotated[float, Unit("hours"), Field(title="Baseline", gt=0)] = 24.0
    probability: Annotated[
        float, Field(gt=0, lt=0.5, description="How seldom chance may raise an alarm.")
    ] = 0.001
    least: Annotated[float, Field(ge=0, le=1, description="The smallest rise that matters.")] = 0.01
    enough: Annotated[int, Field(ge=1, description="Occurrences below which nothing is said.")] = 20


@dataclass(frozen=True, kw_only=True)
class WatchName:
    watch: Annotated[str, Names("watch")]


@dataclass(frozen=True, kw_only=True)
class WatchList:
    items: tuple[Watch, ...]


@dataclass(frozen=True, kw_only=True)
class JudgementList:
    items: tuple[Judgement, ...]


@dataclass(frozen=True, kw_only=True)
class TroubleList:
    items: tuple[Trouble, ...]


@dataclass(frozen=True, kw_only=True)
class SeriesQuery:
    name: str | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


@dataclass(frozen=True, kw_only=True)
class SeriesList:
    items: tuple[Series, ...]


@dataclass(frozen=True, kw_only=True)
class CourseQuery:
    selector: Selection
    measure: Measure = Measure.RATE
    minutes: Annotated[float, Unit("minutes"), Field(gt=0, description="How far back.")] = 60.0
    step_seconds: Annotated[float, Unit("seconds"), Field(title="Step", gt=0)] = 60.0
    by: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CourseList:
    items: tuple[Course, ...]


def set_source(ctx: Ctx, new: NewSource) -> Source:
    """Set where figures of a service are read: a page of metrics, or a Prometheus server.

    It is read at once and then again and again. Setting it anew keeps what it gave so far.
    """
    return service.put_source(
        ctx,
        Source(
            name=new.scrape,
            service=new.service,
            kind=new.kind,
            url=new.url,
            every=timedelta(seconds=new.every_seconds),
            metrics=new.metrics,
            queries=new.queries,
        ),
    )


def list_sources(ctx: Ctx, _: Nothing) -> SourceList:
    """List where figures are read, when last, and what went wrong since."""
    return SourceList(items=tuple(service.sources(ctx)))


def remove_source(ctx: Ctx, name: SourceName) -> None:
    """Read a source no longer, and forget everything that it gave."""
    service.remove_source(ctx, name.scrape)


def load_targets(ctx: Ctx, given: OpenSlo) -> Loaded:
    """Load health targets from OpenSLO documents, as they are.

    Queries of Prometheus that name counters are answered from what Headrace reads itself; a
    metricSourceRef that names a Prometheus server has that server answer. Nothing is loaded when
    anything is not understood.
    """
    return service.load_targets(ctx, given.document)


def list_targets(ctx: Ctx, query: TargetQuery) -> TargetList:
    """List health targets, worst first, with the error budget that is left and how fast it burns."""
    found = service.standings(ctx, service=query.service)
    return TargetList(items=tuple(_line(one) for one in found))


def _line(found: Standing) -> TargetLine:
    shortest = min(found.burns, key=lambda burn: burn.rule.long, default=None)
    return TargetLine(
        target=found.target.name,
        service=found.target.service,
        condition=found.condition,
        severity=found.severity,
        objective=found.target.objective,
        achieved=found.achieved,
        budget_left=found.budget_left,
        burn=shortest.over_long if shortest else None,
        measured_until=found.measured_until,
    )


def show_target(ctx: Ctx, name: TargetName) -> Standing:
    """Show a health target: what was good, its budget, and the burn rate over every window."""
    return service.standing(ctx, name.target)


def burn_course(ctx: Ctx, query: BurnQuery) -> BurnList:
    """Show how fast a target's error budget burned, stretch by stretch until now.

    1 spends the budget exactly within its window; a stretch in which nothing happened has no rate.
    """
    length = timedelta(hours=query.hours)
    return BurnList(items=tuple(service.burn_course(ctx, query.target, length, query.steps)))


def remove_target(ctx: Ctx, name: TargetName) -> None:
    """Remove a health target; the figures that it counted stay."""
    service.remove_target(ctx, name.target)


def set_watch(ctx: Ctx, new: NewWatch) -> Watch:
    """Watch a share of bad occurrences beside its own past, as a whole and by dimension.

    With `by` each value of a label is judged alone, so that a failing part is seen behind a healthy
    whole.
    """
    return service.put_watch(
        ctx,
        Watch(
            name=new.watch,
            service=new.service,
            bad=service.selector(new.bad),
            total=service.selector(new.total),
            by=new.by,
            window=timedelta(minutes=new.window_minutes),
            baseline=timedelta(hours=new.baseline_hours),
            probability=new.probability,
            least=new.least,
            enough=new.enough,
        ),
    )


def list_watches(ctx: Ctx, _: Nothing) -> WatchList:
    """List watches by name."""
    return WatchList(items=tuple(service.watches(ctx)))


def show_watch(ctx: Ctx, name: WatchName) -> JudgementList:
    """Show what a watch says now: the whole and each dimension, beside what is usual there."""
    for one in service.watches(ctx):
        if one.name == name.watch:
            return JudgementList(items=tuple(service.judgements(ctx, one)))
    raise WatchNotFound(f"No watch {name.watch!r}; `headrace watch list` shows them")


def remove_watch(ctx: Ctx, name: WatchName) -> None:
    """Remove a watch."""
    service.remove_watch(ctx, name.watch)


def troubles(ctx: Ctx, _: Nothing) -> TroubleList:
    """List what is wrong now: burning targets, anomalies, sources that cannot be read."""
    return TroubleList(items=tuple(service.troubles(ctx)))


def list_series(ctx: Ctx, query: SeriesQuery) -> SeriesList:
    """List series of figures by name, with their labels and newest values."""
    found = service.series(ctx, name=query.name, limit=query.limit)
    return SeriesList(items=tuple(found))


def course(ctx: Ctx, query: CourseQuery) -> CourseList:
    """Show how series went: increase, rate each second, mean, low or high in every step.

    Series that share the labels `by` are put together. Older readings are kept in steps of five
    minutes, then of an hour.
    """
    until = service.real_now(ctx)
    found = service.courses(
        ctx,
        service.selector(query.selector),
        query.measure,
        since=until - timedelta(minutes=query.minutes),
        until=until,
        step=timedelta(seconds=query.step_seconds),
        by=query.by,
    )
    return CourseList(items=tuple(found))


@dataclass(frozen=True)
class _Form:
    """What an operation takes and gives."""

    takes: type
    gives: type


def _asks(name: str, form: _Form, run: Callable[[Ctx, Any], object], path: str) -> Operation:
    return Operation(
        name=name,
        run=run,
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        permission=READ,
        http=Http(method="GET", path=path),
        input=form.takes,
        output=form.gives,
    )


def _sets(
    name: str,
    form: _Form,
    run: Callable[[Ctx, Any], object],
    http: tuple[Literal["PUT", "POST", "DELETE"], str],
) -> Operation:
    return Operation(
        name=name,
        run=run,
        effect=Effect.DESTROY if http[0] == "DELETE" else Effect.WRITE,
        permission=CONFIGURE,
        http=Http(method=http[0], path=http[1]),
        input=form.takes,
        output=form.gives,
    )


_NONE = type(None)
OPERATIONS = (
    _sets("scrape.set", _Form(NewSource, Source), set_source, ("PUT", "/scrapes/{scrape}")),
    _asks("scrape.list", _Form(Nothing, SourceList), list_sources, "/scrapes"),
    _sets(
        "scrape.remove", _Form(SourceName, _NONE), remove_source, ("DELETE", "/scrapes/{scrape}")
    ),
    _sets("target.load", _Form(OpenSlo, Loaded), load_targets, ("POST", "/targets")),
    _asks("target.list", _Form(TargetQuery, TargetList), list_targets, "/targets"),
    _asks("target.show", _Form(TargetName, Standing), show_target, "/targets/{target}"),
    _asks("target.burn", _Form(BurnQuery, BurnList), burn_course, "/targets/{target}/burn"),
    _sets(
        "target.remove", _Form(TargetName, _NONE), remove_target, ("DELETE", "/targets/{target}")
    ),
    _sets("watch.set", _Form(NewWatch, Watch), set_watch, ("PUT", "/watches/{watch}")),
    _asks("watch.list", _Form(Nothing, WatchList), list_watches, "/watches"),
    _asks("watch.show", _Form(WatchName, JudgementList), show_watch, "/watches/{watch}"),
    _sets("watch.remove", _Form(WatchName, _NONE), remove_watch, ("DELETE", "/watches/{watch}")),
    _asks("trouble.list", _Form(Nothing, TroubleList), troubles, "/troubles"),
    _asks("series.list", _Form(SeriesQuery, SeriesList), list_series, "/series"),
    _asks("series.course", _Form(CourseQuery, CourseList), course, "/series/course"),
)
