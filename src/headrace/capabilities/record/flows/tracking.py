"""Writing to the tracker: one issue after the other, each a step, until it wants to be left alone."""

from functools import partial

from headrace.capabilities.record import service
from headrace.capabilities.record.issues.writing import write
from headrace.capabilities.record.model import IssueDone, IssuePlan
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


def _write(steps: Steps, plan: IssuePlan, _: str) -> IssueDone:
    return write(steps.look(service.tracker), plan)
