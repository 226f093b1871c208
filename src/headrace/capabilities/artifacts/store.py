"""Rows of artifacts; all its SQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactId,
    Link,
    LinkKind,
    Made,
    Phase,
    Version,
    VersionRef,
)
from headrace.kernel.ids import OrganisationId, PrincipalId
from headrace.kernel.json import Json, canonical

_ARTIFACT = "id, type, slug, context, parts, path, reference, head, effective, created_at, archived"
_FIND = sa.text(
    f"SELECT {_ARTIFACT} FROM artifacts_artifact WHERE organisation = :organisation AND id = :id"
)
_LOCK = sa.text(
    f"SELECT {_ARTIFACT} FROM artifacts_artifact WHERE organisation = :organisation AND id = :id "
    "FOR UPDATE"
)
_BY_PATH = sa.text(
    f"SELECT {_ARTIFACT} FROM artifacts_artifact WHERE organisation = :organisation AND path = :path"
)
_SEARCH = sa.text(
    f"SELECT {_ARTIFACT} FROM artifacts_artifact WHERE organisation = :organisation "
    "AND (CAST(:type AS text) IS NULL OR type = :type) "
    "AND (CAST(:context AS text) IS NULL OR context = :context) "
    "AND (NOT :effective_only OR effective IS NOT NULL) "
    "AND (CAST(:after AS text) IS NULL OR id > :after) ORDER BY id LIMIT :limit"
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
_EFFECTIVE = sa.text(
    "UPDATE artifacts_artifact SET effective = :number WHERE organisation = :organisation AND id = :id"
)
_VERSION = (
    "v.artifact, v.number, v.title, v.content, v.content_hash, v.phase, v.made_by, v.brain, v.run, "
    "v.recipe, v.base, v.note, v.change, v.commit, v.no_effect, v.created_at, a.type, a.context, a.path "
    "FROM artifacts_version v JOIN artifacts_artifact a "
    "ON a.organisation = v.organisation AND a.id = v.artifact WHERE v.organisation = :organisation"
)
_ONE = sa.text(f"SELECT {_VERSION} AND v.artifact = :artifact AND v.number = :number")
_ALL_OF = sa.text(f"SELECT {_VERSION} AND v.artifact = :artifact ORDER BY v.number DESC")
_EFFECTIVE_OF = sa.text(
    f"SELECT {_VERSION} AND v.number = a.effective AND NOT a.archived "
    "AND (CAST(:type AS text) IS NULL OR a.type = :type) "
    "AND (CAST(:contexts AS text[]) IS NULL OR a.context = ANY(:contexts)) "
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
_ADD_ELEMENT = sa.text(
    "INSERT INTO artifacts_element (organisation, artifact, number, element, hash) "
    "VALUES (:organisation, :artifact, :number, :element, :hash)"
)
_ELEMENTS = sa.text(
    "SELECT element, hash FROM artifacts_element "
    "WHERE organisation = :organisation AND artifact = :artifact AND number = :number"
)
_ADD_LINK = sa.text(
    "INSERT INTO artifacts_link (organisation, artifact, number, kind, target, target_number, element) "
    "VALUES (:organisation, :artifact, :number, :kind, :target, :target_number, :element) "
    "ON CONFLICT DO NOTHING"
)
_LINKS = sa.text(
    "SELECT kind, target, target_number, element FROM artifacts_link WHERE organisation = :organisation "
    "AND artifact = :artifact AND number = :number ORDER BY kind, target, target_number, element"
)
_LINKED_FROM = sa.text(
    "SELECT artifact, number, kind, element FROM artifacts_link WHERE organisation = :organisation "
    "AND target = :artifact AND target_number = :number ORDER BY artifact, number, kind, element"
)
_ACKNOWLEDGE = sa.text(
    "INSERT INTO artifacts_acknowledgement (organisation, artifact, number, target, target_number, "
    "by, note, at) VALUES (:organisation, :artifact, :number, :target, :target_number, :by, :note, :at) "
    "ON CONFLICT DO NOTHING"
)
_ACKNOWLEDGED = sa.text(
    "SELECT 1 FROM artifacts_acknowledgement WHERE organisation = :organisation "
    "AND artifact = :artifact AND number = :number AND target = :target "
    "AND target_number = :target_number"
)
_QUIET = sa.text(
    "SELECT bool_and(no_effect) FROM artifacts_version WHERE organisation = :organisation "
    "AND artifact = :artifact AND number > :after AND number <= :upto AND commit IS NOT NULL"
)
_COUNT = sa.text(
    "INSERT INTO artifacts_counter (organisation, series, last) VALUES (:organisation, :series, 1) "
    "ON CONFLICT (organisation, series) DO UPDATE SET last = artifacts_counter.last + 1 RETURNING last"
)
_RESERVE_NUMBER = sa.text(
    "INSERT INTO artifacts_counter (organisation, series, last) VALUES (:organisation, :series, :last) "
    "ON CONFLICT (organisation, series) "
    "DO UPDATE SET last = greatest(artifacts_counter.last, excluded.last)"
)
_LOCK_NAMES = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 0))")


def lock_names(db: sa.Connection, organisation: OrganisationId, type: str) -> None:
    """Whoever looks for a free name of this type now comes one after the other."""
    db.execute(_LOCK_NAMES, {"place": f"artifacts_names:{organisation}:{type}"})


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


def search(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    type: str | None,
    context: str | None,
    effective_only: bool,
    after: str | None,
    limit: int,
) -> Sequence[Artifact]:
    """Artifacts by id, from behind `after`."""
    values = {
        "organisation": organisation,
        "type": type,
        "context": context,
        "effective_only": effective_only,
        "after": after,
        "limit": limit,
    }
    return [Artifact(**row) for row in db.execute(_SEARCH, values).mappings()]


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


def version(db: sa.Connection, organisation: OrganisationId, ref: VersionRef) -> Version | None:
    row = db.execute(_ONE, _place(organisation, ref)).mappings().one_or_none()
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
    type: str | None,
    contexts: Iterable[str] | None,
) -> Sequence[Version]:
    """Effective versions of a type in any of the contexts, oldest first."""
    values = {
        "organisation": organisation,
        "type": type,
        "contexts": None if contexts is None else list(contexts),
    }
    return [_version(row) for row in db.execute(_EFFECTIVE_OF, values).mappings()]


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
    db.execute(_DROP_ELEMENTS, _place(organisation, version.ref))
    db.execute(_DROP_LINKS, _place(organisation, version.ref))


def set_phase(
    db: sa.Connection, organisation: OrganisationId, ref: VersionRef, phase: Phase
) -> None:
    db.execute(_SET_PHASE, {**_place(organisation, ref), "phase": phase})


def set_change(
    db: sa.Connection, organisation: OrganisationId, ref: VersionRef, change: str
) -> None:
    db.execute(_SET_CHANGE, {**_place(organisation, ref), "change": change})


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
    db.execute(_SET_MERGED, {**_place(organisation, ref), **values})


def add_elements(
    db: sa.Connection, organisation: OrganisationId, ref: VersionRef, hashes: Mapping[str, str]
) -> None:
    rows = [
        {**_place(organisation, ref), "element": element, "hash": hashed}
        for element, hashed in hashes.items()
    ]
    if rows:
        db.execute(_ADD_ELEMENT, rows)


def elements(db: sa.Connection, organisation: OrganisationId, ref: VersionRef) -> dict[str, str]:
    """Hash by element of a version."""
    return {row.element: row.hash for row in db.execute(_ELEMENTS, _place(organisation, ref))}


def add_links(
    db: sa.Connection, organisation: OrganisationId, ref: VersionRef, links: Iterable[Link]
) -> None:
    rows = [
        {
            **_place(organisation, ref),
            "kind": link.kind,
            "target": link.target.artifact,
            "target_number": link.target.number,
            "element": link.target.element,
        }
        for link in links
    ]
    if rows:
        db.execute(_ADD_LINK, rows)


def links(db: sa.Connection, organisation: OrganisationId, ref: VersionRef) -> Sequence[Link]:
    """What a version was made from or speaks of."""
    return [
        Link(
            kind=LinkKind(row.kind),
            target=VersionRef(ArtifactId(row.target), row.target_number, row.element),
        )
        for row in db.execute(_LINKS, _place(organisation, ref))
    ]


def linked_from(
    db: sa.Connection, organisation: OrganisationId, ref: VersionRef
) -> Sequence[tuple[VersionRef, LinkKind]]:
    """The versions that were made from this one or speak of it."""
    return [
        (VersionRef(ArtifactId(row.artifact), row.number), LinkKind(row.kind))
        for row in db.execute(_LINKED_FROM, _place(organisation, ref))
    ]


def acknowledge(
    db: sa.Connection,
    organisation: OrganisationId,
    ref: VersionRef,
    target: VersionRef,
    *,
    by: PrincipalId,
    note: str,
    at: datetime,
) -> None:
    db.execute(
        _ACKNOWLEDGE,
        {**_place(organisation, ref), **_target(target), "by": by, "note": note, "at": at},
    )


def acknowledged(
    db: sa.Connection, organisation: OrganisationId, ref: VersionRef, target: VersionRef
) -> bool:
    values = {**_place(organisation, ref), **_target(target)}
    return db.execute(_ACKNOWLEDGED, values).one_or_none() is not None


def all_quiet(
    db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId, after: int, upto: int
) -> bool:
    """Whether every version merged in (after, upto] was marked as without effect downstream."""
    values = {"organisation": organisation, "artifact": artifact, "after": after, "upto": upto}
    return bool(db.execute(_QUIET, values).scalar_one())


def count(db: sa.Connection, organisation: OrganisationId, series: str) -> int:
    """The next number of a series, 1 first; its row stays locked until the unit ends."""
    number: int = db.execute(_COUNT, {"organisation": organisation, "series": series}).scalar_one()
    return number


def reserve_number(db: sa.Connection, organisation: OrganisationId, series: str, last: int) -> None:
    """See to it that the series goes on behind `last`."""
    db.execute(_RESERVE_NUMBER, {"organisation": organisation, "series": series, "last": last})


def _values(organisation: OrganisationId, version: Version) -> dict[str, object]:
    return {
        **_place(organisation, version.ref),
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


def _place(organisation: OrganisationId, ref: VersionRef) -> dict[str, object]:
    return {"organisation": organisation, "artifact": ref.artifact, "number": ref.number}


def _target(ref: VersionRef) -> dict[str, object]:
    return {"target": ref.artifact, "target_number": ref.number}


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
        made=Made(
            by=PrincipalId(row["made_by"]), brain=row["brain"], run=row["run"], recipe=row["recipe"]
        ),
        base=row["base"],
        note=row["note"],
        change=row["change"],
        commit=row["commit"],
        no_effect=row["no_effect"],
        created_at=row["created_at"],
    )
