"""Rows of runbooks, plans and deeds."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.operate.model import (
    Act,
    IncidentId,
    Plan,
    PlanBody,
    PlanId,
    PlannedDeed,
    PlanState,
    Runbook,
)
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import Json, canonical, from_json, to_json

_PUT_RUNBOOK = sa.text(
    "INSERT INTO operate_runbook (organisation, name, version, service, body) VALUES (:organisation, "
    ":name, :version, :service, CAST(:body AS jsonb)) ON CONFLICT (organisation, name) DO UPDATE SET "
    "version = :version, service = :service, body = CAST(:body AS jsonb)"
)
_DROP_RUNBOOK = sa.text(
    "DELETE FROM operate_runbook WHERE organisation = :organisation AND name = :name RETURNING 1"
)
_RUNBOOKS = sa.text(
    "SELECT body FROM operate_runbook WHERE organisation = :organisation "
    "AND (CAST(:service AS text) IS NULL OR service = :service) ORDER BY name"
)
_PLAN_COLUMNS = "id, body, hash, state, because, made_at, acted_real, ended_at, outcome"
_ADD_PLAN = sa.text(
    f"INSERT INTO operate_plan (organisation, incident, number, {_PLAN_COLUMNS}) VALUES "
    "(:organisation, :incident, :number, :id, CAST(:body AS jsonb), :hash, :state, "
    "CAST(:because AS jsonb), :made_at, :acted_real, :ended_at, :outcome)"
)
_MOVE_PLAN = sa.text(
    "UPDATE operate_plan SET state = :state, acted_real = coalesce(:acted_real, acted_real), "
    "ended_at = :ended_at, outcome = :outcome WHERE organisation = :organisation AND id = :id"
)
_PLAN = f"SELECT {_PLAN_COLUMNS} FROM operate_plan WHERE organisation = :organisation "
_ONE_PLAN = sa.text(f"{_PLAN} AND id = :id")
_LOCK_PLAN = sa.text(f"{_PLAN} AND id = :id FOR UPDATE")
_PLANS = sa.text(f"{_PLAN} AND incident = :incident ORDER BY number")
_ACT_COLUMNS = "plan, number, effect_key, trigger, deed, by, at, at_real, outcome, measured_at"
_ADD_ACT = sa.text(
    "INSERT INTO operate_act (organisation, plan, number, effect_key, trigger, deed, by, at, at_real) "
    "VALUES (:organisation, :plan, :number, :effect_key, :trigger, CAST(:deed AS jsonb), :by, :at, "
    ":at_real) ON CONFLICT DO NOTHING RETURNING 1"
)
_ACTS = sa.text(
    f"SELECT {_ACT_COLUMNS} FROM operate_act WHERE organisation = :organisation AND plan = :plan "
    "ORDER BY number"
)
_MEASURE = sa.text(
    "UPDATE operate_act SET outcome = CAST(:outcome AS jsonb), measured_at = :at "
    "WHERE organisation = :organisation AND plan = :plan AND measured_at IS NULL"
)
_LATELY = sa.text(
    "SELECT act.deed FROM operate_act act JOIN operate_plan plan ON plan.organisation = "
    "act.organisation AND plan.id = act.plan WHERE act.organisation = :organisation "
    "AND plan.body ->> 'service' = :service AND act.at > :since"
)


def put_runbook(db: sa.Connection, organisation: OrganisationId, runbook: Runbook) -> None:
    db.execute(
        _PUT_RUNBOOK,
        {
            "organisation": organisation,
            "name": runbook.name,
            "version": runbook.version,
            "service": runbook.service,
            "body": _text(runbook),
        },
    )


def drop_runbook(db: sa.Connection, organisation: OrganisationId, name: str) -> bool:
    values = {"organisation": organisation, "name": name}
    return db.execute(_DROP_RUNBOOK, values).one_or_none() is not None


def runbooks(
    db: sa.Connection, organisation: OrganisationId, service: str | None = None
) -> Sequence[Runbook]:
    """By name."""
    values = {"organisation": organisation, "service": service}
    return [from_json(Runbook, body) for body in db.execute(_RUNBOOKS, values).scalars()]


def add_plan(
    db: sa.Connection, organisation: OrganisationId, incident: IncidentId, number: int, plan: Plan
) -> None:
    """Raises IntegrityError while another plan of the incident is open."""
    db.execute(
        _ADD_PLAN,
        {
            "organisation": organisation,
            "incident": incident,
            "number": number,
            **vars(plan),
            "body": _text(plan.body),
            "because": _text(list(plan.because)),
        },
    )


def move_plan(db: sa.Connection, organisation: OrganisationId, plan: Plan) -> None:
    db.execute(
        _MOVE_PLAN,
        {
            "organisation": organisation,
            "id": plan.id,
            "state": plan.state,
            "acted_real": plan.acted_real,
            "ended_at": plan.ended_at,
            "outcome": plan.outcome,
        },
    )


def plan(
    db: sa.Connection, organisation: OrganisationId, id: str, *, lock: bool = False
) -> Plan | None:
    values = {"organisation": organisation, "id": id}
    row = db.execute(_LOCK_PLAN if lock else _ONE_PLAN, values).one_or_none()
    return _plan(row) if row is not None else None


def plans(db: sa.Connection, organisation: OrganisationId, incident: str) -> Sequence[Plan]:
    """Oldest first."""
    values = {"organisation": organisation, "incident": incident}
    return [_plan(row) for row in db.execute(_PLANS, values)]


def add_act(db: sa.Connection, organisation: OrganisationId, act: Act) -> bool:
    """Whether this deed was not written down before."""
    values = {"organisation": organisation, **vars(act), "deed": _text(act.deed)}
    return db.execute(_ADD_ACT, values).one_or_none() is not None


def acts(db: sa.Connection, organisation: OrganisationId, plan: str) -> Sequence[Act]:
    """In the order in which they were done."""
    values = {"organisation": organisation, "plan": plan}
    return [_act(row) for row in db.execute(_ACTS, values)]


def measure(
    db: sa.Connection, organisation: OrganisationId, plan: str, outcome: Json, at: datetime
) -> None:
    """What came of a plan's deeds; what was measured before stays."""
    values = {"organisation": organisation, "plan": plan, "at": at, "outcome": _text(outcome)}
    db.execute(_MEASURE, values)


def deeds_since(
    db: sa.Connection, organisation: OrganisationId, service: str, since: datetime
) -> Sequence[PlannedDeed]:
    values = {"organisation": organisation, "service": service, "since": since}
    return [from_json(PlannedDeed, told) for told in db.execute(_LATELY, values).scalars()]


def _text(value: object) -> str:
    return canonical(to_json(value)).decode()


def _plan(row: sa.Row[tuple[object, ...]]) -> Plan:
    held = row._mapping
    return Plan(
        id=PlanId(held["id"]),
        body=from_json(PlanBody, held["body"]),
        hash=held["hash"],
        state=PlanState(held["state"]),
        because=tuple(held["because"]),
        made_at=held["made_at"],
        acted_real=held["acted_real"],
        ended_at=held["ended_at"],
        outcome=held["outcome"],
    )


def _act(row: sa.Row[tuple[object, ...]]) -> Act:
    held = dict(row._mapping)
    return Act(
        **{**held, "deed": from_json(PlannedDeed, held["deed"]), "plan": PlanId(held["plan"])}
    )
