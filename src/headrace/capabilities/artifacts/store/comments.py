"""Rows of comments."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.artifacts.model import ArtifactId, Comment, CommentId, VersionRef
from headrace.kernel.ids import OrganisationId, PrincipalId

_COMMENT = "id, artifact, number, element, author, text, at, withdrawn_at"
_ADD = sa.text(
    f"INSERT INTO artifacts_comment (organisation, {_COMMENT}) "
    "VALUES (:organisation, :id, :artifact, :number, :element, :author, :text, :at, NULL)"
)
_LIST = sa.text(
    f"SELECT {_COMMENT} FROM artifacts_comment WHERE organisation = :organisation "
    "AND artifact = :artifact AND id > :after ORDER BY id LIMIT :limit"
)
_LOCK = sa.text(
    f"SELECT {_COMMENT} FROM artifacts_comment WHERE organisation = :organisation AND id = :id "
    "FOR UPDATE"
)
_WITHDRAW = sa.text(
    "UPDATE artifacts_comment SET text = '', withdrawn_at = :at "
    "WHERE organisation = :organisation AND id = :id"
)


def add(db: sa.Connection, organisation: OrganisationId, one: Comment) -> None:
    db.execute(
        _ADD,
        {
            "organisation": organisation,
            "id": one.id,
            "artifact": one.version.artifact,
            "number": one.version.number,
            "element": one.element,
            "author": one.author,
            "text": one.text,
            "at": one.at,
        },
    )


def listing(
    db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId, *, after: str, limit: int
) -> Sequence[Comment]:
    """Oldest first, those that follow `after`."""
    values = {"organisation": organisation, "artifact": artifact, "after": after, "limit": limit}
    return [_comment(row) for row in db.execute(_LIST, values).mappings()]


def locked(db: sa.Connection, organisation: OrganisationId, id: CommentId) -> Comment | None:
    row = db.execute(_LOCK, {"organisation": organisation, "id": id}).mappings().one_or_none()
    return _comment(row) if row is not None else None


def withdraw(db: sa.Connection, organisation: OrganisationId, id: CommentId, at: datetime) -> None:
    db.execute(_WITHDRAW, {"organisation": organisation, "id": id, "at": at})


def _comment(row: sa.RowMapping) -> Comment:
    return Comment(
        id=CommentId(row["id"]),
        version=VersionRef(ArtifactId(row["artifact"]), row["number"]),
        element=row["element"],
        author=PrincipalId(row["author"]),
        text=row["text"],
        at=row["at"],
        withdrawn_at=row["withdrawn_at"],
    )
