"""Rows of artifacts in the tracker: their numbers, and what is to be written there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from headrace.capabilities.artifacts.model import ArtifactId
from headrace.capabilities.record.model import (
    Issue,
    IssueDone,
    IssuePlan,
    KeptIssue,
    SettledIssue,
)
from headrace.kernel.ids import OrganisationId

_WAITS = "stamp IS DISTINCT FROM done_stamp"
_HERE = "WHERE organisation = :organisation AND id = :artifact"
_ADD = sa.text(
    "INSERT INTO record_issue (organisation, artifact, part, stamp) "
    "VALUES (:organisation, split_part(:artifact, '#', 1), split_part(:artifact, '#', 2), :stamp) "
    "ON CONFLICT (organisation, id) DO UPDATE SET stamp = excluded.stamp"
)
_KNOWN = sa.text(f"SELECT 1 FROM record_issue {_HERE}")
_CLAIM = sa.text(
    "UPDATE record_issue SET batch = :batch WHERE organisation = :organisation AND id IN ("
    "SELECT id FROM record_issue WHERE organisation = :organisation "
    f"AND (batch = :batch OR (batch IS NULL AND {_WAITS})) "
    "ORDER BY asked_at, id LIMIT :limit FOR UPDATE SKIP LOCKED) RETURNING id"
)
_PLANNED = sa.text(
    "SELECT stamp, number, version, ours, asked_at, looked, change, say, say_key "
    f"FROM record_issue {_HERE}"
)
_WRITTEN = sa.text(
    "UPDATE record_issue SET number = coalesce(:number, number), url = coalesce(:url, url), "
    "is_open = :is_open, version = :version, done_stamp = :stamp, error = '', "
    "ours = ARRAY[:written], looked = '', change = NULL, "
    f"say = CASE WHEN say_key = :said THEN '' ELSE say END {_HERE}"
)
_HELD = sa.text(
    "UPDATE record_issue SET is_open = :is_open, done_stamp = :stamp, "
    f"say = CASE WHEN say_key = :said THEN '' ELSE say END {_HERE}"
)
_SETTLE = sa.text(f"UPDATE record_issue SET done_stamp = :stamp {_HERE}")
_MEAN = sa.text(
    "UPDATE record_issue SET ours = array_append(array_remove(ours, :hash), :hash) "
    f"{_HERE} AND cardinality(ours) > 0"
)
_FORGET_TEXT = sa.text(
    f"UPDATE record_issue SET ours = '{{}}', looked = '', change = NULL, say = '' {_HERE}"
)
_PARTLY = sa.text(
    "UPDATE record_issue SET number = coalesce(:number, number), url = coalesce(:url, url), "
    f"error = :error {_HERE}"
)
_GIVE_BACK = sa.text(
    "UPDATE record_issue SET batch = NULL WHERE organisation = :organisation AND batch = :batch"
)
_WAITING = sa.text(
    "SELECT count(*) FROM record_issue WHERE organisation = :organisation "
    f"AND batch IS NULL AND {_WAITS}"
)
_LIST = sa.text(
    f"SELECT id AS artifact, number, url, is_open, version, {_WAITS} AS waiting, error, asked_at, "
    "change FROM record_issue WHERE organisation = :organisation AND id > :after "
    f"AND (NOT :waiting OR {_WAITS}) ORDER BY id LIMIT :limit"
)
_RESTORE = sa.text(
    "INSERT INTO record_issue (organisation, artifact, part, number, url, is_open, version, stamp, "
    "done_stamp, ours) VALUES (:organisation, split_part(:id, '#', 1), split_part(:id, '#', 2), "
    ":number, :url, :is_open, :version, 'rebuilt', 'rebuilt', ARRAY[:standing]) "
    "ON CONFLICT (organisation, id) DO NOTHING"
)
_ADOPT = sa.text(
    f"UPDATE record_issue SET number = :number, url = :url, ours = ARRAY[:standing] {_HERE}"
)
_OF = sa.text(
    "SELECT id FROM record_issue WHERE organisation = :organisation AND artifact = :artifact "
    "AND number IS NOT NULL ORDER BY id"
)
_SETTLED = sa.text(
    "SELECT id, number, stamp FROM record_issue WHERE organisation = :organisation "
    f"AND number IS NOT NULL AND NOT ({_WAITS}) ORDER BY id"
)
_STAMP = sa.text(f"SELECT stamp FROM record_issue {_HERE}")
_NUMBER = sa.text(f"SELECT number FROM record_issue {_HERE}")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a row says of an issue that is to be written."""

    stamp: str
    number: int | None
    version: int
    ours: tuple[str, ...]
    asked_at: datetime
    looked: str
    change: str | None
    say: str
    say_key: str


def add(db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId, stamp: str) -> None:
    """Ask for the artifact's issue to be written; the stamp tells this request from earlier ones."""
    db.execute(_ADD, {"organisation": organisation, "artifact": artifact, "stamp": stamp})


def is_known(db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId) -> bool:
    """Whether the artifact is kept in the tracker, or is to be."""
    values = {"organisation": organisation, "artifact": artifact}
    return db.execute(_KNOWN, values).one_or_none() is not None


