"""Course: figures over time as a small line chart. Figures in, places out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 320, 64
_PAD = 6  # free at each edge, so that a dot is whole


@dataclass(frozen=True, kw_only=True)
class Series:
    """Figures of one thing, oldest first."""

    name: str
    points: tuple[tuple[datetime, float], ...]


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A figure's place, and what it says."""

    x: float
    y: float
    told: str


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One series as it is drawn: `line` are the points of a polyline."""

    name: str
    line: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, kw_only=True)
class Course:
    """Curves on one scale. `low` and `high` say what its edges stand for; `limit` is a height or None."""

    width: int
    height: int
    curves: tuple[Curve, ...]
    low: str
    high: str
    limit: float | None


def course(
    series: Sequence[Series], told: Callable[[float], str], *, limit: float | None = None
) -> Course | None:
    """The chart; None without any figure. A scale begins at nothing, or below where figures do."""
    filled = [one for one in series if one.points]
    if not filled:
        return None
    values = [value for one in filled for _, value in one.points]
    moments = [at for one in filled for at, _ in one.points]
    marks = [*values, 0.0, *([limit] if limit is not None else [])]
    low, high = min(marks), max(marks)

    def across(at: datetime) -> float:
        span = (max(moments) - min(moments)).total_seconds()
        share = (at - min(moments)).total_seconds() / span if span else 0.5
        return round(_PAD + share * (WIDTH - 2 * _PAD), 1)

    def down(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.0
        return round(HEIGHT - _PAD - share * (HEIGHT - 2 * _PAD), 1)

    def curve(one: Series) -> Curve:
        dots = tuple(Dot(x=across(at), y=down(value), told=told(value)) for at, value in one.points)
        return Curve(name=one.name, line=" ".join(f"{dot.x},{dot.y}" for dot in dots), dots=dots)

    return Course(
        width=WIDTH,
        height=HEIGHT,
        curves=tuple(curve(one) for one in filled),
        low=told(low),
        high=told(high),
        limit=None if limit is None else down(limit),
    )
