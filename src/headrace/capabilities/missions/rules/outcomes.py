"""Outcomes: a reading held against its promise, and what all of them make of a mission. Pure."""

from collections.abc import Sequence
from datetime import date

from headrace.capabilities.missions.model.measurements import (
    Judged,
    Measurement,
    Origin,
    Outcome,
    OutcomeKind,
    OutcomeVerdict,
    Reading,
)
from headrace.capabilities.missions.rules.targets import (
    Amount,
    Target,
    amount,
    baseline,
    deadline,
    target,
)

V = OutcomeVerdict

EXCEEDED_BY = 0.5
"""An outcome is exceeded when its figure is better than the limit by at least half of the limit."""

NEARLY = 0.1
"""A promise that was not kept is partially met within a tenth of its limit, …"""

HALF_WAY = 0.5
"""… or when at least half of the way from its baseline was made."""

LATE_DAYS = 7
"""What comes by up to a week late is partially met; later, it is not met."""

RULE = (
    "Exceeded: better than the limit by at least 50% of it (never a guardrail, never a day). "
    "Partially met: within 10% of the limit, at least half of the way from the baseline, or up to 7 "
    "days late; a guardrail that keeps its limit but is further from the baseline measured here than "
    "its contract allows. Inconclusive: nothing could be measured. Overall: not met when nothing is "
    "met; partially met when something is not, or a guardrail is crossed; inconclusive while "
    "something could not be measured; exceeded when every outcome is met and one is exceeded."
)
"""The rule by which verdicts are given, as a report states it."""


def judge(outcome: Outcome, reading: Reading, today: date) -> Judged:
    """What a reading means for its promise on a day. Nothing that was not found is ever met."""
    if reading.origin is Origin.DATE or reading.day is not None:
        return _judge_day(outcome, reading, today)
    if reading.value is None:
        return _inconclusive(reading.because or "nothing was measured")
    asked = target(outcome)
    if asked is None:
        return _inconclusive(
            f"the target {outcome.target!r} names no figure to compare with", reading
        )
    found = amount(reading.value, reading.unit)
    limit = _limit(asked, outcome, reading)
    if limit is None:
        return _inconclusive(
            "the target is told against a baseline, and none was measured", reading
        )
    if limit.kind != found.kind:
        return _inconclusive(
            f"measured is {found.kind} ({reading.unit or 'no unit'}), promised is {limit.kind}",
            reading,
        )
    return _judge_figure(outcome, reading, asked, limit, found)


def _judge_day(outcome: Outcome, reading: Reading, today: date) -> Judged:
    due = deadline(outcome)
    if reading.day is None:
        late = due is not None and today > due
        because = reading.because or "it has not happened yet"
        return Judged(
            verdict=V.NOT_MET if late else V.INCONCLUSIVE,
            actual="not yet",
            variance=f"{(today - due).days:+d} days" if late and due else "n/a",
            because=f"{because}; it is due on {due}" if due else because,
        )
    if due is None:
        return Judged(verdict=V.MET, actual=f"{reading.day}", variance="n/a", because="it happened")
    days = (reading.day - due).days
    verdict = V.MET if days <= 0 else V.PARTIALLY_MET if days <= LATE_DAYS else V.NOT_MET
    return Judged(
        verdict=verdict,
        actual=f"{reading.day}",
        variance=f"{days:+d} day{'' if abs(days) == 1 else 's'}" if days else "on the day",
        because=f"promised by {due}, happened on {reading.day}",
    )


def _judge_figure(
    outcome: Outcome, reading: Reading, asked: Target, limit: Amount, found: Amount
) -> Judged:
    kept = _keeps(asked, limit.value, found.value)
    guards = outcome.kind is OutcomeKind.GUARDRAIL
    gap = _percent(found.value, limit.value)
    variance = gap if not (guards and kept) else f"within bounds ({gap})"
    drift = _drift(outcome, reading, asked, limit) if guards else None
    if drift is not None:
        assert reading.value is not None  # it is what drifted
        assert reading.baseline is not None
        change = reading.value / reading.baseline - 1
        variance += f"; {change:+,.0%} against the baseline measured here"
    if guards and not kept:
        verdict, because = V.NOT_MET, "the guardrail is crossed"
    elif guards and drift is not None and drift[0] > drift[1]:
        verdict = V.PARTIALLY_MET
        because = f"within its limit, but more than {drift[1]:.0%} from the baseline measured here"
    elif guards:
        verdict, because = V.MET, "the guardrail is kept"
    else:
        verdict, because = _outcome(_start(outcome, reading), asked, limit.value, found.value, kept)
    return Judged(verdict=verdict, actual=shown(reading), variance=variance, because=because)


