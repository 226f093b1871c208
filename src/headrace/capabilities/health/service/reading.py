"""Sources: where figures are read, when, and what they gave."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from headrace.capabilities.health import rules
from headrace.capabilities.health.model import (
    Figure,
    Query,
    Series,
    SeriesKind,
    Severity,
    Source,
    SourceInUse,
    SourceLost,
    SourceNotFound,
    SourceState,
    Target,
    Trouble,
    Unreadable,
    Watch,
)
from headrace.capabilities.health.service.figures import MOST_SERIES
from headrace.capabilities.health.service.objectives import targets
from headrace.capabilities.health.service.telling import begin, end
from headrace.capabilities.health.service.watching import watches
from headrace.capabilities.health.store import series as samples
from headrace.capabilities.health.store import sources as store
from headrace.kernel.context import Ctx
from headrace.kernel.json import digest

_ENDPOINTS = ("http://", "https://")


@dataclass(frozen=True, kw_only=True)
class Due:
    """A source that is to be read now, and everything that it is to be asked."""

    source: Source
    queries: Mapping[str, Query]
    since: datetime | None


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
    users = [
        item.name for item in items if any(one.source == name for one in rules.selectors_of(item))
    ]
    if users:
        raise SourceInUse(f"{', '.join(users)}: asks for series of {name!r}", users=users)
    if not store.drop(ctx.db, ctx.organisation, name):
        raise no_source(name)
    store.forget(ctx.db, ctx.organisation, f"source:{name}")


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
        raise no_source(name)
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
    end(ctx, f"source:{name}", "", state.source.service, at)
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
    begin(ctx, Trouble(subject=subject, dimension="", since=at, severity=Severity.TICKET), event)


def no_source(name: str) -> SourceNotFound:
    """The error that says where sources are shown."""
    return SourceNotFound(f"No source {name!r}; `headrace scrape list` shows them", source=name)
