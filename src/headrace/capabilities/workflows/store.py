"""Rows of workflows; all its SQL, the engine's own tables excepted."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from headrace.capabilities.workflows.model import Executor, JobRow, JobState
from headrace.kernel.flow import Job, Queue
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import Json, canonical

_ASK = sa.text(
    "INSERT INTO workflows_job (organisation, flow, key, arguments, queue) "
    "VALUES (:organisation, :flow, :key, CAST(:arguments AS jsonb), :queue) "
    "ON CONFLICT DO NOTHING RETURNING 1"
)
_BEGIN = sa.text(
    "UPDATE workflows_job SET state = 'running', started_at = coalesce(started_at, now()) "
    "WHERE organisation = :organisation AND flow = :flow AND key = :key "
    "AND state IN ('queued', 'running') RETURNING 1"
)
_END = sa.text(
    "UPDATE workflows_job SET state = :state, error = :error, ended_at = now() "
    "WHERE organisation = :organisation AND flow = :flow AND key = :key"
)
_JOBS = sa.text(
    "SELECT flow, key, arguments, queue, state, error, asked_at, started_at, ended_at "
    "FROM workflows_job WHERE organisation = :organisation "
    "AND (CAST(:state AS text) IS NULL OR state = :state) "
    "AND (CAST(:flow AS text) IS NULL OR flow = :flow) "
    "ORDER BY asked_at DESC, key LIMIT :limit"
)
_CANCEL = sa.text(
    "UPDATE workflows_job SET cancel_asked = true WHERE organisation = :organisation "
    "AND flow = :flow AND key = :key RETURNING state"
)
_CANCEL_ASKED = sa.text(
    "SELECT cancel_asked FROM workflows_job WHERE organisation = :organisation "
    "AND flow = :flow AND key = :key"
)
_EFFECT = sa.text(
    "SELECT name, result FROM workflows_effect "
    "WHERE organisation = :organisation AND job = :job AND step = :step"
)
_MARK = sa.text(
    "INSERT INTO workflows_effect (organisation, job, step, name, result) "
    "VALUES (:organisation, :job, :step, :name, CAST(:result AS json))"
)
_SET_TIMER = sa.text(
    "INSERT INTO workflows_timer (organisation, flow, key, arguments, due) "
    "VALUES (:organisation, :flow, :key, CAST(:arguments AS jsonb), :due) "
    "ON CONFLICT (organisation, flow, key) DO UPDATE SET due = excluded.due, arguments = excluded.arguments"
)
_DUE = sa.text(
    "SELECT organisation, flow, key, arguments FROM workflows_timer WHERE due <= :now "
    "ORDER BY due LIMIT 200"
)
_OUTSTANDING = sa.text(
    "SELECT EXISTS (SELECT FROM workflows_job WHERE state IN ('queued', 'running')"
    " AND NOT flow = ANY(:but))"
    " OR EXISTS (SELECT FROM journal_event WHERE position IS NULL)"
    " OR EXISTS (SELECT FROM journal_subscriber"
    " WHERE position < (SELECT max(position) FROM journal_event))"
)
_NEXT_DUE = sa.text("SELECT min(due) FROM workflows_timer")
_DROP_TIMER = sa.text(
    "DELETE FROM workflows_timer WHERE organisation = :organisation AND flow = :flow AND key = :key "
    "AND due <= :now RETURNING 1"
)
_TICK = sa.text(
    "INSERT INTO workflows_tick (organisation, schedule, period) "
    "VALUES (:organisation, :schedule, :period) ON CONFLICT (organisation, schedule) "
    "DO UPDATE SET period = excluded.period, ticked_at = now() "
    "WHERE workflows_tick.period < excluded.period "
    "AND workflows_tick.ticked_at <= now() - CAST(:floor AS interval) "
    "RETURNING (xmax = 0) AS first"
)
_SETTLED = sa.text(
    "SELECT organisation, schedule, "
    "CASE WHEN ticked_at <= now() - CAST(:floor AS interval) THEN period END AS period "
    "FROM workflows_tick"
)
_ENTER = sa.text("INSERT INTO workflows_executor (id, host, pid) VALUES (:id, :host, :pid)")
_BEAT = sa.text(
    "UPDATE workflows_executor SET beat_at = now() WHERE id = :id AND NOT expired RETURNING 1"
)
_LEAVE = sa.text("UPDATE workflows_executor SET expired = true WHERE id = :id")
_LEAVE_PROCESS = sa.text(
    "UPDATE workflows_executor SET expired = true WHERE host = :host AND pid = :pid AND NOT expired"
)
_HOLDS = sa.text("SELECT 1 FROM workflows_executor WHERE id = :id AND NOT expired FOR SHARE")
_EXPIRE = sa.text(
    "UPDATE workflows_executor SET expired = true "
    "WHERE NOT expired AND beat_at < now() - CAST(:lease AS interval) RETURNING id"
)
_EXPIRED = sa.text("SELECT id FROM workflows_executor WHERE expired ORDER BY id")
_FORGET = sa.text(
    "DELETE FROM workflows_executor WHERE expired AND beat_at < now() - interval '1 day'"
)
_EXECUTORS = sa.text(
    "SELECT id, host, pid, extract(epoch FROM now() - beat_at)::float AS silent_for, expired "
    "FROM workflows_executor ORDER BY started_at"
)
_OLD_EFFECTS = sa.text(
    "DELETE FROM workflows_effect e USING workflows_job j WHERE e.organisation = j.organisation "
    "AND e.job = j.flow || ':' || j.key AND j.ended_at < now() - CAST(:age AS interval)"
)
_OLD_JOBS = sa.text("DELETE FROM workflows_job WHERE ended_at < now() - CAST(:age AS interval)")


def ask(db: sa.Connection, organisation: OrganisationId, job: Job, queue: Queue) -> bool:
    """Whether this job is new; one key is asked for once."""
    row = {
        **_key(organisation, job.flow, job.key),
        "queue": queue,
        "arguments": _text(job.arguments),
    }
    return db.execute(_ASK, row).one_or_none() is not None


def begin(db: sa.Connection, organisation: OrganisationId, flow: str, key: str) -> bool:
    """Whether the job may run: it was asked for and has not ended."""
    return db.execute(_BEGIN, _key(organisation, flow, key)).one_or_none() is not None


def end(
    db: sa.Connection,
    organisation: OrganisationId,
    flow: str,
    key: str,
    state: JobState,
    error: str | None = None,
) -> None:
    db.execute(_END, {**_key(organisation, flow, key), "state": state, "error": error})


def jobs(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    state: JobState | None,
    flow: str | None,
    limit: int,
) -> Sequence[JobRow]:
    rows = db.execute(
        _JOBS, {"organisation": organisation, "state": state, "flow": flow, "limit": limit}
    ).mappings()
    return [
        JobRow(**{**row, "queue": Queue(row["queue"]), "state": JobState(row["state"])})
        for row in rows
    ]


def ask_cancel(
    db: sa.Connection, organisation: OrganisationId, flow: str, key: str
) -> JobState | None:
    state = db.execute(_CANCEL, _key(organisation, flow, key)).scalar_one_or_none()
    return JobState(state) if state is not None else None


def cancel_asked(db: sa.Connection, organisation: OrganisationId, flow: str, key: str) -> bool:
    return bool(db.execute(_CANCEL_ASKED, _key(organisation, flow, key)).scalar_one_or_none())


def effect(
    db: sa.Connection, organisation: OrganisationId, job: str, step: int
) -> tuple[str, Json] | None:
    """The name and result of a step whose verb has committed, or None."""
    row = db.execute(
        _EFFECT, {"organisation": organisation, "job": job, "step": step}
    ).one_or_none()
    return (row.name, row.result) if row is not None else None


def mark(
    db: sa.Connection, organisation: OrganisationId, job: str, step: int, name: str, result: Json
) -> None:
    """Write the mark; a second one of the same step is refused by its key."""
    db.execute(
        _MARK,
        {
            "organisation": organisation,
            "job": job,
            "step": step,
            "name": name,
            "result": canonical(result).decode(),
        },
    )


def set_timer(db: sa.Connection, organisation: OrganisationId, job: Job, due: datetime) -> None:
    row = {**_key(organisation, job.flow, job.key), "arguments": _text(job.arguments), "due": due}
    db.execute(_SET_TIMER, row)


def due_timers(db: sa.Connection, now: datetime) -> Sequence[tuple[OrganisationId, Job]]:
    """Timers of all organisations that are due, oldest first; needs the system's role."""
    return [
        (OrganisationId(row.organisation), Job(flow=row.flow, key=row.key, arguments=row.arguments))
        for row in db.execute(_DUE, {"now": now})
    ]


