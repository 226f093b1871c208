"""The words of the embedded server: places, states, addresses and errors. Touches no world."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from headrace.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

MAJOR_VERSION = 18
"""The PostgreSQL that new clusters are made with; changing it means upgrading people's clusters."""

_UNSAFE_IN_A_SHELL = frozenset('"$`\\\n')
"""pg_ctl starts the server through a shell with the path in double quotes."""

_LONGEST_NAME_BYTES = 63
"""PostgreSQL cuts longer identifiers silently."""


@dataclass(frozen=True, kw_only=True)
class DataDirectory:
    """Where one embedded server keeps everything.

    `path` is absolute. When root starts the server, every parent of `path` must be enterable by the
    unprivileged account that runs PostgreSQL (so not below a 0700 directory such as /root).
    `binaries` is where root keeps the copy of PostgreSQL's programs that this account can execute;
    None means /var/lib/headrace/postgres-binaries. Nobody else needs a copy.
    """

    path: Path
    binaries: Path | None = None

    def __post_init__(self) -> None:
        unsafe = sorted(_UNSAFE_IN_A_SHELL & set(str(self.path)))
        if not self.path.is_absolute():
            raise InvalidDirectory(f"Give an absolute path as data directory, not {self.path}.")
        if unsafe:
            raise InvalidDirectory(
                f"The data directory {str(self.path)!r} has {unsafe} in its name, which PostgreSQL "
                "cannot be started with. Choose another path.",
                characters=unsafe,
            )

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own directory (PGDATA)."""
        return self.path / "cluster"

    @property
    def password_file(self) -> Path:
        """The password of the superuser `postgres`."""
        return self.path / "password"

    @property
    def port_file(self) -> Path:
        """The port of the last start, asked for again at the next."""
        return self.path / "port"

    @property
    def credentials_file(self) -> Path:
        """The usual place for the passwords that `bootstrap` generates; `destroy` removes it."""
        return self.path / "credentials"

    @property
    def lock_file(self) -> Path:
        """Held while someone starts, stops or destroys the server."""
        return self.path / "lock"

    @property
    def startup_log(self) -> Path:
        """What PostgreSQL said in its last start, before its own log was open."""
        return self.cluster / "startup.log"

    @property
    def logs(self) -> Path:
        """PostgreSQL's rotating log, one file per day of the week."""
        return self.cluster / "log"


class State(StrEnum):
    """What is known of a data directory's server."""

    ABSENT = "absent"  # no cluster has been made here
    STOPPED = "stopped"
    STARTING = "starting"  # the process lives, and does not answer yet or any more
    RUNNING = "running"


@dataclass(frozen=True, kw_only=True)
class Status:
    """A data directory at one moment; `pid` and `port` are known while a process lives."""

    state: State
    pid: int | None = None
    port: int | None = None


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running embedded server that has answered a login. Treat `admin_url` as a secret."""

    directory: DataDirectory
    pid: int
    port: int
    version: str  # "18.4"
    admin_url: str = field(repr=False)  # superuser, database postgres


@dataclass(frozen=True, kw_only=True)
class RoleNames:
    """The login roles of one database. A suffix tells several databases of one server apart."""

    owner: str
    app: str
    system: str

    @classmethod
    def with_suffix(cls, suffix: str = "") -> "RoleNames":
        """headrace_owner, headrace_app and headrace_system, each followed by `suffix`."""
        return cls(
            owner=checked_name(f"headrace_owner{suffix}"),
            app=checked_name(f"headrace_app{suffix}"),
            system=checked_name(f"headrace_system{suffix}"),
        )


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """URLs (`postgresql+psycopg://…`) of one database for its three roles. Treat them as secrets."""

    owner: str = field(repr=False)  # migrates
    app: str = field(repr=False)  # serves, under row-level security
    system: str = field(repr=False)  # dispatcher, sealer, reaper: across organisations


def checked_name(name: str) -> str:
    """`name` as it is, if PostgreSQL keeps it as it is. Raises InvalidName."""
    length = len(name.encode())
    if not name or "\0" in name or length > _LONGEST_NAME_BYTES:
        raise InvalidName(
            f"{name!r} cannot name a role or database: PostgreSQL takes 1 to "
            f"{_LONGEST_NAME_BYTES} bytes and this has {length}. Choose another name or suffix.",
            name=name,
        )
    return name


class InvalidDirectory(Invalid):
    code = "postgres.invalid_directory"


class InvalidName(Invalid):
    code = "postgres.invalid_name"


class InvalidAddress(Invalid):
    code = "postgres.invalid_address"


class BinariesMissing(NotFound):
    code = "postgres.binaries_missing"


class DatabaseMissing(NotFound):
    code = "postgres.database_missing"


class DirectoryUnreachable(NotAllowed):
    code = "postgres.directory_unreachable"


class AccountUnusable(NotAllowed):
    code = "postgres.account_unusable"


class AdminTooWeak(NotAllowed):
    code = "postgres.admin_too_weak"


class DirectoryBusy(Conflict):
    code = "postgres.directory_busy"


class WrongVersion(Conflict):
    code = "postgres.wrong_version"


class StartFailed(Conflict):
    code = "postgres.start_failed"


class StopFailed(Conflict):
    code = "postgres.stop_failed"


class ServerUnreachable(Conflict):
    code = "postgres.server_unreachable"


class PasswordUnknown(Conflict):
    code = "postgres.password_unknown"


class DatabaseRefused(Conflict):
    code = "postgres.database_refused"


class RolesRefused(Conflict):
    code = "postgres.roles_refused"
