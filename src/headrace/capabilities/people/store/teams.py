"""Rows of teams and their members."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.people.model import Team, TeamId
from headrace.kernel.ids import OrganisationId, PrincipalId

_ADD_TEAM = sa.text(
    "INSERT INTO people_team (organisation, id, handle, name) "
    "VALUES (:organisation, :id, :handle, :name)"
)
_TEAMS = (
    "SELECT t.id, t.handle, t.name, "
    "array_remove(array_agg(p.handle ORDER BY p.handle), NULL) AS members FROM people_team t "
    "LEFT JOIN people_membership m ON m.organisation = t.organisation AND m.team = t.id "
    "LEFT JOIN people_principal p ON p.organisation = m.organisation AND p.id = m.principal "
    "WHERE t.organisation = :organisation "
)
_TEAM_BY_HANDLE = sa.text(_TEAMS + "AND t.handle = :handle GROUP BY t.id, t.handle, t.name")
_TEAM_PAGE = sa.text(
    _TEAMS + "AND t.handle > :after GROUP BY t.id, t.handle, t.name ORDER BY t.handle LIMIT :limit"
)
_JOIN = sa.text(
    "INSERT INTO people_membership (organisation, team, principal, joined_at) "
    "VALUES (:organisation, :team, :principal, :joined_at) ON CONFLICT DO NOTHING RETURNING 1"
)
_LEAVE = sa.text(
    "DELETE FROM people_membership WHERE organisation = :organisation AND team = :team "
    "AND principal = :principal RETURNING 1"
)
_RESOLVE = sa.text(
    "SELECT id FROM people_principal WHERE organisation = :organisation AND handle = :handle "
    "UNION SELECT m.principal FROM people_membership m JOIN people_team t "
    "ON t.organisation = m.organisation AND t.id = m.team "
    "WHERE m.organisation = :organisation AND t.handle = :handle"
)


def add_team(db: sa.Connection, organisation: OrganisationId, team: Team) -> None:
    """A new row; the handle is taken before."""
    row = {"organisation": organisation, "id": team.id, "handle": team.handle, "name": team.name}
    db.execute(_ADD_TEAM, row)


def team_by_handle(db: sa.Connection, organisation: OrganisationId, handle: str) -> Team | None:
    """The team of the handle, or None."""
    row = db.execute(_TEAM_BY_HANDLE, {"organisation": organisation, "handle": handle})
    found = row.mappings().one_or_none()
    return _team(found) if found is not None else None


def teams(
    db: sa.Connection, organisation: OrganisationId, *, after: str, limit: int
) -> Sequence[Team]:
    """Teams after a handle, in its order."""
    rows = db.execute(_TEAM_PAGE, {"organisation": organisation, "after": after, "limit": limit})
    return [_team(row) for row in rows.mappings()]


def join(
    db: sa.Connection,
    organisation: OrganisationId,
    team: TeamId,
    principal: PrincipalId,
    now: datetime,
) -> bool:
    """Whether the principal was not a member yet."""
    row = {"organisation": organisation, "team": team, "principal": principal, "joined_at": now}
    return db.execute(_JOIN, row).one_or_none() is not None


def leave(
    db: sa.Connection, organisation: OrganisationId, team: TeamId, principal: PrincipalId
) -> bool:
    """Whether the principal was a member."""
    row = {"organisation": organisation, "team": team, "principal": principal}
    return db.execute(_LEAVE, row).one_or_none() is not None


def resolve(db: sa.Connection, organisation: OrganisationId, handle: str) -> frozenset[PrincipalId]:
    """The principal of the handle, or the members of the team of the handle."""
    rows = db.execute(_RESOLVE, {"organisation": organisation, "handle": handle}).scalars()
    return frozenset(PrincipalId(id) for id in rows)


def _team(row: sa.RowMapping) -> Team:
    return Team(id=row["id"], handle=row["handle"], name=row["name"], members=tuple(row["members"]))
