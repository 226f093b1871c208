"""Queues: which flows a verb asks for, and under which keys."""

from headrace.capabilities.record.model import ChangeId
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Job


def open(ctx: Ctx, change: ChangeId, revision: int) -> None:
    """Write the branch of a change, once for each revision."""
    arguments = {"change": change, "revision": str(revision)}
    ctx.start(Job(flow="record.open", key=f"{change}:{revision}", arguments=arguments))


def merge(ctx: Ctx, change: ChangeId, attempt: int) -> None:
    """Merge a change, once for each decision."""
    arguments = {"change": change}
    ctx.start(Job(flow="record.merge", key=f"{change}:{attempt}", arguments=arguments))


def close(ctx: Ctx, change: ChangeId) -> None:
    """Put the branch of a closed change away."""
    ctx.start(Job(flow="record.close", key=change, arguments={"change": change}))


def file(ctx: Ctx) -> None:
    """Write what waits to be filed; an attempt that finds nothing ends at once."""
    batch = ctx.new_id("bat")
    ctx.start(Job(flow="record.file", key=batch, arguments={"batch": batch}))


def draw(ctx: Ctx) -> None:
    """Draw the files anew for which it was asked."""
    batch = ctx.new_id("bat")
    ctx.start(Job(flow="record.draw", key=batch, arguments={"batch": batch}))


def move(ctx: Ctx) -> None:
    """Move the files that shall stand elsewhere."""
    batch = ctx.new_id("bat")
    ctx.start(Job(flow="record.move", key=batch, arguments={"batch": batch}))


def track(ctx: Ctx) -> None:
    """Write to the tracker what waits for it."""
    batch = ctx.new_id("bat")
    ctx.start(Job(flow="record.track", key=batch, arguments={"batch": batch}))


def look(ctx: Ctx) -> None:
    """Look at what was committed by hand."""
    request = ctx.new_id("look")
    ctx.start(Job(flow="record.sync", key=request, arguments={"request": request}))


def look_at_tracker(ctx: Ctx) -> None:
    """Look at what people have changed in the tracker."""
    ctx.start(tracker_look(ctx))


def look_at_issue(ctx: Ctx, number: int) -> None:
    """Look at one issue, which somebody has changed."""
    ctx.start(tracker_look(ctx, issue=str(number)))


def tracker_look(ctx: Ctx, **issue: str) -> Job:
    """A look at what was touched, or at one issue, that somebody wants now."""
    request = ctx.new_id("look")
    return Job(flow="record.look", key=request, arguments={"request": request, **issue})
