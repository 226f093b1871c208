"""Tracking: artifacts whose home is an issue tracker are written there, once each, and again as they change.

Deciding never waits for the tracker: a version counts as soon as it is decided, and a row says what is
still to be written.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import timedelta

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Artifact, ArtifactId, Version, VersionRef
from headrace.capabilities.record import issue_documents, rules, store
from headrace.capabilities.record.model import (
    LIVE,
    Issue,
    IssueBatch,
    IssueDone,
    IssueForm,
    IssueParts,
    IssuePlan,
    IssueWritten,
    NoTracker,
    Overwritten,
    WorkBackend,
)
from headrace.capabilities.record.service import homes, issue_text, queues
from headrace.capabilities.record.service.issue_text import Drawn
from headrace.capabilities.record.store import issues as rows
from headrace.capabilities.record.store import looking as looks
from headrace.capabilities.record.store.issues import Wanted
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Job

_BATCH = 50
PATIENCE = timedelta(minutes=10)
"""Of real time, between two tries at something that the tracker has refused."""


def tracker(ctx: Ctx) -> WorkBackend:
    """Where issues are written. Raises NoTracker."""
    found = homes.backend(ctx)
    if not found.has_tracker:
        raise NoTracker(
            "No tracker is configured; set HEADRACE_WORK_BACKEND=github-issues and "
            "HEADRACE_ISSUES_REPOSITORY=owner/name"
        )
    return found


def issues(ctx: Ctx, *, waiting: bool = False, after: str = "", limit: int = 50) -> Sequence[Issue]:
    """Artifacts that are kept in the tracker, by id; only those that wait to be written where asked."""
    return rows.listing(ctx.db, ctx.organisation, waiting=waiting, after=after, limit=limit)


def write_now(ctx: Ctx) -> int:
    """Try what waits now; how many. Raises NoTracker."""
    tracker(ctx)
    queues.track(ctx)
    return rows.waiting(ctx.db, ctx.organisation)


def overwrite(ctx: Ctx, id: ArtifactId, why: str) -> None:
    """Write over what somebody has edited in the tracker. Raises NoTracker (no such issue, no reason).

    Records Overwritten.
    """
    if not why.strip() or not rows.is_known(ctx.db, ctx.organisation, id):
        raise NoTracker(f"{id} is kept in no tracker, or nobody said why it is written over")
    rows.forget_text(ctx.db, ctx.organisation, id)
    ctx.record(Overwritten(artifact=id, by=ctx.principal, why=why.strip()))
    homes.track(ctx, [id])


def claim_issues(ctx: Ctx, batch: str) -> IssueBatch:
    """What this batch writes: first those that others are parts of."""
    claimed = rows.claim(ctx.db, ctx.organisation, batch, _BATCH)
    return IssueBatch(artifacts=tuple(sorted(claimed, key=lambda one: (_depth(ctx, one), one))))


def plan_issue(ctx: Ctx, id: str) -> IssuePlan | None:
    """The issue as it shall stand now; None when nothing of it is decided."""
    wanted = rows.wanted(ctx.db, ctx.organisation, ArtifactId(id))
    artifact = artifacts.get(ctx, ArtifactId(id.partition("#")[0]))
    version = artifacts.effective(ctx, artifact.id)
    drawn = None if version is None else _drawn(ctx, id, artifact, version)
    if version is None or drawn is None:
        rows.settle(ctx.db, ctx.organisation, ArtifactId(id), wanted.stamp)
        return None
    standing = rules.standing(drawn.title, drawn.body)
    rows.mean(ctx.db, ctx.organisation, ArtifactId(id), standing)
    decided = wanted.change is not None and _is_ended(ctx, wanted.change)
    kept_here = (wanted.looked,) if decided else ()
    comment, comment_key = _comment(ctx, id, artifact, version, wanted)
    return IssuePlan(
        artifact=id,
        version=0 if "#" in id else version.ref.number,
        stamp=wanted.stamp,
        key=issue_text.key(ctx, id),
        since=wanted.asked_at,
        number=wanted.number,
        title=drawn.title,
        body=drawn.body,
        labels=drawn.labels,
        is_open=drawn.is_open,
        parent=drawn.parent,
        comment=comment,
        comment_key=comment_key,
        ours=(*wanted.ours, *kept_here, standing) if wanted.ours else (),
        held="" if decided else wanted.looked,
        closed_as=drawn.closed_as,
    )


def issue_written(ctx: Ctx, plan: IssuePlan, done: IssueDone) -> None:
    """Keep the issue's number, and what is left to do. Records IssueWritten when it stands whole.

    Where somebody has changed its text it is left alone, and looked at.
    """
    id = ArtifactId(plan.artifact)
    if done.wait is not None or done.refused or done.number is None:
        error = done.refused or "the tracker did not answer, or asked for fewer requests"
        rows.partly(ctx.db, ctx.organisation, plan, done, error)
        if done.wait is not None:
            looks.quiet(ctx.db, ctx.organisation, timedelta(seconds=done.wait), error)
        return
    if done.edited:
        standing = looks.locked(ctx.db, ctx.organisation, done.number)
        judged = standing is not None and standing.looked == done.written
        if not judged:
            rows.partly(ctx.db, ctx.organisation, plan, done, "somebody has edited it there")
            queues.look_at_issue(ctx, done.number)
        rows.settle(ctx.db, ctx.organisation, id, plan.stamp)
        return
    if done.held:
        rows.held(ctx.db, ctx.organisation, plan)
        return
    rows.written(ctx.db, ctx.organisation, plan, done)
    if plan.number is None:
        _join_parts(ctx, id)
    ctx.record(IssueWritten(artifact=id, number=done.number, url=done.url, version=plan.version))


def issues_done(ctx: Ctx, batch: str, wait: float | None) -> None:
    """The batch is over; what it did not come to waits: for the tracker, or for another job."""
    rows.give_back(ctx.db, ctx.organisation, batch)
    if not rows.waiting(ctx.db, ctx.organisation):
        return
    if wait is None:
        queues.track(ctx)
        return
    again = ctx.new_id("bat")
    job = Job(flow="record.track", key=again, arguments={"batch": again})
    ctx.start_after_real(timedelta(seconds=wait), job)


def tracking_failed(ctx: Ctx, error: str, *, batch: str) -> None:
    """Writing broke off: what the batch held waits."""
    issues_done(ctx, batch, PATIENCE.total_seconds())


def draw_parts(ctx: Ctx, artifact: Artifact) -> None:
    """Have the issues of an artifact's parts written that shall stand otherwise than was asked for."""
    changed = [
        (id, stamp)
        for id, stamp in _stamps(ctx, artifact)
        if rows.stamp(ctx.db, ctx.organisation, id) != stamp
    ]
    if changed and not rows.waiting(ctx.db, ctx.organisation):
        queues.track(ctx)
    for id, stamp in changed:
        rows.add(ctx.db, ctx.organisation, id, stamp)


