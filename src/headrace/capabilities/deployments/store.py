"""Rows of deployments; all their SQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from headrace.capabilities.deployments.model import Deployment, DeploymentState, ServiceSpec
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import canonical, from_json, to_json

_COLUMNS = (
    "service, repository, commit, generation, state, address, serving, serving_generation, "
    "parameters, spec, wanted_by, wanted_at, started_at, restarts, problem, host"
)
_PUT = sa.text(
    f"INSERT INTO deployments_service (organisation, {_COLUMNS}) VALUES (:organisation, :service, "
    ":repository, :commit, :generation, :state, :address, :serving, :serving_generation, "
    "CAST(:parameters AS jsonb), CAST(:spec AS jsonb), :wanted_by, :wanted_at, :started_at, "
    ":restarts, :problem, :host) "
    "ON CONFLICT (organisation, service) DO UPDATE SET repository = excluded.repository, "
    "commit = excluded.commit, generation = excluded.generation, state = excluded.state, "
    "address = excluded.address, serving = excluded.serving, "
    "serving_generation = excluded.serving_generation, parameters = excluded.parameters, "
    "spec = excluded.spec, wanted_by = excluded.wanted_by, wanted_at = excluded.wanted_at, "
    "started_at = excluded.started_at, restarts = excluded.restarts, problem = excluded.problem"
)
_ONE = (
    f"SELECT {_COLUMNS} FROM deployments_service "
    "WHERE organisation = :organisation AND service = :service"
)
_READ, _LOCK = sa.text(_ONE), sa.text(f"{_ONE} FOR UPDATE")
_LIST = sa.text(
    f"SELECT {_COLUMNS} FROM deployments_service WHERE organisation = :organisation "
    "AND service > :after ORDER BY service LIMIT :limit"
)
_ORDER = sa.text(
    "INSERT INTO deployments_order (organisation, service, key, digest) "
    "VALUES (:organisation, :service, :key, :digest) ON CONFLICT DO NOTHING RETURNING 1"
)
_ORDERED = sa.text(
    "SELECT digest FROM deployments_order "
    "WHERE organisation = :organisation AND service = :service AND key = :key"
)
_ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 0))")
# Leases run in the world's time: a host that fell silent has done so there.
_HOLD = sa.text(
    "UPDATE deployments_service SET host = :host, "
    "held_until = clock_timestamp() + CAST(:lease AS interval) WHERE organisation = :organisation "
    "AND (held_until IS NULL OR held_until < clock_timestamp() OR (host = :host "
    "AND held_until < clock_timestamp() + CAST(:lease AS interval) * 0.7))"
)
_HELD = sa.text(
    f"SELECT {_COLUMNS} FROM deployments_service "
    "WHERE organisation = :organisation AND host = :host ORDER BY service"
)
_LET_GO = sa.text(
    "UPDATE deployments_service SET host = '', held_until = NULL, address = '', serving = '', "
    "serving_generation = 0, "
    "state = CASE WHEN state IN ('starting', 'ready') THEN 'wanted' ELSE state END "
    "WHERE organisation = :organisation AND host = :host"
)


def one_at_a_time(db: sa.Connection, organisation: OrganisationId, service: str) -> None:
    """Wait until no other unit decides about this service; also before it has a row."""
    db.execute(_ONE_AT_A_TIME, {"place": f"deployments/{organisation}/{service}"})


def ordered(
    db: sa.Connection, organisation: OrganisationId, service: str, key: str, digest: str
) -> str | None:
    """Note an order; None when it is new, else the digest of what the key stood for before."""
    values = {"organisation": organisation, "service": service, "key": key, "digest": digest}
    if db.execute(_ORDER, values).one_or_none() is not None:
        return None
    known: str = db.execute(_ORDERED, values).scalar_one()
    return known


def put(db: sa.Connection, organisation: OrganisationId, deployment: Deployment) -> None:
    """Write a deployment; who holds it stays as it is."""
    spec = deployment.spec
    db.execute(
        _PUT,
        {
            "organisation": organisation,
            **vars(deployment),
            "parameters": canonical(to_json(dict(deployment.parameters))).decode(),
            "spec": None if spec is None else canonical(to_json(spec)).decode(),
        },
    )


def find(
    db: sa.Connection, organisation: OrganisationId, service: str, *, lock: bool = False
) -> Deployment | None:
    """The deployment of a service, or None."""
    values = {"organisation": organisation, "service": service}
    row = db.execute(_LOCK if lock else _READ, values).one_or_none()
    return None if row is None else _deployment(row)


def listing(
    db: sa.Connection, organisation: OrganisationId, after: str, limit: int
) -> Sequence[Deployment]:
    """Deployments by service."""
    values = {"organisation": organisation, "after": after, "limit": limit}
    return [_deployment(row) for row in db.execute(_LIST, values)]


def hold(
    db: sa.Connection, organisation: OrganisationId, host: str, lease: timedelta
) -> Sequence[Deployment]:
    """Everything that this host holds from now on: its own, and what no living host holds."""
    values = {"organisation": organisation, "host": host, "lease": lease}
    db.execute(_HOLD, values)
    return [_deployment(row) for row in db.execute(_HELD, values)]


def let_go(db: sa.Connection, organisation: OrganisationId, host: str) -> None:
    """Hold nothing any more; nothing answers until another host does what is wanted."""
    db.execute(_LET_GO, {"organisation": organisation, "host": host})


def _deployment(row: sa.Row[tuple[object, ...]]) -> Deployment:
    held = row._mapping
    started: datetime | None = held["started_at"]
    return Deployment(
        service=held["service"],
        repository=held["repository"],
        commit=held["commit"],
        generation=held["generation"],
        state=DeploymentState(held["state"]),
        address=held["address"],
        serving=held["serving"],
        serving_generation=held["serving_generation"],
        parameters=held["parameters"],
        spec=None if held["spec"] is None else from_json(ServiceSpec, held["spec"]),
        wanted_by=held["wanted_by"],
        wanted_at=held["wanted_at"],
        started_at=started,
        restarts=held["restarts"],
        problem=held["problem"],
        host=held["host"],
    )
