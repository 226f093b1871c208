"""Opens repositories in process with libgit2 and looks objects up by their full id."""

import re
from pathlib import Path

import pygit2
from pygit2.enums import ConfigLevel, RepositoryOpenFlag

from headrace.capabilities.record.git.errors import CommitNotFound, RepositoryNotFound
from headrace.capabilities.record.git.model import CommitId, TreeId

# libgit2 knows these for the whole process only, so they are set once, here, where it is imported:
# no user's or machine's configuration is read, what is written reaches the disk before a branch
# points at it, and who owns the folder does not matter (libgit2 runs no hooks and no filters).
for _level in (ConfigLevel.PROGRAMDATA, ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL):
    pygit2.settings.search_path[_level] = ""
pygit2.settings.enable_fsync_gitdir(True)
pygit2.settings.owner_validation = False

_FULL_ID = re.compile(r"[0-9a-f]{40}")


def opened(path: Path) -> pygit2.Repository:
    """The bare repository at `path` itself; folders above are not searched."""
    try:
        return pygit2.Repository(str(path), RepositoryOpenFlag.NO_SEARCH | RepositoryOpenFlag.BARE)
    except (pygit2.GitError, KeyError) as error:
        raise RepositoryNotFound(
            f"{path} holds no Git repository; create or import one there first"
        ) from error


def commit_object(library: pygit2.Repository, commit: CommitId) -> pygit2.Commit:
    """The commit with that full id; short ids and names such as `HEAD` are not accepted."""
    found = _object(library, commit)
    if not isinstance(found, pygit2.Commit):
        raise _missing("commit", commit)
    return found


def tree_object(library: pygit2.Repository, at: CommitId | TreeId) -> pygit2.Tree:
    """The tree with that full id, or the tree of the commit with that full id."""
    found = _object(library, at)
    if isinstance(found, pygit2.Commit):
        return found.tree
    if not isinstance(found, pygit2.Tree):
        raise _missing("commit or tree", at)
    return found


def _object(library: pygit2.Repository, full_id: str) -> object:
    return library.get(pygit2.Oid(hex=full_id)) if _FULL_ID.fullmatch(full_id) else None


def _missing(what: str, full_id: str) -> CommitNotFound:
    return CommitNotFound(
        f"the repository holds no {what} {full_id[:60]!r}; give the full id of one that it holds"
    )
