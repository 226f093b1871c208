"""Rows of flags; all their SQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from headrace.capabilities.flags.model import (
    Definition,
    Finding,
    Flag,
    Kill,
    Revision,
    Segment,
    Staleness,
    Usage,
    ValueKind,
)
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import canonical, from_json, to_json

_BUMP = sa.text(
    "INSERT INTO flags_state (organisation, revision) VALUES (:organisation, 1) "
    "ON CONFLICT (organisation) DO UPDATE SET revision = flags_state.revision + 1 RETURNING revision"
)
_REVISION = sa.text("SELECT revision FROM flags_state WHERE organisation = :organisation")
_COLUMNS = (
    "key, kind, salt, definition, revision, created_at, created_by, changed_at, settled_at, "
    "killed_by, killed_at, killed_for, archived_at"
)
_ADD = sa.text(
    f"INSERT INTO flags_flag (organisation, {_COLUMNS}) VALUES (:organisation, :key, :kind, :salt, "
    "CAST(:definition AS jsonb), :revision, :created_at, :created_by, :changed_at, :settled_at, "
    ":killed_by, :killed_at, :killed_for, :archived_at) ON CONFLICT DO NOTHING RETURNING 1"
)
_PUT = sa.text(
    "UPDATE flags_flag SET definition = CAST(:definition AS jsonb), revision = :revision, "
    "changed_at = :changed_at, settled_at = :settled_at, killed_by = :killed_by, "
    "killed_at = :killed_at, killed_for = :killed_for, archived_at = :archived_at "
    "WHERE organisation = :organisation AND key = :key"
)
_ONE = f"SELECT {_COLUMNS} FROM flags_flag WHERE organisation = :organisation AND key = :key"
_READ, _LOCK = sa.text(_ONE), sa.text(f"{_ONE} FOR UPDATE")
_PAGE = sa.text(
    f"SELECT {_COLUMNS} FROM flags_flag WHERE organisation = :organisation AND key > :after "
    "AND (:archived OR archived_at IS NULL) ORDER BY key LIMIT :limit"
)
_ADD_REVISION = sa.text(
    "INSERT INTO flags_revision (organisation, flag, revision, change, definition, reason, by, at) "
    "VALUES (:organisation, :flag, :revision, :change, CAST(:definition AS jsonb), :reason, :by, :at)"
)
_REVISIONS = sa.text(
    "SELECT flag, revision, change, definition, reason, by, at FROM flags_revision "
    "WHERE organisation = :organisation AND flag = :flag "
    "AND (CAST(:before AS bigint) IS NULL OR revision < :before) ORDER BY revision DESC LIMIT :limit"
)
_PUT_SEGMENT = sa.text(
    "INSERT INTO flags_segment (organisation, key, definition) "
    "VALUES (:organisation, :key, CAST(:definition AS jsonb)) "
    "ON CONFLICT (organisation, key) DO UPDATE SET definition = excluded.definition"
)
_DROP_SEGMENT = sa.text(
    "DELETE FROM flags_segment WHERE organisation = :organisation AND key = :key RETURNING 1"
)
_SEGMENTS = sa.text(
    "SELECT definition FROM flags_segment WHERE organisation = :organisation ORDER BY key"
)
_USE = sa.text(
    "INSERT INTO flags_usage (organisation, flag, variant, day, evaluations, last_at) "
    "SELECT :organisation, :flag, :variant, :day, :evaluations, :last_at WHERE EXISTS "
    "(SELECT 1 FROM flags_flag WHERE organisation = :organisation AND key = :flag) "
    "ON CONFLICT (organisation, flag, variant, day) DO UPDATE SET "
    "evaluations = flags_usage.evaluations + excluded.evaluations, "
    "last_at = greatest(flags_usage.last_at, excluded.last_at)"
)
_USED = sa.text(
    "SELECT flag, variant, sum(evaluations)::bigint AS evaluations, max(last_at) AS last_at "
    "FROM flags_usage WHERE organisation = :organisation "
    "AND (CAST(:flag AS text) IS NULL OR flag = :flag) GROUP BY flag, variant ORDER BY flag, variant"
)
_FORGET_USE = sa.text(
    "DELETE FROM flags_usage u WHERE organisation = :organisation AND day < :before "
    "AND EXISTS (SELECT 1 FROM flags_usage n WHERE n.organisation = :organisation "
    "AND n.flag = u.flag AND n.day > u.day)"
)
_TOLD = sa.text("SELECT flag, staleness FROM flags_finding WHERE organisation = :organisation")
_TELL = sa.text(
    "INSERT INTO flags_finding (organisation, flag, staleness, told_at) "
    "VALUES (:organisation, :flag, :staleness, :told_at) ON CONFLICT DO NOTHING"
)
_UNTELL = sa.text(
    "DELETE FROM flags_finding WHERE organisation = :organisation AND flag = :flag "
    "AND staleness = :staleness"
)


def bump(db: sa.Connection, organisation: OrganisationId) -> int:
    """The next revision of all flags together; one unit of work at a time holds it."""
    number: int = db.execute(_BUMP, {"organisation": organisation}).scalar_one()
    return number


def revision(db: sa.Connection, organisation: OrganisationId) -> int:
    found = db.execute(_REVISION, {"organisation": organisation}).scalar_one_or_none()
    return found or 0


def add(db: sa.Connection, organisation: OrganisationId, flag: Flag) -> bool:
    """Whether the key was free."""
    return db.execute(_ADD, _row(organisation, flag)).one_or_none() is not None


def put(db: sa.Connection, organisation: OrganisationId, flag: Flag) -> None:
    db.execute(_PUT, _row(organisation, flag))


def find(
    db: sa.Connection, organisation: OrganisationId, key: str, *, lock: bool = False
) -> Flag | None:
    values = {"organisation": organisation, "key": key}
    row = db.execute(_LOCK if lock else _READ, values).mappings().one_or_none()
    return _flag(row) if row is not None else None


def flags(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    after: str,
    limit: int | None,
    archived: bool,
) -> Sequence[Flag]:
    """Flags by key; `limit` None is all of them."""
    values = {"organisation": organisation, "after": after, "limit": limit, "archived": archived}
    return [_flag(row) for row in db.execute(_PAGE, values).mappings()]


def add_revision(db: sa.Connection, organisation: OrganisationId, revision: Revision) -> None:
    definition = _text(revision.definition)
    db.execute(
        _ADD_REVISION, {"organisation": organisation, **vars(revision), "definition": definition}
    )


def revisions(
    db: sa.Connection, organisation: OrganisationId, flag: str, before: int | None, limit: int
) -> Sequence[Revision]:
    """Newest first."""
    values = {"organisation": organisation, "flag": flag, "before": before, "limit": limit}
    return [
        Revision(**{**row, "definition": from_json(Definition, row["definition"])})
        for row in db.execute(_REVISIONS, values).mappings()
    ]


def put_segment(db: sa.Connection, organisation: OrganisationId, segment: Segment) -> None:
    values = {"organisation": organisation, "key": segment.key, "definition": _text(segment)}
    db.execute(_PUT_SEGMENT, values)


def drop_segment(db: sa.Connection, organisation: OrganisationId, key: str) -> bool:
    """Whether there was one."""
    values = {"organisation": organisation, "key": key}
    return db.execute(_DROP_SEGMENT, values).one_or_none() is not None


def segments(db: sa.Connection, organisation: OrganisationId) -> Sequence[Segment]:
    rows = db.execute(_SEGMENTS, {"organisation": organisation}).scalars()
    return [from_json(Segment, definition) for definition in rows]


def note_use(
    db: sa.Connection,
    organisation: OrganisationId,
    counts: Mapping[tuple[str, str], int],
    at: datetime,
) -> None:
    """Add evaluations by flag and variant; sorted, so that two processes lock in one order."""
    if not counts:
        return
    day = {"organisation": organisation, "day": at.date(), "last_at": at}
    db.execute(
        _USE,
        [
            {**day, "flag": flag, "variant": variant, "evaluations": number}
            for (flag, variant), number in sorted(counts.items())
        ],
    )


def usage(
    db: sa.Connection, organisation: OrganisationId, flag: str | None = None
) -> Mapping[str, Usage]:
    """Use by flag; a flag that nobody asked for is missing."""
    found: dict[str, Usage] = {}
    for row in db.execute(_USED, {"organisation": organisation, "flag": flag}):
        so_far = found.get(row.flag, Usage(flag=row.flag))
        found[row.flag] = Usage(
            flag=row.flag,
            evaluations={**so_far.evaluations, row.variant: row.evaluations},
            last_at=max(so_far.last_at or row.last_at, row.last_at),
        )
    return found


def forget_use(db: sa.Connection, organisation: OrganisationId, before: date) -> int:
    """Delete days before a date, but for the last day on which a flag was asked for."""
    values = {"organisation": organisation, "before": before}
    return db.execute(_FORGET_USE, values).rowcount


def told(db: sa.Connection, organisation: OrganisationId) -> set[tuple[str, Staleness]]:
    """What was told about stale flags and still stands."""
    rows = db.execute(_TOLD, {"organisation": organisation})
    return {(row.flag, Staleness(row.staleness)) for row in rows}


def tell(db: sa.Connection, organisation: OrganisationId, finding: Finding, at: datetime) -> None:
    values = {"flag": finding.flag, "staleness": finding.staleness, "told_at": at}
    db.execute(_TELL, {"organisation": organisation, **values})


def untell(
    db: sa.Connection, organisation: OrganisationId, gone: Iterable[tuple[str, Staleness]]
) -> None:
    """Forget what no longer holds, so that it is told again when it does."""
    for flag, staleness in sorted(gone):
        values = {"organisation": organisation, "flag": flag, "staleness": staleness}
        db.execute(_UNTELL, values)


def _text(value: object) -> str:
    return canonical(to_json(value)).decode()


def _row(organisation: OrganisationId, flag: Flag) -> dict[str, object]:
    kill = flag.kill
    return {
        "organisation": organisation,
        **{name: value for name, value in vars(flag).items() if name != "kill"},
        "definition": _text(flag.definition),
        "killed_by": kill.by if kill else None,
        "killed_at": kill.at if kill else None,
        "killed_for": kill.reason if kill else None,
    }


def _flag(row: sa.RowMapping) -> Flag:
    kill = None
    if row["killed_at"] is not None:
        kill = Kill(by=row["killed_by"], at=row["killed_at"], reason=row["killed_for"])
    values = {name: value for name, value in row.items() if not name.startswith("killed_")}
    return Flag(
        **{
            **values,
            "kind": ValueKind(row["kind"]),
            "definition": from_json(Definition, row["definition"]),
            "kill": kill,
        }
    )
