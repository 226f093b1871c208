"""The verbs of intake."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from headrace.capabilities.intake import rules, store
from headrace.capabilities.intake.model import (
    Anomaly,
    Digest,
    Disposition,
    Grade,
    Signal,
    SignalRegistered,
    SignalTriaged,
    Source,
    SourceLoaded,
    SourceMissing,
    SourceUnreadable,
    Stale,
    Triage,
    Urgency,
    WeekOverflowed,
)
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Refusal
from headrace.kernel.json import Json


def triage(urgency: Urgency, impact: Grade) -> Triage:
    """What the triage table says, without a model."""
    return rules.triage(urgency, impact)


def anomaly(metric: str, baseline: float, current: float) -> Anomaly | None:
    """The deviation of a figure from its baseline, or None when it is noise."""
    return rules.anomaly(metric, baseline, current)


def register(ctx: Ctx, signal: Signal, *, hold: bool = False) -> Signal:
    """Triage a filed signal and count it; gives it with its disposition and what it repeats.

    With `hold` it waits, pending, for `triage_pending`.

    Harmless to repeat. Records SignalRegistered, and WeekOverflowed once, when the week passes
    what a weekly digest may wait for.
    """
    store.lock_counting(ctx.db, ctx.organisation)
    signal = replace(signal, topic=rules.topic(signal.topic) or rules.topic(signal.title))
    known = store.one(ctx.db, ctx.organisation, signal.signal)
    if known is not None:
        return known
    earlier = store.same(ctx.db, ctx.organisation, signal.topic)
    first = rules.duplicate(signal, earlier)
    triaged = replace(
        signal,
        disposition=Disposition.PENDING if hold else _disposition(signal),
        duplicate_of=first.signal if first is not None else None,
        absorbed_by=first.absorbed_by if first is not None else None,
    )
    store.add(ctx.db, ctx.organisation, triaged)
    ctx.record(
        SignalRegistered(
            signal=triaged.signal,
            topic=triaged.topic,
            category=triaged.category,
            disposition=triaged.disposition,
            duplicate_of=triaged.duplicate_of,
        )
    )
    _watch_week(ctx, triaged.filed_at)
    return triaged


def _disposition(signal: Signal) -> Disposition:
    return rules.triage(signal.urgency, signal.impact).disposition


def triage_pending(ctx: Ctx) -> Sequence[Signal]:
    """Run the triage table over every signal that waits for it. Records SignalTriaged for each."""
    waiting = [one for one in listing(ctx) if one.disposition is Disposition.PENDING]
    for one in waiting:
        store.set_disposition(ctx.db, ctx.organisation, one.signal, _disposition(one))
        ctx.record(SignalTriaged(signal=one.signal, disposition=_disposition(one)))
    return [replace(one, disposition=_disposition(one)) for one in waiting]


def _watch_week(ctx: Ctx, moment: datetime) -> None:
    begin = week_begin(moment)
    count = store.count(ctx.db, ctx.organisation, begin, begin + timedelta(weeks=1))
    # The one that passes the limit tells it; later ones do not.
    if rules.overflowed(count) and not rules.overflowed(count - 1):
        year, week, _ = begin.isocalendar()
        ctx.record(WeekOverflowed(week=f"{year}-W{week:02}", count=count))


def week_begin(moment: datetime) -> datetime:
    """The Monday, midnight UTC, of the ISO week of a moment."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())


def supersede(ctx: Ctx, signal: str, by: str) -> None:
    """Note that a later signal corrects this one; the first that did so stays."""
    store.supersede(ctx.db, ctx.organisation, signal, by)


def absorb(ctx: Ctx, signals: Iterable[str], by: str) -> None:
    """Note that signals have led to something: a mission, a fix, a decision not to act.

    What repeats one of them has led to it too.
    """
    store.absorb(ctx.db, ctx.organisation, signals, by)


def set_archived(ctx: Ctx, signal: str, *, archived: bool) -> None:
    """Let lists hide a signal, or show it again; digests and patterns count it all the same."""
    store.set_archived(ctx.db, ctx.organisation, signal, archived)


def get(ctx: Ctx, signal: str) -> Signal | None:
    """The signal, or None when nothing of that name was registered."""
    return store.one(ctx.db, ctx.organisation, signal)


def week(ctx: Ctx, begin: datetime) -> Sequence[Signal]:
    """The signals filed in the week that begins then, oldest first."""
    end = begin + timedelta(weeks=1)
    return [one for one in listing(ctx, begin) if begin <= one.filed_at < end]


def digest(ctx: Ctx, begin: datetime, end: datetime) -> Digest:
    """The signals of [begin, end), counted, grouped and watched for patterns."""
    known = store.since(ctx.db, ctx.organisation, begin - rules.PATTERN_WINDOW)
    return rules.digest(known, begin, end)


def listing(ctx: Ctx, since: datetime | None = None) -> Sequence[Signal]:
    """Signals since a moment, and every older one still open; oldest first."""
    return store.since(ctx.db, ctx.organisation, since)


def latest(
    ctx: Ctx, since: datetime | None, *, archived: bool, only_open: bool, limit: int
) -> Sequence[Signal]:
    """At most `limit` of those that `listing` gives, newest first; archived ones when asked for, and
    with `only_open` only those that have led to nothing yet."""
    return store.latest(
        ctx.db, ctx.organisation, since, archived=archived, only_open=only_open, limit=limit
    )


def stale(ctx: Ctx) -> Sequence[Stale]:
    """Signals of which nothing has come for too long."""
    return rules.stale(store.since(ctx.db, ctx.organisation, None), ctx.now)


def load_source(ctx: Ctx, source: str, text: str) -> Source:
    """Replace a source's records by those of a text (CSV with a header, or a JSON list of objects).

    Raises SourceUnreadable with every fault; then what was loaded before stays. Records SourceLoaded.
    """
    found = rules.records(text)
    if isinstance(found, Refusal):
        raise SourceUnreadable(f"{source} cannot be read: {found}", reasons=found.reasons)
    made = Source(
        source=source,
        hash=hashlib.sha256(text.encode()).hexdigest(),
        rows=len(found),
        loaded_by=ctx.principal,
        loaded_at=ctx.now,
    )
    store.put_source(ctx.db, ctx.organisation, made, found)
    ctx.record(SourceLoaded(source=source, rows=made.rows, hash=made.hash))
    return made


def source_rows(ctx: Ctx, source: str) -> Sequence[Mapping[str, Json]]:
    """The records of a source. Raises SourceMissing when it was never loaded."""
    if not any(one.source == source for one in sources(ctx)):
        raise SourceMissing(
            f"Nothing is loaded as {source!r}; `headrace source load` takes a CSV or JSON file"
        )
    return store.source_rows(ctx.db, ctx.organisation, source)


def sources(ctx: Ctx) -> Sequence[Source]:
    """Every source, by name."""
    return store.sources(ctx.db, ctx.organisation)
