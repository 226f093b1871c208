"""The statistics of health: budgets, burn rates, baselines and anomalies. Pure; times come in."""

import math
import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from headrace.capabilities.health.model import (
    Burn,
    BurnPoint,
    BurnRule,
    Condition,
    Judgement,
    Labels,
    Matcher,
    MatchKind,
    Method,
    Ratio,
    Reading,
    Selector,
    SeriesKind,
    Severity,
    Standing,
    Tally,
    Target,
    Verdict,
    Watch,
    Window,
    WindowUnit,
)

OVER = 0.05
"""How probable a share must be by chance before a trouble is taken to be over: the field's custom."""

BLIND_AFTER = timedelta(minutes=10)
"""Without a reading for so long nothing is known about a target."""

LOST_AFTER = 3
"""Readings of a source that fail in a row before it is lost; one may be a restart."""

_MONTHS = {WindowUnit.MONTH: 1, WindowUnit.QUARTER: 3, WindowUnit.YEAR: 12}
_SPANS = {
    WindowUnit.MINUTE: timedelta(minutes=1),
    WindowUnit.HOUR: timedelta(hours=1),
    WindowUnit.DAY: timedelta(days=1),
    WindowUnit.WEEK: timedelta(weeks=1),
    WindowUnit.MONTH: timedelta(days=30),
    WindowUnit.QUARTER: timedelta(days=90),
    WindowUnit.YEAR: timedelta(days=365),
}
"""The length of a unit; of months and longer ones where the window rolls."""

_NEGLIGIBLE = 1e-12  # of a sum so far


def increase(kind: SeriesKind, value: float, before: float | None, seconds: float) -> float:
    """How much was added since the reading before; nothing is known of the time before the first.

    A counter that has fallen began anew: what it shows was added since.
    """
    if before is None or kind is SeriesKind.GAUGE:
        return 0.0
    if kind is SeriesKind.RATE:
        return max(0.0, value) * seconds
    return value - before if value >= before else value


def matches(selector: Selector, name: str, labels: Labels) -> bool:
    """Whether a series is meant."""
    return selector.name == name and all(_fits(one, labels) for one in selector.matchers)


def _fits(matcher: Matcher, labels: Labels) -> bool:
    found = labels.get(matcher.label, "")
    if matcher.kind in {MatchKind.EQUAL, MatchKind.DIFFERENT}:
        return (found == matcher.value) is (matcher.kind is MatchKind.EQUAL)
    fits = re.fullmatch(matcher.value, found) is not None
    return fits is (matcher.kind is MatchKind.LIKE)


def selectors_of(item: Target | Watch) -> tuple[Selector, ...]:
    """What a target or a watch asks for."""
    if isinstance(item, Watch):
        return (item.bad, item.total)
    indicator = item.indicator
    if isinstance(indicator, Ratio):
        return (indicator.part, indicator.total)
    return (indicator.metric,)


def window_start(window: Window, now: datetime) -> datetime:
    """When the budget that holds now began."""
    if window.starts_at is None:
        return now - _SPANS[window.unit] * window.count
    if window.unit in _MONTHS:
        return _month_start(window.starts_at, _MONTHS[window.unit] * window.count, now)
    span = _SPANS[window.unit] * window.count
    return window.starts_at + (now - window.starts_at) // span * span


def _month_start(starts_at: datetime, months: int, now: datetime) -> datetime:
    passed = (now.year - starts_at.year) * 12 + now.month - starts_at.month
    terms = passed // months
    found = _later(starts_at, terms * months)
    return found if found <= now else _later(starts_at, (terms - 1) * months)


def _later(moment: datetime, months: int) -> datetime:
    """So many months later, on the last day of a month that is too short."""
    whole = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(whole, 12)
    last = monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def tally(method: Method, slices: Iterable[Tally], target: float) -> Tally:
    """Slices of time as occurrences: good ones by their target, or each by its share. Empty slices,
    in which nothing happened, are good."""
    found = list(slices)
    if method is Method.RATIO_TIMESLICES:
        good = sum(1.0 if one.total == 0 else one.good / one.total for one in found)
    else:
        good = float(sum(one.total == 0 or one.good / one.total >= target for one in found))
    return Tally(good=good, total=float(len(found)))


