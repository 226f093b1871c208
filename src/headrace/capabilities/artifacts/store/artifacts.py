"""Rows of artifacts: identity, place and pointers."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactId,
)
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import canonical

_ARTIFACT = (
    "id, type, slug, context, parts, path, reference, head, effective, created_at, archived, "
    "archived_at, place"
)


_FIND = sa.text(
    f"SELECT {_ARTIFACT} FROM artifacts_artifact WHERE organisation = :organisation AND id = :id"
)


_LOCK = sa.text(
    f"SELECT {_ARTIFACT} FROM artifacts_artifact WHERE organisation = :organisation AND id = :id "
    "FOR UPDATE"
)


_BY_PATH = sa.text(
    f"SELECT {_ARTIFACT} FROM artifacts_artifact WHERE organisation = :organisation "
    "AND (path = :path OR place = :path)"
)


_TITLES = sa.text(
    "SELECT a.id, v.title FROM artifacts_artifact a JOIN artifacts_version v "
    "ON v.organisation = a.organisation AND v.artifact = a.id AND v.number = a.head "
    "WHERE a.organisation = :organisation AND a.id = ANY(:ids)"
)


_BY_SLUG = sa.text(
    f"SELECT {_ARTIFACT} FROM artifacts_artifact WHERE organisation = :organisation "
    "AND slug = :slug ORDER BY id"
)
_SEARCH = f"SELECT {_ARTIFACT} FROM artifacts_artifact WHERE organisation = :organisation "
_NARROWED = {
    "type": "AND type = :type ",
    "context": "AND context = :context ",
    "after": "AND id > :after ",
    "words": "AND searched LIKE ALL (:words) ",
}
"""Only what is asked for stands in the statement, so that PostgreSQL finds the index for it."""
_COUNTS = (
    "SELECT type, count(*) AS number FROM artifacts_artifact WHERE organisation = :organisation {0}"
    "AND NOT archived GROUP BY type ORDER BY type"
)
_CREATE = sa.text(
    "INSERT INTO artifacts_artifact (organisation, id, type, slug, context, parts, path, created_at) "
    "VALUES (:organisation, :id, :type, :slug, :context, CAST(:parts AS jsonb), :path, :created_at) "
    "ON CONFLICT DO NOTHING RETURNING 1"
)


_REFERENCE = sa.text(
    "UPDATE artifacts_artifact SET reference = :reference "
    "WHERE organisation = :organisation AND id = :id"
)


_HEAD = sa.text(
    "UPDATE artifacts_artifact SET head = :number WHERE organisation = :organisation AND id = :id"
)


_ARCHIVE = sa.text(
    "UPDATE artifacts_artifact SET archived = :archived, archived_at = :at "
    "WHERE organisation = :organisation AND id = :id"
)
_MOVE = sa.text(
    "UPDATE artifacts_artifact SET path = :path, place = :place "
    "WHERE organisation = :organisation AND id = :id"
)
_IN_FOLDER = sa.text(
    f"SELECT {_ARTIFACT} FROM artifacts_artifact WHERE organisation = :organisation "
    "AND starts_with(path, :folder) ORDER BY id"
)


_EFFECTIVE = sa.text(
    "UPDATE artifacts_artifact SET effective = :number WHERE organisation = :organisation AND id = :id"
)


def find(
    db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId, *, lock: bool = False
) -> Artifact | None:
    """The artifact; locked until the unit ends when asked for."""
    row = (
        db.execute(_LOCK if lock else _FIND, {"organisation": organisation, "id": artifact})
        .mappings()
        .one_or_none()
    )
    return Artifact(**row) if row is not None else None


def by_path(db: sa.Connection, organisation: OrganisationId, path: str) -> Artifact | None:
    found = db.execute(_BY_PATH, {"organisation": organisation, "path": path}).mappings()
    row = found.one_or_none()
    return Artifact(**row) if row is not None else None


def by_slug(db: sa.Connection, organisation: OrganisationId, slug: str) -> Sequence[Artifact]:
    """The artifacts of a slug, of any type, by id."""
    found = db.execute(_BY_SLUG, {"organisation": organisation, "slug": slug}).mappings()
    return [Artifact(**row) for row in found]


def titles(
    db: sa.Connection, organisation: OrganisationId, artifacts: Sequence[ArtifactId]
) -> Mapping[ArtifactId, str]:
    """The title of each one's newest version."""
    found = db.execute(_TITLES, {"organisation": organisation, "ids": list(artifacts)})
    return {ArtifactId(row.id): row.title for row in found}


