"""What operate hears: health's troubles and their ends, and what people decided about plans."""

from collections.abc import Mapping
from typing import cast

from headrace.capabilities.deployments.model import DeploymentReady, RestartsSpent
from headrace.capabilities.governance.model import GateDecided, GateState
from headrace.capabilities.health.model import (
    AnomalySeen,
    Burning,
    Recovered,
    SourceLost,
)
from headrace.capabilities.health.model import (
    Severity as Urgency,
)
from headrace.capabilities.operate import service
from headrace.capabilities.operate.model import REMEDIATION, Sign, SignKind
from headrace.kernel.capability import Subscription
from headrace.kernel.context import Ctx
from headrace.kernel.events import Recorded
from headrace.kernel.json import Json


def _payload(event: Recorded) -> Mapping[str, Json]:
    return cast(Mapping[str, Json], event.payload)


def on_burning(ctx: Ctx, event: Recorded) -> None:
    """A target's budget burns: a breach where it is used up or somebody is called, else to be noted."""
    told = _payload(event)
    left = told["budget_left"]
    used_up = isinstance(left, int | float) and left <= 0
    is_breach = told["severity"] == Urgency.PAGE or used_up
    said = f"{told['target']} burns its error budget {_number(told['factor']):g} times too fast"
    if used_up:
        said = f"the error budget of {told['target']} is used up"
    kind = SignKind.BREACH if is_breach else SignKind.NOTE
    _sign(ctx, event, kind=kind, said=said)


def on_anomaly(ctx: Ctx, event: Recorded) -> None:
    """A figure left its baseline in one dimension."""
    told = _payload(event)
    share, usual = _number(told["share"]), _number(told["usual"])
    dimension = str(told["dimension"])
    part = f" for {dimension}" if dimension else ""
    said = f"{told['watch']}{part}: {share:.2%}, usually {usual:.2%}"
    _sign(
        ctx,
        event,
        kind=SignKind.ANOMALY,
        said=said,
        dimension=dimension,
        share=share,
        usual=usual,
    )


def on_lost(ctx: Ctx, event: Recorded) -> None:
    """A source can be read no more: how the service does is unknown, which is no proof of health."""
    told = _payload(event)
    said = f"{told['source']} could not be read {told['failures']} times in a row"
    _sign(ctx, event, kind=SignKind.ANOMALY, said=said)


def _sign(
    ctx: Ctx,
    event: Recorded,
    *,
    kind: SignKind,
    said: str,
    dimension: str = "",
    share: float | None = None,
    usual: float | None = None,
) -> None:
    told = _payload(event)
    service.sign(
        ctx,
        str(told["service"]),
        Sign(
            event=event.id,
            kind=kind,
            subject=str(told["subject"]),
            dimension=dimension,
            told=said,
            share=share,
            usual=usual,
            since=event.at,
        ),
    )


def on_recovered(ctx: Ctx, event: Recorded) -> None:
    """What was told as trouble is over."""
    told = _payload(event)
    service.over(ctx, str(told["subject"]), str(told["dimension"]))


def on_spent(ctx: Ctx, event: Recorded) -> None:
    """A service died more often than it may be restarted by itself: it serves nobody now."""
    told = _payload(event)
    name, minutes = str(told["service"]), int(_number(told["within_seconds"])) // 60
    said = f"{name} died {told['deaths']} times within {minutes} minutes and is started no more"
    service.sign(
        ctx,
        name,
        Sign(
            event=event.id,
            kind=SignKind.BREACH,
            subject=_deployment(name),
            dimension="",
            told=f"{said}: {told['why']}",
            share=None,
            usual=None,
            since=event.at,
        ),
    )


def on_ready(ctx: Ctx, event: Recorded) -> None:
    """A service answers again."""
    service.over(ctx, _deployment(str(_payload(event)["service"])), "")


def _deployment(service: str) -> str:
    return f"deployment:{service}"


def on_decided(ctx: Ctx, event: Recorded) -> None:
    """A person decided about a plan."""
    told = _payload(event)
    if told["kind"] == REMEDIATION:
        standing = GateState(str(told["standing"]))
        service.decided(ctx, str(told["subject"]), str(told["hash"]), standing, str(told["note"]))


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


SUBSCRIPTIONS = (
    Subscription(name="operate.burning", events=(Burning,), run=on_burning),
    Subscription(name="operate.anomaly", events=(AnomalySeen,), run=on_anomaly),
    Subscription(name="operate.lost", events=(SourceLost,), run=on_lost),
    Subscription(name="operate.recovered", events=(Recovered,), run=on_recovered),
    Subscription(name="operate.spent", events=(RestartsSpent,), run=on_spent),
    Subscription(name="operate.ready", events=(DeploymentReady,), run=on_ready),
    Subscription(name="operate.decided", events=(GateDecided,), run=on_decided),
)
