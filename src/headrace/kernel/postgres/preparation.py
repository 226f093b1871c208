"""Prepares a server for Headrace (bootstrap), and judges addresses that an operator supplies."""

import contextlib
from collections.abc import Mapping
from pathlib import Path

import psycopg
import sqlalchemy as sa
from psycopg import errors, sql

from headrace.kernel.postgres.connect import connected, parsed, rendered
from headrace.kernel.postgres.databases import (
    exclusive,
    find_database,
    limit_entry,
    limit_schema,
    make_database,
    role_names,
)
from headrace.kernel.postgres.model import (
    Addresses,
    AdminTooWeak,
    InvalidAddress,
    PasswordUnknown,
    RoleNames,
    ServerUnreachable,
    checked_name,
)
from headrace.kernel.postgres.roles import duties, find_admin, find_roles, make_roles
from headrace.kernel.postgres.rules import admin_faults, role_faults

_ADMINS_OWN = ("options", "application_name", "passfile", "sslcert", "sslkey", "sslpassword")
"""Parameters of the admin's address that are not for the roles; where and how to connect is."""


def bootstrap(
    admin_url: str,
    credentials_file: Path,
    database: str = "headrace",
    *,
    suffix: str = "",
    reset_passwords: bool = False,
) -> Addresses:
    """The addresses of `database`, which is made with its three roles if need be.

    Works on the embedded server (`Server.admin_url`) and on any PostgreSQL that `admin_url` may
    administer. Harmless to repeat, also from several processes at once. Generated passwords are kept
    in `credentials_file` (mode 0600). `suffix` tells the roles of several databases on one server
    apart. Installs the extension `vector` where the server has it (see vector_version).

    Raises AdminTooWeak, RolesRefused, DatabaseRefused, PasswordUnknown, ServerUnreachable,
    InvalidAddress, InvalidName.
    """
    names = RoleNames.with_suffix(suffix)
    admin = parsed(admin_url)
    with connected(admin) as connection, exclusive(connection):
        _refuse_weak(connection, names, checked_name(database))
        passwords = make_roles(connection, names, credentials_file, reset_passwords=reset_passwords)
        _let_admin_act_for(connection, names.owner)
        make_database(connection, database, names)
        limit_entry(connection, database, names)
        with connected(admin.set(database=database)) as inside:
            limit_schema(inside, names)
            _install_vector(inside)
    addresses = _addresses(admin.set(database=database), names, passwords)
    _prove(addresses, credentials_file)
    return addresses


def supplied(
    *, owner: str | None = None, app: str | None = None, system: str | None = None
) -> Addresses | None:
    """The operator's own addresses, for which nothing is created; None when none is given.

    Raises InvalidAddress when only some are given. `faults` tells whether their roles are fit.
    """
    given = {"owner": owner, "app": app, "system": system}
    missing = [duty for duty, address in given.items() if not address]
    if len(missing) == len(given):
        return None
    if not (owner and app and system):
        raise InvalidAddress(
            "Give the database addresses of all three roles or of none; missing: "
            f"{', '.join(missing)}.",
            missing=tuple(missing),
        )
    return Addresses(
        owner=rendered(parsed(owner)), app=rendered(parsed(app)), system=rendered(parsed(system))
    )


def faults(addresses: Addresses) -> tuple[str, ...]:
    """Every reason why these addresses are not safe to serve from; empty when all is well.

    Raises ServerUnreachable, PasswordUnknown, DatabaseMissing when one of them does not answer.
    """
    names = role_names(addresses)
    with connected(parsed(addresses.app)) as connection:
        found = find_roles(connection, names)
    reasons = [
        reason for duty, name in duties(names).items() for reason in role_faults(found[name], duty)
    ]
    if len(set(duties(names).values())) < len(duties(names)):
        reasons.append("owner, app and system must be three different roles")
    if not found[names.system].bypasses_security:
        reasons.append(
            f'{names.system} sees no organisation\'s rows (ALTER ROLE "{names.system}" BYPASSRLS)'
        )
    for address in (addresses.app, addresses.system):
        reasons += _creation_faults(address)
    return tuple(reasons)


def vector_version(address: str) -> str | None:
    """The version of the extension `vector` in this database; None when it is not installed."""
    with connected(parsed(address)) as connection:
        row = connection.execute(
            "SELECT extversion FROM pg_extension WHERE extname = 'vector'"
        ).fetchone()
    return None if row is None else str(row[0])


def _refuse_weak(connection: psycopg.Connection, names: RoleNames, database: str) -> None:
    found = find_roles(connection, names)
    system = found.get(names.system)
    reasons = admin_faults(
        find_admin(connection),
        lacks_role=len(found) < len(duties(names)),
        lacks_database=find_database(connection, database) is None,
        lacks_bypass=system is None or not system.bypasses_security,
    )
    if reasons:
        raise AdminTooWeak(
            f"This login cannot prepare the server: {'; '.join(reasons)}. Bootstrap with a "
            "superuser's address, or make the roles and the database yourself and give all three "
            "addresses.",
            reasons=reasons,
        )


def _let_admin_act_for(connection: psycopg.Connection, owner: str) -> None:
    """A superuser acts for everyone; another admin gives things only to roles that it belongs to."""
    mode = "SET" if connection.info.server_version >= 160_000 else "MEMBER"
    row = connection.execute("SELECT pg_has_role(%s, %s)", [owner, mode]).fetchone()
    if row is not None and not row[0]:
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(owner)))


def _install_vector(inside: psycopg.Connection) -> None:
    row = inside.execute(
        "SELECT installed_version FROM pg_available_extensions WHERE name = 'vector'"
    ).fetchone()
    if row is not None and row[0] is None:
        # Not allowed: the operator may add it later; until then search is exact, in the process.
        with contextlib.suppress(errors.InsufficientPrivilege):
            inside.execute("CREATE EXTENSION IF NOT EXISTS vector SCHEMA public")


def _addresses(place: sa.URL, names: RoleNames, passwords: Mapping[str, str]) -> Addresses:
    place = place.difference_update_query(_ADMINS_OWN)

    def at(name: str) -> str:
        return rendered(place.set(username=name, password=passwords[name]))

    return Addresses(owner=at(names.owner), app=at(names.app), system=at(names.system))


def _prove(addresses: Addresses, credentials_file: Path) -> None:
    """Log in at each address, so that a stale credentials file is told now and by its name."""
    for address in (addresses.owner, addresses.app, addresses.system):
        try:
            with connected(parsed(address)):
                pass
        except PasswordUnknown as error:
            raise PasswordUnknown(
                f"{error.message} The password comes from {credentials_file}: put the right file "
                "back, or set new passwords with reset_passwords.",
                file=str(credentials_file),
                **error.details,
            ) from error


def _creation_faults(address: str) -> list[str]:
    with connected(parsed(address)) as connection:
        row = connection.execute(
            "SELECT current_user::text, has_schema_privilege('public', 'CREATE'), "
            "has_database_privilege(current_database(), 'CREATE, TEMPORARY')"
        ).fetchone()
    if row is None:  # a query without FROM always answers; this tells the type checker
        raise ServerUnreachable("The server gave no answer. Try again.")
    name, in_schema, in_database = row
    from_whom = f'FROM "{name}", PUBLIC'
    found = [
        (in_schema, f"{name} can create in schema public (REVOKE CREATE ON SCHEMA … {from_whom})"),
        (
            in_database,
            f"{name} can create schemas or temporary tables "
            f"(REVOKE CREATE, TEMPORARY ON DATABASE … {from_whom})",
        ),
    ]
    return [reason for is_so, reason in found if is_so]
