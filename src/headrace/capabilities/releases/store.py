"""Rows of releases; all their SQL."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from headrace.capabilities.releases.model import (
    Comparison,
    Line,
    Move,
    Release,
    ReleaseId,
    ReleaseStatus,
    Rollout,
    Taken,
)
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import canonical, from_json, to_json

_COLUMNS = (
    "id, contract, context, title, status, rollout, checklist, drafted_by, drafted_at, "
    "approved_by, stage, entered_at, watched_from, held_for"
)
_ADD = sa.text(
    f"INSERT INTO releases_release (organisation, {_COLUMNS}) VALUES (:organisation, :id, "
    ":contract, :context, :title, :status, CAST(:rollout AS jsonb), CAST(:checklist AS jsonb), "
    ":drafted_by, :drafted_at, :approved_by, :stage, :entered_at, :watched_from, "
    ":held_for) "
    "ON CONFLICT DO NOTHING RETURNING 1"
)
_PUT = sa.text(
    "UPDATE releases_release SET status = :status, checklist = CAST(:checklist AS jsonb), "
    "approved_by = :approved_by, stage = :stage, entered_at = :entered_at, "
    "watched_from = :watched_from, held_for = :held_for "
    "WHERE organisation = :organisation AND id = :id"
)
_REVISE = sa.text(
    "UPDATE releases_release SET contract = :contract, title = :title, "
    "rollout = CAST(:rollout AS jsonb), checklist = CAST(:checklist AS jsonb), "
    "drafted_by = :drafted_by, drafted_at = :drafted_at "
    "WHERE organisation = :organisation AND id = :id AND status = 'draft' RETURNING 1"
)
_OF_CONTRACT = sa.text(
    f"SELECT {_COLUMNS} FROM releases_release WHERE organisation = :organisation "
    "AND contract LIKE :contract ORDER BY id DESC LIMIT 1"
)
_ONE = f"SELECT {_COLUMNS} FROM releases_release WHERE organisation = :organisation AND id = :id"
_READ, _LOCK = sa.text(_ONE), sa.text(f"{_ONE} FOR UPDATE")
_LIST = sa.text(
    f"SELECT {_COLUMNS} FROM releases_release WHERE organisation = :organisation "
    "AND (CAST(:status AS text) IS NULL OR status = :status) AND (:archived OR NOT archived) "
    "AND id > :after ORDER BY id LIMIT :limit"
)
_ARCHIVE = sa.text(
    "UPDATE releases_release SET archived = :archived WHERE organisation = :organisation AND id = :id"
)
_ROLLING = sa.text(
    "SELECT id FROM releases_release WHERE organisation = :organisation "
    "AND status = 'deploying' AND rollout ->> 'flag' = :flag"
)
_BEGIN = sa.text(
    "UPDATE releases_release SET status = 'deploying' WHERE organisation = :organisation AND id = :id"
)
_ADD_STEP = sa.text(
    "INSERT INTO releases_step (organisation, release, number, at, stage, move, by, reasons, "
    "comparisons) VALUES (:organisation, :release, :number, :at, :stage, :move, :by, "
    "CAST(:reasons AS jsonb), CAST(:comparisons AS jsonb))"
)
_STEPS = sa.text(
    "SELECT number, at, stage, move, by, reasons, comparisons FROM releases_step "
    "WHERE organisation = :organisation AND release = :release ORDER BY number"
)
_LAST = sa.text(
    "SELECT number, at, stage, move, by, reasons, comparisons FROM releases_step "
    "WHERE organisation = :organisation AND release = :release ORDER BY number DESC LIMIT 1"
)
_WORLD = sa.text("SELECT clock_timestamp()")


def world_time(db: sa.Connection) -> datetime:
    """What time it is outside, where services write their logs; organisation time may run faster."""
    told: datetime = db.execute(_WORLD).scalar_one()
    return told


def add(db: sa.Connection, organisation: OrganisationId, release: Release) -> bool:
    """Whether the id was free."""
    return db.execute(_ADD, _row(organisation, release)).one_or_none() is not None


def put(db: sa.Connection, organisation: OrganisationId, release: Release) -> None:
    db.execute(_PUT, _row(organisation, release))


def revise(db: sa.Connection, organisation: OrganisationId, release: Release) -> bool:
    """Whether it was a draft still; nothing else takes another plan."""
    return db.execute(_REVISE, _row(organisation, release)).one_or_none() is not None


def of_contract(db: sa.Connection, organisation: OrganisationId, artifact: str) -> Release | None:
    """The newest release of a contract, whichever of its versions it follows."""
    escaped = artifact.replace("\\", r"\\").replace("_", r"\_").replace("%", r"\%")
    values = {"organisation": organisation, "contract": f"{escaped}@%"}
    row = db.execute(_OF_CONTRACT, values).one_or_none()
    return _release(row) if row is not None else None


def find(
    db: sa.Connection, organisation: OrganisationId, id: ReleaseId, *, lock: bool = False
) -> Release | None:
    values = {"organisation": organisation, "id": id}
    row = db.execute(_LOCK if lock else _READ, values).one_or_none()
    return _release(row) if row is not None else None


def listing(
    db: sa.Connection,
    organisation: OrganisationId,
    status: ReleaseStatus | None,
    *,
    archived: bool,
    after: str,
    limit: int,
) -> Sequence[Release]:
    values = {"organisation": organisation, "status": status, "after": after, "limit": limit}
    return [_release(row) for row in db.execute(_LIST, {**values, "archived": archived})]


def set_archived(
    db: sa.Connection, organisation: OrganisationId, id: ReleaseId, archived: bool
) -> None:
    db.execute(_ARCHIVE, {"organisation": organisation, "id": id, "archived": archived})


def rolling(db: sa.Connection, organisation: OrganisationId, flag: str) -> ReleaseId | None:
    """The release that rolls a flag out now, if there is one."""
    found = db.execute(_ROLLING, {"organisation": organisation, "flag": flag}).scalar_one_or_none()
    return None if found is None else ReleaseId(found)


def begins(db: sa.Connection, organisation: OrganisationId, id: ReleaseId) -> bool:
    """Whether this one now rolls its flag out; an index lets only one at a time."""
    try:
        with db.begin_nested():
            db.execute(_BEGIN, {"organisation": organisation, "id": id})
    except IntegrityError:
        return False
    return True


def add_step(
    db: sa.Connection, organisation: OrganisationId, release: ReleaseId, taken: Taken
) -> None:
    """Raises IntegrityError when the number is taken."""
    db.execute(
        _ADD_STEP,
        {
            "organisation": organisation,
            "release": release,
            **vars(taken),
            "reasons": _text(taken.reasons),
            "comparisons": _text(taken.comparisons),
        },
    )


def steps(db: sa.Connection, organisation: OrganisationId, release: ReleaseId) -> Sequence[Taken]:
    """Oldest first."""
    return [_taken(row) for row in db.execute(_STEPS, _of(organisation, release))]


def last_step(db: sa.Connection, organisation: OrganisationId, release: ReleaseId) -> Taken | None:
    row = db.execute(_LAST, _of(organisation, release)).one_or_none()
    return None if row is None else _taken(row)


def _of(organisation: OrganisationId, release: ReleaseId) -> dict[str, str]:
    return {"organisation": organisation, "release": release}


def _row(organisation: OrganisationId, release: Release) -> dict[str, object]:
    return {
        "organisation": organisation,
        **vars(release),
        "rollout": _text(release.rollout),
        "checklist": _text(release.checklist),
    }


def _release(row: sa.Row[tuple[object, ...]]) -> Release:
    held = row._mapping
    return Release(
        id=ReleaseId(held["id"]),
        contract=held["contract"],
        context=held["context"],
        title=held["title"],
        status=ReleaseStatus(held["status"]),
        rollout=from_json(Rollout, held["rollout"]),
        checklist=from_json(tuple[Line, ...], held["checklist"]),
        drafted_by=held["drafted_by"],
        drafted_at=held["drafted_at"],
        approved_by=held["approved_by"],
        stage=held["stage"],
        entered_at=held["entered_at"],
        watched_from=held["watched_from"],
        held_for=held["held_for"],
    )


def _taken(row: sa.Row[tuple[object, ...]]) -> Taken:
    held = row._mapping
    return Taken(
        number=held["number"],
        at=held["at"],
        stage=held["stage"],
        move=Move(held["move"]),
        by=held["by"],
        reasons=tuple(held["reasons"]),
        comparisons=from_json(tuple[Comparison, ...], held["comparisons"]),
    )


def _text(value: object) -> str:
    return canonical(to_json(value)).decode()
