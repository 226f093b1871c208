"""Operate: how the health targets stand, worst first, and what is wrong now."""

from dataclasses import dataclass

from headrace.surfaces.web.answers import (
    Burn,
    TargetLine,
    Targets,
    TargetShown,
    Trouble,
    Troubles,
)
from headrace.surfaces.web.asked import Asked

_LOOKED_INTO = 12  # the worst: how fast each burns, window by window


@dataclass(frozen=True, kw_only=True)
class BurnShown:
    """How fast a budget burns by one rule, and whether somebody is told."""

    burn: Burn
    alerts: bool


@dataclass(frozen=True, kw_only=True)
class TargetBurns:
    target: str
    burns: tuple[BurnShown, ...]


@dataclass(frozen=True, kw_only=True)
class OperatePage:
    """`burns` are those of the worst targets that are not healthy."""

    troubles: tuple[Trouble, ...]
    targets: tuple[TargetLine, ...]
    burns: tuple[TargetBurns, ...]


def show(asked: Asked) -> OperatePage:
    """What is wrong now, then every target."""
    client = asked.client
    targets = client.ask(Targets, "target.list").items
    worst = [one.target for one in targets if one.condition in {"exhausted", "burning"}]
    return OperatePage(
        troubles=client.ask(Troubles, "trouble.list").items,
        targets=targets,
        burns=tuple(
            TargetBurns(
                target=name,
                burns=tuple(
                    BurnShown(burn=one, alerts=_alerts(one))
                    for one in client.ask(TargetShown, "target.show", target=name).burns
                ),
            )
            for name in worst[:_LOOKED_INTO]
        ),
    )


def _alerts(burn: Burn) -> bool:
    """Both windows are over the factor; one without data proves nothing."""
    over = (burn.over_long, burn.over_short)
    return all(rate is not None and rate >= burn.rule.factor for rate in over)
