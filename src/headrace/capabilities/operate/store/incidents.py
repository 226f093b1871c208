"""Rows of incidents: signs, timelines, deadlines and calls."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.operate.model import (
    Call,
    ContextPackage,
    Deadline,
    Entry,
    EntryKind,
    Impact,
    Incident,
    IncidentId,
    IncidentStatus,
    Severity,
    Sign,
    SignKind,
    Stage,
)
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import canonical, from_json, to_json

_COLUMNS = (
    "id, service, dimension, title, severity, impact, status, opened_at, opened_real, classified_at, "
    "acknowledged_at, acknowledged_by, mitigated_at, mitigated_real, resolved_at, resolved_real, "
    "resolution, runbook, responses, held_for, context"
)
_WORLD = sa.text("SELECT clock_timestamp()")
_LOCK_SERVICE = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 61))")
_LAST_ID = sa.text(
    "SELECT coalesce(max(substring(id FROM 10)::integer), 0) FROM operate_incident "
    "WHERE organisation = :organisation AND id LIKE :pattern"
)
_ADD = sa.text(
    f"INSERT INTO operate_incident (organisation, {_COLUMNS}) VALUES (:organisation, "
    + ", ".join(
        "CAST(:context AS jsonb)" if name == "context" else f":{name}"
        for name in _COLUMNS.split(", ")
    )
    + ")"
)
_PUT = sa.text(
    "UPDATE operate_incident SET "
    + ", ".join(
        "context = CAST(:context AS jsonb)" if name == "context" else f"{name} = :{name}"
        for name in _COLUMNS.split(", ")
        if name not in {"id", "service", "opened_at", "opened_real"}
    )
    + " WHERE organisation = :organisation AND id = :id"
)
_ONE = f"SELECT {_COLUMNS} FROM operate_incident WHERE organisation = :organisation AND id = :id"
_READ, _LOCK = sa.text(_ONE), sa.text(f"{_ONE} FOR UPDATE")
_LIST = sa.text(
    f"SELECT {_COLUMNS} FROM operate_incident WHERE organisation = :organisation "
    "AND (NOT :only_open OR status <> 'resolved') "
    "AND (CAST(:service AS text) IS NULL OR service = :service) "
    "AND (CAST(:before AS text) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit"
)
_SUSTAIN = sa.text(
    "UPDATE operate_incident SET sustained = true WHERE organisation = :organisation "
    "AND id = :id AND NOT sustained RETURNING 1"
)
_SIGN = sa.text(
    "INSERT INTO operate_sign (organisation, event, incident, kind, subject, dimension, told, share, "
    "usual, since, ended_at) VALUES (:organisation, :event, :incident, :kind, :subject, :dimension, "
    ":told, :share, :usual, :since, :ended_at)"
)
_KNOWS = sa.text("SELECT 1 FROM operate_sign WHERE organisation = :organisation AND event = :event")
_SIGNS = sa.text(
    "SELECT event, kind, subject, dimension, told, share, usual, since, ended_at FROM operate_sign "
    "WHERE organisation = :organisation AND incident = :incident ORDER BY since, event"
)
_END_SIGNS = sa.text(
    "UPDATE operate_sign SET ended_at = :at WHERE organisation = :organisation "
    "AND subject = :subject AND dimension = :dimension AND ended_at IS NULL RETURNING incident"
)
_NEXT = (
    "SELECT coalesce(max(number), 0) + 1 FROM {} "
    "WHERE organisation = :organisation AND incident = :incident"
)
_ENTRY = sa.text(
    "INSERT INTO operate_entry (organisation, incident, number, at, at_real, kind, by, text, evidence) "
    f"VALUES (:organisation, :incident, ({_NEXT.format('operate_entry')}), :at, clock_timestamp(), "
    ":kind, :by, :text, CAST(:evidence AS jsonb))"
)
_ENTRIES = sa.text(
    "SELECT number, at, at_real, kind, by, text, evidence FROM operate_entry "
    "WHERE organisation = :organisation AND incident = :incident ORDER BY number"
)
_DEADLINE = sa.text(
    "INSERT INTO operate_deadline (organisation, incident, stage, due_at, met_at, missed_at) VALUES "
    "(:organisation, :incident, :stage, :due_at, :met_at, :missed_at) ON CONFLICT (organisation, "
    "incident, stage) DO UPDATE SET due_at = :due_at, met_at = :met_at, missed_at = :missed_at"
)
_DEADLINES = sa.text(
    "SELECT stage, due_at, met_at, missed_at FROM operate_deadline "
    "WHERE organisation = :organisation AND incident = :incident ORDER BY due_at, stage"
)
_CALL = sa.text(
    "INSERT INTO operate_call (organisation, incident, number, handles, why, wants_answer, tier, at) "
    f"VALUES (:organisation, :incident, ({_NEXT.format('operate_call')}), CAST(:to AS jsonb), :why, "
    ":wants_answer, :tier, :at)"
)
_CALLS = sa.text(
    "SELECT number, handles, why, wants_answer, tier, at, answered_at, answered_by FROM operate_call "
    "WHERE organisation = :organisation AND incident = :incident ORDER BY number"
)
_ANSWER = sa.text(
    "UPDATE operate_call SET answered_at = :at, answered_by = :by WHERE organisation = :organisation "
    "AND incident = :incident AND wants_answer AND answered_at IS NULL"
)
_UNANSWERED = sa.text(
    "SELECT incident, number, handles, why, wants_answer, tier, at, answered_at, answered_by "
    "FROM operate_call WHERE organisation = :organisation AND wants_answer "
    "AND answered_at IS NULL ORDER BY at, incident, number LIMIT 500"
)

_SIGNAL = sa.text(
    "INSERT INTO operate_signal (organisation, key, incident, signal) "
    "VALUES (:organisation, :key, :incident, :signal) ON CONFLICT DO NOTHING"
)
_SIGNAL_OF = sa.text(
    "SELECT signal FROM operate_signal WHERE organisation = :organisation AND key = :key"
)
_SIGNALS = sa.text(
    "SELECT signal FROM operate_signal WHERE organisation = :organisation "
    "AND incident = :incident ORDER BY signal"
)


def world_time(db: sa.Connection) -> datetime:
    told: datetime = db.execute(_WORLD).scalar_one()
    return told


def lock_service(db: sa.Connection, organisation: OrganisationId, service: str) -> None:
    """Until the commit nobody else opens or joins an incident of this service."""
    db.execute(_LOCK_SERVICE, {"place": f"{organisation}|{service}"})


def next_id(db: sa.Connection, organisation: OrganisationId, year: int) -> IncidentId:
    """The id after the highest; whoever calls holds the lock of ids."""
    db.execute(_LOCK_SERVICE, {"place": f"{organisation}|ids of {year}"})
    values = {"organisation": organisation, "pattern": f"INC-{year}-%"}
    return IncidentId(f"INC-{year}-{db.execute(_LAST_ID, values).scalar_one() + 1:03}")


def add(db: sa.Connection, organisation: OrganisationId, incident: Incident) -> None:
    db.execute(_ADD, _row(organisation, incident))


def put(db: sa.Connection, organisation: OrganisationId, incident: Incident) -> None:
    db.execute(_PUT, _row(organisation, incident))


def find(
    db: sa.Connection, organisation: OrganisationId, id: str, *, lock: bool = False
) -> Incident | None:
    values = {"organisation": organisation, "id": id}
    row = db.execute(_LOCK if lock else _READ, values).one_or_none()
    return _incident(row) if row is not None else None


def listing(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    only_open: bool = False,
    service: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> Sequence[Incident]:
    """Newest first."""
    values = {
        "organisation": organisation,
        "only_open": only_open,
        "service": service,
        "before": before,
        "limit": limit,
    }
    return [_incident(row) for row in db.execute(_LIST, values)]


def sustain(db: sa.Connection, organisation: OrganisationId, id: str) -> bool:
    """Whether it was not told before that this one goes on for long."""
    values = {"organisation": organisation, "id": id}
    return db.execute(_SUSTAIN, values).one_or_none() is not None


def knows(db: sa.Connection, organisation: OrganisationId, event: str) -> bool:
    return (
        db.execute(_KNOWS, {"organisation": organisation, "event": event}).one_or_none() is not None
    )


def add_sign(
    db: sa.Connection, organisation: OrganisationId, incident: IncidentId, sign: Sign
) -> None:
    db.execute(_SIGN, {"organisation": organisation, "incident": incident, **vars(sign)})


def signs(db: sa.Connection, organisation: OrganisationId, incident: str) -> Sequence[Sign]:
    """Oldest first."""
    return [_sign(row) for row in db.execute(_SIGNS, _of(organisation, incident))]


def end_signs(
    db: sa.Connection, organisation: OrganisationId, subject: str, dimension: str, at: datetime
) -> Sequence[str]:
    """The incidents whose signs have ended now, each once."""
    values = {
        "organisation": organisation,
        "subject": subject,
        "dimension": dimension,
        "at": at,
    }
    return list(dict.fromkeys(db.execute(_END_SIGNS, values).scalars()))


def add_entry(
    db: sa.Connection,
    organisation: OrganisationId,
    incident: IncidentId,
    at: datetime,
    entry: tuple[EntryKind, str, str, object],
) -> None:
    """The next line of a timeline: kind, by whom, text, evidence. The incident is locked."""
    kind, by, text, evidence = entry
    db.execute(
        _ENTRY,
        {
            **_of(organisation, incident),
            "at": at,
            "kind": kind,
            "by": by,
            "text": text,
            "evidence": _text(evidence),
        },
    )


def entries(db: sa.Connection, organisation: OrganisationId, incident: str) -> Sequence[Entry]:
    """Oldest first."""
    return [
        Entry(
            number=row.number,
            at=row.at,
            at_real=row.at_real,
            kind=EntryKind(row.kind),
            by=row.by,
            text=row.text,
            evidence=row.evidence,
        )
        for row in db.execute(_ENTRIES, _of(organisation, incident))
    ]


def put_deadline(
    db: sa.Connection, organisation: OrganisationId, incident: str, deadline: Deadline
) -> None:
    db.execute(_DEADLINE, {**_of(organisation, incident), **vars(deadline)})


def deadlines(db: sa.Connection, organisation: OrganisationId, incident: str) -> Sequence[Deadline]:
    """By their stages' order."""
    found = {
        Stage(row.stage): Deadline(
            stage=Stage(row.stage), due_at=row.due_at, met_at=row.met_at, missed_at=row.missed_at
        )
        for row in db.execute(_DEADLINES, _of(organisation, incident))
    }
    return [found[stage] for stage in Stage if stage in found]


