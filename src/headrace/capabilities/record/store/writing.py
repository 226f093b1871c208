"""Rows of what waits to be written to the main branch: filings and projections.

A batch claims rows before it writes, so two batches never hold one row; what a batch could not
write is given back.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.artifacts.model import ArtifactId, VersionRef
from headrace.kernel.ids import OrganisationId

_ADD_FILING = sa.text(
    "INSERT INTO record_filing (organisation, artifact, number, asked_at) "
    "VALUES (:organisation, :artifact, :number, :asked_at) ON CONFLICT DO NOTHING"
)
_CLAIM_FILINGS = sa.text(
    # One version of an artifact at a time: each has to stand in the history.
    "WITH free AS (SELECT f.artifact, f.number FROM record_filing f "
    "WHERE f.organisation = :organisation AND f.batch IS NULL AND NOT EXISTS "
    "(SELECT 1 FROM record_filing earlier WHERE earlier.organisation = f.organisation "
    "AND earlier.artifact = f.artifact AND earlier.number < f.number) "
    "ORDER BY f.asked_at, f.artifact, f.number LIMIT :limit FOR UPDATE SKIP LOCKED) "
    "UPDATE record_filing f SET batch = :batch FROM free WHERE f.organisation = :organisation "
    "AND f.artifact = free.artifact AND f.number = free.number"
)
_FILINGS_OF = sa.text(
    "SELECT artifact, number FROM record_filing WHERE organisation = :organisation AND batch = :batch "
    "ORDER BY artifact, number"
)
_DROP_FILING = sa.text(
    "DELETE FROM record_filing WHERE organisation = :organisation AND batch = :batch "
    "AND NOT artifact = ANY(:kept)"
)
_GIVE_BACK_FILINGS = sa.text(
    "UPDATE record_filing SET batch = NULL WHERE organisation = :organisation AND batch = :batch"
)
_IS_FILING = sa.text(
    "SELECT 1 FROM record_filing WHERE organisation = :organisation AND artifact = :artifact LIMIT 1"
)
_WAITING_FILINGS = sa.text(
    "SELECT 1 FROM record_filing WHERE organisation = :organisation AND batch IS NULL LIMIT 1"
)
_ADD_PROJECTION = sa.text(
    "INSERT INTO record_projection (organisation, artifact, stamp) "
    "VALUES (:organisation, :artifact, :stamp) "
    "ON CONFLICT (organisation, artifact) DO UPDATE SET stamp = excluded.stamp"
)
_IS_DRAWING = sa.text(
    "SELECT 1 FROM record_projection WHERE organisation = :organisation AND artifact = :artifact"
)
_CLAIM_PROJECTIONS = sa.text(
    "UPDATE record_projection SET batch = :batch, batch_stamp = stamp "
    "WHERE organisation = :organisation AND (batch IS NULL OR batch = :batch) RETURNING artifact"
)
_END_PROJECTIONS = sa.text(
    "DELETE FROM record_projection WHERE organisation = :organisation AND batch = :batch "
    "AND stamp = batch_stamp AND NOT artifact = ANY(:kept)"
)
_GIVE_BACK_PROJECTIONS = sa.text(
    "UPDATE record_projection SET batch = NULL, batch_stamp = NULL "
    "WHERE organisation = :organisation AND batch = :batch"
)
_WAITING_PROJECTIONS = sa.text(
    "SELECT 1 FROM record_projection WHERE organisation = :organisation AND batch IS NULL LIMIT 1"
)


def add_filing(
    db: sa.Connection, organisation: OrganisationId, ref: VersionRef, asked_at: datetime
) -> None:
    values = {"organisation": organisation, "artifact": ref.artifact, "number": ref.number}
    db.execute(_ADD_FILING, {**values, "asked_at": asked_at})


def claim_filings(
    db: sa.Connection, organisation: OrganisationId, batch: str, limit: int
) -> Sequence[VersionRef]:
    """The versions that this batch writes: what it has claimed, and waiting ones up to `limit`."""
    db.execute(_CLAIM_FILINGS, {"organisation": organisation, "batch": batch, "limit": limit})
    return filings_of(db, organisation, batch)


def filings_of(db: sa.Connection, organisation: OrganisationId, batch: str) -> Sequence[VersionRef]:
    rows = db.execute(_FILINGS_OF, {"organisation": organisation, "batch": batch})
    return [VersionRef(ArtifactId(row.artifact), row.number) for row in rows]


def drop_filings(
    db: sa.Connection, organisation: OrganisationId, batch: str, kept: Iterable[str]
) -> None:
    """Forget the batch's filings, those of the artifacts `kept` excepted."""
    db.execute(_DROP_FILING, {"organisation": organisation, "batch": batch, "kept": list(kept)})


def give_back_filings(db: sa.Connection, organisation: OrganisationId, batch: str) -> None:
    db.execute(_GIVE_BACK_FILINGS, {"organisation": organisation, "batch": batch})


def is_filing(db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId) -> bool:
    """Whether a version of the artifact waits to be filed, or is being filed."""
    values = {"organisation": organisation, "artifact": artifact}
    return db.execute(_IS_FILING, values).one_or_none() is not None


def waiting_filings(db: sa.Connection, organisation: OrganisationId) -> bool:
    return db.execute(_WAITING_FILINGS, {"organisation": organisation}).one_or_none() is not None


def add_projection(
    db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId, stamp: str
) -> None:
    """Ask for the artifact's file to be drawn anew; the stamp tells this request from earlier ones."""
    db.execute(
        _ADD_PROJECTION, {"organisation": organisation, "artifact": artifact, "stamp": stamp}
    )


def is_drawing(db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId) -> bool:
    """Whether the artifact's file waits to be drawn anew, or is being drawn."""
    values = {"organisation": organisation, "artifact": artifact}
    return db.execute(_IS_DRAWING, values).one_or_none() is not None


def claim_projections(
    db: sa.Connection, organisation: OrganisationId, batch: str
) -> Sequence[ArtifactId]:
    """The artifacts whose files this batch draws; none that another batch is drawing."""
    rows = db.execute(_CLAIM_PROJECTIONS, {"organisation": organisation, "batch": batch})
    return sorted(ArtifactId(row.artifact) for row in rows)


def end_projections(
    db: sa.Connection, organisation: OrganisationId, batch: str, kept: Iterable[str]
) -> None:
    """Forget what the batch has drawn, unless it was asked for again meanwhile, or is `kept`."""
    db.execute(_END_PROJECTIONS, {"organisation": organisation, "batch": batch, "kept": list(kept)})
    give_back_projections(db, organisation, batch)


def give_back_projections(db: sa.Connection, organisation: OrganisationId, batch: str) -> None:
    db.execute(_GIVE_BACK_PROJECTIONS, {"organisation": organisation, "batch": batch})


def waiting_projections(db: sa.Connection, organisation: OrganisationId) -> bool:
    return (
        db.execute(_WAITING_PROJECTIONS, {"organisation": organisation}).one_or_none() is not None
    )
