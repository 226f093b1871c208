"""What the roles of a database may and may not be. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Duty(StrEnum):
    """What a role is for."""

    OWNER = "owner"
    APP = "app"
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class RoleFacts:
    """A role as the server describes it."""

    name: str
    can_login: bool
    is_superuser: bool
    creates_roles: bool
    creates_databases: bool
    replicates: bool
    bypasses_security: bool
    member_of: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AdminFacts:
    """The role that bootstraps, and the server's version (160004)."""

    name: str
    server_version: int
    is_superuser: bool
    creates_roles: bool
    creates_databases: bool
    bypasses_security: bool


def role_faults(role: RoleFacts, duty: Duty) -> tuple[str, ...]:
    """Every reason why `role` must not have `duty`, each with the statement that mends it.

    The owner may belong to other roles; the app and the system must not be able to become anyone.
    """
    alter = f'ALTER ROLE "{role.name}"'
    found = [
        (not role.can_login, f"cannot log in ({alter} LOGIN)"),
        (role.is_superuser, f"is a superuser ({alter} NOSUPERUSER)"),
        (role.creates_roles, f"can create roles ({alter} NOCREATEROLE)"),
        (role.creates_databases, f"can create databases ({alter} NOCREATEDB)"),
        (role.replicates, f"can replicate ({alter} NOREPLICATION)"),
        (
            role.bypasses_security and duty is not Duty.SYSTEM,
            f"bypasses row-level security ({alter} NOBYPASSRLS)",
        ),
    ]
    if duty is not Duty.OWNER:
        found += [
            (True, f'can become {group} (REVOKE "{group}" FROM "{role.name}")')
            for group in role.member_of
        ]
    return tuple(f"{role.name} {reason}" for is_so, reason in found if is_so)


def admin_faults(
    admin: AdminFacts, *, lacks_role: bool, lacks_database: bool, lacks_bypass: bool
) -> tuple[str, ...]:
    """Every reason why `admin` cannot make what is still lacking."""
    if admin.is_superuser:
        return ()
    # Before PostgreSQL 16 only a superuser gives BYPASSRLS; since then whoever has it himself.
    gives_bypass = admin.server_version >= 160_000 and admin.bypasses_security
    found = [
        (lacks_role and not admin.creates_roles, "cannot create roles (CREATEROLE)"),
        (lacks_database and not admin.creates_databases, "cannot create databases (CREATEDB)"),
        (lacks_bypass and not gives_bypass, "cannot give the system role BYPASSRLS"),
    ]
    return tuple(f"{admin.name} {reason}" for is_so, reason in found if is_so)
