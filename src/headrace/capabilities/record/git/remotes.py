"""Takes repositories in from elsewhere, keeps up with them, and gives a branch back when told to."""

import base64
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from headrace.capabilities.record.git import branches as names
from headrace.capabilities.record.git.errors import (
    GitFailed,
    PushRefused,
    RemoteFailed,
    RepositoryNotFound,
    SourceRefused,
)
from headrace.capabilities.record.git.history import is_ancestor
from headrace.capabilities.record.git.library import opened
from headrace.capabilities.record.git.model import CommitId, RemoteMove
from headrace.capabilities.record.git.process import REMOTE_TIMEOUT, Git, decoded
from headrace.capabilities.record.git.repository import (
    Repository,
    built,
    head,
    initialise,
)

ORIGIN = "origin"
"""The name under which a repository remembers where it was taken from."""

_URL = re.compile(r"(https?|ssh|git|file)://[^\s]+")
_SCP = re.compile(r"[A-Za-z0-9][\w.-]*@[A-Za-z0-9][\w.-]*:[^\s:-][^\s]*")
_TRACKED = f"refs/remotes/{ORIGIN}/"

_INTEGRITY = {
    # What comes from outside is checked object by object; the tolerated ones are old tools' slips
    # that many honest histories carry.
    "fetch.fsckObjects": "true",
    "fetch.fsck.badTimezone": "ignore",
    "fetch.fsck.missingNameBeforeEmail": "ignore",
    "fetch.fsck.missingSpaceBeforeDate": "ignore",
    "fetch.fsck.missingSpaceBeforeEmail": "ignore",
    "fetch.fsck.multipleAuthors": "ignore",
    "fetch.fsck.zeroPaddedFilemode": "ignore",
    "fetch.fsck.zeroPaddedDate": "ignore",
}


@dataclass(frozen=True)
class Access:
    """What another repository asks for before it answers; never shown, never on a command line.

    `trusts_owner` lets Git read a local folder that belongs to another user of this machine (files
    mounted into a container do). Say it only for a folder that a person named: whoever owns it can
    make Git run programs.
    """

    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    trusts_owner: bool = False


def with_token(token: str, user: str = "x-access-token") -> Access:
    """Access over HTTPS by a token, as the forges take it (basic authentication)."""
    credentials = base64.b64encode(f"{user}:{token}".encode()).decode()
    return Access(
        {
            "http.extraHeader": f"Authorization: Basic {credentials}",
            # The header would go along to wherever a redirect leads.
            "http.followRedirects": "false",
        }
    )


NO_ACCESS = Access()


def clone_mirror(
    source: str | Path,
    path: Path,
    *,
    access: Access = NO_ACCESS,
    timeout: timedelta = REMOTE_TIMEOUT,
) -> Repository:
    """A bare repository at `path` with every branch and tag of `source`, a URL or a local path.

    The source is only read, also when it is shallow (then so is the copy). It is remembered as
    `origin`, for `fetch` and `push_branch`. SourceRefused for an address Headrace does not speak to,
    RemoteFailed when it does not answer, RepositoryExists when something is at `path`.
    """
    address = checked_source(source)
    git = Git(configuration=_INTEGRITY, timeout=timeout)
    branch = _default_branch_of(git, access, address)

    def take_in(unfinished: Path) -> None:
        initialise(unfinished, branch)
        inside = replace(git, git_dir=unfinished)
        inside.run("config", f"remote.{ORIGIN}.url", address)
        inside.run("config", f"remote.{ORIGIN}.fetch", f"+refs/heads/*:{_TRACKED}*")
        _transfer(
            inside, access,
            "fetch", "--quiet", "--no-tags", "--update-shallow", "--no-write-fetch-head",
            "--", ORIGIN, "refs/heads/*:refs/heads/*", f"+refs/heads/*:{_TRACKED}*",
            "refs/tags/*:refs/tags/*",
        )  # fmt: skip

    return built(path, take_in)


def fetch(
    repository: Repository, *, access: Access = NO_ACCESS, timeout: timedelta = REMOTE_TIMEOUT
) -> tuple[RemoteMove, ...]:
    """Learns where the branches of `origin` stand now; gives those that moved, sorted by name.

    No branch of this repository moves: what to do about the news is for the caller to decide. A move
    that left commits behind says `rewritten`.
    """
    before = tracked_heads(repository)
    git = Git(git_dir=repository.path, configuration=_INTEGRITY, timeout=timeout)
    _transfer(
        git, access,
        "fetch", "--quiet", "--prune", "--no-tags", "--update-shallow", "--no-write-fetch-head",
        "--", ORIGIN,
    )  # fmt: skip
    after = tracked_heads(repository)
    moved = [name for name in sorted(before | after) if before.get(name) != after.get(name)]
    return tuple(_move(repository, name, before.get(name), after.get(name)) for name in moved)