def add_call(db: sa.Connection, organisation: OrganisationId, incident: str, call: Call) -> None:
    """The number that the call bears is given here."""
    db.execute(
        _CALL,
        {
            **_of(organisation, incident),
            "to": _text(list(call.to)),
            "why": call.why,
            "wants_answer": call.wants_answer,
            "tier": call.tier,
            "at": call.at,
        },
    )


def calls(db: sa.Connection, organisation: OrganisationId, incident: str) -> Sequence[Call]:
    """Oldest first."""
    return [_call(row) for row in db.execute(_CALLS, _of(organisation, incident))]


def answer_calls(
    db: sa.Connection, organisation: OrganisationId, incident: str, by: str, at: datetime
) -> None:
    db.execute(_ANSWER, {**_of(organisation, incident), "by": by, "at": at})


def unanswered(db: sa.Connection, organisation: OrganisationId) -> Sequence[tuple[str, Call]]:
    """Calls that wait for an answer, with their incidents, oldest first."""
    rows = db.execute(_UNANSWERED, {"organisation": organisation})
    return [(row.incident, _call(row)) for row in rows]


def add_signal(
    db: sa.Connection, organisation: OrganisationId, incident: str, key: str, signal: str
) -> None:
    """The first of a key counts."""
    db.execute(_SIGNAL, {**_of(organisation, incident), "key": key, "signal": signal})


