"""Whether a cohort does as well as its control: an interval that holds at every look, not a threshold.

Each metric is a share: of requests that failed, or that took longer than the control's quantile. The
difference of two shares is normal for many users; its variance counts users, not requests (the
linearised ratio, Cochran, *Sampling Techniques*, 6.11), and one failure and one success are added to
each side, so that "nothing failed yet" is not taken for "nothing fails" (Agresti and Caffo 2000).
The interval is that of a mixture sequential probability ratio test (Robbins 1970; Johari and others
2017): it covers the truth at all looks together with `1 - ALPHA`, so that looking often costs nothing.

A metric passes when the whole interval lies below what is allowed. It is worse when the whole
interval lies above the control and what is seen lies beyond what is allowed. All else is
inconclusive.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import log, sqrt

from headrace.capabilities.releases.model import (
    Comparison,
    Criterion,
    Judgement,
    Measure,
    Observed,
    UserSample,
)

ALPHA = 0.05
"""How often an interval misses the truth at any look at all. The field's custom."""


@dataclass(frozen=True)
class Share:
    """A share of requests in one arm, with the variance of its estimate."""

    value: float
    variance: float


def compare(
    criterion: Criterion, seen: Observed, *, users: int = 20, alpha: float = ALPHA
) -> Comparison:
    """What measurement says of one criterion; fewer than `users` users on a side say nothing."""
    if not seen.control and criterion.at_most is not None:
        criterion = replace(
            criterion, worse_by=None
        )  # everybody is reached: nobody to compare with
    needed = [seen.cohort] if criterion.worse_by is None else [seen.cohort, seen.control]
    if any(_users(arm) < users for arm in needed):
        fewest = min(_users(arm) for arm in needed)
        return _told(
            criterion, seen, Judgement.INCONCLUSIVE, f"{fewest} of {users} users so far", None
        )
    bounds = [
        judged
        for judged in (_relative(criterion, seen, alpha), _absolute(criterion, seen, alpha))
        if judged is not None
    ]
    order = (Judgement.WORSE, Judgement.INCONCLUSIVE, Judgement.PASS)
    return min(bounds, key=lambda one: order.index(one.judgement))


def _relative(criterion: Criterion, seen: Observed, alpha: float) -> Comparison | None:
    if criterion.worse_by is None:
        return None
    if criterion.measure is Measure.ERRORS:
        return _errors_against_control(criterion, seen, criterion.worse_by, alpha)
    return _latency_against_control(criterion, seen, criterion.worse_by, alpha)


def _errors_against_control(
    criterion: Criterion, seen: Observed, limit: float, alpha: float
) -> Comparison:
    cohort, control = (share(arm, lambda user: user.errors) for arm in (seen.cohort, seen.control))
    worse = cohort.value - control.value
    half = half_width(cohort.variance + control.variance, limit, alpha)
    low, high = (worse - half) * 100, (worse + half) * 100
    said = (
        f"{worse * 100:+.2f} points of errors, between {low:+.2f} and {high:+.2f}; "
        f"allowed {limit * 100:+g}"
    )
    if worse + half < limit:
        judged = Judgement.PASS
    elif worse - half > 0 and worse >= limit:
        judged = Judgement.WORSE
    else:
        judged = Judgement.INCONCLUSIVE
    return _told(
        criterion, seen, judged, said, (worse - half, worse + half), cohort.value, control.value
    )


def _latency_against_control(
    criterion: Criterion, seen: Observed, limit: float, alpha: float
) -> Comparison:
    """By the control's quantile: as many of the cohort's requests may take longer than it, plus limit."""
    beyond = 1 - criterion.quantile
    usual, own = (quantile(arm, criterion.quantile) for arm in (seen.control, seen.cohort))
    allowed = _slower(seen, usual * (1 + limit), usual, beyond, alpha)
    plain = _slower(seen, usual, usual, beyond, alpha)
    more = own / usual - 1 if usual else 0.0
    said = (
        f"p{criterion.quantile * 100:g} {own:.3g} s against {usual:.3g} s ({more:+.0%}); "
        f"allowed {limit:+.0%}"
    )
    if allowed[1] < 0:
        judged = Judgement.PASS
    elif plain[0] > 0 and more >= limit:
        judged = Judgement.WORSE
    else:
        judged = Judgement.INCONCLUSIVE
    return _told(criterion, seen, judged, said, allowed, own, usual)


