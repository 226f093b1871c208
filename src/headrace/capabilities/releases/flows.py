"""The durable flows of releases."""

import time
from collections.abc import Callable
from dataclasses import replace

from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.flags import service as flags
from headrace.capabilities.releases import service
from headrace.capabilities.releases.model import Evidence, ReleaseId, Watched
from headrace.capabilities.releases.tools import access_log
from headrace.kernel.flow import Flow, Queue, Steps

SILENT = 6.0
"""Seconds that a service may be without a passed health check: a process that died comes back in less."""

_PAUSE = 0.5


def look(steps: Steps, *, release: str, stage: str, number: str) -> None:
    """Look at a stage, do what it asks for, and come back later while it lasts."""
    which, place = ReleaseId(release), int(stage)
    target = steps.look(service.watched, which, place)
    if target is None:
        return
    found = steps.act("observe", lambda _key: observed(target), Evidence)
    steps.verb(service.look, which, place, found)
    doubtful = service.is_doubtful(target.rollout, found)
    steps.verb(service.look_later, which, place, int(number) + 1, doubtful)


def observed(target: Watched) -> Evidence:
    """What a stage's log has told since it began, judged; and whether the service is well."""
    routes = service.routes(target.rollout)
    seen = access_log.observe(target.log, target.since, reached(target), routes)
    found = service.evidence(target.rollout, target.stage, seen)
    return replace(found, failing=failing(target))


def failing(target: Watched) -> tuple[str, ...]:
    """Why the service is in no state to go on: no health check passed in all of the time it is given."""
    if target.deployment is None:
        return ()
    end = time.monotonic() + SILENT
    while not deployments.answers(target.folder, target.deployment):
        if time.monotonic() >= end:
            name = target.deployment.service
            return (f"{name} has passed no health check for {SILENT:g} seconds",)
        time.sleep(_PAUSE)
    return ()


def reached(target: Watched) -> Callable[[str], bool]:
    """Whether a user is of the cohort. Buckets stick, so it is the same at every look at a stage."""

    def is_reached(user: str) -> bool:
        given = flags.given(target.flag, target.segments, user, target.since)
        return given == target.rollout.variant

    return is_reached


LOOK = Flow(name="releases.look", run=look, queue=Queue.SAFETY)