def burn_rate(found: Tally, objective: float) -> float | None:
    """The share that went wrong as a multiple of the share that may. 1 spends the budget evenly.

    None where nothing happened. An objective of 1 allows nothing: any fault burns without bound.
    """
    if found.total <= 0:
        return None
    wrong = found.bad / found.total
    allowed = float(1 - Decimal(str(objective)))  # 0.001 for 0.999, not 0.00100000000000000089
    if allowed <= 0:
        return math.inf if wrong else 0.0
    return wrong / allowed


def budget_left(found: Tally, objective: float) -> float | None:
    """The part of the error budget that is left over the window: 1 untouched, below 0 overspent."""
    spent = burn_rate(found, objective)
    return None if spent is None else 1.0 - spent


def burn_course(
    target: Target, since: Sequence[tuple[datetime, Tally]], now: datetime
) -> tuple[BurnPoint, ...]:
    """How fast the budget burned from each moment to the next, the last one to `now`.

    `since` has what was counted from each moment until now, oldest first.
    """
    ends = [*(at for at, _ in since[1:]), now]
    later = [*(tally for _, tally in since[1:]), Tally(good=0.0, total=0.0)]
    return tuple(
        BurnPoint(at=end, rate=burn_rate(_less(tally, rest), target.objective))
        for end, (_, tally), rest in zip(ends, since, later, strict=True)
    )


def _less(whole: Tally, part: Tally) -> Tally:
    total = max(0.0, whole.total - part.total)
    return Tally(good=max(0.0, min(total, whole.good - part.good)), total=total)


def burns(
    target: Target, over: dict[timedelta, Tally], rules: Sequence[BurnRule] | None = None
) -> tuple[Burn, ...]:
    """How fast the budget burns by each rule; `over` has a tally for every window of theirs."""
    return tuple(
        Burn(
            rule=rule,
            over_long=burn_rate(over[rule.long], target.objective),
            over_short=burn_rate(over[rule.short], target.objective),
        )
        for rule in (target.burn_rules if rules is None else rules)
    )


def standing(
    target: Target,
    whole: Tally,
    over: dict[timedelta, Tally],
    measured_until: datetime | None,
    now: datetime,
) -> Standing:
    """How a target stands. Old or missing readings are no proof of health."""
    left = budget_left(whole, target.objective)
    found = burns(target, over)
    alerting = [burn.rule.severity for burn in found if burn.alerts]
    blind = measured_until is None or now - measured_until > BLIND_AFTER
    return Standing(
        target=target,
        condition=_condition(left, burning=bool(alerting), blind=blind),
        tally=whole,
        achieved=whole.good / whole.total if whole.total > 0 else None,
        budget_left=left,
        burns=found,
        severity=min(alerting, key=list(Severity).index) if alerting else None,
        measured_until=measured_until,
    )


def _condition(left: float | None, *, burning: bool, blind: bool) -> Condition:
    if left is not None and left <= 0:
        return Condition.EXHAUSTED
    if burning:
        return Condition.BURNING
    return Condition.UNKNOWN if blind or left is None else Condition.HEALTHY


def worst_first(standings: Iterable[Standing]) -> tuple[Standing, ...]:
    """By condition, then by the budget that is left, then by name."""
    order = list(Condition)
    return tuple(
        sorted(
            standings,
            key=lambda s: (
                order.index(s.condition),
                math.inf if s.budget_left is None else s.budget_left,
                s.target.name,
            ),
        )
    )


def worst(found: Sequence[Burn]) -> Burn | None:
    """The alerting burn of the highest factor."""
    return max((b for b in found if b.alerts), key=lambda b: b.rule.factor, default=None)


def judge(watch: Watch, readings: Sequence[Reading]) -> tuple[Judgement, ...]:
    """Every dimension compared with its own baseline, and with the whole's where it has none yet.

    The probability that a watch bears is shared out over the dimensions that could be judged
    (Bonferroni), so that many dimensions raise no more false alarms than one.
    """
    whole = next((one.before for one in readings if one.dimension == ""), None)
    judged = [one for one in readings if _is_enough(watch, one, whole)]
    return tuple(
        _judged(watch, one, whole, watch.probability / len(judged))
        if one in judged
        else _too_little(one)
        for one in readings
    )


