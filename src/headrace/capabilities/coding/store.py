"""Rows of coding: runs of checks; all its SQL."""

from dataclasses import asdict
from datetime import datetime, timedelta

import sqlalchemy as sa

from headrace.capabilities.coding.model import CheckKey, Claim, Measured
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import canonical, from_json, to_json

# Leases are real time, by the database's clock, which all workers share.
_CLAIM = sa.text(
    "INSERT INTO coding_check_run (organisation, id, repository, head, name, declaration, "
    "environment, claimed_by, held_until, began_at) VALUES (:organisation, :id, :repository, :head, "
    ":check, :declaration, :environment, :by, now() + CAST(:lease AS interval), :now) "
    "ON CONFLICT (organisation, repository, head, name, declaration, environment) WHERE current "
    "DO NOTHING RETURNING id"
)
_SAME = (
    "organisation = :organisation AND repository = :repository AND head = :head AND name = :check "
    "AND declaration = :declaration AND environment = :environment AND current"
)
_TAKE_OVER = sa.text(
    "UPDATE coding_check_run SET claimed_by = :by, held_until = now() + CAST(:lease AS interval), "
    f"began_at = :now, takeovers = takeovers + 1 WHERE {_SAME} AND ended_at IS NULL "
    "AND held_until < now() RETURNING id"
)
_CURRENT = sa.text(f"SELECT id, result FROM coding_check_run WHERE {_SAME}")
_ONE = sa.text(
    "SELECT result FROM coding_check_run WHERE organisation = :organisation AND id = :id"
)
_MINE = "organisation = :organisation AND id = :id AND claimed_by = :by AND ended_at IS NULL"
_HOLD = sa.text(
    f"UPDATE coding_check_run SET held_until = now() + CAST(:lease AS interval) WHERE {_MINE}"
)
_KEEP = sa.text(
    "UPDATE coding_check_run SET ended_at = :now, result = CAST(:result AS jsonb), "
    f"current = :current WHERE {_MINE} RETURNING id"
)
_DROP = sa.text(f"DELETE FROM coding_check_run WHERE {_MINE}")
_OF_HEAD = sa.text(
    "SELECT result FROM coding_check_run WHERE organisation = :organisation "
    "AND repository = :repository AND head = :head AND ended_at IS NOT NULL "
    "ORDER BY ended_at, began_at, id"
)


def claim(
    db: sa.Connection,
    organisation: OrganisationId,
    key: CheckKey,
    claim: Claim,
    now: datetime,
    lease: timedelta,
) -> str | None:
    """The id of the run that is the claimer's now: a new one, or one whose lease ended. Else None."""
    asked = {
        "organisation": organisation,
        **asdict(key),
        "id": claim.id,
        "by": claim.by,
        "now": now,
        "lease": lease,
    }
    made = db.execute(_CLAIM, asked).scalar() or db.execute(_TAKE_OVER, asked).scalar()
    return str(made) if made is not None else None


def current(db: sa.Connection, organisation: OrganisationId, key: CheckKey) -> Claim:
    """The run that stands for a key now, with what it measured once it ended."""
    row = db.execute(_CURRENT, {"organisation": organisation, **asdict(key)}).first()
    if row is None:
        return Claim()
    return Claim(id=row.id, measured=None if row.result is None else _measured(row.result))


def result(db: sa.Connection, organisation: OrganisationId, id: str) -> Measured | None:
    """What a run measured; None while it goes on, and when it was given up."""
    found = db.execute(_ONE, {"organisation": organisation, "id": id}).scalar()
    return None if found is None else _measured(found)


def hold(db: sa.Connection, organisation: OrganisationId, claim: Claim, lease: timedelta) -> None:
    """Lengthen the lease of a claim; nothing when it was lost."""
    db.execute(_HOLD, {**_named(organisation, claim), "lease": lease})


def keep(
    db: sa.Connection,
    organisation: OrganisationId,
    claim: Claim,
    measured: Measured,
    now: datetime,
    *,
    lasting: bool,
) -> bool:
    """Keep what a run measured; whether the claim still stood. `lasting`: for later evaluators too."""
    told = canonical(to_json(measured, Measured)).decode()
    asked = {**_named(organisation, claim), "now": now, "result": told, "current": lasting}
    return db.execute(_KEEP, asked).first() is not None


def drop(db: sa.Connection, organisation: OrganisationId, claim: Claim) -> None:
    """Forget a run that was begun and will not end."""
    db.execute(_DROP, _named(organisation, claim))


def of_head(
    db: sa.Connection, organisation: OrganisationId, repository: str, head: str
) -> tuple[Measured, ...]:
    """Every run that ended on a commit, in the order of their ends."""
    asked = {"organisation": organisation, "repository": repository, "head": head}
    return tuple(_measured(found) for found in db.execute(_OF_HEAD, asked).scalars())


def _named(organisation: OrganisationId, claim: Claim) -> dict[str, object]:
    return {"organisation": organisation, "id": claim.id, "by": claim.by}


def _measured(found: object) -> Measured:
    return from_json(Measured, found)
