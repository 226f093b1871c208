"""Interval: what measurement says of a criterion as a bar against its limit. Figures in, places out."""

from dataclasses import dataclass

_EDGE = 0.12  # of the width stays free at both sides, so that an end is seen as an end


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Places from left to right, 0 to 100: the bar from `low` to `high`, what was seen in its middle.

    `zero` is where the cohort is as the control, None where the limit is all that it is held against.
    """

    low: float
    high: float
    seen: float
    limit: float
    zero: float | None


def picture(low: float, high: float, limit: float, *, has_zero: bool) -> Picture:
    """The bar on a scale that holds all of it, the limit and, where it is asked for, zero."""
    marks = [low, high, limit, *([0.0] if has_zero else [])]
    first, last = min(marks), max(marks)
    span = last - first or 1.0

    def place(value: float) -> float:
        return round(100 * (_EDGE + (1 - 2 * _EDGE) * (value - first) / span), 2)

    return Picture(
        low=place(low),
        high=place(high),
        seen=place((low + high) / 2),
        limit=place(limit),
        zero=place(0.0) if has_zero else None,
    )
