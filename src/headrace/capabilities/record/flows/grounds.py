"""Grounds: what the acts of all flows need to know about the branch they write to."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from headrace.capabilities.record.codeowners import LOCATIONS
from headrace.capabilities.record.git import trailers
from headrace.capabilities.record.git.commits import commit_files
from headrace.capabilities.record.git.diffs import changed_paths
from headrace.capabilities.record.git.errors import BranchMoved, CommitNotFound
from headrace.capabilities.record.git.history import find_trailer, is_ancestor, read_commit
from headrace.capabilities.record.git.model import Commit, CommitId, CommitNote, Person, Trailer
from headrace.capabilities.record.git.process import decoded
from headrace.capabilities.record.git.reading import find_file
from headrace.capabilities.record.git.repository import (
    Repository,
    find_head,
    head,
    move_branch,
    open_existing,
)
from headrace.capabilities.record.model import FileText, Ground, Note, Signature
from headrace.capabilities.record.service import identities, notes

T = TypeVar("T")

_ATTEMPTS = 50
"""Each attempt that loses has let another writer's commit in, so somebody gets on."""


def opened(place: str) -> Repository:
    """The repository at an absolute path. Raises RepositoryNotFound."""
    return open_existing(Path(place))


def commit_note(note: Note) -> CommitNote:
    """A note as Git takes it: by its author, committed by the record."""
    return CommitNote(
        message=note.message,
        trailers=[Trailer(key, value) for key, value in note.trailers],
        author=_person(note.author),
        committer=_person(identities.RECORD),
        when=note.when,
    )


def contents(files: Iterable[FileText]) -> Mapping[str, bytes]:
    """Files as bytes by path."""
    return {file.path: file.text.encode() for file in files}


def codeowners(repository: Repository, at: CommitId) -> str:
    """The text of the CODEOWNERS file there; "" when there is none."""
    for place in LOCATIONS:
        found = find_file(repository, at, place)
        if found is not None:
            return found.decode("utf-8", "replace")
    return ""


def is_rewritten(repository: Repository, ground: Ground, tip: CommitId) -> bool:
    """Whether what we trusted is gone from the history of `tip`."""
    if ground.trusted is None:
        return False
    try:
        return not is_ancestor(repository, CommitId(ground.trusted), tip)
    except CommitNotFound:
        return True


def written_once(
    ground: Ground,
    batch: str,
    *,
    write: Callable[[Repository, CommitId], T],
    read_back: Callable[[Repository, Commit], T],
    rewritten: Callable[[CommitId], T],
) -> T:
    """What a batch writes to a branch in one commit, once, whatever crashes and whoever writes beside it.

    `write` makes the commit on top of a tip; `read_back` tells of the one that an attempt which crashed
    has made, known by the batch's trailer; `rewritten` tells of a tip whose history is not ours.
    Raises BranchMoved when others are always quicker.
    """
    repository = opened(ground.place)
    for _ in range(_ATTEMPTS):
        onto = head(repository, ground.branch)
        if is_rewritten(repository, ground, onto):
            return rewritten(onto)
        earlier = _commit_of(repository, ground, batch, onto)
        if earlier is not None:
            return read_back(repository, earlier)
        try:
            return write(repository, onto)
        except BranchMoved:
            continue
    raise BranchMoved(ground.branch, onto, head(repository, ground.branch))


def _commit_of(repository: Repository, ground: Ground, batch: str, onto: CommitId) -> Commit | None:
    known = [CommitId(ground.known)] if ground.known else []
    found = find_trailer(
        repository, onto, notes.BATCH, batch, excluding=known, first_parent=True
    ).commits
    return found[0] if found else None


def commits_since(repository: Repository, known: str | None, tip: CommitId) -> Iterator[Commit]:
    """The commits made on the branch itself since `known`, newest first."""
    at: CommitId | None = tip
    while at is not None and not _reached(repository, at, known):
        commit = read_commit(repository, at)
        yield commit
        at = commit.parents[0] if commit.parents else None


def touched_by_hand(
    repository: Repository, known: str | None, tip: CommitId
) -> Mapping[str, Commit]:
    """The paths that commits not of ours have changed since `known`, and the last of those commits."""
    found: dict[str, Commit] = {}
    for commit in commits_since(repository, known, tip):
        if is_ours(commit):
            continue
        before = commit.parents[0] if commit.parents else None
        for change in changed_paths(repository, before, commit.id):
            for name in change.names:
                found.setdefault(name, commit)
    return found


def is_ours(commit: Commit) -> bool:
    """Whether a commit says that the record made it."""
    return any(trailers.carries(commit.trailers, mark) for mark in notes.MARKS)


def signature(person: Person) -> Signature:
    """Who a commit is by, in the record's words."""
    return Signature(name=person.name, email=person.email)


def committed_aside(
    repository: Repository,
    name: str,
    files: Iterable[FileText],
    note: CommitNote,
    *,
    base: CommitId,
) -> CommitId | None:
    """A commit on top of `base` that no branch points at; None when nothing differs.

    It is made on a branch that goes at once; a crash in between leaves the branch, and the
    repetition, which gives the same commit, takes it away.
    """
    branch = f"headrace/{name.lower()}"
    _take_away(repository, branch)
    commit = commit_files(repository, branch, contents(files), note, base=base, new_branch=True)
    _take_away(repository, branch)
    return commit


def text_at(repository: Repository, at: CommitId, path: str) -> str | None:
    """A file's text; None when it is not there or is no text."""
    found = find_file(repository, at, path)
    if found is None:
        return None
    try:
        return found.decode()
    except UnicodeDecodeError:
        return None


def is_markdown(path: str) -> bool:
    """Whether a path can be an artifact's file; a name that is no UTF-8 never is."""
    return path.endswith(".md") and path == decoded(path.encode("utf-8", "replace"))


def _reached(repository: Repository, at: CommitId, known: str | None) -> bool:
    return known is not None and is_ancestor(repository, at, CommitId(known))


def _take_away(repository: Repository, branch: str) -> None:
    standing = find_head(repository, branch)
    if standing is not None:
        move_branch(repository, branch, expected=standing, to=None)


def _person(signature: Signature) -> Person:
    return Person(name=signature.name, email=signature.email)
