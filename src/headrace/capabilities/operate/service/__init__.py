"""The verbs of operate."""

from headrace.capabilities.operate.service.adopting import (
    adopt,
    faults,
    forbidden,
    match,
    retire,
    runbooks,
)
from headrace.capabilities.operate.service.authority import crew
from headrace.capabilities.operate.service.clocks import missed
from headrace.capabilities.operate.service.examining import Place, diagnose, place
from headrace.capabilities.operate.service.moving import (
    acknowledge,
    acts,
    calls,
    deadlines,
    escalate,
    get,
    listing,
    mitigate,
    note_signal,
    plans,
    resolve,
    say,
    signal_of,
    signals_of,
    signs,
    timeline,
    unanswered,
)
from headrace.capabilities.operate.service.opening import sign
from headrace.capabilities.operate.service.planning import plan
from headrace.capabilities.operate.service.planning import text as plan_text
from headrace.capabilities.operate.service.remedying import act, decided, watch
from headrace.capabilities.operate.service.verifying import over, verify

__all__ = [
    "Place",
    "acknowledge",
    "act",
    "acts",
    "adopt",
    "calls",
    "crew",
    "deadlines",
    "decided",
    "diagnose",
    "escalate",
    "faults",
    "forbidden",
    "get",
    "listing",
    "match",
    "missed",
    "mitigate",
    "note_signal",
    "over",
    "place",
    "plan",
    "plan_text",
    "plans",
    "resolve",
    "retire",
    "runbooks",
    "say",
    "sign",
    "signal_of",
    "signals_of",
    "signs",
    "timeline",
    "unanswered",
    "verify",
    "watch",
]
