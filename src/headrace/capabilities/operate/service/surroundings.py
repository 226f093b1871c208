"""Surroundings: the release that serves, and how a service's requests divide among its parts."""

from collections.abc import Sequence

from headrace.capabilities.health import service as health
from headrace.capabilities.health.model import Judgement, Watch
from headrace.capabilities.operate.model import Incident
from headrace.capabilities.operate.store import incidents as store
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import Release, ReleaseStatus
from headrace.kernel.context import Ctx


def release_of(ctx: Ctx, service: str, *statuses: ReleaseStatus) -> Release | None:
    """The newest release of a service in one of these states, or None."""
    found = [
        one
        for status in statuses
        for one in releases.listing(ctx, status, limit=200)
        if service in {one.rollout.service, one.rollout.log.partition("/")[0]}
    ]
    return max(found, key=lambda one: one.id, default=None)


def judgements(ctx: Ctx, incident: Incident) -> Sequence[tuple[Watch, Judgement]]:
    """What the incident's watches say now, every dimension."""
    names = {one.watch for one in store.signs(ctx.db, ctx.organisation, incident.id)}
    by_dimension = [one for one in health.watches(ctx) if one.service == incident.service]
    wanted = [one for one in by_dimension if one.name in names] or by_dimension
    return [(watch, one) for watch in wanted for one in health.judgements(ctx, watch)]


def shares(judged: Sequence[tuple[Watch, Judgement]]) -> dict[str, float]:
    """The share of a service's requests by dimension, in the window of the watch that counts most.

    The whole of a watch is what its dimensions are parts of.
    """
    found: dict[str, float] = {}
    wholes = {watch.name: one.occurrences for watch, one in judged if one.dimension == ""}
    for watch, one in judged:
        whole = wholes.get(watch.name, 0.0)
        if one.dimension and whole > 0:
            found[one.dimension] = max(found.get(one.dimension, 0.0), one.occurrences / whole)
    return found


def shares_now(ctx: Ctx, incident: Incident) -> dict[str, float]:
    """The share of the service's requests by dimension, as they are counted now."""
    return shares(judgements(ctx, incident))
