"""Rows of missions; all its SQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.missions.model import (
    Mission,
    MissionStatus,
    Priority,
    Step,
    Task,
    TaskStatus,
)
from headrace.kernel.ids import OrganisationId, PrincipalId
from headrace.kernel.json import Json, canonical

_MISSION = (
    "slug, context, title, reference, status, design_required, task_exempt, blocked_by, paths, "
    "opened_at, archived"
)
_FIND = sa.text(
    f"SELECT {_MISSION} FROM missions_mission WHERE organisation = :organisation AND slug = :slug"
)
_LOCK = sa.text(
    f"SELECT {_MISSION} FROM missions_mission WHERE organisation = :organisation AND slug = :slug "
    "FOR UPDATE"
)
_OF_CONTEXT = sa.text(
    f"SELECT {_MISSION} FROM missions_mission WHERE organisation = :organisation "
    "AND context = :context"
)
_LIST = sa.text(
    f"SELECT {_MISSION} FROM missions_mission WHERE organisation = :organisation "
    "AND (CAST(:status AS text) IS NULL OR status = :status) ORDER BY opened_at, slug"
)
_NEWEST = (
    f"SELECT {_MISSION} FROM missions_mission WHERE organisation = :organisation {{narrowed}}"
    "ORDER BY opened_at DESC, slug DESC LIMIT :limit"
)
_OF_STATUS = "AND status = :status "
_BEFORE = (
    "AND (opened_at, slug) < (SELECT opened_at, slug FROM missions_mission "
    "WHERE organisation = :organisation AND slug = :before) "
)
_UNARCHIVED = "AND NOT archived "
_ARCHIVE = sa.text(
    "UPDATE missions_mission SET archived = :archived "
    "WHERE organisation = :organisation AND slug = :slug"
)
_OPEN = sa.text(
    "INSERT INTO missions_mission (organisation, slug, context, title, reference, status, opened_at) "
    "VALUES (:organisation, :slug, :context, :title, :reference, 'proposed', :opened_at) "
    "ON CONFLICT DO NOTHING RETURNING 1"
)
_DESCRIBE = sa.text(
    "UPDATE missions_mission SET reference = coalesce(:reference, reference), title = :title, "
    "design_required = design_required OR :design_required, task_exempt = :task_exempt, "
    "blocked_by = CAST(:blocked_by AS jsonb) WHERE organisation = :organisation AND slug = :slug"
)
_SET_PATHS = sa.text(
    "UPDATE missions_mission SET paths = CAST(:paths AS jsonb), "
    "design_required = design_required OR :design_required "
    "WHERE organisation = :organisation AND slug = :slug"
)
_SET_WAITS = sa.text(
    "UPDATE missions_mission SET blocked_by = CAST(:blocked_by AS jsonb) "
    "WHERE organisation = :organisation AND slug = :slug"
)
_SET_STATUS = sa.text(
    "UPDATE missions_mission SET status = :status WHERE organisation = :organisation AND slug = :slug"
)
_ADD_STEP = sa.text(
    "INSERT INTO missions_step (organisation, mission, number, before, after, by, why, at) "
    "SELECT :organisation, :mission, coalesce(max(number), 0) + 1, :before, :after, :by, :why, :at "
    "FROM missions_step WHERE organisation = :organisation AND mission = :mission"
)
_STEPS = sa.text(
    "SELECT number, before, after, by, why, at FROM missions_step "
    "WHERE organisation = :organisation AND mission = :mission ORDER BY number DESC"
)
_MOVED = sa.text(
    "SELECT mission, max(at) AS at FROM missions_step "
    "WHERE organisation = :organisation AND mission = ANY(:slugs) GROUP BY mission"
)
_TASK = "id, title, stream, division, agent_type, depends_on, priority, target_date, criteria, status, change"
_TASKS = sa.text(
    f"SELECT {_TASK} FROM missions_task WHERE organisation = :organisation AND mission = :mission "
    "ORDER BY id"
)
_ADD_TASK = sa.text(
    "INSERT INTO missions_task (organisation, mission, id, title, stream, division, agent_type, "
    "depends_on, priority, target_date, criteria, status) VALUES (:organisation, :mission, :id, :title, "
    ":stream, :division, :agent_type, CAST(:depends_on AS jsonb), :priority, :target_date, "
    "CAST(:criteria AS jsonb), :status) ON CONFLICT (organisation, mission, id) DO UPDATE SET "
    "title = excluded.title, stream = excluded.stream, division = excluded.division, "
    "agent_type = excluded.agent_type, depends_on = excluded.depends_on, priority = excluded.priority, "
    "target_date = excluded.target_date, criteria = excluded.criteria"
)
_MOVE_TASK = sa.text(
    "UPDATE missions_task SET status = :status, change = coalesce(:change, change) "
    "WHERE organisation = :organisation AND mission = :mission AND id = :id"
)

_BLOCKED_TASKS = sa.text(
    "SELECT count(*) FROM missions_task WHERE organisation = :organisation AND status = 'blocked'"
)
_ADD_UPDATE = sa.text(
    "INSERT INTO missions_update (organisation, mission, number, at, entry) "
    "SELECT :organisation, :mission, coalesce(max(number), 0) + 1, :at, CAST(:entry AS jsonb) "
    "FROM missions_update WHERE organisation = :organisation AND mission = :mission"
)
_UPDATES = sa.text(
    "SELECT entry FROM missions_update WHERE organisation = :organisation AND mission = :mission "
    "ORDER BY number DESC LIMIT :limit"
)


def mission(
    db: sa.Connection, organisation: OrganisationId, slug: str, *, lock: bool = False
) -> Mission | None:
    values = {"organisation": organisation, "slug": slug}
    row = db.execute(_LOCK if lock else _FIND, values).mappings().one_or_none()
    return _mission(row) if row is not None else None


def of_context(db: sa.Connection, organisation: OrganisationId, context: str) -> Mission | None:
    found = db.execute(_OF_CONTEXT, {"organisation": organisation, "context": context}).mappings()
    row = found.one_or_none()
    return _mission(row) if row is not None else None


def missions(
    db: sa.Connection, organisation: OrganisationId, status: MissionStatus | None
) -> Sequence[Mission]:
    """Missions, oldest first."""
    values = {"organisation": organisation, "status": status}
    return [_mission(row) for row in db.execute(_LIST, values).mappings()]


def latest(
    db: sa.Connection,
    organisation: OrganisationId,
    status: MissionStatus | None,
    *,
    archived: bool,
    before: str,
    limit: int,
) -> Sequence[Mission]:
    """Missions, newest first; only what is asked for stands in the statement."""
    narrowed = (_OF_STATUS if status else "") + (_BEFORE if before else "")
    narrowed += "" if archived else _UNARCHIVED
    values = {"organisation": organisation, "limit": limit}
    values |= {"status": status} if status else {}
    values |= {"before": before} if before else {}
    rows = db.execute(sa.text(_NEWEST.format(narrowed=narrowed)), values)
    return [_mission(row) for row in rows.mappings()]


def open_mission(db: sa.Connection, organisation: OrganisationId, mission: Mission) -> bool:
    """Whether it is new."""
    values = {
        "organisation": organisation,
        "slug": mission.slug,
        "context": mission.context,
        "title": mission.title,
        "reference": mission.reference,
        "opened_at": mission.opened_at,
    }
    return db.execute(_OPEN, values).one_or_none() is not None


def set_archived(
    db: sa.Connection, organisation: OrganisationId, slug: str, archived: bool
) -> None:
    db.execute(_ARCHIVE, {"organisation": organisation, "slug": slug, "archived": archived})


def describe(db: sa.Connection, organisation: OrganisationId, mission: Mission) -> None:
    """Write what the approved brief says."""
    values = {
        "organisation": organisation,
        "slug": mission.slug,
        "title": mission.title,
        "reference": mission.reference,
        "design_required": mission.design_required,
        "task_exempt": mission.task_exempt,
        "blocked_by": canonical(list(mission.blocked_by)).decode(),
    }
    db.execute(_DESCRIBE, values)


def set_paths(
    db: sa.Connection,
    organisation: OrganisationId,
    slug: str,
    paths: Iterable[str],
    *,
    design_required: bool,
) -> None:
    values = {
        "organisation": organisation,
        "slug": slug,
        "paths": canonical(list(paths)).decode(),
        "design_required": design_required,
    }
    db.execute(_SET_PATHS, values)


def set_waits(
    db: sa.Connection, organisation: OrganisationId, slug: str, blocked_by: Iterable[str]
) -> None:
    values = {"slug": slug, "blocked_by": canonical(list(blocked_by)).decode()}
    db.execute(_SET_WAITS, {"organisation": organisation, **values})


def set_status(
    db: sa.Connection, organisation: OrganisationId, slug: str, status: MissionStatus
) -> None:
    db.execute(_SET_STATUS, {"organisation": organisation, "slug": slug, "status": status})


def add_step(
    db: sa.Connection,
    organisation: OrganisationId,
    slug: str,
    *,
    before: MissionStatus | None,
    after: MissionStatus,
    by: PrincipalId,
    why: str,
    at: datetime,
) -> None:
    """Append to the mission's log; the mission's row is locked by the caller."""
    values = {"before": before, "after": after, "by": by, "why": why, "at": at}
    db.execute(_ADD_STEP, {"organisation": organisation, "mission": slug, **values})


def steps(db: sa.Connection, organisation: OrganisationId, slug: str) -> Sequence[Step]:
    """Every move of a mission, newest first."""
    return [
        Step(
            **{
                **row,
                "before": MissionStatus(row["before"]) if row["before"] else None,
                "after": MissionStatus(row["after"]),
            }
        )
        for row in db.execute(_STEPS, {"organisation": organisation, "mission": slug}).mappings()
    ]


def moved(
    db: sa.Connection, organisation: OrganisationId, slugs: Iterable[str]
) -> Mapping[str, datetime]:
    """When each of these missions passed its last gate."""
    rows = db.execute(_MOVED, {"organisation": organisation, "slugs": list(slugs)})
    return {row.mission: row.at for row in rows}


def tasks(db: sa.Connection, organisation: OrganisationId, slug: str) -> Sequence[Task]:
    """The tasks of a mission by id."""
    rows = db.execute(_TASKS, {"organisation": organisation, "mission": slug}).mappings()
    return [_task(row) for row in rows]


def put_tasks(
    db: sa.Connection, organisation: OrganisationId, slug: str, tasks: Iterable[Task]
) -> None:
    """Add tasks, or write anew what is planned of those that are there; their status stays."""
    rows = [
        {
            "organisation": organisation,
            "mission": slug,
            "id": task.id,
            "title": task.title,
            "stream": task.stream,
            "division": task.division,
            "agent_type": task.agent_type,
            "depends_on": canonical(list(task.depends_on)).decode(),
            "priority": task.priority,
            "target_date": task.target_date,
            "criteria": canonical(list(task.criteria)).decode(),
            "status": task.status,
        }
        for task in tasks
    ]
    if rows:
        db.execute(_ADD_TASK, rows)


def move_task(
    db: sa.Connection,
    organisation: OrganisationId,
    slug: str,
    task: str,
    status: TaskStatus,
    change: str | None,
) -> None:
    values: Mapping[str, object] = {"id": task, "status": status, "change": change}
    db.execute(_MOVE_TASK, {"organisation": organisation, "mission": slug, **values})


def add_update(
    db: sa.Connection,
    organisation: OrganisationId,
    slug: str,
    at: datetime,
    entry: Mapping[str, Json],
) -> None:
    """Append to the status log; the mission's row is locked by the caller."""
    values = {"mission": slug, "at": at, "entry": canonical(dict(entry)).decode()}
    db.execute(_ADD_UPDATE, {"organisation": organisation, **values})


def updates(
    db: sa.Connection, organisation: OrganisationId, slug: str, limit: int
) -> Sequence[Mapping[str, Json]]:
    """The status log, newest entry first."""
    values = {"organisation": organisation, "mission": slug, "limit": limit}
    return [row.entry for row in db.execute(_UPDATES, values)]


def _mission(row: sa.RowMapping) -> Mission:
    return Mission(
        **{
            **row,
            "status": MissionStatus(row["status"]),
            "blocked_by": tuple(row["blocked_by"]),
            "paths": tuple(row["paths"]),
        }
    )


def _task(row: sa.RowMapping) -> Task:
    return Task(
        **{
            **row,
            "depends_on": tuple(row["depends_on"]),
            "criteria": tuple(row["criteria"]),
            "priority": Priority(row["priority"]),
            "status": TaskStatus(row["status"]),
        }
    )


def blocked_tasks(db: sa.Connection, organisation: OrganisationId) -> int:
    return int(db.execute(_BLOCKED_TASKS, {"organisation": organisation}).scalar_one())
