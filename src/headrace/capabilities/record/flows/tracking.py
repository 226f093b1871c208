"""The tracker: one issue after the other is written, and what people changed there is taken in."""

from collections.abc import Callable
from functools import partial

from headrace.capabilities.record import service
from headrace.capabilities.record.issues import looking
from headrace.capabilities.record.issues.writing import reply, write
from headrace.capabilities.record.model import (
    EditedIssue,
    IssueDone,
    IssuePlan,
    LookPlan,
    Reply,
    ReplyDone,
    Suspects,
    TrackerSeen,
)
from headrace.kernel.flow import Steps


def track(steps: Steps, *, batch: str) -> None:
    """Write what waits. What the tracker has no time for waits as rows."""
    claimed = steps.verb(service.claim_issues, batch)
    wait: float | None = None
    for artifact in claimed.artifacts:
        plan = steps.verb(service.plan_issue, artifact)
        if plan is None:
            continue
        done = steps.act("write issue", partial(_write, steps, plan), IssueDone)
        steps.verb(service.issue_written, plan, done)
        wait = done.wait if done.wait is not None else 600.0 if done.refused else None
        if wait is not None:
            break
    steps.verb(service.issues_done, batch, wait)


def look(steps: Steps, *, request: str = "", period: str = "", issue: str = "") -> None:
    """Look at what was touched in the tracker, or at one issue, and take in what people have changed.

    `request` comes from somebody who wants it now, `period` from the schedule. Where a look ends
    early, the next one begins where this one began.
    """
    if issue:
        wait = _take_in(steps, int(issue))
        if wait is not None:
            steps.verb(service.look_again, int(issue), wait)
        return
    plan = steps.verb(service.begin_look, asked=bool(request))
    if plan is None:
        return
    seen = steps.act("look", partial(_look, steps, plan), TrackerSeen)
    wait = seen.wait
    if seen.items:
        wait = _each(steps, steps.verb(service.suspects, seen), _take_in)
        if wait is None:
            wait = _each(steps, steps.verb(service.offered, seen), _take_up)
    steps.verb(service.end_look, seen, wait)


def _each(
    steps: Steps, issues: Suspects, judge: Callable[[Steps, int], float | None]
) -> float | None:
    """Judge one issue after the other; how long the tracker wants to be left alone, if it does."""
    for number in issues.numbers:
        wait = judge(steps, number)
        if wait is not None:
            return wait
    return None


def _take_in(steps: Steps, number: int) -> float | None:
    """Judge an issue; how many seconds the tracker wants to be left alone for instead, if it does."""
    found = steps.act("read issue", partial(_read, steps, number), EditedIssue)
    if found.wait is None:
        steps.verb(service.take_in_issue, found)
    return found.wait


def _take_up(steps: Steps, number: int) -> float | None:
    """Take an issue in that somebody opened there, or say below it why not; as `_take_in`."""
    found = steps.act("read issue", partial(_read, steps, number), EditedIssue)
    said = None if found.wait is not None else steps.verb(service.take_up, found)
    if said is None:
        return found.wait
    done = steps.act("reply", partial(_reply, steps, said), ReplyDone)
    if done.wait is None:
        steps.verb(service.replied, said, done)
    return done.wait


def _reply(steps: Steps, said: Reply, _: str) -> ReplyDone:
    return reply(steps.look(service.tracker), said)


def _write(steps: Steps, plan: IssuePlan, _: str) -> IssueDone:
    return write(steps.look(service.tracker), plan)


def _look(steps: Steps, plan: LookPlan, _: str) -> TrackerSeen:
    return looking.look(steps.look(service.tracker), plan)


def _read(steps: Steps, number: int, _: str) -> EditedIssue:
    return looking.read(steps.look(service.tracker), number)
