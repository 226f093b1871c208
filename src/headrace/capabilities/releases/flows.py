"""The durable flows of releases."""

from collections.abc import Callable

from headrace.capabilities.flags import service as flags
from headrace.capabilities.releases import service
from headrace.capabilities.releases.model import Evidence, ReleaseId, Watched
from headrace.capabilities.releases.tools import access_log
from headrace.kernel.flow import Flow, Queue, Steps


def look(steps: Steps, *, release: str, stage: str, number: str) -> None:
    """Look at a stage, do what it asks for, and come back later while it lasts."""
    which, place = ReleaseId(release), int(stage)
    target = steps.look(service.watched, which, place)
    if target is None:
        return
    found = steps.act("observe", lambda _key: observed(target), Evidence)
    steps.verb(service.look, which, place, found)
    steps.verb(service.look_later, which, place, int(number) + 1)


def observed(target: Watched) -> Evidence:
    """What a stage's log has told since it began, judged."""
    routes = service.routes(target.rollout)
    seen = access_log.observe(target.log, target.since, reached(target), routes)
    return service.evidence(target.rollout, target.stage, seen)


def reached(target: Watched) -> Callable[[str], bool]:
    """Whether a user is of the cohort. Buckets stick, so it is the same at every look at a stage."""

    def is_reached(user: str) -> bool:
        given = flags.given(target.flag, target.segments, user, target.since)
        return given == target.rollout.variant

    return is_reached


LOOK = Flow(name="releases.look", run=look, queue=Queue.SAFETY)
