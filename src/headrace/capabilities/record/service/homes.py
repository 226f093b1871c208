"""Homes: whether an artifact is kept in Git, in the tracker or in rows alone."""

from collections.abc import Iterable

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, Storage, VersionRef
from headrace.capabilities.record.model import (
    BackendKind,
    IssueForm,
    IssueIntake,
    IssueParts,
    WorkBackend,
)
from headrace.capabilities.record.service import queues
from headrace.capabilities.record.store import issues as rows
from headrace.capabilities.record.store import looking as looks
from headrace.kernel.context import Ctx


def backend(ctx: Ctx) -> WorkBackend:
    """Where operational work products are kept; in Git where nobody has said otherwise."""
    return next(iter(ctx.declared(WorkBackend)), WorkBackend())


def form(ctx: Ctx, type: str) -> IssueForm | None:
    """How a type stands in a tracker; None for one that is always kept in Git."""
    return next((one for one in ctx.declared(IssueForm) if one.type == type), None)


def parts(ctx: Ctx, type: str) -> IssueParts | None:
    """What within artifacts of a type has issues of its own; None where nothing has."""
    return next((one for one in ctx.declared(IssueParts) if one.type == type), None)


def intake(ctx: Ctx) -> IssueIntake | None:
    """What issues become that people open in the tracker; None where none is taken in.

    What is kept in Git is filed here, not there: an issue would not be where it stands.
    """
    tracker = backend(ctx)
    if not (tracker.has_tracker and tracker.intake_label):
        return None
    kept = (one for one in ctx.declared(IssueIntake) if form(ctx, one.type) is not None)
    return next((one for one in kept if tracker.of(one.type) is BackendKind.GITHUB_ISSUES), None)


def is_tracked(ctx: Ctx, artifact: ArtifactId) -> bool:
    """Whether it is kept in the tracker. What became effective in Git stays there."""
    if rows.is_known(ctx.db, ctx.organisation, artifact):
        return True
    type = artifact.partition("/")[0]
    if backend(ctx).of(type) is not BackendKind.GITHUB_ISSUES or form(ctx, type) is None:
        return False
    found = artifacts.find(ctx, artifact)
    return found is None or found.effective is None


def in_git(ctx: Ctx, artifact: ArtifactId) -> bool:
    """Whether its decided version is a file of the organisation's repository."""
    declared = artifacts.layout(ctx, artifact.partition("/")[0])
    return declared.record is Storage.GIT and not is_tracked(ctx, artifact)


def tracked(ctx: Ctx, ids: Iterable[ArtifactId]) -> tuple[ArtifactId, ...]:
    """Those of the artifacts that are kept in the tracker."""
    return tuple(one for one in dict.fromkeys(ids) if is_tracked(ctx, one))


def track(ctx: Ctx, ids: Iterable[ArtifactId]) -> None:
    """Have artifacts that are `tracked` written to the tracker; many requests make one writing."""
    known = tuple(ids)
    if known and not rows.waiting(ctx.db, ctx.organisation):
        queues.track(ctx)  # else a job or a timer is there already that takes all that waits
    for one in known:
        rows.add(ctx.db, ctx.organisation, one, ctx.new_id("ask"))


def track_again(ctx: Ctx, id: str) -> None:
    """Have an issue written again although nothing has changed here: somebody has changed it there."""
    if not rows.waiting(ctx.db, ctx.organisation):
        queues.track(ctx)
    looks.again(ctx.db, ctx.organisation, id)


def edit_ended(ctx: Ctx, change: str) -> None:
    """What somebody wrote in the tracker is not asked for any more: let the issue say what counts."""
    for id in looks.asked_for(ctx.db, ctx.organisation, change):
        told = f"{change} was closed: what was written here is kept, and does not count."
        looks.say(ctx.db, ctx.organisation, id, told, ctx.new_id("say"))
        track_again(ctx, id)


def nominal_paths(ctx: Ctx, refs: Iterable[VersionRef]) -> tuple[str, ...]:
    """Where members kept in the tracker would stand in Git: CODEOWNERS speak of these paths.

    Only of types that a person decides about; the others need nobody's approval anywhere.
    """
    return tuple(
        artifacts.get(ctx, ref.artifact).path
        for ref in refs
        if artifacts.layout(ctx, ref.artifact.partition("/")[0]).approval
        and is_tracked(ctx, ref.artifact)
    )
