"""Reads history: the log, ancestry, who wrote a line, and which commits carry a trailer."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone

import pygit2
from pygit2.enums import SortMode

from headrace.capabilities.record.git import trailers
from headrace.capabilities.record.git.errors import GitFailed, PathNotFound
from headrace.capabilities.record.git.library import commit_object, opened
from headrace.capabilities.record.git.model import (
    BlameLine,
    Commit,
    CommitId,
    LogPage,
    Person,
    TrailerSearch,
    TreeId,
)
from headrace.capabilities.record.git.process import decoded
from headrace.capabilities.record.git.repository import Repository
from headrace.kernel.errors import Invalid

_LATEST = datetime(9999, 12, 31, tzinfo=UTC)


def read_commit(repository: Repository, commit: CommitId) -> Commit:
    """The commit with that full id; CommitNotFound when the repository lacks it."""
    return _commit(commit_object(opened(repository.path), commit))


def log(
    repository: Repository,
    start: CommitId,
    *,
    excluding: Sequence[CommitId] = (),
    offset: int = 0,
    limit: int = 50,
) -> LogPage:
    """One page of the history of `start`, without what `excluding` reach.

    Ask for the next page with the same `start` and the page's `next_offset`; as `start` is a commit
    and not a branch, pages neither overlap nor miss a commit while work goes on.
    """
    _check_page(offset, limit)
    library = opened(repository.path)
    walk = _walk(library, start, excluding)
    found = [_commit(commit) for commit in itertools.islice(walk, offset, offset + limit + 1)]
    return LogPage(
        commits=tuple(found[:limit]), next_offset=offset + limit if len(found) > limit else None
    )


def log_of_path(
    repository: Repository,
    start: CommitId,
    path: str,
    *,
    line: int | None = None,
    offset: int = 0,
    limit: int = 50,
) -> LogPage:
    """The commits of `start`'s history that touched `path` (a file or folder), or one line of it.

    PathNotFound when a line is asked for of a file that is not there or is shorter.
    """
    _check_page(offset, limit)
    library = opened(repository.path)
    commit_object(library, start)
    page = ("--format=%H", "--no-patch", f"--skip={offset}", f"--max-count={limit + 1}")
    place = (start, "--", path) if line is None else (f"-L{line},{line}:{path}", start, "--")
    ids = _lines_about(repository, path, "log", *page, *place)
    found = [_commit(commit_object(library, CommitId(commit))) for commit in ids]
    return LogPage(
        commits=tuple(found[:limit]), next_offset=offset + limit if len(found) > limit else None
    )


def blame(
    repository: Repository, at: CommitId, path: str, *, line: int | None = None
) -> tuple[BlameLine, ...]:
    """For every line of the file, or the one named, the commit that last wrote it, in order.

    A file that was moved is followed, as libgit2's own blame does not. PathNotFound when there is no
    such file or line.
    """
    library = opened(repository.path)
    commit_object(library, at)
    bounds = () if line is None else (f"-L{line},{line}",)
    answer = _lines_about(repository, path, "blame", "--porcelain", *bounds, at, "--", path)
    commits: dict[str, Commit] = {}
    found: list[BlameLine] = []
    current = ""
    for row in answer:
        if row.startswith("\t"):
            if current not in commits:
                commits[current] = _commit(commit_object(library, CommitId(current)))
            found.append(_blamed(commits[current], len(found) + (line or 1), row[1:]))
        elif row[:40].isalnum() and len(row) > 41 and row[40] == " ":
            current = row[:40]
    return tuple(found)


def merge_base(repository: Repository, one: CommitId, other: CommitId) -> CommitId | None:
    """The best common ancestor, or None when there is none."""
    library = opened(repository.path)
    found = library.merge_base(commit_object(library, one).id, commit_object(library, other).id)
    return CommitId(str(found)) if found else None


def is_ancestor(repository: Repository, ancestor: CommitId, descendant: CommitId) -> bool:
    """Whether `descendant` is `ancestor` or has it in its history."""
    library = opened(repository.path)
    older, newer = commit_object(library, ancestor).id, commit_object(library, descendant).id
    return older == newer or library.descendant_of(newer, older)


def ahead_and_behind(repository: Repository, one: CommitId, other: CommitId) -> tuple[int, int]:
    """How many commits `one` has that `other` lacks, and the reverse."""
    library = opened(repository.path)
    ahead, behind = library.ahead_behind(
        commit_object(library, one).id, commit_object(library, other).id
    )
    return ahead, behind


def bringing(
    repository: Repository, tip: CommitId, commits: Iterable[CommitId]
) -> Mapping[CommitId, Commit]:
    """For each commit, the oldest one made on the branch itself that has it in its history.

    That is the merge which brought it, or the commit itself where it was made on the branch. Commits
    that the branch does not reach are left out.
    """
    library = opened(repository.path)
    branch = list(_walk(library, tip, (), first_parent=True))
    places = {commit.id: place for place, commit in enumerate(branch)}
    found: dict[CommitId, Commit] = {}
    for wanted in commits:
        place = _first_reaching(library, branch, places, commit_object(library, wanted).id)
        if place is not None:
            found[wanted] = _commit(branch[place])
    return found


def _first_reaching(
    library: pygit2.Repository,
    branch: Sequence[pygit2.Commit],
    places: Mapping[pygit2.Oid, int],
    wanted: pygit2.Oid,
) -> int | None:
    """The place, newest first, of the oldest of the branch's commits that reaches `wanted`.

    Every newer one reaches it too, so halving finds it.
    """
    if wanted in places:
        return places[wanted]
    low, high = 0, len(branch) - 1
    if not branch or not library.descendant_of(branch[0].id, wanted):
        return None
    while low < high:
        middle = (low + high + 1) // 2
        if library.descendant_of(branch[middle].id, wanted):
            low = middle
        else:
            high = middle - 1
    return low


def find_trailer(
    repository: Repository,
    start: CommitId,
    key: str,
    value: str | None = None,
    *,
    excluding: Sequence[CommitId] = (),
    first_parent: bool = False,
    examine_at_most: int | None = None,
) -> TrailerSearch:
    """The commits of `start`'s history, newest first, that carry the trailer.

    `first_parent` looks only at what was committed on the branch itself, not at what merges brought
    in: a branch that was merged may carry any trailer its author liked.
    """
    library = opened(repository.path)
    walk = _walk(library, start, excluding, first_parent=first_parent)
    needle, found, complete = key.lower().encode(), [], not library.is_shallow
    for examined, commit in enumerate(walk):
        if examined == examine_at_most:
            complete = False
            break
        if needle in commit.raw_message.lower():
            read = _commit(commit)
            if trailers.carries(read.trailers, key, value):
                found.append(read)
    return TrailerSearch(commits=tuple(found), complete=complete)


def _walk(
    library: pygit2.Repository,
    start: CommitId,
    excluding: Sequence[CommitId],
    *,
    first_parent: bool = False,
) -> Iterator[pygit2.Commit]:
    # Topological before time: commits carry an organisation's clock, which may have been turned.
    order = SortMode.TOPOLOGICAL | SortMode.TIME
    walker = library.walk(commit_object(library, start).id, order)
    if first_parent:
        walker.simplify_first_parent()
    for commit in excluding:
        walker.hide(commit_object(library, commit).id)
    return iter(walker)


def _lines_about(repository: Repository, path: str, *arguments: str) -> list[str]:
    try:
        output = repository.git.run(*arguments)
    except GitFailed as failure:
        if "no such path" in failure.stderr or "no path" in failure.stderr:
            raise PathNotFound(f"no file {path!r} there; look at the list of files") from failure
        if "has only" in failure.stderr:
            raise PathNotFound(f"{path!r} has fewer lines than that") from failure
        raise
    return decoded(output.stdout).split("\n")[:-1]


def _check_page(offset: int, limit: int) -> None:
    if offset < 0 or not 1 <= limit <= 1000:
        raise Invalid("a page starts at 0 or later and holds 1 to 1000 commits")


def _commit(commit: pygit2.Commit) -> Commit:
    message = trailers.parse(commit.raw_message.decode("utf-8", "replace"))
    return Commit(
        id=CommitId(str(commit.id)),
        tree=TreeId(str(commit.tree_id)),
        parents=tuple(CommitId(str(parent)) for parent in commit.parent_ids),
        author=_person(commit.author),
        committer=_person(commit.committer),
        authored_at=_moment(commit.author),
        committed_at=_moment(commit.committer),
        subject=message.subject,
        body=message.body,
        trailers=message.trailers,
    )


def _person(signature: pygit2.Signature) -> Person:
    return Person(
        name=signature.raw_name.decode("utf-8", "replace"),
        email=signature.raw_email.decode("utf-8", "replace"),
    )


def _moment(signature: pygit2.Signature) -> datetime:
    """The recorded time; a made-up commit may claim any year and offset, which must not break a list."""
    minutes = signature.offset if abs(signature.offset) < 24 * 60 else 0
    try:
        return datetime.fromtimestamp(signature.time, timezone(timedelta(minutes=minutes)))
    except (OverflowError, ValueError, OSError):
        return _LATEST


def _blamed(wrote: Commit, number: int, text: str) -> BlameLine:
    return BlameLine(
        number=number,
        commit=wrote.id,
        author=wrote.author,
        written_at=wrote.authored_at,
        text=text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
    )
