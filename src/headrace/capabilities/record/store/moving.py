"""Rows of files that shall stand elsewhere."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from headrace.capabilities.artifacts.model import ArtifactId
from headrace.capabilities.record.model import ChangeId
from headrace.kernel.ids import OrganisationId

_ADD = sa.text(
    "INSERT INTO record_move (organisation, artifact, stamp) VALUES (:organisation, :artifact, :stamp) "
    "ON CONFLICT (organisation, artifact) DO UPDATE SET stamp = excluded.stamp"
)
_CLAIM = sa.text(
    "UPDATE record_move SET batch = :batch, batch_stamp = stamp WHERE organisation = :organisation "
    "AND (batch IS NULL OR batch = :batch) RETURNING artifact"
)
_END = sa.text(
    "DELETE FROM record_move WHERE organisation = :organisation AND batch = :batch "
    "AND stamp = batch_stamp AND NOT artifact = ANY(:kept)"
)
_GIVE_BACK = sa.text(
    "UPDATE record_move SET batch = NULL, batch_stamp = NULL "
    "WHERE organisation = :organisation AND batch = :batch"
)
_WAITING = sa.text(
    "SELECT 1 FROM record_move WHERE organisation = :organisation AND batch IS NULL LIMIT 1"
)
_IS_MOVING = sa.text(
    "SELECT 1 FROM record_move WHERE organisation = :organisation AND artifact = :artifact"
)
_CHANGING = sa.text(
    "SELECT c.id FROM record_change c JOIN record_member m ON m.organisation = c.organisation "
    "AND m.change = c.id WHERE c.organisation = :organisation AND m.artifact = :artifact "
    "AND c.state IN ('opening', 'open', 'merging', 'failed') ORDER BY c.number"
)


def add_move(
    db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId, stamp: str
) -> None:
    """Ask for the artifact's file to be moved; the stamp tells this request from earlier ones."""
    db.execute(_ADD, {"organisation": organisation, "artifact": artifact, "stamp": stamp})


def claim_moves(
    db: sa.Connection, organisation: OrganisationId, batch: str
) -> Sequence[ArtifactId]:
    """The artifacts whose files this batch moves; none that another batch is moving."""
    rows = db.execute(_CLAIM, {"organisation": organisation, "batch": batch})
    return sorted(ArtifactId(row.artifact) for row in rows)


def end_moves(
    db: sa.Connection, organisation: OrganisationId, batch: str, kept: Iterable[str]
) -> None:
    """Forget what the batch has moved, unless it was asked for again meanwhile, or is `kept`."""
    db.execute(_END, {"organisation": organisation, "batch": batch, "kept": list(kept)})
    give_back_moves(db, organisation, batch)


def give_back_moves(db: sa.Connection, organisation: OrganisationId, batch: str) -> None:
    db.execute(_GIVE_BACK, {"organisation": organisation, "batch": batch})


def waiting_moves(db: sa.Connection, organisation: OrganisationId) -> bool:
    return db.execute(_WAITING, {"organisation": organisation}).one_or_none() is not None


def is_moving(db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId) -> bool:
    """Whether the artifact's file waits to be moved, or is being moved."""
    values = {"organisation": organisation, "artifact": artifact}
    return db.execute(_IS_MOVING, values).one_or_none() is not None


def changing(
    db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId
) -> Sequence[ChangeId]:
    """The live changes that have a version of the artifact among their members, oldest first."""
    rows = db.execute(_CHANGING, {"organisation": organisation, "artifact": artifact})
    return [ChangeId(row.id) for row in rows]
