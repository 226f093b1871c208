"""Rows of views."""

from collections.abc import Sequence

import sqlalchemy as sa

from headrace.capabilities.people.model import View
from headrace.kernel.ids import OrganisationId, PrincipalId

_SAVE = sa.text(
    "INSERT INTO people_view (organisation, principal, name, address, saved_at) "
    "VALUES (:organisation, :principal, :name, :address, :saved_at) "
    "ON CONFLICT (organisation, principal, name) DO UPDATE SET address = excluded.address, "
    "saved_at = excluded.saved_at"
)
_LIST = sa.text(
    "SELECT name, address, saved_at FROM people_view WHERE organisation = :organisation "
    "AND principal = :principal ORDER BY name"
)
_REMOVE = sa.text(
    "DELETE FROM people_view WHERE organisation = :organisation AND principal = :principal "
    "AND name = :name"
)


def save_view(
    db: sa.Connection, organisation: OrganisationId, principal: PrincipalId, view: View
) -> None:
    db.execute(
        _SAVE,
        {
            "organisation": organisation,
            "principal": principal,
            "name": view.name,
            "address": view.address,
            "saved_at": view.saved_at,
        },
    )


def views(
    db: sa.Connection, organisation: OrganisationId, principal: PrincipalId
) -> Sequence[View]:
    """By name."""
    rows = db.execute(_LIST, {"organisation": organisation, "principal": principal}).mappings()
    return [View(**row) for row in rows]


def remove_view(
    db: sa.Connection, organisation: OrganisationId, principal: PrincipalId, name: str
) -> None:
    db.execute(_REMOVE, {"organisation": organisation, "principal": principal, "name": name})