def tracked_heads(repository: Repository) -> dict[str, CommitId]:
    """Where the branches of `origin` stood at the last fetch, by name."""
    references = opened(repository.path).references
    return {
        name.removeprefix(_TRACKED): CommitId(str(references[name].target))
        for name in references
        if name.startswith(_TRACKED)
    }


def push_branch(
    repository: Repository,
    branch: str,
    *,
    to: str | Path | None = None,
    named: str | None = None,
    access: Access = NO_ACCESS,
    timeout: timedelta = REMOTE_TIMEOUT,
) -> CommitId:
    """Gives `branch` to `to` (or `origin`), there called `named` (or the same); the commit given.

    Never forces: PushRefused when the branch there has commits that this one lacks, is checked out,
    or is protected. Pushing what is there already is no error. RemoteFailed when nobody answers.
    """
    commit = head(repository, branch)
    destination = ORIGIN if to is None else checked_source(to)
    there = names.checked(named or branch)
    git = Git(git_dir=repository.path, timeout=timeout)
    _transfer(
        git, access,
        "push", "--porcelain", "--no-verify", "--no-follow-tags",
        "--", destination, f"{commit}:refs/heads/{there}",
    )  # fmt: skip
    return commit


def checked_source(source: str | Path) -> str:
    """`source` as Git takes it: a URL, `user@host:path`, or an absolute path that exists."""
    text = str(source)
    if isinstance(source, str) and (_URL.fullmatch(text) or _SCP.fullmatch(text)):
        _refuse_password(text)
        return text
    if text.startswith("-") or "::" in text or "://" in text or not text.strip():
        raise SourceRefused(
            f"{text[:80]!r} is no address of a repository; "
            "give an https, ssh or file URL, user@host:path, or a folder"
        )
    folder = Path(text).absolute()
    if not folder.is_dir():
        raise RepositoryNotFound(f"there is no folder {folder}; give the path of a Git repository")
    return str(folder.resolve())


def _refuse_password(url: str) -> None:
    if re.match(r"[a-z]+://[^/@]*:[^/@]*@", url):
        raise SourceRefused(
            "the address holds a password, which would be stored and shown; "
            "leave it out and give it as a credential"
        )


def _default_branch_of(git: Git, access: Access, address: str) -> str:
    output = _transfer(git, access, "ls-remote", "--symref", "--", address, "HEAD")
    match = re.match(r"ref: refs/heads/(\S+)\tHEAD", decoded(output))
    return names.checked(match[1]) if match else "main"


def _move(
    repository: Repository, branch: str, old: CommitId | None, new: CommitId | None
) -> RemoteMove:
    rewritten = bool(old and new and not is_ancestor(repository, old, new))
    return RemoteMove(branch=branch, old=old, new=new, rewritten=rewritten)


def _transfer(git: Git, access: Access, *arguments: str) -> bytes:
    try:
        with _opened(git, access) as allowed:
            return allowed.run(*arguments).stdout
    except GitFailed as failure:
        raise _told(failure, arguments[0]) from failure


@contextmanager
def _opened(git: Git, access: Access) -> Iterator[Git]:
    """`git` with what `access` holds, for one call."""
    settings = dict(git.configuration) | dict(access.settings)
    if not access.trusts_owner:
        yield replace(git, configuration=settings)
        return
    # The other side of a local transfer is a Git of its own, which takes trust from a file alone.
    with NamedTemporaryFile("w", prefix="headrace-") as file:
        file.write("[safe]\n\tdirectory = *\n")
        file.flush()
        trust = {"GIT_CONFIG_GLOBAL": file.name}
        yield replace(git, configuration=settings, environment=trust)


def _told(failure: GitFailed, verb: str) -> Exception:
    told = failure.stderr.strip()
    if "dubious ownership" in told:
        return RemoteFailed(
            "the folder belongs to another user of this machine; make it your own, "
            "or say that its owner is trusted"
        )
    if verb == "push" and failure.exit_code == 1:
        return PushRefused(f"the branch was not accepted: {told}", told=told)
    if failure.exit_code in (1, 128):
        return RemoteFailed(f"the other repository did not give or take it: {told}", told=told)
    return failure
