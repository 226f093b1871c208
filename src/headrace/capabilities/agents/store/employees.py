"""Rows of employees and of the cards they are pinned to."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from headrace.capabilities.agents.cards import Lifecycle, RoleCard
from headrace.capabilities.agents.model import Employee, EmployeeId
from headrace.capabilities.agents.store import cards
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import canonical, to_json

_PIN = sa.text(
    "INSERT INTO agents_card (organisation, hash, role, card) "
    "VALUES (:organisation, :hash, :role, CAST(:card AS json)) ON CONFLICT DO NOTHING"
)
_ADD = sa.text(
    "INSERT INTO agents_employee (organisation, id, principal, handle, role, state, card_hash, "
    "hired_by, hired_at) VALUES (:organisation, :id, :principal, :handle, :role, :state, :card_hash, "
    ":hired_by, :hired_at)"
)
_EMPLOYEE = (
    "SELECT e.id, e.principal, e.handle, e.role, e.state, e.superseded_by, e.paused, e.card_hash, "
    "e.hired_by, e.hired_at, c.card::text AS card, (SELECT count(*) FROM agents_run r "
    "WHERE r.organisation = e.organisation AND r.employee = e.id AND r.ended_at IS NULL) AS open_runs "
    "FROM agents_employee e JOIN agents_card c "
    "ON c.organisation = e.organisation AND c.hash = e.card_hash "
    "WHERE e.organisation = :organisation "
)
_BY_HANDLE = sa.text(f"{_EMPLOYEE} AND e.handle = :handle")
_LOCKED = sa.text(f"{_EMPLOYEE} AND e.handle = :handle FOR UPDATE OF e")
_OF_ROLE = sa.text(f"{_EMPLOYEE} AND e.role = :role ORDER BY e.hired_at, e.handle")
_PAGE = sa.text(
    f"{_EMPLOYEE} AND e.handle > :after AND (CAST(:state AS text) IS NULL OR e.state = :state) "
    "ORDER BY e.handle LIMIT :limit"
)
_WORKFORCE = sa.text(
    "SELECT count(*) FROM agents_employee "
    "WHERE organisation = :organisation AND state = 'active' AND NOT paused"
)
_MOVE = sa.text(
    "UPDATE agents_employee SET state = :state, superseded_by = :superseded_by "
    "WHERE organisation = :organisation AND id = :id"
)
_PAUSE = sa.text(
    "UPDATE agents_employee SET paused = :paused "
    "WHERE organisation = :organisation AND id = :id AND paused <> :paused RETURNING 1"
)
_RENEW = sa.text(
    "UPDATE agents_employee SET card_hash = :card_hash "
    "WHERE organisation = :organisation AND id = :id AND card_hash <> :card_hash RETURNING 1"
)


def pin(db: sa.Connection, organisation: OrganisationId, card: RoleCard, hash: str) -> None:
    """Keep the card's content under its hash; a run must be explainable when the card is long changed."""
    row = {"organisation": organisation, "hash": hash, "role": card.id}
    db.execute(_PIN, {**row, "card": canonical(to_json(card)).decode()})


def add(db: sa.Connection, organisation: OrganisationId, one: Employee) -> None:
    db.execute(
        _ADD,
        {
            "organisation": organisation,
            "id": one.id,
            "principal": one.principal,
            "handle": one.handle,
            "role": one.role,
            "state": one.state,
            "card_hash": one.card_hash,
            "hired_by": one.hired_by,
            "hired_at": one.hired_at,
        },
    )


def by_handle(
    db: sa.Connection, organisation: OrganisationId, handle: str, *, lock: bool = False
) -> Employee | None:
    query = _LOCKED if lock else _BY_HANDLE
    row = db.execute(query, {"organisation": organisation, "handle": handle}).one_or_none()
    return None if row is None else _employee(row)


def of_role(db: sa.Connection, organisation: OrganisationId, role: str) -> Sequence[Employee]:
    """Everybody hired from this card, longest in service first."""
    found = db.execute(_OF_ROLE, {"organisation": organisation, "role": role})
    return [_employee(row) for row in found]


def page(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    state: Lifecycle | None,
    after: str,
    limit: int,
) -> Sequence[Employee]:
    place = {"organisation": organisation, "state": state, "after": after, "limit": limit}
    return [_employee(row) for row in db.execute(_PAGE, place)]


def move(
    db: sa.Connection,
    organisation: OrganisationId,
    id: EmployeeId,
    state: Lifecycle,
    superseded_by: str,
) -> None:
    row = {"organisation": organisation, "id": id, "state": state, "superseded_by": superseded_by}
    db.execute(_MOVE, row)


def pause(db: sa.Connection, organisation: OrganisationId, id: EmployeeId, paused: bool) -> bool:
    """Whether it changed."""
    row = {"organisation": organisation, "id": id, "paused": paused}
    return db.execute(_PAUSE, row).one_or_none() is not None


def renew(db: sa.Connection, organisation: OrganisationId, id: EmployeeId, card_hash: str) -> bool:
    """Whether it changed."""
    row = {"organisation": organisation, "id": id, "card_hash": card_hash}
    return db.execute(_RENEW, row).one_or_none() is not None


def _employee(row: sa.Row[Any]) -> Employee:
    found = dict(row._mapping)
    card = cards.parsed(found.pop("card"))
    return Employee(**{**found, "card": card, "state": Lifecycle(row.state)})


def workforce(db: sa.Connection, organisation: OrganisationId) -> int:
    """How many are active and not paused."""
    return int(db.execute(_WORKFORCE, {"organisation": organisation}).scalar_one())
