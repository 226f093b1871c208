"""Watches: a share of bad occurrences beside its own past, by dimension."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from headrace.capabilities.health import rules
from headrace.capabilities.health.model import (
    Judgement,
    Reading,
    Series,
    Tally,
    Unreadable,
    Watch,
    WatchNotFound,
)
from headrace.capabilities.health.service.figures import complete, meant, read_until
from headrace.capabilities.health.service.telling import troubles
from headrace.capabilities.health.store import series as samples
from headrace.capabilities.health.store import sources as store
from headrace.kernel.context import Ctx


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


def watches(ctx: Ctx) -> Sequence[Watch]:
    """Every watch, by name."""
    return store.watches(ctx.db, ctx.organisation)


def remove_watch(ctx: Ctx, name: str) -> None:
    """Raises WatchNotFound."""
    if not store.drop_item(ctx.db, ctx.organisation, "watch", name):
        raise WatchNotFound(f"No watch {name!r}; `headrace watch list` shows them", watch=name)
    store.forget(ctx.db, ctx.organisation, f"watch:{name}")


def judgements(ctx: Ctx, watch: Watch, *, at: datetime | None = None) -> Sequence[Judgement]:
    """The whole and every dimension of a watch, each beside its own baseline.

    The baseline ends before a trouble of this watch that is still open began, so that a failure that
    lasts does not become what is usual. What a trouble did that is over is no sign of a new one:
    after it only what came since then is looked at.
    """
    now = at or store.now(ctx.db)
    ends = read_until(ctx)
    named = [meant(ctx, wanted) for wanted in (watch.bad, watch.total)]
    seen = complete(ends, [one for part in named for one in part], now)
    bad, total = (_by_dimension(watch, part) for part in named)
    ended = store.ended(ctx.db, ctx.organisation, f"watch:{watch.name}")
    begun = [one.since for one in troubles(ctx) if one.subject == f"watch:{watch.name}"]
    until = min([now, *begun]) - watch.window
    readings = [
        Reading(
            dimension=dimension,
            now=_share(
                ctx,
                bad.get(dimension, ()),
                ids,
                max([now - watch.window, *rules.ended_for(dimension, ended)]),
                seen,
            ),
            before=_share(ctx, bad.get(dimension, ()), ids, until - watch.baseline, until),
        )
        for dimension, ids in sorted(total.items())
    ]
    return rules.judge(watch, readings)


def _by_dimension(watch: Watch, named: Sequence[Series]) -> Mapping[str, Sequence[str]]:
    """Ids of the series, by dimension; all of them together are the dimension ""."""
    found: dict[str, list[str]] = {"": []}
    for one in named:
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