def signal_of(db: sa.Connection, organisation: OrganisationId, key: str) -> str | None:
    found: str | None = db.execute(
        _SIGNAL_OF, {"organisation": organisation, "key": key}
    ).scalar_one_or_none()
    return found


def signals_of(db: sa.Connection, organisation: OrganisationId, incident: str) -> Sequence[str]:
    return list(db.execute(_SIGNALS, _of(organisation, incident)).scalars())


def _of(organisation: OrganisationId, incident: str) -> dict[str, object]:
    return {"organisation": organisation, "incident": incident}


def _text(value: object) -> str:
    return canonical(to_json(value)).decode()


def _row(organisation: OrganisationId, incident: Incident) -> dict[str, object]:
    context = None if incident.context is None else _text(incident.context)
    return {"organisation": organisation, **vars(incident), "context": context}


def _incident(row: sa.Row[tuple[object, ...]]) -> Incident:
    held = dict(row._mapping)
    held["severity"], held["impact"] = Severity(held["severity"]), Impact(held["impact"])
    held["status"] = IncidentStatus(held["status"])
    if held["context"] is not None:
        held["context"] = from_json(ContextPackage, held["context"])
    return Incident(**held)


def _sign(row: sa.Row[tuple[object, ...]]) -> Sign:
    held = dict(row._mapping)
    return Sign(**{**held, "kind": SignKind(held["kind"])})


def _call(row: sa.Row[tuple[object, ...]]) -> Call:
    held = row._mapping
    return Call(
        number=held["number"],
        to=tuple(held["handles"]),
        why=held["why"],
        wants_answer=held["wants_answer"],
        tier=held["tier"],
        at=held["at"],
        answered_at=held["answered_at"],
        answered_by=held["answered_by"],
    )
