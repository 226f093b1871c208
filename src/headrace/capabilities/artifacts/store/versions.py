"""Rows of versions."""

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from headrace.capabilities.artifacts.model import (
    ArtifactId,
    Effective,
    Made,
    Phase,
    Version,
    VersionRef,
)
from headrace.kernel.ids import OrganisationId, PrincipalId
from headrace.kernel.json import Json, canonical

_VERSION = (
    "v.artifact, v.number, v.title, v.content, v.content_hash, v.phase, v.made_by, v.brain, v.run, "
    "v.recipe, v.base, v.note, v.change, v.commit, v.no_effect, v.created_at, a.type, a.context, a.path "
    "FROM artifacts_version v JOIN artifacts_artifact a "
    "ON a.organisation = v.organisation AND a.id = v.artifact WHERE v.organisation = :organisation"
)


_ONE = sa.text(f"SELECT {_VERSION} AND v.artifact = :artifact AND v.number = :number")


_ALL_OF = sa.text(f"SELECT {_VERSION} AND v.artifact = :artifact ORDER BY v.number DESC")


_EFFECTIVE_OF = f"SELECT {_VERSION} AND v.number = a.effective "
_OF_TYPE = "AND a.type = :type "
_IN_CONTEXTS = "AND a.context = ANY(:contexts) "


_EFFECTIVE_IN = sa.text(
    "SELECT v.artifact, v.number, a.type, a.context, v.created_at, "
    "CASE WHEN a.type = ANY(:read) THEN v.content END AS content "
    "FROM artifacts_artifact a JOIN artifacts_version v "
    "ON v.organisation = a.organisation AND v.artifact = a.id AND v.number = a.effective "
    "WHERE a.organisation = :organisation AND a.type = ANY(:types) AND a.context = ANY(:contexts) "
    "ORDER BY v.created_at, v.artifact"
)


_ADD = sa.text(
    "INSERT INTO artifacts_version (organisation, artifact, number, title, content, content_hash, "
    "phase, made_by, brain, run, recipe, base, note, created_at) VALUES (:organisation, :artifact, "
    ":number, :title, CAST(:content AS json), :content_hash, :phase, :made_by, :brain, :run, :recipe, "
    ":base, :note, :created_at)"
)


_PUT = sa.text(
    "INSERT INTO artifacts_version (organisation, artifact, number, title, content, content_hash, "
    "phase, made_by, brain, run, recipe, base, note, change, commit, no_effect, created_at) "
    "VALUES (:organisation, :artifact, :number, :title, CAST(:content AS json), :content_hash, :phase, "
    ":made_by, :brain, :run, :recipe, :base, :note, :change, :commit, :no_effect, :created_at) "
    "ON CONFLICT (organisation, artifact, number) DO UPDATE SET title = excluded.title, "
    "content = excluded.content, content_hash = excluded.content_hash, phase = excluded.phase, "
    "made_by = excluded.made_by, brain = excluded.brain, run = excluded.run, "
    "recipe = excluded.recipe, note = excluded.note, change = excluded.change, "
    "commit = excluded.commit, no_effect = excluded.no_effect"
)


_DROP_ELEMENTS = sa.text(
    "DELETE FROM artifacts_element "
    "WHERE organisation = :organisation AND artifact = :artifact AND number = :number"
)


_DROP_LINKS = sa.text(
    "DELETE FROM artifacts_link "
    "WHERE organisation = :organisation AND artifact = :artifact AND number = :number"
)


_SET_PHASE = sa.text(
    "UPDATE artifacts_version SET phase = :phase "
    "WHERE organisation = :organisation AND artifact = :artifact AND number = :number"
)


_SET_CHANGE = sa.text(
    "UPDATE artifacts_version SET change = :change "
    "WHERE organisation = :organisation AND artifact = :artifact AND number = :number"
)


_SET_MERGED = sa.text(
    "UPDATE artifacts_version SET change = coalesce(:change, change), commit = :commit, "
    "phase = :phase, no_effect = :no_effect "
    "WHERE organisation = :organisation AND artifact = :artifact AND number = :number"
)


def version(db: sa.Connection, organisation: OrganisationId, ref: VersionRef) -> Version | None:
    row = db.execute(_ONE, place(organisation, ref)).mappings().one_or_none()
    return _version(row) if row is not None else None


