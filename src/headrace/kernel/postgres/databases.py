"""Makes, copies and drops databases; says who may enter them and what they may do there."""

import contextlib
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import LiteralString

import psycopg
from psycopg import errors, sql

from headrace.kernel.postgres.connect import connected, parsed, rendered
from headrace.kernel.postgres.model import (
    Addresses,
    DatabaseMissing,
    DatabaseRefused,
    InvalidAddress,
    RoleNames,
    ServerUnreachable,
    checked_name,
)

_LOCK_KEY = int.from_bytes(b"headrace", "big")
"""Our advisory lock; locks are per database, so helpers must share the admin address's database."""

_LOCK_PATIENCE = "60s"
_TEMPLATE_PATIENCE = timedelta(seconds=10)
_POLL_SECONDS = 0.05
_IDLE_IN_TRANSACTION = "15s"
_SERVERS_OWN = frozenset({"postgres", "template0", "template1"})


def create_database(admin_url: str, name: str, *, like: Addresses) -> Addresses:
    """The addresses of `name`, a new copy of the database of `like`: schema, rows, rights, roles.

    Meant for tests: prepare and migrate one database, then copy it for each worker. Nobody may be
    connected to the copied one; that is waited for, for 10 s. Raises DatabaseRefused,
    DatabaseMissing, InvalidName.
    """
    template = parsed(like.owner).database or ""
    names = role_names(like)
    with connected(parsed(admin_url)) as connection, exclusive(connection):
        _copy(connection, checked_name(name), template, names.owner)
        limit_entry(connection, name, names)
    return at_database(like, name)


def drop_database(admin_url: str, name: str) -> None:
    """Drop a database with everything in it, ending its connections; harmless if there is none.

    Raises DatabaseRefused for a database that belongs to the server itself.
    """
    if name in _SERVERS_OWN:
        raise DatabaseRefused(
            f"The database {name!r} is part of the server and stays. Name one of Headrace's.",
            database=name,
        )
    with connected(parsed(admin_url)) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


@contextlib.contextmanager
def exclusive(connection: psycopg.Connection) -> Iterator[None]:
    """Let one process at a time prepare roles and databases on this server.

    Raises ServerUnreachable when another holds on for longer than a minute.
    """
    connection.execute(sql.SQL("SET lock_timeout = {}").format(sql.Literal(_LOCK_PATIENCE)))
    try:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK_KEY])
    except errors.LockNotAvailable as error:
        raise ServerUnreachable(
            f"Another process has been preparing this server for more than {_LOCK_PATIENCE}. Wait "
            "for it or end it, then try again."
        ) from error
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("SELECT pg_advisory_unlock(%s)", [_LOCK_KEY])


def make_database(connection: psycopg.Connection, name: str, names: RoleNames) -> None:
    """Make the owner's database if it is missing. Raises DatabaseRefused if it is not fit."""
    found = find_database(connection, name)
    if found is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(names.owner)
            )
        )
        return
    owner, encoding, admin = found
    if encoding != "UTF8":
        raise DatabaseRefused(
            f"The database {name!r} has the encoding {encoding}; Headrace needs UTF8. Choose "
            "another name and Headrace makes the database itself.",
            database=name,
            encoding=encoding,
        )
    if owner == admin != names.owner:
        connection.execute(
            sql.SQL("ALTER DATABASE {} OWNER TO {}").format(
                sql.Identifier(name), sql.Identifier(names.owner)
            )
        )
    elif owner != names.owner:
        raise DatabaseRefused(
            f'The database {name!r} belongs to {owner}. Give it away with ALTER DATABASE "{name}" '
            f'OWNER TO "{names.owner}", or choose another name.',
            database=name,
            owner=owner,
        )


def find_database(connection: psycopg.Connection, name: str) -> tuple[str, str, str] | None:
    """The owner and encoding of a database, and who asks; None when there is no such database."""
    row = connection.execute(
        "SELECT pg_get_userbyid(datdba)::text, pg_encoding_to_char(encoding)::text, "
        "current_user::text FROM pg_database WHERE datname = %s",
        [name],
    ).fetchone()
    return None if row is None else (str(row[0]), str(row[1]), str(row[2]))


def limit_entry(connection: psycopg.Connection, name: str, names: RoleNames) -> None:
    """Let only the three roles connect, and none but the owner create (not even temporary tables)."""
    parts = {
        "database": sql.Identifier(name),
        "app": sql.Identifier(names.app),
        "system": sql.Identifier(names.system),
        "idle": sql.Literal(_IDLE_IN_TRANSACTION),
    }
    _apply(
        connection,
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC, {app}, {system}",
        "GRANT CONNECT ON DATABASE {database} TO {app}, {system}",
        "ALTER ROLE {app} IN DATABASE {database} SET idle_in_transaction_session_timeout = {idle}",
        "ALTER ROLE {system} IN DATABASE {database} SET idle_in_transaction_session_timeout = {idle}",
        **parts,
    )


def limit_schema(inside: psycopg.Connection, names: RoleNames) -> None:
    """Give schema public to the owner; the others may use it. Rights on tables are migrations' work."""
    parts = {
        "owner": sql.Identifier(names.owner),
        "app": sql.Identifier(names.app),
        "system": sql.Identifier(names.system),
    }
    _apply(
        inside,
        "ALTER SCHEMA public OWNER TO {owner}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC, {app}, {system}",
        "GRANT USAGE ON SCHEMA public TO {app}, {system}",
        **parts,
    )


def role_names(addresses: Addresses) -> RoleNames:
    """Who logs in at each address. Raises InvalidAddress when one names nobody."""
    found = [parsed(a).username for a in (addresses.owner, addresses.app, addresses.system)]
    owner, app, system = (name or "" for name in found)
    if not (owner and app and system):
        raise InvalidAddress("Each database address must name its user: …://user:password@host/…")
    return RoleNames(owner=owner, app=app, system=system)


def at_database(addresses: Addresses, name: str) -> Addresses:
    """The same roles at another database of the same server."""
    return Addresses(
        owner=rendered(parsed(addresses.owner).set(database=name)),
        app=rendered(parsed(addresses.app).set(database=name)),
        system=rendered(parsed(addresses.system).set(database=name)),
    )


def _apply(
    connection: psycopg.Connection, *statements: LiteralString, **parts: sql.Composable
) -> None:
    """Run statements all or none: a server in use must not see a right taken before it is given."""
    with connection.transaction():
        for statement in statements:
            connection.execute(sql.SQL(statement).format(**parts))


def _copy(connection: psycopg.Connection, name: str, template: str, owner: str) -> None:
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
        sql.Identifier(name), sql.Identifier(template), sql.Identifier(owner)
    )
    deadline = time.monotonic() + _TEMPLATE_PATIENCE.total_seconds()
    while True:
        try:
            connection.execute(statement)
            return
        except errors.DuplicateDatabase as error:
            raise DatabaseRefused(
                f"There is a database {name!r} already. Drop it or choose another name.",
                database=name,
            ) from error
        except errors.InvalidCatalogName as error:
            raise DatabaseMissing(
                f"There is no database {template!r} to copy. Prepare it with bootstrap.",
                database=template,
            ) from error
        except errors.ObjectInUse as error:
            if time.monotonic() > deadline:
                raise DatabaseRefused(
                    f"Somebody is connected to {template!r}, so it cannot be copied. Close those "
                    "connections (dispose of engines) and try again.",
                    database=template,
                ) from error
        time.sleep(_POLL_SECONDS)
