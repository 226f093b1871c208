"""Notes: what the commits of the record say. Trailers hold what a rebuild reads back."""

from collections.abc import Iterable

from headrace.capabilities.artifacts.model import VersionRef
from headrace.capabilities.record import store
from headrace.capabilities.record.git import trailers
from headrace.capabilities.record.model import (
    ChangeRequest,
    Decision,
    Member,
    Move,
    Note,
    ReviewVerdict,
)
from headrace.capabilities.record.service import identities
from headrace.kernel.context import Ctx

CHANGE = trailers.CHANGE
ARCHIVED = "Headrace-Archived"
ARTIFACT = trailers.ARTIFACT
AUTHOR = "Headrace-Author"
BASE = "Headrace-Base"
BATCH = "Headrace-Batch"
BRANCH = "Headrace-Branch"
CONTEXT = "Headrace-Context"
DECIDED_BY = "Headrace-Decided-By"
EXCEPTION = "Headrace-Exception"
FOUNDED = "Headrace-Founded"
HEAD = "Headrace-Head"
NO_EFFECT = "Headrace-No-Effect"
POLICY = "Headrace-Policy"
PROJECTION = "Headrace-Projection"
REVIEWED_BY = "Headrace-Reviewed-By"
REVISION = "Headrace-Revision"
TASK = "Headrace-Task"
UNARCHIVED = "Headrace-Unarchived"

MARKS = (CHANGE, BATCH, FOUNDED)
"""A commit on the main branch that carries none of these was made by hand."""

Trailer = tuple[str, str]


def opening(ctx: Ctx, change: ChangeRequest) -> Note:
    """Of the commit that a change's branch begins or goes on with."""
    return Note(
        message=f"{change.title}\n\n{change.body}".strip(),
        trailers=(
            (CHANGE, change.id),
            (REVISION, str(change.revision)),
            *_facts(ctx, change),
            *map(_member, change.members),
        ),
        author=identities.signature(ctx, change.author),
        when=ctx.now,
    )


def merging(ctx: Ctx, change: ChangeRequest, decision: Decision) -> Note:
    """Of the merge; the change's own trailer is put first by who merges."""
    approved = [
        review.reviewer
        for review in store.reviews(ctx.db, ctx.organisation, change.id)
        if review.head == decision.head and review.verdict is ReviewVerdict.APPROVE
    ]
    extra = [(NO_EFFECT, "yes")] if decision.no_effect else []
    extra += [(EXCEPTION, one) for one in decision.exceptions]
    return Note(
        message=f"{change.title}\n\n{change.body}".strip(),
        trailers=(
            (HEAD, decision.head),
            *_facts(ctx, change),
            (DECIDED_BY, identities.handle(ctx, decision.by)),
            *((REVIEWED_BY, name) for name in identities.all_handles(ctx, approved)),
            *extra,
            *map(_member, change.members),
        ),
        author=identities.signature(ctx, change.author),
        when=decision.at,
    )


def filing(ctx: Ctx, batch: str, members: Iterable[Member]) -> Note:
    """Of a batch of versions that need no approval."""
    kept = tuple(members)
    subject = f"File {kept[0].ref}" if len(kept) == 1 else f"File {len(kept)} versions"
    return Note(
        message=subject,
        trailers=((BATCH, batch), *map(_member, kept)),
        author=identities.RECORD,
        when=ctx.now,
    )


def projecting(ctx: Ctx, batch: str, refs: Iterable[VersionRef]) -> Note:
    """Of files drawn anew from live rows."""
    kept = tuple(refs)
    subject = f"Draw {kept[0].artifact} anew" if len(kept) == 1 else f"Draw {len(kept)} files anew"
    return Note(
        message=f"{subject}\n\nLive values only; no version changes.",
        trailers=((BATCH, batch), *((PROJECTION, str(ref)) for ref in kept)),
        author=identities.RECORD,
        when=ctx.now,
    )


def moving(ctx: Ctx, batch: str, moves: Iterable[Move]) -> Note:
    """Of files that go to the archive, or come back."""
    kept = tuple(moves)
    verb = "Archive" if all(one.archived for one in kept) else "Bring back"
    subject = f"{verb} {kept[0].artifact}" if len(kept) == 1 else f"{verb} {len(kept)} files"
    told = ((ARCHIVED if one.archived else UNARCHIVED, one.artifact) for one in kept)
    return Note(
        message=f"{subject}\n\nFiles move as they are; no version changes.",
        trailers=((BATCH, batch), *told),
        author=identities.RECORD,
        when=ctx.now,
    )


def founding(ctx: Ctx) -> Note:
    """Of an organisation's first commit."""
    return Note(
        message="Found the record",
        trailers=((FOUNDED, ctx.organisation),),
        author=identities.RECORD,
        when=ctx.now,
    )


def _facts(ctx: Ctx, change: ChangeRequest) -> tuple[Trailer, ...]:
    return (
        (AUTHOR, identities.handle(ctx, change.author)),
        (CONTEXT, change.context),
        *((POLICY, policy) for policy in change.policies),
        *((TASK, task) for task in change.tasks),
        *(((BRANCH, change.branch),) if change.branch else ()),
    )


def _member(member: Member) -> Trailer:
    return (ARTIFACT, f"{member.ref} sha256:{member.content_hash}")