def _outcome(
    start: Amount | None, asked: Target, limit: float, found: float, kept: bool
) -> tuple[OutcomeVerdict, str]:
    better = (limit - found if asked.at_most else found - limit) / abs(limit) if limit else 0.0
    if kept and better >= EXCEEDED_BY:
        return V.EXCEEDED, f"better than the limit by {better:,.0%} of it"
    if kept:
        return V.MET, "the target is kept"
    way = limit - start.value if start is not None else 0.0
    made = (found - start.value) / way if start is not None and way else 0.0
    # Whoever starts on the right side of the limit and leaves it has made no way at all.
    ahead = way < 0 if asked.at_most else way > 0
    if ahead and made >= HALF_WAY:
        return V.PARTIALLY_MET, f"{made:.0%} of the way from the baseline to the target"
    if limit and -better <= NEARLY + 1e-9:
        return V.PARTIALLY_MET, f"within {NEARLY:.0%} of the limit"
    return V.NOT_MET, "the target is not kept"


def _keeps(asked: Target, limit: float, found: float) -> bool:
    if found == limit:
        return not asked.strict
    return found < limit if asked.at_most else found > limit


def _limit(asked: Target, outcome: Outcome, reading: Reading) -> Amount | None:
    """The limit as a figure: a share of the baseline measured here, or else of the contract's."""
    if not asked.of_baseline:
        return asked.limit
    start = _start(outcome, reading)
    return Amount(value=start.value * asked.limit.value, kind=start.kind) if start else None


def _start(outcome: Outcome, reading: Reading) -> Amount | None:
    """Where the way to the target begins: as measured here, or else as the contract says."""
    if reading.baseline is not None:
        return amount(reading.baseline, reading.unit)
    return baseline(outcome)


def _drift(
    outcome: Outcome, reading: Reading, asked: Target, limit: Amount
) -> tuple[float, float] | None:
    """How far a guardrail is from the baseline measured here, and how far its contract lets it be.

    Both are shares, towards the limit. None where nothing was measured to compare with.
    """
    agreed, here = baseline(outcome), reading.baseline
    if here is None or reading.value is None or here <= 0 or asked.of_baseline:
        return None
    if agreed is None or agreed.kind != limit.kind or agreed.value <= 0:
        return None
    sign = 1 if asked.at_most else -1
    return sign * (reading.value / here - 1), sign * (limit.value / agreed.value - 1)


def _inconclusive(because: str, reading: Reading | None = None) -> Judged:
    actual = shown(reading) if reading is not None else "not measured"
    return Judged(verdict=V.INCONCLUSIVE, actual=actual, variance="n/a", because=because)


def _percent(found: float, limit: float) -> str:
    """The difference in percent of the limit; in its own unit where the limit is nothing."""
    if limit == 0:
        return f"{found:+.4g}"
    part = (found - limit) / abs(limit)
    return f"{part:+.1%}" if 0 < abs(part) < 0.01 else f"{part:+,.0%}"


def shown(reading: Reading) -> str:
    """A reading as people read it, with where it comes from when nothing here has measured it."""
    if reading.day is not None:
        return f"{reading.day}"
    if reading.value is None:
        return "not measured"
    number = f"{reading.value:,.0f}" if _is_whole(reading.value) else f"{reading.value:.3g}"
    unit = reading.unit.strip()
    told = f"{number}{unit}" if unit == "%" else f"{number} {unit}".strip()
    named = {Origin.FILE: " (from a file)"}
    return f"{told}{named.get(reading.origin, '')}"


def _is_whole(value: float) -> bool:
    return abs(value) >= 1000 or float(value).is_integer()


def overall(found: Sequence[Measurement]) -> OutcomeVerdict:
    """What the newest measurements of a mission's outcomes and guardrails make of it; see RULE."""
    outcomes = [m.judged.verdict for m in found if m.outcome.kind is OutcomeKind.OUTCOME]
    guardrails = [m.judged.verdict for m in found if m.outcome.kind is OutcomeKind.GUARDRAIL]
    reached = [one for one in outcomes if one in {V.MET, V.EXCEEDED}]
    every = [*outcomes, *guardrails]
    if not outcomes or all(one is V.INCONCLUSIVE for one in outcomes):
        return V.INCONCLUSIVE
    if V.NOT_MET in outcomes and not reached and V.PARTIALLY_MET not in outcomes:
        return V.NOT_MET
    if V.NOT_MET in every:
        return V.PARTIALLY_MET
    if V.INCONCLUSIVE in every:
        return V.INCONCLUSIVE
    if V.PARTIALLY_MET in every:
        return V.PARTIALLY_MET
    return V.EXCEEDED if V.EXCEEDED in outcomes else V.MET


def is_settled(one: Measurement, today: date) -> bool:
    """Whether a verdict will not get better any more: reached, or its day has come; a guardrail has none."""
    due = deadline(one.outcome)
    return one.judged.verdict in {V.MET, V.EXCEEDED} or due is None or due <= today
