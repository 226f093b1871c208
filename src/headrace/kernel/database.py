"""Database: where the tables are, connections for the two serving roles, and coming back after a crash."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy as sa

from headrace.kernel.errors import Conflict, HeadraceError
from headrace.kernel.house import House
from headrace.kernel.postgres import Addresses, DataDirectory, bootstrap, start
from headrace.kernel.tenancy import Tenancy, tenancy_secret

if TYPE_CHECKING:
    from headrace.kernel.schema import Roles

_CONNECTIONS = sa.text(
    "SELECT (SELECT count(*) FROM pg_stat_activity), current_setting('max_connections')::int"
)


class SchemaBehind(Conflict):
    """The tables are older than the code."""

    code = "database.schema_behind"


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """A server of our own, started when it is asked for and started again when it has died."""

    directory: DataDirectory
    name: str = "headrace"

    def find(self) -> Addresses:
        server = start(self.directory)
        return bootstrap(server.admin_url, self.directory.path / "credentials", database=self.name)

    def revive(self, addresses: Addresses) -> Addresses:
        """Start the server again if it died; the same addresses at the port where it is now.

        Rights are left as they are: granting them anew would shut others out for a moment.
        """
        port = start(self.directory).port
        return Addresses(
            owner=_at_port(addresses.owner, port),
            app=_at_port(addresses.app, port),
            system=_at_port(addresses.system, port),
        )


@dataclass(frozen=True, kw_only=True)
class Outside:
    """A server that an operator runs. With all three addresses given, nothing is created there."""

    admin_url: str
    credentials: Path
    name: str = "headrace"

    def find(self) -> Addresses:
        return bootstrap(self.admin_url, self.credentials, database=self.name)


@dataclass(frozen=True, kw_only=True)
class Given:
    """Three addresses that the operator made."""

    addresses: Addresses

    def find(self) -> Addresses:
        return self.addresses


Location = Embedded | Outside | Given


class Database:
    """Connections to one Headrace database; opened when first used.

    A connection that is refused because an embedded server died starts that server again, so a
    worker outlives a `kill -9` of PostgreSQL without anybody's hand.
    """

    def __init__(self, location: Location, *, pool_size: int = 8) -> None:
        self._location = location
        self._reviving = threading.Lock()
        self._addresses = location.find()
        self.app = self._engine(lambda addresses: addresses.app, pool_size)
        self.system = self._engine(lambda addresses: addresses.system, pool_size)
        self.tenancy = Tenancy(tenancy_secret(_password(self._addresses.app)))

    @property
    def addresses(self) -> Addresses:
        """The three URLs. Treat them as secrets."""
        return self._addresses

    def migrate(self, house: House, prepare_engine: Callable[[str, list[str]], None]) -> None:
        """Bring the tables of the house, and then those of the workflow engine, up to date."""
        from headrace.kernel.migrate import migrate  # Alembic; no other command needs it

        roles = self.roles
        owner = sa.create_engine(self._addresses.owner, poolclass=sa.NullPool)
        migrate(owner, house, roles=roles, app_password=_password(self._addresses.app))
        prepare_engine(self._addresses.owner, [roles.app, roles.system])

    @property
    def roles(self) -> "Roles":
        from headrace.kernel.schema import Roles

        found = self._addresses
        return Roles(owner=_user(found.owner), app=_user(found.app), system=_user(found.system))

    def check(self, house: House) -> None:
        """Raises SchemaBehind when `headrace migrate` has something to do."""
        from headrace.kernel.migrate import pending

        with self.system.connect() as db:
            missing = pending(db, house)
        if missing:
            raise SchemaBehind(
                "The tables are older than this version of Headrace; run `headrace migrate`",
                missing=missing,
            )

    def connections(self) -> tuple[int, int]:
        """How many connections the server has now, and how many it allows at most."""
        with self.system.connect() as db:
            used, most = db.execute(_CONNECTIONS).one()
        return used, most

    def dispose(self) -> None:
        self.app.dispose()
        self.system.dispose()

    def _revive(self, embedded: Embedded) -> None:
        """Start the server once for all threads that miss it; a failure stays a lost connection."""
        with self._reviving:
            try:
                self._addresses = embedded.revive(self._addresses)
            except HeadraceError as fault:
                raise psycopg.OperationalError(str(fault)) from fault

    def _engine(self, pick: Callable[[Addresses], str], pool_size: int) -> sa.Engine:
        def connect() -> psycopg.Connection[Any]:
            try:
                return _connect(pick(self._addresses))
            except psycopg.OperationalError:
                if not isinstance(self._location, Embedded):
                    raise
                self._revive(self._location)
                return _connect(pick(self._addresses))

        return sa.create_engine(
            "postgresql+psycopg://",
            creator=connect,
            pool_size=pool_size,
            max_overflow=pool_size * 2,
            pool_pre_ping=True,
            pool_timeout=30,
        )


def _at_port(url: str, port: int) -> str:
    return sa.make_url(url).set(port=port).render_as_string(hide_password=False)


def _connect(url: str) -> psycopg.Connection[Any]:
    address = sa.make_url(url)
    return psycopg.connect(
        host=address.host,
        port=address.port,
        user=address.username,
        password=address.password,
        dbname=address.database,
        connect_timeout=10,
        application_name="headrace",
    )


def _user(url: str) -> str:
    name = sa.make_url(url).username
    if not name:
        raise ValueError("A database address names its role.")
    return name


def _password(url: str) -> str:
    password = sa.make_url(url).password
    if not password:
        raise ValueError("A database address carries its role's password.")
    return password