def search(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    type: str | None,
    context: str | None,
    words: Sequence[str],
    effective_only: bool,
    archived: bool,
    after: str | None,
    limit: int,
) -> Sequence[Artifact]:
    """Artifacts by id, from behind `after`; every word stands in the id or the reference."""
    patterns = [f"%{_literally(word.lower())}%" for word in words]
    given = {"type": type, "context": context, "after": after, "words": patterns or None}
    asked = {name: value for name, value in given.items() if value is not None}
    statement = _SEARCH + "".join(_NARROWED[name] for name in asked)
    if effective_only:
        statement += "AND effective IS NOT NULL "
    if not archived:
        statement += "AND NOT archived "
    statement += "ORDER BY id LIMIT :limit"
    values = {**asked, "organisation": organisation, "limit": limit}
    return [Artifact(**row) for row in db.execute(sa.text(statement), values).mappings()]


def counts(
    db: sa.Connection, organisation: OrganisationId, context: str | None
) -> Mapping[str, int]:
    """How many of each type, by type; of a context where named, without archived ones."""
    narrowed = _NARROWED["context"] if context is not None else ""
    rows = db.execute(
        sa.text(_COUNTS.format(narrowed)), {"organisation": organisation, "context": context}
    )
    return {row.type: row.number for row in rows}


def _literally(word: str) -> str:
    """A word as a pattern of LIKE that means nothing but itself."""
    return re.sub(r"([\\%_])", r"\\\1", word)


def create(db: sa.Connection, organisation: OrganisationId, artifact: Artifact) -> bool:
    """Whether it is new; false when its id or its path is taken. It has no reference yet."""
    values = {
        "organisation": organisation,
        "id": artifact.id,
        "type": artifact.type,
        "slug": artifact.slug,
        "context": artifact.context,
        "parts": canonical(dict(artifact.parts)).decode(),
        "path": artifact.path,
        "created_at": artifact.created_at,
    }
    return db.execute(_CREATE, values).one_or_none() is not None


def set_reference(
    db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId, reference: str
) -> None:
    values = {"organisation": organisation, "id": artifact, "reference": reference}
    db.execute(_REFERENCE, values)


def set_head(
    db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId, number: int
) -> None:
    db.execute(_HEAD, {"organisation": organisation, "id": artifact, "number": number})


def set_effective(
    db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId, number: int
) -> None:
    db.execute(_EFFECTIVE, {"organisation": organisation, "id": artifact, "number": number})


def set_archived(
    db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId, at: datetime | None
) -> None:
    """Archived since `at`, or not at all."""
    values = {"organisation": organisation, "id": artifact, "archived": at is not None, "at": at}
    db.execute(_ARCHIVE, values)


def move(
    db: sa.Connection,
    organisation: OrganisationId,
    artifact: ArtifactId,
    path: str,
    place: str | None,
) -> None:
    """Its file stands at `path` now, and stood at `place` before it was archived."""
    db.execute(_MOVE, {"organisation": organisation, "id": artifact, "path": path, "place": place})


def in_folder(db: sa.Connection, organisation: OrganisationId, folder: str) -> Sequence[Artifact]:
    """The artifacts whose files stand in a folder, written with a slash at its end, or below it."""
    found = db.execute(_IN_FOLDER, {"organisation": organisation, "folder": folder}).mappings()
    return [Artifact(**row) for row in found]