def is_over(watch: Watch, found: Judgement) -> bool:
    """Whether what a watch told of is over: no longer anything that one would look at twice.

    What began at one chance in a thousand does not end at one in a hundred: near the alarm it would
    begin and end with every look.
    """
    if found.verdict is not Verdict.NORMAL:
        return False
    more = (found.share or 0.0) - (found.usual or 0.0)
    return more < watch.least or found.probability >= OVER


def ended_for(dimension: str, ended: Mapping[str, datetime]) -> Sequence[datetime]:
    """When troubles ended that a dimension had a part in: its own, and those of what it lies in or holds."""
    return [at for other, at in ended.items() if "" in (dimension, other) or other == dimension]


def _is_enough(watch: Watch, reading: Reading, whole: Tally | None) -> bool:
    return reading.now.total >= watch.enough and _basis(watch, reading, whole) is not None


def _basis(watch: Watch, reading: Reading, whole: Tally | None) -> Tally | None:
    """What is usual for a dimension: its own past, or the whole's for one that is new."""
    for found in (reading.before, whole):
        if found is not None and found.total >= watch.enough:
            return found
    return None


def _judged(watch: Watch, reading: Reading, whole: Tally | None, alarm: float) -> Judgement:
    basis = _basis(watch, reading, whole)
    assert basis is not None  # it was found to be enough
    share, usual = reading.now.bad / reading.now.total, basis.bad / basis.total
    chance = tail(round(reading.now.bad), round(reading.now.total), basis.bad, basis.total)
    strange = chance < alarm and share - usual >= watch.least
    return Judgement(
        dimension=reading.dimension,
        verdict=Verdict.ANOMALY if strange else Verdict.NORMAL,
        share=share,
        usual=usual,
        probability=chance,
        occurrences=reading.now.total,
    )


def _too_little(reading: Reading) -> Judgement:
    total = reading.now.total
    return Judgement(
        dimension=reading.dimension,
        verdict=Verdict.TOO_LITTLE,
        share=reading.now.bad / total if total else None,
        usual=None,
        probability=1.0,
        occurrences=total,
    )


def tail(bad: int, total: int, bad_before: float, total_before: float) -> float:
    """How probable it is that at least `bad` of `total` go wrong, seen what went wrong before.

    Beta-binomial, with Jeffreys' prior: a short baseline makes the answer cautious, and a baseline
    without a fault does not make the first fault impossible. Source: Gelman and others, Bayesian Data
    Analysis, 3rd edition, section 2.4.
    """
    if bad <= 0:
        return 1.0
    a = bad_before + 0.5
    b = max(0.0, total_before - bad_before) + 0.5
    if bad > total * a / (a + b):
        return min(1.0, _summed(range(bad, total + 1), total, a, b))
    return max(0.0, 1.0 - _summed(range(bad - 1, -1, -1), total, a, b))


def _summed(places: Iterable[int], total: int, a: float, b: float) -> float:
    """The mass of places that lead away from the middle, until what is left no longer counts."""
    over = 0.0
    for k in places:
        mass = math.exp(_log_mass(k, total, a, b))
        over += mass
        if mass <= over * _NEGLIGIBLE:
            break
    return over


def _log_mass(k: int, total: int, a: float, b: float) -> float:
    choices = math.lgamma(total + 1) - math.lgamma(k + 1) - math.lgamma(total - k + 1)
    return choices + _log_beta(k + a, total - k + b) - _log_beta(a, b)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def deviation(value: float, usual: Sequence[float]) -> float | None:
    """How far a value lies from its baseline, in robust standard deviations (median and MAD).

    None with fewer than five readings. Where the baseline never moved, any other value is without
    bound. Source: Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993: suspect above 3.5.
    """
    if len(usual) < 5:
        return None
    middle = _median(usual)
    spread = 1.4826 * _median([abs(one - middle) for one in usual])
    if spread == 0:
        return 0.0 if value == middle else math.copysign(math.inf, value - middle)
    return (value - middle) / spread


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
