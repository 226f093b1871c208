"""Writes commits into a bare repository: no worktree, fixed dates, the branch moved by compare-and-set."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import pygit2
from pygit2.enums import FileMode

from headrace.capabilities.record.git import paths, trailers
from headrace.capabilities.record.git.errors import BranchMoved, PathNotFound, PathRefused
from headrace.capabilities.record.git.history import is_ancestor
from headrace.capabilities.record.git.library import commit_object, opened
from headrace.capabilities.record.git.model import CommitId, CommitNote, Person, TreeId
from headrace.capabilities.record.git.repository import Repository, move_branch

Changes = Mapping[str, bytes | None]
"""New content by path; None deletes the file."""

_Below = Sequence[tuple[str, bytes | None]]
"""Changes within a folder, by the path from there; an empty path is the entry itself."""

_Entry = tuple[pygit2.Oid, FileMode]


def commit_files(
    repository: Repository,
    branch: str,
    changes: Changes,
    note: CommitNote,
    *,
    base: CommitId | None,
    new_branch: bool = False,
) -> CommitId | None:
    """Commits `changes` on top of `base` and moves `branch` there; None when nothing differs.

    `branch` must stand at `base`; with `new_branch` (or without a base) it must not exist yet.
    BranchMoved otherwise, and then nothing has changed. The same call again, also by another process
    after this one was killed, gives the same commit and does no harm. PathRefused for a path that no
    tree may hold or that leads through a file or a link; PathNotFound for deleting what is not there.
    """
    commit = _commit_on(repository, changes, note, base)
    if commit is None:
        return None
    expected = None if new_branch else base
    try:
        move_branch(repository, branch, expected=expected, to=commit)
    except BranchMoved as moved:
        if moved.actual is None or not is_ancestor(repository, commit, moved.actual):
            raise
    return commit


def create_commit(
    repository: Repository, tree: TreeId, parents: Sequence[CommitId], note: CommitNote
) -> CommitId:
    """Records a commit that no branch points at yet; equal arguments give the same id."""
    library = opened(repository.path)
    commit = library.create_commit(
        None,
        _signature(note.author, note.when),
        _signature(note.committer, note.when),
        trailers.compose(note.message, note.trailers),
        pygit2.Oid(hex=tree),
        [commit_object(library, parent).id for parent in parents],
    )
    return CommitId(str(commit))


def _commit_on(
    repository: Repository, changes: Changes, note: CommitNote, base: CommitId | None
) -> CommitId | None:
    library = opened(repository.path)
    before = commit_object(library, base).tree if base else None
    below = [(paths.checked(path), content) for path, content in changes.items()]
    tree = _folder(library, before, below, "") or library.TreeBuilder().write()
    if before is not None and tree == before.id:
        return None
    return create_commit(repository, TreeId(str(tree)), [base] if base else [], note)


def _folder(
    library: pygit2.Repository, tree: pygit2.Tree | None, below: _Below, place: str
) -> pygit2.Oid | None:
    """Writes the folder `tree` with the changes `below`; None when nothing is left in it."""
    # Only folders on the way to a change are read and written, whatever the size of the whole tree.
    builder = library.TreeBuilder(tree) if tree is not None else library.TreeBuilder()
    for name, changes in _by_first_name(below).items():
        existing = tree[name] if tree is not None and name in tree else None
        entry = _entry(library, existing, changes, place + name)
        if entry is not None:
            builder.insert(name, *entry)
        elif existing is not None:
            builder.remove(name)
    return builder.write() if len(builder) else None


def _entry(
    library: pygit2.Repository, existing: pygit2.Object | None, below: _Below, path: str
) -> _Entry | None:
    """What shall stand at `path`: a file, a folder, or None for nothing."""
    own = [content for rest, content in below if not rest]
    within = [(rest, content) for rest, content in below if rest]
    if own == [None]:
        _refuse_absent(existing, path)
        existing = None
    if within:
        folder = _write_within(library, existing, within, path)
        if own in ([], [None]):
            return (folder, FileMode.TREE) if folder else None
        if folder is not None:
            raise PathRefused(
                f"{path!r} is a folder with files; delete those or choose another name"
            )
        existing = None
    return None if own[0] is None else _file(library, existing, own[0], path)


def _write_within(
    library: pygit2.Repository, existing: pygit2.Object | None, within: _Below, path: str
) -> pygit2.Oid | None:
    if existing is not None and not isinstance(existing, pygit2.Tree):
        raise PathRefused(f"{path!r} is a file or a link, so nothing can lie within it")
    return _folder(library, existing, within, path + "/")


def _file(
    library: pygit2.Repository, existing: pygit2.Object | None, content: bytes, path: str
) -> _Entry:
    if isinstance(existing, pygit2.Tree):
        raise PathRefused(f"{path!r} is a folder with files; delete those or choose another name")
    mode = FileMode.BLOB if existing is None else FileMode(existing.filemode)
    if mode in (FileMode.LINK, FileMode.COMMIT):
        raise PathRefused(f"{path!r} is a link; delete it before a file takes its place")
    kept = FileMode.BLOB_EXECUTABLE if mode == FileMode.BLOB_EXECUTABLE else FileMode.BLOB
    return library.create_blob(content), kept


def _refuse_absent(existing: pygit2.Object | None, path: str) -> None:
    if existing is None or isinstance(existing, pygit2.Tree):
        raise PathNotFound(f"there is no file {path!r} to delete", path=path)


def _by_first_name(below: _Below) -> dict[str, list[tuple[str, bytes | None]]]:
    grouped: dict[str, list[tuple[str, bytes | None]]] = defaultdict(list)
    for path, content in below:
        name, _, rest = path.partition("/")
        grouped[name].append((rest, content))
    return grouped


def _signature(person: Person, when: datetime) -> pygit2.Signature:
    # Git parts name, address and time with these characters; a display name may hold any of them.
    name, email = (
        trailers.single_line("".join(" " if c in "<>" else c for c in text))
        for text in (person.name, person.email)
    )
    return pygit2.Signature(
        name or "unknown", email or "unknown", int(when.timestamp()), 0, "utf-8"
    )
