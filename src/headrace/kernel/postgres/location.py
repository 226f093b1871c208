"""Where data directories are by default, and how a missing one is made. Never changes others' modes."""

import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from headrace.kernel.postgres.account import Account
from headrace.kernel.postgres.model import DataDirectory, DirectoryUnreachable, InvalidDirectory

SYSTEM_HOME = Path("/var/lib/headrace")
"""Where root keeps data: the file system hierarchy's place for the state of services."""

_ENTERED_BY_ALL = 0o711
_PRIVATE = 0o700


def default_location(environment: Mapping[str, str] | None = None) -> DataDirectory:
    """The data directory of this system (as root) or of this user.

    Root: /var/lib/headrace/postgres. Others: $XDG_DATA_HOME/headrace/postgres, by default
    ~/.local/share/headrace/postgres.
    """
    if os.geteuid() == 0:
        return DataDirectory(path=SYSTEM_HOME / "postgres")
    environment = os.environ if environment is None else environment
    data_home = Path(environment.get("XDG_DATA_HOME", ""))
    if not data_home.is_absolute():  # the XDG specification: ignore an unset or relative one
        data_home = Path.home() / ".local" / "share"
    return DataDirectory(path=data_home / "headrace" / "postgres")


def scratch_location() -> DataDirectory:
    """A new, unused place for a server of a test, reachable also when root runs the test.

    Nothing is created yet; `destroy` removes what `start` makes there.
    """
    parent = SYSTEM_HOME / "scratch" if os.geteuid() == 0 else Path(tempfile.gettempdir())
    return DataDirectory(path=parent / f"headrace-{secrets.token_hex(6)}")


def prepare(directory: DataDirectory, account: Account) -> None:
    """Make the data directory if it is missing. Raises DirectoryUnreachable, InvalidDirectory.

    Only directories made here get a mode, and `path` itself while it is empty.
    """
    mode = _ENTERED_BY_ALL if account.is_switch else _PRIVATE
    try:
        make_with_parents(directory.path, mode)
        found = {entry.name for entry in directory.path.iterdir()}
        if not found:
            directory.path.chmod(mode)
    except OSError as error:
        raise DirectoryUnreachable(
            f"Cannot use {directory.path} for the database: {error.strerror}. Choose a directory "
            "that you may write to.",
            path=str(directory.path),
        ) from error
    if found and directory.lock_file.name not in found:
        raise InvalidDirectory(
            f"{directory.path} holds other things and is no data directory of Headrace. Choose a new "
            "or empty directory.",
            path=str(directory.path),
        )
    refuse_closed_parents(directory.path, account)


def make_with_parents(path: Path, mode: int) -> None:
    """Make `path` with `mode` and its missing parents with 0755, whatever the umask."""
    for missing in [p for p in reversed((path, *path.parents)) if not p.exists()]:
        missing.mkdir(exist_ok=True)
        missing.chmod(mode if missing == path else 0o755)


def refuse_closed_parents(path: Path, account: Account) -> None:
    """Raises DirectoryUnreachable, naming every directory that the account cannot enter."""
    closed = [str(p) for p in (path, *path.parents) if not account.may_enter(p)]
    if closed:
        raise DirectoryUnreachable(
            f"PostgreSQL runs as the user {account.name}, who cannot enter {', '.join(closed)}. "
            f"Choose a directory elsewhere, for example below {SYSTEM_HOME}, or let others pass "
            f"with chmod o+x {' '.join(closed)}.",
            closed=closed,
            account=account.name,
        )