def claim(
    db: sa.Connection, organisation: OrganisationId, batch: str, limit: int
) -> Sequence[ArtifactId]:
    values = {"organisation": organisation, "batch": batch, "limit": limit}
    return [ArtifactId(row.id) for row in db.execute(_CLAIM, values)]


def wanted(db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId) -> Wanted:
    values = {"organisation": organisation, "artifact": artifact}
    row = db.execute(_PLANNED, values).mappings().one()
    return Wanted(**{**row, "ours": tuple(row["ours"])})


def mean(
    db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId, text_hash: str
) -> None:
    """Note a text before it is sent: a tracker that took it and did not say so holds no edit."""
    values = {"organisation": organisation, "artifact": artifact, "hash": text_hash}
    db.execute(_MEAN, values)


def written(
    db: sa.Connection, organisation: OrganisationId, plan: IssuePlan, done: IssueDone
) -> None:
    """The issue stands as planned."""
    values = {"is_open": plan.is_open, "version": plan.version, "stamp": plan.stamp}
    told = {**values, "written": done.written, "said": plan.comment_key.rpartition(":")[2]}
    db.execute(_WRITTEN, {**_named(organisation, plan, done), **told})


def held(db: sa.Connection, organisation: OrganisationId, plan: IssuePlan) -> None:
    """All stands as planned but the text, which somebody has written and is still decided about."""
    named = {"organisation": organisation, "artifact": plan.artifact}
    values = {
        "is_open": plan.is_open,
        "stamp": plan.stamp,
        "said": plan.comment_key.rpartition(":")[2],
    }
    db.execute(_HELD, {**named, **values})


def settle(
    db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId, stamp: str
) -> None:
    """Nothing is to be written for this request."""
    db.execute(_SETTLE, {"organisation": organisation, "artifact": artifact, "stamp": stamp})


def forget_text(db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId) -> None:
    """Let the next writing write over whatever stands in the tracker."""
    db.execute(_FORGET_TEXT, {"organisation": organisation, "artifact": artifact})


def partly(
    db: sa.Connection, organisation: OrganisationId, plan: IssuePlan, done: IssueDone, error: str
) -> None:
    """The issue was not written whole; its number is kept, if it has one."""
    db.execute(_PARTLY, {**_named(organisation, plan, done), "error": error})


def give_back(db: sa.Connection, organisation: OrganisationId, batch: str) -> None:
    db.execute(_GIVE_BACK, {"organisation": organisation, "batch": batch})


def waiting(db: sa.Connection, organisation: OrganisationId) -> int:
    """How many are to be written and in no job's hands."""
    count: int = db.execute(_WAITING, {"organisation": organisation}).scalar_one()
    return count


def listing(
    db: sa.Connection, organisation: OrganisationId, *, waiting: bool, after: str, limit: int
) -> Sequence[Issue]:
    """By artifact."""
    values = {"organisation": organisation, "waiting": waiting, "after": after, "limit": limit}
    return [Issue(**row) for row in db.execute(_LIST, values).mappings()]


def number(db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId) -> int | None:
    """The number of its issue, or None."""
    values = {"organisation": organisation, "artifact": artifact}
    found: int | None = db.execute(_NUMBER, values).scalar_one_or_none()
    return found


def written_of(
    db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId
) -> Sequence[ArtifactId]:
    """The issues of an artifact and of its parts that were made already."""
    values = {"organisation": organisation, "artifact": artifact}
    return [ArtifactId(row.id) for row in db.execute(_OF, values)]


def settled(db: sa.Connection, organisation: OrganisationId) -> Sequence[SettledIssue]:
    """The issues for which nothing is to be written, by id."""
    rows = db.execute(_SETTLED, {"organisation": organisation}).mappings()
    return [SettledIssue(**row) for row in rows]


def stamp(db: sa.Connection, organisation: OrganisationId, id: ArtifactId) -> str:
    """What tells the newest request for an issue, "" where none was made."""
    values = {"organisation": organisation, "artifact": id}
    return str(db.execute(_STAMP, values).scalar_one_or_none() or "")


def restore(
    db: sa.Connection, organisation: OrganisationId, issue: KeptIssue, version: int
) -> None:
    """The row of an issue that a rebuild has found; nothing is to be written."""
    values = {
        "organisation": organisation,
        "id": issue.id,
        "number": issue.number,
        "url": issue.url,
        "is_open": issue.is_open,
        "version": version,
        "standing": issue.standing,
    }
    db.execute(_RESTORE, values)


def adopt(
    db: sa.Connection,
    organisation: OrganisationId,
    artifact: ArtifactId,
    *,
    number: int,
    url: str,
    standing: str,
) -> None:
    """Let an issue that stands there be the artifact's; its text, of that hash, may be written over."""
    values = {"number": number, "url": url, "standing": standing}
    db.execute(_ADOPT, {"organisation": organisation, "artifact": artifact, **values})


def _named(organisation: OrganisationId, plan: IssuePlan, done: IssueDone) -> dict[str, Any]:
    return {
        "organisation": organisation,
        "artifact": plan.artifact,
        "number": done.number,
        "url": done.url or None,
    }
