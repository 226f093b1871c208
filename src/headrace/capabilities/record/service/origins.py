"""Origins: which commits wrote the lines of a file, and what brought these to the main branch."""

from collections.abc import Sequence

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import VersionRef
from headrace.capabilities.record import store
from headrace.capabilities.record.git import history, trailers
from headrace.capabilities.record.git.errors import PathNotFound
from headrace.capabilities.record.git.model import BlameLine, Commit, CommitId
from headrace.capabilities.record.git.reading import exists
from headrace.capabilities.record.git.repository import Repository as GitRepository
from headrace.capabilities.record.git.repository import open_existing
from headrace.capabilities.record.model import (
    ChangeId,
    Origin,
    OriginKind,
    Origins,
    PathUnknown,
    Repository,
    RepositoryKind,
    RepositoryState,
)
from headrace.capabilities.record.service import custody, notes
from headrace.kernel.context import Ctx

_MOST_REPOSITORIES = 200


def origins(ctx: Ctx, path: str, *, line: int | None = None, repository: str = "") -> Origins:
    """Which commits wrote a file of a main branch, or one line of it, and what brought each there.

    Without a repository: the one that has the path. Raises RepositoryUnknown, PathUnknown (nowhere
    there, or in several repositories, or a file without that line).
    """
    path = _present(ctx, path)
    # It reads Git inside a unit of work, as differences do: commits of this machine's disk, named by
    # their hashes, so that nothing can move under it.
    found, git, tip = _place(ctx, path, repository)
    try:
        blamed = history.blame(git, tip, path, line=line)
    except PathNotFound as missing:
        raise PathUnknown(f"{found.slug}: {missing}", path=path) from missing
    brought = history.bringing(git, tip, {one.commit for one in blamed})
    items = [
        _origin(ctx, found, path, history.read_commit(git, commit), brought[commit], lines)
        for commit, lines in _grouped(blamed).items()
    ]
    return Origins(repository=found.slug, path=path, head=tip, items=tuple(items))


def _present(ctx: Ctx, path: str) -> str:
    """Where a file stands now that a path may name by where it stood before it was archived."""
    artifact = artifacts.at_path(ctx, path)
    return artifact.path if artifact is not None and artifact.place == path else path


def _place(ctx: Ctx, path: str, name: str) -> tuple[Repository, GitRepository, CommitId]:
    if name:
        candidates: Sequence[Repository] = (custody.repository(ctx, name),)
    else:
        candidates = store.repositories(
            ctx.db, ctx.organisation, after="", limit=_MOST_REPOSITORIES
        )
    having = [
        (one, git, CommitId(one.known))
        for one in candidates
        if one.known is not None and one.state is RepositoryState.ACTIVE
        for git in (open_existing(custody.location(ctx, one)),)
        if exists(git, CommitId(one.known), path)
    ]
    if len(having) == 1:
        return having[0]
    if not having:
        where = name or ", ".join(one.slug for one in candidates)
        raise PathUnknown(f"No file {path!r} on a main branch of {where}", path=path)
    named = ", ".join(one.slug for one, _, _ in having)
    raise PathUnknown(f"{path!r} stands in {named}; say which by --repository", path=path)


def _grouped(blamed: Sequence[BlameLine]) -> dict[CommitId, list[BlameLine]]:
    found: dict[CommitId, list[BlameLine]] = {}
    for one in blamed:
        found.setdefault(one.commit, []).append(one)
    return found


def _origin(
    ctx: Ctx,
    repository: Repository,
    path: str,
    wrote: Commit,
    brought: Commit,
    lines: Sequence[BlameLine],
) -> Origin:
    kind = _kind(brought)
    change = _value(brought, notes.CHANGE)
    return Origin(
        kind=kind,
        commit=wrote.id,
        subject=wrote.subject,
        author=wrote.author.name,
        written_at=wrote.authored_at,
        trailers={one.key: one.value for one in wrote.trailers},
        brought_by=brought.id,
        change=ChangeId(change) if change is not None else None,
        versions=_versions(ctx, path, wrote, brought)
        if repository.kind is RepositoryKind.ORGANISATION
        else (),
        first=lines[0].number,
        lines=len(lines),
        text=lines[0].text,
    )


def _kind(brought: Commit) -> OriginKind:
    if _value(brought, notes.CHANGE) is not None:
        return OriginKind.CHANGE
    if _value(brought, notes.PROJECTION) is not None:
        return OriginKind.PROJECTION
    if _value(brought, notes.BATCH) is not None:
        return OriginKind.FILING
    return OriginKind.FOUNDING if _value(brought, notes.FOUNDED) else OriginKind.HAND


def _value(commit: Commit, key: str) -> str | None:
    return next((one.value for one in commit.trailers if one.key.lower() == key.lower()), None)


def _versions(ctx: Ctx, path: str, wrote: Commit, brought: Commit) -> tuple[VersionRef, ...]:
    """The versions at this path that a commit of the record wrote: as its trailers say, or, of an edit
    by hand, as it was taken in."""
    artifact = artifacts.at_path(ctx, path)
    if artifact is None:
        return ()
    for commit in (wrote, brought):  # the merge names what was merged, its parts what they wrote
        told = (VersionRef.parse(one.reference) for one in trailers.artifacts(commit.trailers))
        mine = tuple(dict.fromkeys(ref for ref in told if ref.artifact == artifact.id))
        if mine:
            return mine
    if _value(brought, notes.PROJECTION) is not None:
        return ()
    taken = artifacts.versions(ctx, artifact.id)
    return tuple(one.ref for one in taken if one.commit in (wrote.id, brought.id))
