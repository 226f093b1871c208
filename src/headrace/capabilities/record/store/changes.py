"""Rows of change requests, their members and their reviews."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar, cast

import sqlalchemy as sa

from headrace.capabilities.artifacts.model import ArtifactId, VersionRef
from headrace.capabilities.record.model import (
    ChangeId,
    ChangeRequest,
    ChangeState,
    Decision,
    Failure,
    Member,
    RepositoryId,
    Review,
    ReviewVerdict,
    SelfCheck,
)
from headrace.kernel.ids import OrganisationId, PrincipalId
from headrace.kernel.json import Json, canonical, from_json, to_json

T = TypeVar("T")

_PLAIN = (
    "id, repository, branch, wanted_branch, target, title, body, author, context, state, revision, "
    "attempts, base, head, commit, paths, policies, tasks, self_evaluation, failure, decision, "
    "opened_at, ended_at"
)
_HERE = "FROM record_change WHERE organisation = :organisation"
_ONE = f"SELECT {_PLAIN} {_HERE} AND id = :id"
_FIND = sa.text(_ONE)
_LOCK = sa.text(f"{_ONE} FOR UPDATE")
_LIST = sa.text(
    f"SELECT {_PLAIN} {_HERE} "
    "AND (CAST(:states AS text[]) IS NULL OR state = ANY(:states)) "
    "AND (CAST(:repository AS text) IS NULL OR repository = :repository) "
    "AND (CAST(:context AS text) IS NULL OR context = :context) "
    "AND (CAST(:author AS text) IS NULL OR author = :author) "
    "AND (CAST(:before AS integer) IS NULL OR number < :before) ORDER BY number DESC LIMIT :limit"
)
_NAMED = sa.text(f"SELECT {_PLAIN} {_HERE} AND id = ANY(:ids) ORDER BY number")
_ADD = sa.text(
    "INSERT INTO record_change (organisation, id, number, repository, branch, wanted_branch, target, "
    "title, body, author, context, state, revision, attempts, base, head, commit, paths, policies, "
    "tasks, self_evaluation, failure, decision, opened_at, ended_at) VALUES (:organisation, :id, "
    ":number, :repository, :branch, :wanted_branch, :target, :title, :body, :author, :context, :state, "
    ":revision, :attempts, :base, :head, :commit, CAST(:paths AS jsonb), CAST(:policies AS jsonb), "
    "CAST(:tasks AS jsonb), CAST(:self_evaluation AS jsonb), CAST(:failure AS jsonb), "
    "CAST(:decision AS jsonb), :opened_at, :ended_at)"
)
_SAVE = sa.text(
    "UPDATE record_change SET branch = :branch, title = :title, body = :body, state = :state, "
    "revision = :revision, attempts = :attempts, base = :base, head = :head, commit = :commit, "
    "paths = CAST(:paths AS jsonb), tasks = CAST(:tasks AS jsonb), "
    "self_evaluation = CAST(:self_evaluation AS jsonb), failure = CAST(:failure AS jsonb), "
    "decision = CAST(:decision AS jsonb), ended_at = :ended_at "
    "WHERE organisation = :organisation AND id = :id"
)
_COUNT = sa.text(
    "INSERT INTO record_counter (organisation, series, last) VALUES (:organisation, :series, 1) "
    "ON CONFLICT (organisation, series) DO UPDATE SET last = record_counter.last + 1 RETURNING last"
)
_RESERVE = sa.text(
    "INSERT INTO record_counter (organisation, series, last) VALUES (:organisation, :series, :last) "
    "ON CONFLICT (organisation, series) "
    "DO UPDATE SET last = greatest(record_counter.last, excluded.last)"
)
_MEMBERS = sa.text(
    "SELECT change, artifact, number, hash, path FROM record_member "
    "WHERE organisation = :organisation AND change = ANY(:changes) ORDER BY change, place"
)
_DROP_MEMBERS = sa.text(
    "DELETE FROM record_member WHERE organisation = :organisation AND change = :change"
)
_ADD_MEMBER = sa.text(
    "INSERT INTO record_member (organisation, change, artifact, number, hash, path, place) "
    "VALUES (:organisation, :change, :artifact, :number, :hash, :path, :place)"
)
_LIVE = "c.state IN ('opening', 'open', 'merging', 'failed')"
_JOINED = (
    "FROM record_member m JOIN record_change c ON c.organisation = m.organisation AND c.id = m.change "
    "WHERE m.organisation = :organisation"
)
_TAKING = sa.text(
    f"SELECT c.id {_JOINED} AND m.artifact = :artifact AND m.number = :number AND {_LIVE} LIMIT 1"
)
_IN_FLIGHT = sa.text(f"SELECT m.hash {_JOINED} AND m.artifact = :artifact AND c.state = 'merging'")
_WORKING = sa.text(
    "SELECT id FROM record_change WHERE organisation = :organisation AND repository = :repository "
    "AND branch = :branch AND state IN ('opening', 'open', 'merging', 'failed') LIMIT 1"
)
_OPENING = sa.text(
    f"SELECT id, revision {_HERE} AND repository = :repository AND state = 'opening' ORDER BY number"
)
_ADD_REVIEW = sa.text(
    "INSERT INTO record_review (organisation, change, head, reviewer, verdict, note, at) VALUES "
    "(:organisation, :change, :head, :reviewer, :verdict, :note, :at) "
    "ON CONFLICT (organisation, change, head, reviewer) "
    "DO UPDATE SET verdict = excluded.verdict, note = excluded.note, at = excluded.at"
)
_REVIEWS = sa.text(
    "SELECT change, head, reviewer, verdict, note, at FROM record_review "
    "WHERE organisation = :organisation AND change = ANY(:changes) ORDER BY at, reviewer"
)


def change(
    db: sa.Connection, organisation: OrganisationId, id: str, *, lock: bool = False
) -> ChangeRequest | None:
    """The change with its members; locked until the unit ends when asked for."""
    found = db.execute(_LOCK if lock else _FIND, {"organisation": organisation, "id": id})
    row = found.mappings().one_or_none()
    if row is None:
        return None
    return _change(row, _members(db, organisation, [id]).get(id, ()))


def changes(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    states: Iterable[ChangeState] | None,
    repository: str | None,
    context: str | None,
    author: PrincipalId | None = None,
    before: int | None,
    limit: int,
) -> Sequence[ChangeRequest]:
    """Newest first, those older than `before`."""
    values = {
        "organisation": organisation,
        "states": None if states is None else [state.value for state in states],
        "repository": repository,
        "context": context,
        "author": author,
        "before": before,
        "limit": limit,
    }
    rows = db.execute(_LIST, values).mappings().all()
    members = _members(db, organisation, [row["id"] for row in rows])
    return [_change(row, members.get(row["id"], ())) for row in rows]


def named(
    db: sa.Connection, organisation: OrganisationId, ids: Collection[str]
) -> Sequence[ChangeRequest]:
    """Those of these ids that there are, oldest first."""
    values = {"organisation": organisation, "ids": list(ids)}
    rows = db.execute(_NAMED, values).mappings().all()
    members = _members(db, organisation, [row["id"] for row in rows])
    return [_change(row, members.get(row["id"], ())) for row in rows]


def add_change(db: sa.Connection, organisation: OrganisationId, row: ChangeRequest) -> None:
    number = int(row.id.rpartition("-")[2])
    db.execute(_ADD, {**_values(organisation, row), "number": number})
    replace_members(db, organisation, row)


def save_change(db: sa.Connection, organisation: OrganisationId, row: ChangeRequest) -> None:
    """Write everything but the members."""
    db.execute(_SAVE, _values(organisation, row))


def replace_members(db: sa.Connection, organisation: OrganisationId, row: ChangeRequest) -> None:
    db.execute(_DROP_MEMBERS, {"organisation": organisation, "change": row.id})
    rows = [
        {
            "organisation": organisation,
            "change": row.id,
            "artifact": member.ref.artifact,
            "number": member.ref.number,
            "hash": member.content_hash,
            "path": member.path,
            "place": place,
        }
        for place, member in enumerate(row.members)
    ]
    if rows:
        db.execute(_ADD_MEMBER, rows)


def count(db: sa.Connection, organisation: OrganisationId, series: str) -> int:
    """The next number of a series, 1 first; its row stays locked until the unit ends."""
    number: int = db.execute(_COUNT, {"organisation": organisation, "series": series}).scalar_one()
    return number


def reserve_number(db: sa.Connection, organisation: OrganisationId, series: str, last: int) -> None:
    """See to it that the series goes on behind `last`."""
    db.execute(_RESERVE, {"organisation": organisation, "series": series, "last": last})


def taking_version(
    db: sa.Connection, organisation: OrganisationId, ref: VersionRef
) -> ChangeId | None:
    """The live change that brings this version, or None."""
    values = {"organisation": organisation, "artifact": ref.artifact, "number": ref.number}
    return cast(ChangeId | None, db.execute(_TAKING, values).scalar_one_or_none())


def members_in_flight(
    db: sa.Connection, organisation: OrganisationId, artifact: ArtifactId
) -> Sequence[str]:
    """Hashes of an artifact's versions whose merge is under way."""
    values = {"organisation": organisation, "artifact": artifact}
    return list(db.execute(_IN_FLIGHT, values).scalars())