def _slower(
    seen: Observed, bound: float, usual: float, beyond: float, alpha: float
) -> tuple[float, float]:
    """How many more than `beyond` of the cohort's requests took longer than `bound`.

    The control's quantile is an estimate as well: the variance of its own share beyond it is added.
    """
    own = share(seen.cohort, _longer_than(bound))
    control = share(seen.control, _longer_than(usual))
    more = own.value - beyond
    half = half_width(own.variance + control.variance, beyond / 2, alpha)
    return more - half, more + half


def _absolute(criterion: Criterion, seen: Observed, alpha: float) -> Comparison | None:
    bound = criterion.at_most
    if bound is None:
        return None
    if criterion.measure is Measure.ERRORS:
        found, most = share(seen.cohort, lambda user: user.errors), bound
        own, unit = found.value, f"{found.value:.2%} of requests failed; at most {bound:.2%}"
    else:
        found, most = share(seen.cohort, _longer_than(bound)), 1 - criterion.quantile
        own = quantile(seen.cohort, criterion.quantile)
        unit = f"p{criterion.quantile * 100:g} {own:.3g} s; at most {bound:g} s"
    more = found.value - most
    half = half_width(found.variance, most / 2, alpha)
    if more + half < 0:
        judged = Judgement.PASS
    elif more - half > 0:
        judged = Judgement.WORSE
    else:
        judged = Judgement.INCONCLUSIVE
    return _told(criterion, seen, judged, unit, (more - half, more + half), own)


def share(arm: Sequence[UserSample], count: Callable[[UserSample], int]) -> Share:
    """The share of an arm's requests that `count` counts, and its variance with users as the unit."""
    active = [user for user in arm if user.requests]
    users, requests = len(active), sum(user.requests for user in active)
    counted = [count(user) for user in active]
    value = (sum(counted) + 1) / (requests + 2)
    spread = sum(
        (hits - value * user.requests) ** 2 for hits, user in zip(counted, active, strict=True)
    )
    clustered = spread / requests**2 * users / max(users - 1, 1)
    return Share(value, max(clustered, value * (1 - value) / (requests + 2)))


def half_width(variance: float, scale: float, alpha: float) -> float:
    """Half of the always valid interval around a difference; `scale` is the size that matters."""
    precision = scale * scale / variance
    return sqrt(variance * (1 + 1 / precision) * (log(1 + precision) + 2 * log(1 / alpha)))


def quantile(arm: Iterable[UserSample], part: float) -> float:
    """The smallest time within which at least this part of all requests ended, in seconds."""
    times = sorted(seconds for user in arm for seconds in user.seconds)
    return times[min(int(part * len(times)), len(times) - 1)]


def _longer_than(bound: float) -> Callable[[UserSample], int]:
    return lambda user: sum(seconds > bound for seconds in user.seconds)


def _users(arm: Iterable[UserSample]) -> int:
    return sum(1 for user in arm if user.requests)


def _told(
    criterion: Criterion,
    seen: Observed,
    judgement: Judgement,
    because: str,
    interval: tuple[float, float] | None,
    cohort: float | None = None,
    control: float | None = None,
) -> Comparison:
    low, high = interval or (None, None)
    return Comparison(
        criterion=criterion.name,
        judgement=judgement,
        because=because,
        cohort=cohort,
        control=control,
        low=low,
        high=high,
        users=_users(seen.cohort),
        requests=sum(user.requests for user in seen.cohort),
    )