def _stamps(ctx: Ctx, artifact: Artifact) -> Iterator[tuple[ArtifactId, str]]:
    """What each part shall stand as, in short: equal as long as nothing of it changes."""
    declared = homes.parts(ctx, artifact.type)
    if declared is None:
        return
    for part in declared.draw(ctx, artifact):
        drawn = issue_text.draw_part(ctx, artifact, declared, part)
        told = hashlib.sha256(repr(drawn).encode()).hexdigest()
        yield ArtifactId(issue_text.part_id(artifact, part)), told


def _drawn(ctx: Ctx, id: str, artifact: Artifact, version: Version) -> Drawn | None:
    name = id.partition("#")[2]
    if not name:
        declared = homes.form(ctx, artifact.type)
        if declared is None:
            return None
        draw_parts(ctx, artifact)
        return issue_text.draw(ctx, artifact, version, declared)
    parts = homes.parts(ctx, artifact.type)
    found = [one for one in parts.draw(ctx, artifact) if one.name == name] if parts else []
    return issue_text.draw_part(ctx, artifact, parts, found[0]) if parts and found else None


def _is_ended(ctx: Ctx, change: str) -> bool:
    found = store.change(ctx.db, ctx.organisation, change)
    return found is None or found.state not in LIVE


def _depth(ctx: Ctx, id: str) -> int:
    type, _, part = id.partition("/")
    declared = homes.form(ctx, type)
    within = declared is not None and bool(declared.within)
    return 2 if "#" in part else 1 if within else 0


def _join_parts(ctx: Ctx, id: ArtifactId) -> None:
    """Have the parts of a new issue, written before it, joined to it."""
    type, _, slug = id.partition("/")
    forms: list[IssueForm | IssueParts] = [*ctx.declared(IssueForm), *ctx.declared(IssueParts)]
    for one in (ArtifactId(f"{form.type}/{slug}") for form in forms if form.within == type):
        for part in rows.written_of(ctx.db, ctx.organisation, one):
            rows.add(ctx.db, ctx.organisation, part, ctx.new_id("ask"))


def _comment(
    ctx: Ctx, id: str, artifact: Artifact, version: Version, wanted: Wanted
) -> tuple[str, str]:
    """What is said under the issue now, and its mark; nothing about a first version, or about parts."""
    key = issue_text.key(ctx, id)
    if wanted.say:
        return wanted.say, f"{key}:{wanted.say_key}"
    number = version.ref.number
    if "#" in id:
        return "", ""
    if artifact.archived:
        return "Archived: it is done with. Nothing is deleted.", f"{key}:{number}:archived"
    if number in (wanted.version, 1):
        return "", ""
    told = f", decided by {version.change}" if version.change else ""
    said = f"Version {number} counts from now on{told}."
    return issue_documents.former(said, _former(ctx, artifact, wanted, number)), f"{key}:{number}"


def _former(ctx: Ctx, artifact: Artifact, wanted: Wanted, number: int) -> Iterator[tuple[int, str]]:
    """The versions that counted since the one that stands there, and that one: a tracker keeps them too."""
    for former in range(max(wanted.version, 1), number):
        version = artifacts.get_version(ctx, VersionRef(artifact.id, former))
        if version.commit is not None:
            yield former, issue_text.document(ctx, artifact, version)
