"""Makes the login roles of a database, and knows what the server says about them."""

from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from headrace.kernel.postgres.credentials import keep_passwords, read_passwords
from headrace.kernel.postgres.model import PasswordUnknown, RoleNames, RolesRefused
from headrace.kernel.postgres.passwords import new_password
from headrace.kernel.postgres.rules import AdminFacts, Duty, RoleFacts, role_faults

_ROLES = """
SELECT rolname AS name, rolcanlogin AS can_login, rolsuper AS is_superuser,
       rolcreaterole AS creates_roles, rolcreatedb AS creates_databases,
       rolreplication AS replicates, rolbypassrls AS bypasses_security,
       ARRAY(SELECT held.rolname::text FROM pg_auth_members AS m
             JOIN pg_roles AS held ON held.oid = m.roleid
             WHERE m.member = r.oid ORDER BY 1) AS member_of
FROM pg_roles AS r WHERE rolname = ANY(%s)
"""

_ADMIN = """
SELECT rolname AS name, current_setting('server_version_num')::int AS server_version,
       rolsuper AS is_superuser, rolcreaterole AS creates_roles,
       rolcreatedb AS creates_databases, rolbypassrls AS bypasses_security
FROM pg_roles WHERE rolname = current_user
"""


def duties(names: RoleNames) -> Mapping[Duty, str]:
    """The role of each duty."""
    return {Duty.OWNER: names.owner, Duty.APP: names.app, Duty.SYSTEM: names.system}


def find_roles(connection: psycopg.Connection, names: RoleNames) -> Mapping[str, RoleFacts]:
    """Those of the three roles that exist, by name."""
    with connection.cursor(row_factory=class_row(RoleFacts)) as cursor:
        cursor.execute(_ROLES, [list(duties(names).values())])
        return {role.name: role for role in cursor}


def find_admin(connection: psycopg.Connection) -> AdminFacts:
    """The role of this connection."""
    with connection.cursor(row_factory=class_row(AdminFacts)) as cursor:
        return cursor.execute(_ADMIN).fetchall()[0]


def refuse_wrong(found: Mapping[str, RoleFacts], names: RoleNames) -> None:
    """Raises RolesRefused with all reasons when an existing role is more than it may be."""
    reasons = [
        reason
        for duty, name in duties(names).items()
        if name in found
        for reason in role_faults(found[name], duty)
    ]
    if reasons:
        raise RolesRefused(
            f"Roles that exist already are not fit for Headrace: {'; '.join(reasons)}. Run the "
            "statements in brackets, or choose another suffix for the roles.",
            reasons=tuple(reasons),
        )


def make_roles(
    connection: psycopg.Connection,
    names: RoleNames,
    credentials_file: Path,
    *,
    reset_passwords: bool,
) -> Mapping[str, str]:
    """Make the roles that are missing; the passwords of all three by name.

    Raises RolesRefused, PasswordUnknown.
    """
    found = find_roles(connection, names)
    refuse_wrong(found, names)
    passwords = _passwords(found, names, credentials_file, reset_passwords=reset_passwords)
    for duty, name in duties(names).items():
        if name not in found:
            _create(connection, name, passwords[name], duty)
        elif reset_passwords:
            _set_password(connection, name, passwords[name])
    _let_system_bypass(connection, found.get(names.system))
    return passwords


def _passwords(
    found: Mapping[str, RoleFacts], names: RoleNames, file: Path, *, reset_passwords: bool
) -> Mapping[str, str]:
    """The passwords, which are on disk before any role has one."""
    held = read_passwords(file) if file.exists() or not reset_passwords else {}
    wanted = list(duties(names).values())
    unknown = [name for name in wanted if name in found and name not in held]
    if unknown and not reset_passwords:
        raise _unknown(unknown, file)
    chosen = {
        name: new_password() if reset_passwords else held.get(name) or new_password()
        for name in wanted
    }
    if any(held.get(name) != chosen[name] for name in wanted):
        keep_passwords(file, {**held, **chosen})
    return chosen


def _unknown(names: list[str], file: Path) -> PasswordUnknown:
    return PasswordUnknown(
        f"The server has {', '.join(names)} already, and {file} does not hold their passwords. Copy "
        "the credentials file from the machine that made them, or give all three database "
        "addresses, or set new passwords with reset_passwords (other machines then need the new "
        "file).",
        roles=tuple(names),
        file=str(file),
    )


def _create(connection: psycopg.Connection, name: str, password: str, duty: Duty) -> None:
    bypass = sql.SQL("BYPASSRLS" if duty is Duty.SYSTEM else "NOBYPASSRLS")
    connection.execute(
        sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}").format(
            sql.Identifier(name), bypass, _verifier(connection, name, password)
        )
    )


def _set_password(connection: psycopg.Connection, name: str, password: str) -> None:
    connection.execute(
        sql.SQL("ALTER ROLE {} PASSWORD {}").format(
            sql.Identifier(name), _verifier(connection, name, password)
        )
    )


def _verifier(connection: psycopg.Connection, name: str, password: str) -> sql.Literal:
    """What the server keeps of a password; so no log and no statistics ever see the password."""
    made = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
    return sql.Literal(made.decode())


def _let_system_bypass(connection: psycopg.Connection, system: RoleFacts | None) -> None:
    if system is not None and not system.bypasses_security:
        connection.execute(sql.SQL("ALTER ROLE {} BYPASSRLS").format(sql.Identifier(system.name)))
