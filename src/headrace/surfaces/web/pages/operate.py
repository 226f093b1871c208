"""Operate: how the health targets stand, worst first, and what is wrong now."""

from dataclasses import dataclass
from math import isfinite

from headrace.surfaces.web.answers import (
    Burn,
    BurnPoints,
    TargetLine,
    Targets,
    TargetShown,
    Trouble,
    Troubles,
)
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client
from headrace.surfaces.web.course import Course, Series, course
from headrace.surfaces.web.language import said

_LOOKED_INTO = 12  # the worst: how fast each burns, window by window


@dataclass(frozen=True, kw_only=True)
class BurnShown:
    """How fast a budget burns by one rule, and whether somebody is told."""

    burn: Burn
    alerts: bool


@dataclass(frozen=True, kw_only=True)
class TargetBurns:
    """A target's burn rate over the last hours as a chart, where anything happened, and by each rule
    where it is not healthy."""

    target: str
    course: Course | None
    burns: tuple[BurnShown, ...]


@dataclass(frozen=True, kw_only=True)
class OperatePage:
    """`burns` are those of the worst targets, healthy ones with their chart alone."""

    troubles: tuple[Trouble, ...]
    targets: tuple[TargetLine, ...]
    burns: tuple[TargetBurns, ...]


def show(asked: Asked) -> OperatePage:
    """What is wrong now, then every target."""
    client = asked.client
    targets = client.ask(Targets, "target.list").items
    return OperatePage(
        troubles=client.ask(Troubles, "trouble.list").items,
        targets=targets,
        burns=tuple(_burns(client, one) for one in targets[:_LOOKED_INTO]),
    )


def _burns(client: Client, target: TargetLine) -> TargetBurns:
    """By rule only where there is something to be told; 1 is drawn as the rate that spends it all."""
    is_bad = target.condition in {"exhausted", "burning"}
    rules = client.ask(TargetShown, "target.show", target=target.target).burns if is_bad else ()
    found = client.ask(BurnPoints, "target.burn", target=target.target).items
    points = tuple(
        (one.at, one.rate) for one in found if one.rate is not None and isfinite(one.rate)
    )
    series = Series(name=said("Burn rate"), points=points)
    return TargetBurns(
        target=target.target,
        course=course((series,), "{:.1f}×".format, limit=1.0),
        burns=tuple(BurnShown(burn=one, alerts=_alerts(one)) for one in rules),
    )


def _alerts(burn: Burn) -> bool:
    """Both windows are over the factor; one without data proves nothing."""
    over = (burn.over_long, burn.over_short)
    return all(rate is not None and rate >= burn.rule.factor for rate in over)
