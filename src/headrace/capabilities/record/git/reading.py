"""Reads files and trees at a commit, or at a tree that no commit names yet."""

from collections.abc import Iterator

import pygit2
from pygit2.enums import FileMode

from headrace.capabilities.record.git.errors import PathNotFound, PathRefused
from headrace.capabilities.record.git.library import commit_object, opened, tree_object
from headrace.capabilities.record.git.model import (
    BlobId,
    CommitId,
    EntryKind,
    TreeEntry,
    TreeId,
)
from headrace.capabilities.record.git.process import decoded
from headrace.capabilities.record.git.repository import Repository

KINDS = {
    FileMode.BLOB: EntryKind.FILE,
    FileMode.BLOB_EXECUTABLE: EntryKind.EXECUTABLE,
    FileMode.LINK: EntryKind.SYMLINK,
    FileMode.COMMIT: EntryKind.SUBMODULE,
}
"""What Git's file modes mean. Old repositories hold other modes; those are plain files."""


def tree_of(repository: Repository, commit: CommitId) -> TreeId:
    """The tree that `commit` recorded."""
    return TreeId(str(commit_object(opened(repository.path), commit).tree_id))


def read_file(repository: Repository, at: CommitId | TreeId, path: str) -> bytes:
    """The content of the file `path`; PathNotFound when there is none, PathRefused for a link."""
    content = find_file(repository, at, path)
    if content is None:
        raise PathNotFound(
            f"{at[:12]} holds no file {path!r}; look at its list of files", path=path
        )
    return content


def find_file(repository: Repository, at: CommitId | TreeId, path: str) -> bytes | None:
    """The content of the file `path`, or None when there is none; PathRefused for a link.

    A symbolic link is not followed: its target may lie outside the tree.
    """
    entry = _entry(tree_object(opened(repository.path), at), path)
    if not isinstance(entry, pygit2.Blob):
        return None
    if entry.filemode == FileMode.LINK:
        raise PathRefused(f"{path!r} is a symbolic link; read what it points at by its own path")
    return entry.data


def read_blob(repository: Repository, blob: BlobId) -> bytes:
    """The content with that id, as a list of entries or a conflict names it."""
    found = opened(repository.path).get(pygit2.Oid(hex=blob))
    if not isinstance(found, pygit2.Blob):
        raise PathNotFound(f"{repository.path.name} holds no content {blob[:40]!r}")
    return found.data


def exists(repository: Repository, at: CommitId | TreeId, path: str) -> bool:
    """Whether `path` is a file, a link or a folder there."""
    return _entry(tree_object(opened(repository.path), at), path) is not None


def find_entry(repository: Repository, at: CommitId | TreeId, path: str) -> TreeEntry | None:
    """What `path` is there, or None when it is a folder or nothing."""
    found = _entry(tree_object(opened(repository.path), at), path)
    return _described(found, path) if isinstance(found, pygit2.Object) else None


def list_tree(
    repository: Repository, at: CommitId | TreeId, folder: str = ""
) -> tuple[TreeEntry, ...]:
    """Everything that is no folder, within `folder` at any depth, sorted by path; () if none."""
    tree: object = tree_object(opened(repository.path), at)
    prefix = folder.strip("/")
    if prefix:
        tree = _entry(tree, prefix)
    if not isinstance(tree, pygit2.Tree):
        return ()
    entries = _walk(tree, prefix + "/" if prefix else "")
    return tuple(sorted(entries, key=lambda entry: entry.path))


def _entry(tree: object, path: str) -> object:
    for part in path.split("/"):
        tree = _child(tree, part) if isinstance(tree, pygit2.Tree) else None
    return tree


def _child(tree: pygit2.Tree, name: str) -> object:
    if not name or "\0" in name:
        return None
    try:
        return tree[name]
    except KeyError:
        return None
    except UnicodeEncodeError:  # a name that is no UTF-8 can only be found by its bytes
        return next((entry for entry in tree if decoded(entry.raw_name or b"") == name), None)


def _walk(tree: pygit2.Tree, prefix: str) -> Iterator[TreeEntry]:
    for entry in tree:
        path = prefix + decoded(entry.raw_name or b"")
        described = _described(entry, path)
        if described is not None:
            yield described
        elif isinstance(entry, pygit2.Tree):
            yield from _walk(entry, path + "/")


def _described(entry: pygit2.Object, path: str) -> TreeEntry | None:
    if isinstance(entry, pygit2.Tree):
        return None
    kind = KINDS.get(FileMode(entry.filemode), EntryKind.FILE)
    return TreeEntry(path=path, kind=kind, blob=BlobId(str(entry.id)))
