"""Before the first stage: drafted, revised, its checklist met, approved, or given up."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from headrace.capabilities.flags import service as flags
from headrace.capabilities.releases import store
from headrace.capabilities.releases.model import (
    APPROVE_QUESTION,
    Line,
    Release,
    ReleaseId,
    ReleaseMoved,
    ReleaseRefused,
    ReleaseStatus,
    Rollout,
    RolloutMalformed,
)
from headrace.capabilities.releases.rules import lifecycle, rollout
from headrace.capabilities.releases.service import moving
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId


def draft(
    ctx: Ctx,
    *,
    id: ReleaseId,
    title: str,
    contract: str,
    context: str | None,
    plan: Rollout,
    checklist: Sequence[Line] = (),
    by: PrincipalId | None = None,
) -> Release:
    """A new release, drafted by who acts, or `by`.

    Raises RolloutMalformed with every fault, FlagNotFound, ReleaseRefused. Records ReleaseMoved.
    """
    _check(ctx, plan)
    made = Release(
        id=id,
        contract=contract,
        context=context,
        title=title,
        status=ReleaseStatus.DRAFT,
        rollout=plan,
        checklist=tuple(checklist),
        drafted_by=by or ctx.principal,
        drafted_at=ctx.now,
    )
    if not store.add(ctx.db, ctx.organisation, made):
        raise ReleaseRefused(f"There is a release {id} already; take another id", release=id)
    ctx.record(
        ReleaseMoved(release=id, before=None, after=made.status, by=made.drafted_by, why="drafted")
    )
    return made


def revise(
    ctx: Ctx,
    id: ReleaseId,
    *,
    title: str,
    contract: str,
    plan: Rollout,
    checklist: Sequence[Line],
    by: PrincipalId | None = None,
) -> Release:
    """A draft that follows another version of its contract. Raises as `draft`, and ReleaseNotFound.

    Only a draft can be: what was approved stays as it was approved.
    """
    _check(ctx, plan)
    revised = replace(
        moving.locked(ctx, id),
        title=title,
        contract=contract,
        rollout=plan,
        checklist=tuple(checklist),
        drafted_by=by or ctx.principal,
        drafted_at=ctx.now,
    )
    if not store.revise(ctx.db, ctx.organisation, revised):
        raise ReleaseRefused(
            f"{id} is {revised.status}: what was approved is not changed; draft a new release",
            release=id,
        )
    return revised


def tick(ctx: Ctx, id: ReleaseId, line: Line) -> Release:
    """Say of one line of the checklist whether it is met. Raises ReleaseNotFound, ReleaseRefused."""
    release = moving.locked(ctx, id)
    if release.status is not ReleaseStatus.DRAFT:
        raise ReleaseRefused(f"{id} is {release.status}; its checklist is closed", release=id)
    if line.text not in {one.text for one in release.checklist}:
        names = "; ".join(one.text for one in release.checklist) or "it is empty"
        raise ReleaseRefused(f"The checklist of {id} has no such line: {names}", release=id)
    lines = tuple(line if one.text == line.text else one for one in release.checklist)
    return moving.put(ctx, replace(release, checklist=lines))


def approve(ctx: Ctx, id: ReleaseId, why: str = "", *, by: PrincipalId | None = None) -> Release:
    """A person's yes to all stages of a release; `by` is who said it (default: who acts).

    Whoever drafted it does not approve it. Raises ReleaseNotFound, ReleaseRefused with all reasons.
    """
    release, approver = moving.locked(ctx, id), by or ctx.principal
    approved = replace(release, approved_by=approver)
    moving.refuse(
        release,
        [
            *moving.refusal(release, ReleaseStatus.APPROVED),
            *lifecycle.unmet(release.checklist),
            *lifecycle.not_theirs(release, approver),
            *moving.asked(ctx, APPROVE_QUESTION, approved),
        ],
    )
    return moving.move(ctx, approved, ReleaseStatus.APPROVED, why, by=approver)


def withdraw(ctx: Ctx, id: ReleaseId, why: str) -> Release:
    """Give a release up before anybody was reached. Raises ReleaseNotFound, ReleaseRefused."""
    release = moving.locked(ctx, id)
    moving.refuse(release, moving.refusal(release, ReleaseStatus.WITHDRAWN))
    return moving.move(ctx, release, ReleaseStatus.WITHDRAWN, why)


def _check(ctx: Ctx, plan: Rollout) -> None:
    faults = [*rollout.malformed(plan)]
    log = PurePosixPath(plan.log)
    if log.is_absolute() or ".." in log.parts or not log.name:
        faults.append(f"{plan.log!r} does not lie below the folder of deployments")
    if faults:
        raise RolloutMalformed(f"Nobody could carry this out: {'; '.join(faults)}", reasons=faults)
    flag = flags.flag(ctx, plan.flag)
    if plan.variant not in flag.definition.variants:
        names = ", ".join(flag.definition.variants)
        raise RolloutMalformed(f"{plan.flag} has no variant {plan.variant!r}, but {names}")
