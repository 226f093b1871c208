"""Rows of elements and links: what was made from what, and what has moved since."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.artifacts.model import (
    ArtifactId,
    Direction,
    Hop,
    Link,
    LinkKind,
    Phase,
    Step,
    VersionRef,
)
from headrace.capabilities.artifacts.store.versions import made, place
from headrace.kernel.ids import OrganisationId, PrincipalId

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

_CHAIN = """
WITH RECURSIVE chain (artifact, number, distance) AS (
    SELECT artifact, number, 0 FROM artifacts_version
    WHERE organisation = :organisation
    AND (artifact, number) IN (SELECT * FROM unnest(CAST(:artifacts AS text[]), CAST(:numbers AS int[])))
    UNION
    SELECT l.{there}, l.{there_number}, chain.distance + 1
    FROM chain JOIN artifacts_link l ON l.organisation = :organisation
    AND l.{here} = chain.artifact AND l.{here_number} = chain.number
    WHERE chain.distance < :hops
), nearest AS (
    SELECT artifact, number, min(distance) AS distance FROM chain GROUP BY artifact, number
    ORDER BY 3, 1, 2 LIMIT :limit
)
"""
_BACK = {
    "here": "artifact",
    "here_number": "number",
    "there": "target",
    "there_number": "target_number",
}
_FORWARD = {
    "here": "target",
    "here_number": "target_number",
    "there": "artifact",
    "there_number": "number",
}
_HOPS = (
    "SELECT n.artifact, n.number, n.distance, a.type, v.title, a.context, a.reference, a.path, v.phase, "
    "v.made_by, v.brain, v.run, v.recipe, v.change, v.commit, v.created_at FROM nearest n "
    "JOIN artifacts_version v ON v.organisation = :organisation AND v.artifact = n.artifact "
    "AND v.number = n.number "
    "JOIN artifacts_artifact a ON a.organisation = :organisation AND a.id = n.artifact "
    "ORDER BY n.distance, v.created_at, n.artifact, n.number"
)
_CHAINS = {
    Direction.BACK: sa.text(_CHAIN.format(**_BACK) + _HOPS),
    Direction.FORWARD: sa.text(_CHAIN.format(**_FORWARD) + _HOPS),
}
_MADE_IN = sa.text(
    "SELECT v.artifact, v.number, 0 AS distance, a.type, v.title, a.context, a.reference, a.path, "
    "v.phase, v.made_by, v.brain, v.run, v.recipe, v.change, v.commit, v.created_at "
    "FROM artifacts_version v JOIN artifacts_artifact a "
    "ON a.organisation = v.organisation AND a.id = v.artifact "
    "WHERE v.organisation = :organisation AND v.run = ANY(:runs) "
    "ORDER BY v.created_at, v.artifact, v.number"
)
_STEPS = sa.text(
    "WITH found AS (SELECT * FROM unnest(CAST(:artifacts AS text[]), CAST(:numbers AS int[])) "
    "AS one (artifact, number)) "
    "SELECT l.artifact, l.number, l.kind, l.target, l.target_number, l.element FROM artifacts_link l "
    "JOIN found f ON f.artifact = l.artifact AND f.number = l.number "
    "JOIN found t ON t.artifact = l.target AND t.number = l.target_number "
    "WHERE l.organisation = :organisation "
    "ORDER BY l.artifact, l.number, l.kind, l.target, l.target_number, l.element"
)


def add_elements(
    db: sa.Connection, organisation: OrganisationId, ref: VersionRef, hashes: Mapping[str, str]
) -> None:
    rows = [
        {**place(organisation, ref), "element": element, "hash": hashed}
        for element, hashed in hashes.items()
    ]
    if rows:
        db.execute(_ADD_ELEMENT, rows)


def elements(db: sa.Connection, organisation: OrganisationId, ref: VersionRef) -> dict[str, str]:
    """Hash by element of a version."""
    return {row.element: row.hash for row in db.execute(_ELEMENTS, place(organisation, ref))}


def add_links(
    db: sa.Connection, organisation: OrganisationId, ref: VersionRef, links: Iterable[Link]
) -> None:
    rows = [
        {
            **place(organisation, ref),
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
        for row in db.execute(_LINKS, place(organisation, ref))
    ]


def linked_from(
    db: sa.Connection, organisation: OrganisationId, ref: VersionRef
) -> Sequence[tuple[VersionRef, LinkKind]]:
    """The versions that were made from this one or speak of it."""
    return [
        (VersionRef(ArtifactId(row.artifact), row.number), LinkKind(row.kind))
        for row in db.execute(_LINKED_FROM, place(organisation, ref))
    ]


def chain(
    db: sa.Connection,
    organisation: OrganisationId,
    begin: Collection[VersionRef],
    direction: Direction,
    *,
    hops: int,
    limit: int,
) -> Sequence[Hop]:
    """The versions of a chain, nearest first, no more than `limit`; one query, however long it is."""
    values = {**_named(organisation, begin), "hops": hops, "limit": limit}
    return [_hop(row) for row in db.execute(_CHAINS[direction], values).mappings()]


def made_in(
    db: sa.Connection, organisation: OrganisationId, runs: Collection[str]
) -> Sequence[Hop]:
    """The versions that these runs made, oldest first, each at distance 0."""
    found = db.execute(_MADE_IN, {"organisation": organisation, "runs": list(runs)})
    return [_hop(row) for row in found.mappings()]


def steps(
    db: sa.Connection, organisation: OrganisationId, refs: Collection[VersionRef]
) -> Sequence[Step]:
    """Every link between versions of this set."""
    return [
        Step(
            version=VersionRef(ArtifactId(row.artifact), row.number),
            kind=LinkKind(row.kind),
            target=VersionRef(ArtifactId(row.target), row.target_number, row.element),
        )
        for row in db.execute(_STEPS, _named(organisation, refs))
    ]


def _named(organisation: OrganisationId, refs: Collection[VersionRef]) -> dict[str, object]:
    return {
        "organisation": organisation,
        "artifacts": [one.artifact for one in refs],
        "numbers": [one.number for one in refs],
    }


def _hop(row: sa.RowMapping) -> Hop:
    return Hop(
        ref=VersionRef(ArtifactId(row["artifact"]), row["number"]),
        distance=row["distance"],
        type=row["type"],
        title=row["title"],
        context=row["context"],
        reference=row["reference"],
        path=row["path"],
        phase=Phase(row["phase"]),
        made=made(row),
        change=row["change"],
        commit=row["commit"],
        created_at=row["created_at"],
    )


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
        {**place(organisation, ref), **_target(target), "by": by, "note": note, "at": at},
    )


def acknowledged(
    db: sa.Connection, organisation: OrganisationId, ref: VersionRef, target: VersionRef
) -> bool:
    values = {**place(organisation, ref), **_target(target)}
    return db.execute(_ACKNOWLEDGED, values).one_or_none() is not None


def all_quiet(
    db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId, after: int, upto: int
) -> bool:
    """Whether every version merged in (after, upto] was marked as without effect downstream."""
    values = {"organisation": organisation, "artifact": artifact, "after": after, "upto": upto}
    return bool(db.execute(_QUIET, values).scalar_one())


def _target(ref: VersionRef) -> dict[str, object]:
    return {"target": ref.artifact, "target_number": ref.number}
