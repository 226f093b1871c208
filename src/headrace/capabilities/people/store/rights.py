"""Rows of grants, and what each principal holds."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from headrace.capabilities.people.model import Grant, GrantId, Principal, Right, Standing, TeamId
from headrace.capabilities.people.store.principals import made_principal
from headrace.kernel.ids import OrganisationId, PrincipalId

_GRANT = sa.text(
    "INSERT INTO people_grant (organisation, id, principal, team, pattern, subject, reason, "
    "expires_at, granted_by, granted_at) VALUES (:organisation, :id, :principal, :team, :pattern, "
    ":subject, :reason, :expires_at, :granted_by, :granted_at) "
    "ON CONFLICT (organisation, principal, team, pattern, subject) DO UPDATE "
    "SET reason = excluded.reason, expires_at = excluded.expires_at, "
    "granted_by = excluded.granted_by, granted_at = excluded.granted_at RETURNING id"
)
_GRANTS = (
    "SELECT g.id, coalesce(p.handle, t.handle) AS holder, coalesce(g.principal, g.team) AS holder_id, "
    "g.pattern, g.subject, g.reason, g.expires_at, g.granted_by, g.granted_at FROM people_grant g "
    "LEFT JOIN people_principal p ON p.organisation = g.organisation AND p.id = g.principal "
    "LEFT JOIN people_team t ON t.organisation = g.organisation AND t.id = g.team "
    "WHERE g.organisation = :organisation "
)
_GRANT_BY_ID = sa.text(_GRANTS + "AND g.id = :id")
_SAME = sa.text(
    _GRANTS + "AND g.principal IS NOT DISTINCT FROM CAST(:principal AS text) "
    "AND g.team IS NOT DISTINCT FROM CAST(:team AS text) AND g.pattern = :pattern "
    "AND g.subject IS NOT DISTINCT FROM CAST(:subject AS text)"
)
_GRANT_PAGE = sa.text(
    _GRANTS + "AND g.id > :after "
    "AND (CAST(:holder AS text) IS NULL OR :holder IN (p.handle, t.handle)) "
    "ORDER BY g.id LIMIT :limit"
)
_REVOKE = sa.text(
    "DELETE FROM people_grant WHERE organisation = :organisation AND id = :id RETURNING 1"
)
_HELD = (
    "SELECT p.id, p.kind, p.handle, p.name, p.active, g.pattern, g.subject, g.expires_at "
    "FROM people_principal p LEFT JOIN people_grant g ON g.organisation = p.organisation "
    "AND (g.principal = p.id OR g.team IN (SELECT m.team FROM people_membership m "
    "WHERE m.organisation = p.organisation AND m.principal = p.id)) "
    "WHERE p.organisation = :organisation "
)
_STANDING = sa.text(_HELD + "AND p.id = :id")
_STANDINGS = sa.text(_HELD + "AND p.active AND p.kind = 'person' ORDER BY p.handle")
_TEAM_RIGHTS = sa.text(
    "SELECT pattern, subject, expires_at FROM people_grant "
    "WHERE organisation = :organisation AND team = :team"
)


@dataclass(frozen=True, kw_only=True)
class GrantRow:
    """A grant and the id of its holder."""

    grant: Grant
    holder: PrincipalId | TeamId


def grant(
    db: sa.Connection,
    organisation: OrganisationId,
    grant: Grant,
    *,
    principal: PrincipalId | None,
    team: TeamId | None,
) -> GrantId:
    """The id under which the grant stands: an older one's when the same right was held."""
    id: str = db.execute(
        _GRANT,
        {
            "organisation": organisation,
            "id": grant.id,
            "principal": principal,
            "team": team,
            "pattern": grant.right.pattern,
            "subject": grant.right.subject,
            "reason": grant.reason,
            "expires_at": grant.right.expires_at,
            "granted_by": grant.granted_by,
            "granted_at": grant.granted_at,
        },
    ).scalar_one()
    return GrantId(id)


def grant_by_id(db: sa.Connection, organisation: OrganisationId, id: GrantId) -> GrantRow | None:
    """The grant of the id, or None."""
    row = db.execute(_GRANT_BY_ID, {"organisation": organisation, "id": id})
    found = row.mappings().one_or_none()
    return _grant(found) if found is not None else None


def same_grant(
    db: sa.Connection,
    organisation: OrganisationId,
    right: Right,
    *,
    principal: PrincipalId | None,
    team: TeamId | None,
) -> GrantRow | None:
    """The grant that gives this holder the same pattern on the same subject, or None."""
    row = db.execute(
        _SAME,
        {
            "organisation": organisation,
            "principal": principal,
            "team": team,
            "pattern": right.pattern,
            "subject": right.subject,
        },
    )
    found = row.mappings().one_or_none()
    return _grant(found) if found is not None else None


def grants(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    holder: str | None,
    after: str,
    limit: int,
) -> Sequence[Grant]:
    """Grants after an id, oldest first."""
    rows = db.execute(
        _GRANT_PAGE,
        {"organisation": organisation, "holder": holder, "after": after, "limit": limit},
    ).mappings()
    return [_grant(row).grant for row in rows]


def revoke(db: sa.Connection, organisation: OrganisationId, id: GrantId) -> None:
    """Delete the grant."""
    db.execute(_REVOKE, {"organisation": organisation, "id": id})


def standing(db: sa.Connection, organisation: OrganisationId, id: PrincipalId) -> Standing | None:
    """The principal and all it holds, itself or by a team, run out or not."""
    rows = db.execute(_STANDING, {"organisation": organisation, "id": id}).mappings().all()
    return next(iter(_standings(rows)), None)


def people(db: sa.Connection, organisation: OrganisationId) -> Sequence[Standing]:
    """Every active person with what each holds, by handle."""
    rows = db.execute(_STANDINGS, {"organisation": organisation}).mappings().all()
    return _standings(rows)


def team_rights(db: sa.Connection, organisation: OrganisationId, team: TeamId) -> Sequence[Right]:
    """What is granted to the team, run out or not."""
    rows = db.execute(_TEAM_RIGHTS, {"organisation": organisation, "team": team}).mappings()
    return [Right(**row) for row in rows]


def _grant(row: sa.RowMapping) -> GrantRow:
    return GrantRow(
        holder=row["holder_id"],
        grant=Grant(
            id=row["id"],
            holder=row["holder"],
            right=_right(row),
            reason=row["reason"],
            granted_by=row["granted_by"],
            granted_at=row["granted_at"],
        ),
    )


def _right(row: sa.RowMapping) -> Right:
    return Right(pattern=row["pattern"], subject=row["subject"], expires_at=row["expires_at"])


def _standings(rows: Sequence[sa.RowMapping]) -> Sequence[Standing]:
    """One standing for each principal among the rows, which come one for each right held."""
    rights: dict[PrincipalId, list[Right]] = {}
    found: dict[PrincipalId, Principal] = {}
    for row in rows:
        principal = made_principal(row)
        assert principal is not None  # a row makes a principal
        found[principal.id] = principal
        held = rights.setdefault(principal.id, [])
        if row["pattern"] is not None:
            held.append(_right(row))
    return [
        Standing(principal=principal, rights=tuple(rights[id])) for id, principal in found.items()
    ]
