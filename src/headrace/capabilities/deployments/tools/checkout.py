"""Writes the files of a commit into a folder of their own: no branch, no hook, no network."""

import os
import shutil
from pathlib import Path

from headrace.capabilities.record import git

_MODES = {git.EntryKind.FILE: 0o644, git.EntryKind.EXECUTABLE: 0o755}


def check_out(repository: Path, commit: str, folder: Path) -> Path:
    """The folder with the commit's files; made once, whole or not at all, whatever is killed.

    Symbolic links and submodules are left out: what they lead to is not part of the commit. Raises
    RepositoryNotFound, CommitNotFound.
    """
    if folder.is_dir():
        return folder
    opened, at = git.open_existing(repository), git.CommitId(commit)
    entries = git.list_tree(opened, at)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    for entry in entries:
        if entry.kind not in _MODES:
            continue
        place = draft / entry.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(git.read_blob(opened, entry.blob))
        place.chmod(_MODES[entry.kind])
    draft.replace(folder)
    return folder


def forget_others(commits: Path, kept: set[str]) -> None:
    """Remove the files of commits that neither serve nor are wanted."""
    for folder in commits.glob("*") if commits.is_dir() else ():
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)
