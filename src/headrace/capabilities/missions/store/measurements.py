"""Rows of checkpoints and measurements; all their SQL."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.missions.model.measurements import (
    Availability,
    Checkpoint,
    CheckpointKind,
    CheckpointState,
    Judged,
    Measurement,
    Outcome,
    Reading,
)
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import canonical, from_json, to_json

_COLUMNS = "mission, id, kind, timing, state, due, began_at, began_world, ended_at, attempt, why"
_ADD = sa.text(
    "INSERT INTO missions_checkpoint (organisation, mission, id, kind, timing, state) "
    "VALUES (:organisation, :mission, :id, :kind, :timing, :state) ON CONFLICT DO NOTHING"
)
_PUT = sa.text(
    "UPDATE missions_checkpoint SET timing = :timing, state = :state, due = :due, "
    "began_at = :began_at, began_world = :began_world, ended_at = :ended_at, attempt = :attempt, "
    "why = :why WHERE organisation = :organisation AND mission = :mission AND id = :id"
)
_LIST = sa.text(
    f"SELECT {_COLUMNS} FROM missions_checkpoint WHERE organisation = :organisation "
    "AND (CAST(:mission AS text) IS NULL OR mission = :mission) "
    "ORDER BY due NULLS LAST, mission, kind = 'final', id"
)
_DROP = sa.text(
    "DELETE FROM missions_checkpoint WHERE organisation = :organisation AND mission = :mission "
    "AND id = :id AND state IN ('waiting', 'pending')"
)
_WORLD = sa.text("SELECT clock_timestamp()")
_SET_AVAILABLE = sa.text(
    "INSERT INTO missions_availability (organisation, mission, since, since_world, evidence) "
    "VALUES (:organisation, :mission, :since, :since_world, :evidence) "
    "ON CONFLICT (organisation, mission) DO UPDATE SET since = excluded.since, "
    "since_world = excluded.since_world, evidence = excluded.evidence"
)
_AVAILABLE = sa.text(
    "SELECT mission, since, since_world, evidence FROM missions_availability "
    "WHERE organisation = :organisation AND mission = :mission"
)
_UNAVAILABLE = sa.text(
    "DELETE FROM missions_availability WHERE organisation = :organisation AND mission = :mission "
    "RETURNING 1"
)
_MEASURE = sa.text(
    "INSERT INTO missions_measurement (organisation, mission, checkpoint, outcome, promised, reading, "
    "judged, at) VALUES (:organisation, :mission, :checkpoint, :outcome, CAST(:promised AS jsonb), "
    "CAST(:reading AS jsonb), CAST(:judged AS jsonb), :at) ON CONFLICT DO NOTHING RETURNING 1"
)
_MEASURED = sa.text(
    "SELECT mission, checkpoint, promised, reading, judged, at FROM missions_measurement "
    "WHERE organisation = :organisation AND mission = :mission "
    "AND (CAST(:checkpoint AS text) IS NULL OR checkpoint = :checkpoint) ORDER BY at, outcome"
)


def world_time(db: sa.Connection) -> datetime:
    """What time it is outside, where services write their logs; organisation time may run faster."""
    told: datetime = db.execute(_WORLD).scalar_one()
    return told


def add_checkpoint(db: sa.Connection, organisation: OrganisationId, made: Checkpoint) -> None:
    """One that is there already stays as it is."""
    db.execute(_ADD, {"organisation": organisation, **vars(made)})


def put_checkpoint(db: sa.Connection, organisation: OrganisationId, moved: Checkpoint) -> None:
    db.execute(_PUT, {"organisation": organisation, **vars(moved)})


def drop_checkpoint(db: sa.Connection, organisation: OrganisationId, mission: str, id: str) -> None:
    """Only one that has not been begun goes."""
    db.execute(_DROP, {"organisation": organisation, "mission": mission, "id": id})


def checkpoints(
    db: sa.Connection, organisation: OrganisationId, mission: str | None
) -> Sequence[Checkpoint]:
    """By their days; those without a day last, the final one at their end."""
    rows = db.execute(_LIST, {"organisation": organisation, "mission": mission}).mappings()
    return [
        Checkpoint(
            **{
                **row,
                "kind": CheckpointKind(row["kind"]),
                "state": CheckpointState(row["state"]),
            }
        )
        for row in rows
    ]


def set_available(db: sa.Connection, organisation: OrganisationId, told: Availability) -> None:
    db.execute(_SET_AVAILABLE, {"organisation": organisation, **vars(told)})


def availability(
    db: sa.Connection, organisation: OrganisationId, mission: str
) -> Availability | None:
    values = {"organisation": organisation, "mission": mission}
    row = db.execute(_AVAILABLE, values).mappings().one_or_none()
    return Availability(**row) if row is not None else None


def set_unavailable(db: sa.Connection, organisation: OrganisationId, mission: str) -> bool:
    """Whether it was available."""
    values = {"organisation": organisation, "mission": mission}
    return db.execute(_UNAVAILABLE, values).one_or_none() is not None


def add_measurement(db: sa.Connection, organisation: OrganisationId, made: Measurement) -> bool:
    """Whether it is new: each outcome is measured once at a checkpoint."""
    values = {
        "organisation": organisation,
        "mission": made.mission,
        "checkpoint": made.checkpoint,
        "outcome": made.outcome.key,
        "promised": _text(made.outcome),
        "reading": _text(made.reading),
        "judged": _text(made.judged),
        "at": made.at,
    }
    return db.execute(_MEASURE, values).one_or_none() is not None


def measurements(
    db: sa.Connection, organisation: OrganisationId, mission: str, checkpoint: str | None = None
) -> Sequence[Measurement]:
    """Oldest first."""
    values = {"organisation": organisation, "mission": mission, "checkpoint": checkpoint}
    return [
        Measurement(
            mission=row["mission"],
            checkpoint=row["checkpoint"],
            outcome=from_json(Outcome, row["promised"]),
            reading=from_json(Reading, row["reading"]),
            judged=from_json(Judged, row["judged"]),
            at=row["at"],
        )
        for row in db.execute(_MEASURED, values).mappings()
    ]


def _text(value: object) -> str:
    return canonical(to_json(value)).decode()
