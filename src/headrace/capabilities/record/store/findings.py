"""Rows of findings."""

from collections.abc import Sequence

import sqlalchemy as sa

from headrace.capabilities.record.model import Finding, FindingKind, RepositoryId
from headrace.kernel.ids import OrganisationId

_ADD = sa.text(
    "INSERT INTO record_finding (organisation, id, repository, kind, subject, commit, message, at) "
    "VALUES (:organisation, :id, :repository, :kind, :subject, :commit, :message, :at) "
    "ON CONFLICT DO NOTHING RETURNING 1"
)
_LIST = sa.text(
    "SELECT id, repository, kind, subject, commit, message, at FROM record_finding "
    "WHERE organisation = :organisation AND (CAST(:subject AS text) IS NULL OR subject = :subject) "
    "AND (CAST(:before AS text) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit"
)


def add_finding(db: sa.Connection, organisation: OrganisationId, row: Finding) -> bool:
    """Whether it is new."""
    values = {"organisation": organisation, **vars(row), "commit": row.commit or ""}
    return db.execute(_ADD, values).one_or_none() is not None


def findings(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    subject: str | None,
    before: str | None,
    limit: int,
) -> Sequence[Finding]:
    """Newest first, those older than the id `before`."""
    values = {"organisation": organisation, "subject": subject, "before": before, "limit": limit}
    return [
        Finding(
            **{
                **row,
                "repository": None
                if row["repository"] is None
                else RepositoryId(row["repository"]),
                "kind": FindingKind(row["kind"]),
                "commit": row["commit"] or None,
            }
        )
        for row in db.execute(_LIST, values).mappings()
    ]
