"""Rows of organisations and principals."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.people.model import Organisation, Principal, PrincipalKind
from headrace.kernel.ids import OrganisationId, PrincipalId

_FOUND = sa.text(
    "INSERT INTO people_organisation (id, slug, name, founded_at) "
    "VALUES (:id, :slug, :name, :founded_at) ON CONFLICT DO NOTHING RETURNING 1"
)
_BY_SLUG = sa.text("SELECT id, slug, name, founded_at FROM people_organisation WHERE slug = :slug")
_BY_ID = sa.text("SELECT id, slug, name, founded_at FROM people_organisation WHERE id = :id")
_ORGANISATIONS = sa.text(
    "SELECT id, slug, name, founded_at FROM people_organisation "
    "WHERE slug > :after ORDER BY slug LIMIT :limit"
)
_TAKE_HANDLE = sa.text(
    "INSERT INTO people_handle (organisation, handle) VALUES (:organisation, :handle) "
    "ON CONFLICT DO NOTHING RETURNING 1"
)
_ADD_PRINCIPAL = sa.text(
    "INSERT INTO people_principal (organisation, id, kind, handle, name, added_at) "
    "VALUES (:organisation, :id, :kind, :handle, :name, :added_at)"
)
_PRINCIPAL = "SELECT id, kind, handle, name, active FROM people_principal "
_PRINCIPAL_BY_ID = sa.text(_PRINCIPAL + "WHERE organisation = :organisation AND id = :id")
_PRINCIPAL_BY_HANDLE = sa.text(
    _PRINCIPAL + "WHERE organisation = :organisation AND handle = :handle"
)
_PRINCIPALS = sa.text(
    _PRINCIPAL + "WHERE organisation = :organisation AND handle > :after "
    "AND (CAST(:kind AS text) IS NULL OR kind = :kind) ORDER BY handle LIMIT :limit"
)
_SET_ACTIVE = sa.text(
    "UPDATE people_principal SET active = :active WHERE organisation = :organisation "
    "AND id = :id AND active <> :active RETURNING 1"
)


def found(db: sa.Connection, organisation: Organisation) -> bool:
    """Whether both id and slug were free."""
    row = {
        "id": organisation.id,
        "slug": organisation.slug,
        "name": organisation.name,
        "founded_at": organisation.founded_at,
    }
    return db.execute(_FOUND, row).one_or_none() is not None


def by_slug(db: sa.Connection, slug: str) -> Organisation | None:
    """The organisation of the slug, or None."""
    row = db.execute(_BY_SLUG, {"slug": slug}).mappings().one_or_none()
    return Organisation(**row) if row is not None else None


def organisation(db: sa.Connection, id: OrganisationId) -> Organisation | None:
    """The organisation of the id, or None."""
    row = db.execute(_BY_ID, {"id": id}).mappings().one_or_none()
    return Organisation(**row) if row is not None else None


def organisations(db: sa.Connection, *, after: str, limit: int) -> Sequence[Organisation]:
    """Organisations after a slug, in its order."""
    rows = db.execute(_ORGANISATIONS, {"after": after, "limit": limit}).mappings()
    return [Organisation(**row) for row in rows]


def take_handle(db: sa.Connection, organisation: OrganisationId, handle: str) -> bool:
    """Whether the handle was free."""
    row = {"organisation": organisation, "handle": handle}
    return db.execute(_TAKE_HANDLE, row).one_or_none() is not None


def add_principal(
    db: sa.Connection, organisation: OrganisationId, principal: Principal, now: datetime
) -> None:
    """A new row; the handle is taken before."""
    db.execute(
        _ADD_PRINCIPAL,
        {
            "organisation": organisation,
            "id": principal.id,
            "kind": principal.kind,
            "handle": principal.handle,
            "name": principal.name,
            "added_at": now,
        },
    )


def principal(db: sa.Connection, organisation: OrganisationId, id: PrincipalId) -> Principal | None:
    """The principal of the id, or None."""
    row = db.execute(_PRINCIPAL_BY_ID, {"organisation": organisation, "id": id})
    return made_principal(row.mappings().one_or_none())


def principal_by_handle(
    db: sa.Connection, organisation: OrganisationId, handle: str
) -> Principal | None:
    """The principal of the handle, or None."""
    row = db.execute(_PRINCIPAL_BY_HANDLE, {"organisation": organisation, "handle": handle})
    return made_principal(row.mappings().one_or_none())


def principals(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    kind: PrincipalKind | None,
    after: str,
    limit: int,
) -> Sequence[Principal]:
    """Principals after a handle, in its order."""
    rows = db.execute(
        _PRINCIPALS, {"organisation": organisation, "kind": kind, "after": after, "limit": limit}
    ).mappings()
    return [made for row in rows if (made := made_principal(row)) is not None]


def set_active(
    db: sa.Connection, organisation: OrganisationId, id: PrincipalId, active: bool
) -> bool:
    """Whether anything changed."""
    row = {"organisation": organisation, "id": id, "active": active}
    return db.execute(_SET_ACTIVE, row).one_or_none() is not None


def made_principal(row: sa.RowMapping | None) -> Principal | None:
    """The principal that a row makes, or None for no row."""
    if row is None:
        return None
    return Principal(
        id=row["id"],
        kind=PrincipalKind(row["kind"]),
        handle=row["handle"],
        name=row["name"],
        active=row["active"],
    )
