"""Tracking: artifacts whose home is an issue tracker are written there, once each, and again as they change.

Deciding never waits for the tracker: a version counts as soon as it is decided, and a row says what is
still to be written.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Artifact, ArtifactId, Version
from headrace.capabilities.record import markdown, provenance, rules
from headrace.capabilities.record.model import (
    BackendKind,
    FindingKind,
    Issue,
    IssueBatch,
    IssueDone,
    IssueForm,
    IssuePlan,
    IssueWritten,
    NoTracker,
    Overwritten,
    WorkBackend,
)
from headrace.capabilities.record.service import homes, identities, noting, queues
from headrace.capabilities.record.store import issues as rows
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Job
from headrace.kernel.json import Json

_BATCH = 50
_LONGEST_BODY = 65_000
"""GitHub takes 65,536 characters."""
_PATIENCE = timedelta(minutes=10)
"""Of real time, between two tries at something that the tracker has refused."""


def tracker(ctx: Ctx) -> WorkBackend:
    """Where issues are written. Raises NoTracker."""
    found = homes.backend(ctx)
    kinds = {found.kind, *found.overrides.values()}
    if BackendKind.GITHUB_ISSUES not in kinds or not found.repository:
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
    artifact = artifacts.get(ctx, ArtifactId(id))
    version = artifacts.effective(ctx, artifact.id)
    declared = homes.form(ctx, artifact.type)
    wanted = rows.wanted(ctx.db, ctx.organisation, artifact.id)
    if version is None or declared is None:
        rows.settle(ctx.db, ctx.organisation, artifact.id, wanted.stamp)
        return None
    key = _key(ctx, id)
    body = _cut(_body(ctx, artifact, version, key))
    hashed = rules.text_hash(body)
    rows.mean(ctx.db, ctx.organisation, artifact.id, hashed)
    return IssuePlan(
        artifact=id,
        version=version.ref.number,
        stamp=wanted.stamp,
        key=key,
        since=wanted.asked_at,
        number=wanted.number,
        title=_title(artifact, version),
        body=body,
        labels=_labels(declared, version.content),
        is_open=not artifact.archived,
        parent=_parent(ctx, declared, artifact),
        comment=_comment(ctx, artifact, version, wanted.version),
        comment_key=f"{key}:{version.ref.number}{':archived' if artifact.archived else ''}",
        ours=(*wanted.ours, hashed) if wanted.ours else (),
    )


def issue_written(ctx: Ctx, plan: IssuePlan, done: IssueDone) -> None:
    """Keep the issue's number, and what is left to do. Records IssueWritten when it stands whole, and
    FindingMade when somebody has changed its text there: it is left alone until somebody says so."""
    if done.edited:
        message = (
            f"somebody has edited {done.url}: hand it in as a new version, then "
            f"`headrace issue overwrite {plan.artifact} --why …`"
        )
        noting.note(ctx, FindingKind.NOT_RAISED, plan.artifact, message)
        rows.partly(ctx.db, ctx.organisation, plan, done, message)
        rows.settle(ctx.db, ctx.organisation, ArtifactId(plan.artifact), plan.stamp)
        return
    if done.wait is not None or done.refused or done.number is None:
        error = done.refused or "the tracker did not answer, or asked for fewer requests"
        rows.partly(ctx.db, ctx.organisation, plan, done, error)
        return
    rows.written(ctx.db, ctx.organisation, plan, done)
    if plan.number is None:
        _join_parts(ctx, ArtifactId(plan.artifact))
    ctx.record(
        IssueWritten(
            artifact=ArtifactId(plan.artifact),
            number=done.number,
            url=done.url,
            version=plan.version,
        )
    )


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
    issues_done(ctx, batch, _PATIENCE.total_seconds())


def _depth(ctx: Ctx, id: str) -> int:
    declared = homes.form(ctx, id.partition("/")[0])
    return 1 if declared is not None and declared.within else 0


def _key(ctx: Ctx, id: str) -> str:
    """What marks an issue as this artifact's: nobody outside can guess it."""
    return hashlib.sha256(f"{ctx.organisation}\n{id}".encode()).hexdigest()[:32]


def _title(artifact: Artifact, version: Version) -> str:
    named = f"[{artifact.reference}] " if artifact.reference else ""
    return f"{named}{version.title or artifact.slug}"[:250]


def _body(ctx: Ctx, artifact: Artifact, version: Version, key: str) -> str:
    """The document as people read it, and below it where it comes from."""
    maker = identities.handle(ctx, version.made.by)
    links = artifacts.links(ctx, version.ref)
    text = markdown.render(artifacts.layout(ctx, version.type), artifacts.shown(ctx, version))
    origin = provenance.front_matter(artifact, version, links, maker)
    lines = "\n".join(f"{name}: {_plain(value)}" for name, value in origin.items())
    return (
        f"<!-- headrace:{key} -->\n{text.strip()}\n\n<details><summary>Where this comes from</summary>"
        f"\n\n```yaml\n{lines}\n```\n\n</details>\n"
    )


def _cut(text: str) -> str:
    if len(text) <= _LONGEST_BODY:
        return text
    return f"{text[:_LONGEST_BODY]}\n\n… cut here: a tracker takes no longer text."


def _plain(value: object) -> str:
    return str(value).replace("`", "'").replace("\n", " ")


def _labels(declared: IssueForm, content: Mapping[str, Json]) -> tuple[str, ...]:
    told = ((prefix, _at(content, place)) for prefix, place in declared.told)
    return (*declared.labels, *(f"{prefix}:{value}" for prefix, value in told if value))


def _at(content: Mapping[str, Json], place: str) -> str:
    found: Json = dict(content)
    for name in place.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""


def _parent(ctx: Ctx, declared: IssueForm, artifact: Artifact) -> int | None:
    if not declared.within:
        return None
    return rows.number(ctx.db, ctx.organisation, ArtifactId(f"{declared.within}/{artifact.slug}"))


def _join_parts(ctx: Ctx, id: ArtifactId) -> None:
    """Have the parts of a new issue, written before it, joined to it."""
    type, _, slug = id.partition("/")
    parts = [f"{one.type}/{slug}" for one in ctx.declared(IssueForm) if one.within == type]
    for part in map(ArtifactId, parts):
        if rows.number(ctx.db, ctx.organisation, part) is not None:
            rows.add(ctx.db, ctx.organisation, part, ctx.new_id("ask"))


def _comment(ctx: Ctx, artifact: Artifact, version: Version, before: int) -> str:
    """What is said under the issue about this change of it; nothing about its first version."""
    if artifact.archived:
        return "Archived: it is done with. Nothing is deleted."
    if version.ref.number == before or version.ref.number == 1:
        return ""
    told = f", decided by {version.change}" if version.change else ""
    return f"Version {version.ref.number} counts from now on{told}."
