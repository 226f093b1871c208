"""Figures: which series are meant, how they went, and how old ones are put together."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from headrace.capabilities.health import rules, selectors
from headrace.capabilities.health.model import (
    Course,
    Measure,
    Point,
    Selector,
    Series,
    Unreadable,
)
from headrace.capabilities.health.store import series as samples
from headrace.capabilities.health.store import sources as store
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Refusal

MOST_SERIES = 5000
"""Series of one source; a page with more is cut and says so."""

RAW_KEPT = timedelta(days=2)
FINE_STEP, FINE_KEPT = 300, timedelta(days=35)
COARSE_STEP, COARSE_KEPT = 3600, timedelta(days=400)
"""Single readings for two days, then steps of five minutes (seconds), then of an hour, then nothing."""

_MOST_COURSES = 50
_MOST_POINTS = 1500


def real_now(ctx: Ctx) -> datetime:
    """The time of the world, by the database's clock; organisation time may run otherwise."""
    return store.now(ctx.db)


def selector(text: str) -> Selector:
    """The selector that an expression of PromQL names. Raises Unreadable."""
    found = selectors.read(text)
    if isinstance(found, Refusal):
        raise Unreadable(str(found), expression=text)
    return found


def series(ctx: Ctx, *, name: str | None = None, limit: int = 100) -> Sequence[Series]:
    """Series by name."""
    return samples.named(ctx.db, ctx.organisation, name=name, source=None, limit=limit)


def meant(ctx: Ctx, selector: Selector) -> Sequence[Series]:
    """The series that a selector means, as they stand."""
    found = samples.named(
        ctx.db,
        ctx.organisation,
        name=selector.name,
        source=selector.source or None,
        limit=MOST_SERIES,
    )
    return [one for one in found if rules.matches(selector, one.name, one.labels)]


def newest(named: Sequence[Series]) -> datetime | None:
    """When any of them was read last."""
    return max((one.last_at for one in named), default=None)


def read_until(ctx: Ctx) -> Mapping[str, datetime]:
    """Until when each source was read. Asked before figures that are set beside one another: a reading
    that is committed between two of them would stand in one and not in the other."""
    return store.read_until(ctx.db, ctx.organisation)


def complete(ends: Mapping[str, datetime], named: Sequence[Series], now: datetime) -> datetime:
    """The moment until which all these series were read."""
    return min([now, *(ends[one.source] for one in named if one.source in ends)])


def steps(
    ctx: Ctx, named: Sequence[Series], since: datetime, until: datetime, step: timedelta
) -> Sequence[samples.Step]:
    """The stretches in which any of these series was read, put together."""
    ids = [one.id for one in named]
    return samples.course(ctx.db, ctx.organisation, ids, since, until, step)


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
    for one in meant(ctx, wanted):
        groups.setdefault(tuple(one.labels.get(label, "") for label in by), []).append(one)
    return [
        Course(
            labels=dict(zip(by, values, strict=True)),
            points=tuple(
                Point(at=found.at, value=_measured(measure, found, step))
                for found in steps(ctx, groups[values], since, until, step)
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