def working_on(
    db: sa.Connection, organisation: OrganisationId, repository: RepositoryId, branch: str
) -> ChangeId | None:
    """The live change that has this branch, or None."""
    values = {"organisation": organisation, "repository": repository, "branch": branch}
    return cast(ChangeId | None, db.execute(_WORKING, values).scalar_one_or_none())


def opening(
    db: sa.Connection, organisation: OrganisationId, repository: RepositoryId
) -> Sequence[tuple[ChangeId, int]]:
    """Changes whose branch is not written yet, and their revisions, oldest first."""
    values = {"organisation": organisation, "repository": repository}
    return [(ChangeId(row.id), row.revision) for row in db.execute(_OPENING, values)]


def add_review(db: sa.Connection, organisation: OrganisationId, row: Review) -> None:
    """A second one of the same person on the same head takes the place of the first."""
    db.execute(_ADD_REVIEW, {"organisation": organisation, **vars(row)})


def reviews(
    db: sa.Connection, organisation: OrganisationId, *changes: ChangeId
) -> Sequence[Review]:
    """Oldest first, of all heads."""
    values = {"organisation": organisation, "changes": list(changes)}
    rows = db.execute(_REVIEWS, values).mappings()
    return [
        Review(
            **{
                **row,
                "change": ChangeId(row["change"]),
                "reviewer": PrincipalId(row["reviewer"]),
                "verdict": ReviewVerdict(row["verdict"]),
            }
        )
        for row in rows
    ]


