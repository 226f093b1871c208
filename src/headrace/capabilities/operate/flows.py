"""The durable flows of operate: respond, carry a plan out, verify, and look at deadlines."""

from dataclasses import replace
from datetime import datetime

from headrace.capabilities.operate import service
from headrace.capabilities.operate.model import Findings, IncidentId, Stage
from headrace.capabilities.operate.service import Place
from headrace.capabilities.operate.tools import service_logs
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import Judgement
from headrace.kernel.flow import Flow, Queue, Steps


def respond(steps: Steps, *, incident: str) -> None:
    """Read what the service's logs say, put the context package together, and work out what to do."""
    place = steps.look(service.place, incident)
    found = steps.act("examine", lambda _key: examined(place), Findings)
    steps.verb(service.diagnose, incident, found)


def examined(place: Place | None) -> Findings:
    """What the logs say, and whether the release that serves oversteps its own bounds."""
    if place is None:
        return Findings(since=datetime.min)  # noqa: DTZ901 - nothing was looked at
    found = service_logs.read(place.access, place.output, place.since)
    if place.release is None or place.stage is None:
        return found
    seen = service_logs.observed(place.access, place.since)
    judged = releases.evidence(place.release.rollout, place.stage, seen).comparisons
    broken = [
        f"{place.release.id} {one.criterion}: {one.because}"
        for one in judged
        if one.judgement is Judgement.WORSE
    ]
    return replace(found, broken_criteria=tuple(broken))


def remedy(steps: Steps, *, plan: str) -> None:
    """Carry a plan out, one deed a step, and have what comes of it measured."""
    for number in range(len(steps.look(service.plan, plan).body.deeds)):
        if not steps.verb(service.act, plan, number):
            return
    steps.verb(service.watch, plan)


def verify(steps: Steps, *, plan: str, number: str) -> None:
    """Measure what came of a plan."""
    steps.verb(service.verify, plan, int(number))


def deadline(steps: Steps, *, incident: str, stage: str, due: str) -> None:
    """Look whether a stage was reached in time."""
    steps.verb(service.missed, IncidentId(incident), Stage(stage), datetime.fromisoformat(due))


RESPOND = Flow(name="operate.respond", run=respond, queue=Queue.SAFETY)
REMEDY = Flow(name="operate.remedy", run=remedy, queue=Queue.SAFETY)
VERIFY = Flow(name="operate.verify", run=verify, queue=Queue.SAFETY)
DEADLINE = Flow(name="operate.deadline", run=deadline, queue=Queue.SAFETY)