def versions(
    db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId
) -> Sequence[Version]:
    """Every version, newest first."""
    rows = db.execute(_ALL_OF, {"organisation": organisation, "artifact": artifact}).mappings()
    return [_version(row) for row in rows]


def effective_versions(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    type: str,
    contexts: Iterable[str] | None,
) -> Sequence[Version]:
    """Effective versions of a type, in any of the contexts, oldest first."""
    asked: dict[str, object] = {"organisation": organisation, "type": type}
    statement = _EFFECTIVE_OF + _OF_TYPE
    if contexts is not None:
        statement += _IN_CONTEXTS
        asked["contexts"] = list(contexts)
    statement += "ORDER BY v.created_at, v.artifact"
    return [_version(row) for row in db.execute(sa.text(statement), asked).mappings()]


def effective_in(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    types: Iterable[str],
    contexts: Iterable[str],
    read: Iterable[str],
) -> Sequence[Effective]:
    """Effective versions of these types in these contexts, oldest first; of the types in `read` with
    their content."""
    asked = {"types": list(types), "contexts": list(contexts), "read": list(read)}
    rows = db.execute(_EFFECTIVE_IN, {"organisation": organisation, **asked}).mappings()
    return [
        Effective(
            ref=VersionRef(ArtifactId(row["artifact"]), row["number"]),
            type=row["type"],
            context=row["context"],
            content=row["content"],
            created_at=row["created_at"],
        )
        for row in rows
    ]


def add_version(db: sa.Connection, organisation: OrganisationId, version: Version) -> None:
    db.execute(_ADD, _values(organisation, version))


def put_version(db: sa.Connection, organisation: OrganisationId, version: Version) -> None:
    """The row as given, without its elements and links; its base and its moment are kept."""
    merged = {
        "change": version.change,
        "commit": version.commit,
        "no_effect": version.no_effect,
    }
    db.execute(_PUT, {**_values(organisation, version), **merged})
    db.execute(_DROP_ELEMENTS, place(organisation, version.ref))
    db.execute(_DROP_LINKS, place(organisation, version.ref))


def set_phase(
    db: sa.Connection, organisation: OrganisationId, ref: VersionRef, phase: Phase
) -> None:
    db.execute(_SET_PHASE, {**place(organisation, ref), "phase": phase})


def set_change(
    db: sa.Connection, organisation: OrganisationId, ref: VersionRef, change: str
) -> None:
    db.execute(_SET_CHANGE, {**place(organisation, ref), "change": change})


def set_merged(
    db: sa.Connection,
    organisation: OrganisationId,
    ref: VersionRef,
    *,
    change: str | None,
    commit: str,
    no_effect: bool,
) -> None:
    values = {"change": change, "commit": commit, "phase": Phase.APPROVED, "no_effect": no_effect}
    db.execute(_SET_MERGED, {**place(organisation, ref), **values})


def _values(organisation: OrganisationId, version: Version) -> dict[str, object]:
    return {
        **place(organisation, version.ref),
        "title": version.title,
        "content": canonical(dict(version.content)).decode(),
        "content_hash": version.content_hash,
        "phase": version.phase,
        "made_by": version.made.by,
        "brain": version.made.brain,
        "run": version.made.run,
        "recipe": version.made.recipe,
        "base": version.base,
        "note": version.note,
        "created_at": version.created_at,
    }


def place(organisation: OrganisationId, ref: VersionRef) -> dict[str, object]:
    return {"organisation": organisation, "artifact": ref.artifact, "number": ref.number}


def _version(row: sa.RowMapping) -> Version:
    content: Mapping[str, Json] = row["content"]
    return Version(
        ref=VersionRef(ArtifactId(row["artifact"]), row["number"]),
        type=row["type"],
        context=row["context"],
        path=row["path"],
        title=row["title"],
        content=content,
        content_hash=row["content_hash"],
        phase=Phase(row["phase"]),
        made=made(row),
        base=row["base"],
        note=row["note"],
        change=row["change"],
        commit=row["commit"],
        no_effect=row["no_effect"],
        created_at=row["created_at"],
    )


def made(row: sa.RowMapping) -> Made:
    """Who made a version, of a row that has the columns."""
    return Made(
        by=PrincipalId(row["made_by"]), brain=row["brain"], run=row["run"], recipe=row["recipe"]
    )