def next_due(db: sa.Connection) -> datetime | None:
    due: datetime | None = db.execute(_NEXT_DUE).scalar_one_or_none()
    return due


def is_outstanding(db: sa.Connection, but: Sequence[str]) -> bool:
    """Whether any organisation has a job of another flow than these, or an event nobody took yet."""
    found: bool = db.execute(_OUTSTANDING, {"but": list(but)}).scalar_one()
    return found


def drop_timer(db: sa.Connection, organisation: OrganisationId, job: Job, now: datetime) -> bool:
    """Whether the timer was still there and due; false when another took or moved it."""
    row = {**_key(organisation, job.flow, job.key), "now": now}
    return db.execute(_DROP_TIMER, row).one_or_none() is not None


def tick(
    db: sa.Connection,
    organisation: OrganisationId,
    schedule: str,
    period: int,
    floor: timedelta,
) -> bool:
    """Whether `period` is new for a schedule that has ticked before, at least `floor` of real time ago.

    The first sight of a schedule only notes where it stands.
    """
    row = db.execute(
        _TICK,
        {"organisation": organisation, "schedule": schedule, "period": period, "floor": floor},
    ).one_or_none()
    return row is not None and not row.first


def settled_ticks(db: sa.Connection, floor: timedelta) -> Mapping[tuple[str, str], int | None]:
    """The last period by organisation and schedule, or None where it ticked less than `floor` ago.

    Needs the system's role.
    """
    rows = db.execute(_SETTLED, {"floor": floor})
    return {(row.organisation, row.schedule): row.period for row in rows}


