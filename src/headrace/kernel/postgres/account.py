"""The system user that runs PostgreSQL: ourselves, or an unprivileged one when we are root."""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from headrace.kernel.postgres.model import AccountUnusable

PREFERRED = "headrace"
FALLBACK = "nobody"
"""Only where no account can be created: other services may run as nobody and could read the data."""

_USERADD_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class Account:
    """One system user. `is_switch` states that programs must change to it, since we are root."""

    uid: int
    gid: int
    name: str
    is_switch: bool

    def may_enter(self, directory: Path) -> bool:
        """Whether this user may pass through a directory; for another user by its mode bits."""
        if not self.is_switch:
            return os.access(directory, os.X_OK)
        facts = directory.stat()
        if self.uid == facts.st_uid:
            return bool(facts.st_mode & stat.S_IXUSR)
        if self.gid == facts.st_gid:
            return bool(facts.st_mode & stat.S_IXGRP)
        return bool(facts.st_mode & stat.S_IXOTH)


def account_for(cluster: Path) -> Account:
    """The user who runs (or will run) the cluster. Raises AccountUnusable.

    An existing cluster keeps its owner, because PostgreSQL refuses any other. As root a new one
    gets the system user `headrace`, which is created if it is absent, or else `nobody`.
    """
    owner = cluster.stat().st_uid if cluster.exists() else None
    if os.geteuid() != 0:
        _refuse_foreign(cluster, owner)
        return Account(
            uid=os.geteuid(), gid=os.getegid(), name=_name(os.geteuid()), is_switch=False
        )
    if owner == 0:
        raise AccountUnusable(
            f"{cluster} belongs to root, and PostgreSQL never runs as root. "
            f"Give it to its user: chown -R {PREFERRED} {cluster}.",
            cluster=str(cluster),
        )
    return _unprivileged() if owner is None else _of_uid(owner)


def _refuse_foreign(cluster: Path, owner: int | None) -> None:
    if owner not in (None, os.geteuid()):
        assert owner is not None
        raise AccountUnusable(
            f"{cluster} belongs to {_name(owner)}. Run Headrace as that user or as root, "
            "or choose another data directory.",
            cluster=str(cluster),
            owner=owner,
        )


def _unprivileged() -> Account:
    if _uid_of(PREFERRED) is None:
        _create(PREFERRED)
    for uid in (_uid_of(PREFERRED), _uid_of(FALLBACK)):
        if uid:  # neither absent nor a second name of root
            return _of_uid(uid)
    raise AccountUnusable(
        f"PostgreSQL never runs as root, and the system has no user {PREFERRED!r} or {FALLBACK!r}. "
        f"Create one (useradd --system {PREFERRED}) or run Headrace as an ordinary user."
    )


def _create(name: str) -> None:
    """Try to create the system user; whoever looks next sees whether it is there."""
    command = ["useradd", "--system", "--user-group", "--no-create-home"]
    command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", name]
    try:
        subprocess.run(command, capture_output=True, timeout=_USERADD_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return  # no such program here: the fallback serves


def _uid_of(name: str) -> int | None:
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def _of_uid(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(uid=uid, gid=uid, name=str(uid), is_switch=True)
    return Account(uid=uid, gid=entry.pw_gid, name=entry.pw_name, is_switch=True)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
