"""Rows of the issues that people open in the tracker to have them taken in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from headrace.capabilities.artifacts.model import ArtifactId
from headrace.kernel.ids import OrganisationId

_HERE = "WHERE organisation = :organisation AND number = :number"
_ADD = sa.text(
    "INSERT INTO record_offer (organisation, number) VALUES (:organisation, :number) "
    "ON CONFLICT DO NOTHING"
)
_LOCK = sa.text(f"SELECT judged, artifact, is_answered FROM record_offer {_HERE} FOR UPDATE")
_KNOWN = sa.text(
    "SELECT number, judged, artifact, is_answered FROM record_offer "
    "WHERE organisation = :organisation AND number = ANY(:numbers)"
)
_TAKEN = sa.text(f"UPDATE record_offer SET judged = :judged, artifact = :artifact {_HERE}")
_DECLINED = sa.text(f"UPDATE record_offer SET judged = :judged, is_answered = false {_HERE}")
_ANSWERED = sa.text(f"UPDATE record_offer SET is_answered = true {_HERE}")


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What became of an issue: the artifact, or a judgement on how it stood, told there or still to be."""

    judged: str
    artifact: str | None
    is_answered: bool

    def is_settled(self, standing: str) -> bool:
        """Whether nothing is to be done about it as it stands."""
        return self.artifact is not None or (self.judged == standing and self.is_answered)


def known(
    db: sa.Connection, organisation: OrganisationId, numbers: Sequence[int]
) -> Mapping[int, Offer]:
    """What became of the issues of these numbers, as far as any was looked at, by number."""
    values = {"organisation": organisation, "numbers": list(numbers)}
    rows = db.execute(_KNOWN, values).mappings()
    return {
        row["number"]: Offer(**{name: row[name] for name in row if name != "number"})
        for row in rows
    }


def locked(db: sa.Connection, organisation: OrganisationId, number: int) -> Offer:
    """What became of an issue, locked: two looks at once take it in once."""
    values = {"organisation": organisation, "number": number}
    db.execute(_ADD, values)
    return Offer(**db.execute(_LOCK, values).mappings().one())


def taken(
    db: sa.Connection,
    organisation: OrganisationId,
    number: int,
    judged: str,
    artifact: ArtifactId,
) -> None:
    """It is an artifact's issue now."""
    values = {"organisation": organisation, "number": number}
    db.execute(_TAKEN, {**values, "judged": judged, "artifact": artifact})


def declined(db: sa.Connection, organisation: OrganisationId, number: int, judged: str) -> None:
    """It is not taken in as it stands, and that is to be told."""
    db.execute(_DECLINED, {"organisation": organisation, "number": number, "judged": judged})


def answered(db: sa.Connection, organisation: OrganisationId, number: int) -> None:
    """It was told."""
    db.execute(_ANSWERED, {"organisation": organisation, "number": number})