def enter(db: sa.Connection, executor: str, host: str, pid: int) -> None:
    db.execute(_ENTER, {"id": executor, "host": host, "pid": pid})


def beat(db: sa.Connection, executor: str) -> bool:
    """Renew the lease; false when it was taken away."""
    return db.execute(_BEAT, {"id": executor}).one_or_none() is not None


def leave(db: sa.Connection, executor: str) -> None:
    db.execute(_LEAVE, {"id": executor})


def leave_process(db: sa.Connection, host: str, pid: int) -> None:
    db.execute(_LEAVE_PROCESS, {"host": host, "pid": pid})


def holds_lease(db: sa.Connection, executor: str) -> bool:
    """Whether the lease stands; it cannot be taken while this transaction lasts."""
    return db.execute(_HOLDS, {"id": executor}).one_or_none() is not None


def expire(db: sa.Connection, lease: timedelta) -> Sequence[str]:
    """Executors whose lease has run out now."""
    return list(db.execute(_EXPIRE, {"lease": lease}).scalars())


def expired(db: sa.Connection) -> Sequence[str]:
    return list(db.execute(_EXPIRED).scalars())


def forget(db: sa.Connection) -> None:
    db.execute(_FORGET)


def executors(db: sa.Connection) -> Sequence[Executor]:
    return [Executor(**row) for row in db.execute(_EXECUTORS).mappings()]


def drop_older(db: sa.Connection, *, effects: timedelta, jobs: timedelta) -> int:
    """Delete what retention no longer keeps; how many rows. Needs the system's role."""
    gone = db.execute(_OLD_EFFECTS, {"age": effects}).rowcount
    return gone + db.execute(_OLD_JOBS, {"age": jobs}).rowcount


def _key(organisation: OrganisationId, flow: str, key: str) -> dict[str, Any]:
    return {"organisation": organisation, "flow": flow, "key": key}


def _text(arguments: Mapping[str, str]) -> str:
    return canonical(dict(arguments)).decode()
