"""Rows of repositories."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from headrace.capabilities.record.model import (
    Repository,
    RepositoryId,
    RepositoryKind,
    RepositoryState,
)
from headrace.kernel.ids import OrganisationId

_COLUMNS = (
    "id, kind, slug, path, default_branch, source, state, reason, codeowners, known, trusted, alarm, "
    "generation, added_at FROM record_repository WHERE organisation = :organisation"
)
_BY_NAME = f"SELECT {_COLUMNS} AND (slug = :name OR id = :name)"
_FIND = sa.text(_BY_NAME)
_LOCK = sa.text(f"{_BY_NAME} FOR UPDATE")
_ALL = sa.text(f"SELECT {_COLUMNS} AND slug > :after ORDER BY slug LIMIT :limit")
_ADD = sa.text(
    "INSERT INTO record_repository (organisation, id, kind, slug, path, default_branch, source, state, "
    "reason, codeowners, known, trusted, alarm, generation, added_at) VALUES (:organisation, :id, :kind, "
    ":slug, :path, :default_branch, :source, :state, :reason, :codeowners, :known, :trusted, :alarm, "
    ":generation, :added_at) ON CONFLICT DO NOTHING RETURNING 1"
)
_SAVE = sa.text(
    "UPDATE record_repository SET default_branch = :default_branch, state = :state, reason = :reason, "
    "codeowners = :codeowners, known = :known, trusted = :trusted, alarm = :alarm, "
    "generation = :generation WHERE organisation = :organisation AND id = :id"
)
_DROP_FAILED = sa.text(
    "DELETE FROM record_repository WHERE organisation = :organisation AND slug = :slug "
    "AND state = 'failed'"
)
_TOUCH = sa.text(
    "UPDATE record_repository SET synced_at = now() WHERE organisation = :organisation AND id = :id "
    "AND (synced_at IS NULL OR synced_at < now() - CAST(:pause AS interval)) RETURNING 1"
)


def repository(
    db: sa.Connection, organisation: OrganisationId, name: str, *, lock: bool = False
) -> Repository | None:
    """The repository of a slug or id; locked until the unit ends when asked for."""
    found = db.execute(_LOCK if lock else _FIND, {"organisation": organisation, "name": name})
    row = found.mappings().one_or_none()
    return _repository(row) if row is not None else None


def repositories(
    db: sa.Connection, organisation: OrganisationId, *, after: str, limit: int
) -> Sequence[Repository]:
    values = {"organisation": organisation, "after": after, "limit": limit}
    return [_repository(row) for row in db.execute(_ALL, values).mappings()]


def add_repository(db: sa.Connection, organisation: OrganisationId, row: Repository) -> bool:
    """Whether the slug was free."""
    return db.execute(_ADD, _values(organisation, row)).one_or_none() is not None


def save_repository(db: sa.Connection, organisation: OrganisationId, row: Repository) -> None:
    db.execute(_SAVE, _values(organisation, row))


def drop_failed(db: sa.Connection, organisation: OrganisationId, slug: str) -> None:
    """Forget an attempt that came to nothing, so that its slug is free again."""
    db.execute(_DROP_FAILED, {"organisation": organisation, "slug": slug})


def touch_sync(
    db: sa.Connection, organisation: OrganisationId, id: RepositoryId, pause: timedelta
) -> bool:
    """Whether the last look is longer ago than `pause` of real time; notes this one."""
    values = {"organisation": organisation, "id": id, "pause": pause}
    return db.execute(_TOUCH, values).one_or_none() is not None


def _values(organisation: OrganisationId, row: Repository) -> dict[str, object]:
    return {"organisation": organisation, **vars(row)}


def _repository(row: sa.RowMapping) -> Repository:
    return Repository(
        **{
            **row,
            "id": RepositoryId(row["id"]),
            "kind": RepositoryKind(row["kind"]),
            "state": RepositoryState(row["state"]),
        }
    )