def _members(
    db: sa.Connection, organisation: OrganisationId, changes: Sequence[str]
) -> Mapping[str, tuple[Member, ...]]:
    found: dict[str, tuple[Member, ...]] = {}
    if not changes:
        return found
    for row in db.execute(_MEMBERS, {"organisation": organisation, "changes": list(changes)}):
        ref = VersionRef(ArtifactId(row.artifact), row.number)
        member = Member(ref=ref, content_hash=row.hash, path=row.path)
        found[row.change] = (*found.get(row.change, ()), member)
    return found


def _values(organisation: OrganisationId, row: ChangeRequest) -> dict[str, object]:
    values = {name: value for name, value in vars(row).items() if name != "members"}
    for name in ("paths", "policies", "tasks", "self_evaluation", "failure", "decision"):
        values[name] = None if values[name] is None else _text(values[name])
    return {"organisation": organisation, **values}


def _text(value: object) -> str:
    return canonical(to_json(value)).decode()


def _change(row: sa.RowMapping, members: tuple[Member, ...]) -> ChangeRequest:
    return ChangeRequest(
        **{
            **row,
            "id": ChangeId(row["id"]),
            "repository": RepositoryId(row["repository"]),
            "author": PrincipalId(row["author"]),
            "state": ChangeState(row["state"]),
            "members": members,
            "paths": tuple(row["paths"]),
            "policies": tuple(row["policies"]),
            "tasks": tuple(row["tasks"]),
            "self_evaluation": tuple(from_json(SelfCheck, one) for one in row["self_evaluation"]),
            "failure": _optional(Failure, row["failure"]),
            "decision": _optional(Decision, row["decision"]),
        }
    )


def _optional(kind: type[T], data: Json) -> T | None:
    return None if data is None else from_json(kind, data)
