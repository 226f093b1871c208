"""What operating hears: incidents that last or end leave signals, and a postmortem is written."""

from collections.abc import Mapping
from typing import cast

from headrace.capabilities.artifacts.model import BecameEffective
from headrace.capabilities.flags.model import FlagStale
from headrace.capabilities.governance.model import GateDecided, GateState
from headrace.capabilities.operate import service as operate
from headrace.capabilities.operate.model import (
    DegradationSustained,
    IncidentMoved,
    IncidentStatus,
    Severity,
)
from headrace.kernel.capability import Subscription
from headrace.kernel.context import Ctx
from headrace.kernel.events import Recorded
from headrace.kernel.json import Json
from headrace.packs.enterprise.operate import flag_life, postmortem, runbooks, signals
from headrace.packs.enterprise.operate.crew import CREW


def _payload(event: Recorded) -> Mapping[str, Json]:
    return cast(Mapping[str, Json], event.payload)


def on_sustained(ctx: Ctx, event: Recorded) -> None:
    """A degradation lasts: one signal says so."""
    told = _payload(event)
    incident = operate.get(ctx, str(told["incident"]))
    signals.file(ctx, incident.id, CREW.monitor, signals.lasting(incident, str(told["told"])))


def on_moved(ctx: Ctx, event: Recorded) -> None:
    """An incident is over: what it teaches is filed, and then its postmortem is asked for."""
    told = _payload(event)
    if told["after"] != IncidentStatus.RESOLVED or told["severity"] == Severity.SEV4:
        return
    incident = operate.get(ctx, str(told["incident"]))
    signals.file(ctx, incident.id, CREW.responder, signals.lesson(incident))
    hidden = signals.hidden(ctx, incident)
    if hidden is not None:
        signals.file(ctx, incident.id, CREW.monitor, hidden)
    postmortem.begin(ctx, incident.id, event.id)


def on_stale(ctx: Ctx, event: Recorded) -> None:
    """A flag has done its work: its removal is proposed."""
    told = _payload(event)
    flag_life.begin(ctx, str(told["flag"]), str(told["staleness"]), event.id)


def on_decided(ctx: Ctx, event: Recorded) -> None:
    """A person said yes to the removal of a flag."""
    told = _payload(event)
    if told["kind"] == flag_life.SUBJECT and told["standing"] == GateState.APPROVED:
        flag_life.approved(ctx, str(told["subject"]), str(told["hash"]))


SUBSCRIPTIONS = (
    Subscription(name="enterprise.flag-stale", events=(FlagStale,), run=on_stale),
    Subscription(name="enterprise.flag-removal", events=(GateDecided,), run=on_decided),
    Subscription(name="enterprise.sustained", events=(DegradationSustained,), run=on_sustained),
    Subscription(name="enterprise.incident", events=(IncidentMoved,), run=on_moved),
    Subscription(name="enterprise.runbook", events=(BecameEffective,), run=runbooks.on_effective),
)
