"""Archiving: done work products go out of sight, their files move within Git, and nothing is deleted.

Three steps, each harmless to repeat: a decision hides the artifacts and takes no more versions of them;
a job moves their files in one commit; a second transaction notes where they stand.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Artifact, ArtifactId, Phase, VersionRef
from headrace.capabilities.record import store
from headrace.capabilities.record.model import (
    ORGANISATION,
    Archivable,
    ArchiveRule,
    Done,
    FilesMoved,
    FindingKind,
    Histories,
    Move,
    Moved,
    MovePlan,
    NotArchivable,
    RepositoryId,
    RepositoryState,
)
from headrace.capabilities.record.service import custody, homes, notes, noting, projections, queues
from headrace.capabilities.record.store import moving as rows
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Job

_AGAIN = timedelta(minutes=5)
_PAGE = 200
_UNDECIDED = frozenset({Phase.DRAFT, Phase.PROCESSING, Phase.IN_REVIEW, Phase.REVISION_REQUESTED})


def rule(ctx: Ctx, type: str) -> ArchiveRule | None:
    """When artifacts of a type are done, or None where nobody has said so."""
    return next((one for one in ctx.declared(ArchiveRule) if one.type == type), None)


def archive(ctx: Ctx, artifact: ArtifactId, why: str) -> Sequence[ArtifactId]:
    """Archive a done artifact with all that goes along; their ids. Harmless to repeat.

    Raises ArtifactNotFound, NotArchivable with every reason. Records artifacts.archived for each, and
    Moved once their files stand in the archive.
    """
    found = artifacts.locked(ctx, artifact)
    reasons = [*_unready(ctx, found), *(() if why.strip() else ("say why it is archived",))]
    if reasons:
        raise NotArchivable(f"{artifact} is not archived: {'; '.join(reasons)}", reasons=reasons)
    return _put_away(ctx, [artifact, *_along(ctx, found)], why.strip())


def unarchive(ctx: Ctx, artifact: ArtifactId, why: str) -> Sequence[ArtifactId]:
    """Bring an artifact back with all that went along; their ids. Harmless to repeat.

    Raises ArtifactNotFound, NotArchivable (no reason given). Records artifacts.unarchived, Moved.
    """
    if not why.strip():
        raise NotArchivable(f"Say why {artifact} is brought back")
    found = artifacts.get(ctx, artifact)
    back = artifacts.unarchive(ctx, [artifact, *_along(ctx, found)], why.strip())
    _move(ctx, back)
    return [one.id for one in back]


def archivable(ctx: Ctx, *, limit: int = _PAGE) -> Sequence[Archivable]:
    """What the sweep would archive now, by type and id; at most `limit`."""
    found: list[Archivable] = []
    for one in _done(ctx):
        if one.due <= ctx.now:
            found.append(one)
        if len(found) == limit:
            break
    return found


def sweep(ctx: Ctx) -> Sequence[ArtifactId]:
    """Archive what has been done for as long as its rule says; the ids of all that went."""
    gone: list[ArtifactId] = []
    for one in archivable(ctx):
        if one.artifact not in gone:
            why = f"{one.done.because} since {one.done.since:%Y-%m-%d}"
            gone += _put_away(ctx, [one.artifact, *one.along], why)
    return gone


def claim_moves(ctx: Ctx, batch: str) -> MovePlan | None:
    """What this batch moves; None when nothing shall stand elsewhere, or the repository takes nothing."""
    repository = custody.found(ctx)
    if repository.state is not RepositoryState.ACTIVE:
        return None
    asked = [artifacts.get(ctx, one) for one in rows.claim_moves(ctx.db, ctx.organisation, batch)]
    moves = tuple(_moves(ctx, asked))
    if not moves:
        rows.end_moves(ctx.db, ctx.organisation, batch, ())
        return None
    return MovePlan(
        ground=custody.ground(ctx, repository),
        batch=batch,
        moves=moves,
        note=notes.moving(ctx, batch, moves),
    )


def moved(ctx: Ctx, plan: MovePlan, done: FilesMoved) -> None:
    """The files stand where they shall: note it. What a hand has touched waits until that was looked at.

    Records Moved, and FindingMade for a file that is gone.
    """
    repository = custody.repository(ctx, ORGANISATION, lock=True)
    if done.found is not None:
        custody.alarm(ctx, repository, done.found)
        rows.give_back_moves(ctx.db, ctx.organisation, plan.batch)
        return
    there = [one for one in plan.moves if one.artifact in done.artifacts]
    for one in there:
        artifacts.moved(ctx, ArtifactId(one.artifact), one.target)
        if store.is_drawing(ctx.db, ctx.organisation, ArtifactId(one.artifact)):
            projections.refresh_projection(
                ctx, ArtifactId(one.artifact)
            )  # it looks for the old path
    if done.commit is not None:
        custody.moved(
            ctx, repository, onto=done.onto, to=done.commit, codeowners=repository.codeowners
        )
        ctx.record(
            Moved(
                repository=repository.id,
                slug=repository.slug,
                archived=tuple(one.artifact for one in there if one.archived),
                unarchived=tuple(one.artifact for one in there if not one.archived),
                commit=done.commit,
            )
        )
    for one in plan.moves:
        if one.artifact in done.gone:
            _note_gone(ctx, repository.id, one)
    rows.end_moves(ctx.db, ctx.organisation, plan.batch, done.touched)
    if done.touched:
        queues.look(ctx)  # it moves what waits when it has looked
    elif rows.waiting_moves(ctx.db, ctx.organisation):
        queues.move(ctx)


def moving_failed(ctx: Ctx, error: str, *, batch: str) -> None:
    """The files could not be moved: give them back, and try again in a while."""
    rows.give_back_moves(ctx.db, ctx.organisation, batch)
    again = ctx.new_id("bat")
    ctx.start_after(_AGAIN, Job(flow="record.move", key=again, arguments={"batch": again}))


def misplaced(ctx: Ctx, histories: Histories) -> Mapping[ArtifactId, bool]:
    """Artifacts of whose archiving rows say otherwise than Git, with what Git says: archived or not.

    What is to be moved and was not yet is not among them.
    """
    told: dict[ArtifactId, bool] = {}
    for history in histories.items:
        for commit in (one for one in history.commits if one.on_main):
            told |= {ArtifactId(one): True for one in commit.all(notes.ARCHIVED)}
            told |= {ArtifactId(one): False for one in commit.all(notes.UNARCHIVED)}
    present = ((artifacts.find(ctx, id), archived) for id, archived in sorted(told.items()))
    return {
        one.id: archived
        for one, archived in present
        if one is not None
        and one.archived is not archived
        and not rows.is_moving(ctx.db, ctx.organisation, one.id)
    }


def restore_archive(ctx: Ctx, histories: Histories) -> Sequence[ArtifactId]:
    """Let rows say what Git tells of the archive; the artifacts of which they said otherwise."""
    wrong = misplaced(ctx, histories)
    for id, archived in wrong.items():
        put = artifacts.archive if archived else artifacts.unarchive
        (changed,) = put(ctx, [id], "as the record tells")
        artifacts.moved(ctx, id, artifacts.wanted_path(ctx, changed))
    return tuple(wrong)


def _put_away(ctx: Ctx, ids: Sequence[ArtifactId], why: str) -> Sequence[ArtifactId]:
    gone = artifacts.archive(ctx, ids, why)
    _move(ctx, gone)
    return [one.id for one in gone]


def _move(ctx: Ctx, those: Sequence[Artifact]) -> None:
    homes.track(ctx, homes.tracked(ctx, (one.id for one in those)))
    filed = [one for one in those if homes.in_git(ctx, one.id)]
    for one in filed:
        rows.add_move(ctx.db, ctx.organisation, one.id, ctx.new_id("ask"))
    if filed and custody.found(ctx).state is RepositoryState.ACTIVE:
        queues.move(ctx)


def _moves(ctx: Ctx, asked: Sequence[Artifact]) -> Iterator[Move]:
    for one in asked:
        target = artifacts.wanted_path(ctx, one)
        if target != one.path:
            yield Move(artifact=one.id, source=one.path, target=target, archived=one.archived)


def _done(ctx: Ctx) -> Iterator[Archivable]:
    for declared in sorted(ctx.declared(ArchiveRule), key=lambda one: one.type):
        if declared.after is None:
            continue
        for one in _unarchived(ctx, declared.type):
            done = declared.done(ctx, one)
            if isinstance(done, Done) and not any(_unready(ctx, one)):
                along = tuple(_along(ctx, one))
                yield Archivable(
                    artifact=one.id, done=done, due=done.since + declared.after, along=along
                )


def _unarchived(ctx: Ctx, type: str) -> Iterator[Artifact]:
    after: str | None = None
    while True:
        found = artifacts.listing(
            ctx, type=type, effective_only=True, archived=False, after=after, limit=_PAGE
        )
        yield from found
        if len(found) < _PAGE:
            return
        after = found[-1].id


def _unready(ctx: Ctx, artifact: Artifact) -> Iterator[str]:
    """Every reason against archiving it and what goes along."""
    declared = rule(ctx, artifact.type)
    if declared is None:
        yield f"nobody has said when a {artifacts.layout(ctx, artifact.type).title} is done"
        return
    done = declared.done(ctx, artifact)
    if isinstance(done, str):
        yield done
    for one in (artifact, *(artifacts.get(ctx, id) for id in _along(ctx, artifact))):
        yield from _at_work(ctx, one)


def _at_work(ctx: Ctx, artifact: Artifact) -> Iterator[str]:
    """Why the file of an artifact may not move now."""
    for change in rows.changing(ctx.db, ctx.organisation, artifact.id):
        yield f"{artifact.id} is part of {change}, which is open"
    head = artifacts.get_version(ctx, VersionRef(artifact.id, artifact.head))
    if head.phase in _UNDECIDED:
        yield f"{head.ref} is not decided yet"
    elif store.is_filing(ctx.db, ctx.organisation, artifact.id):
        yield f"{artifact.id} is being filed"


def _along(ctx: Ctx, artifact: Artifact) -> Iterator[ArtifactId]:
    """What goes with an artifact: what lies in its folder, and what shares its slug."""
    declared = rule(ctx, artifact.type)
    if declared is None:
        return
    if declared.folder:
        folder = artifact.path.rpartition("/")[0]
        yield from (one.id for one in artifacts.in_folder(ctx, folder) if one.id != artifact.id)
    for type in declared.along:
        other = artifacts.find(ctx, ArtifactId(f"{type}/{artifact.slug}"))
        if other is not None:
            yield other.id


def _note_gone(ctx: Ctx, repository: RepositoryId, move: Move) -> None:
    message = (
        f"{move.artifact} is to be moved to {move.target}, and its file is gone: bring it back"
    )
    noting.note(ctx, FindingKind.DELETED, move.source, message, repository=repository)
