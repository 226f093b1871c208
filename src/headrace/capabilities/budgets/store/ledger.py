"""The ledger: lines, sums, and nothing that changes either."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.budgets.model import (
    Amount,
    Dimension,
    Entry,
    Reservation,
    ReservationId,
    Scope,
    ScopeKind,
    Total,
    Use,
)
from headrace.kernel.ids import OrganisationId

_ENTER = sa.text(
    "INSERT INTO budgets_entry (organisation, reservation, key, model, tokens_in, tokens_out, "
    "tokens_cached, micro_usd, priced, lost, at, run, mission, stream, agent, change) VALUES "
    "(:organisation, :reservation, :key, :model, :tokens_in, :tokens_out, :tokens_cached, "
    ":micro_usd, :priced, :lost, :at, :run, :mission, :stream, :agent, :change) "
    "ON CONFLICT (organisation, reservation, key) DO NOTHING RETURNING number"
)
_FILTER = (
    "organisation = :organisation "
    "AND (CAST(:mission AS text) IS NULL OR mission = :mission) "
    "AND (CAST(:stream AS text) IS NULL OR stream = :stream) "
    "AND (CAST(:agent AS text) IS NULL OR agent = :agent) "
    "AND (CAST(:since AS timestamptz) IS NULL OR at >= :since)"
)
_LINES = (
    "(SELECT e.organisation, e.number, e.reservation, e.key, e.model, e.tokens_in, e.tokens_out, "
    "e.tokens_cached, e.micro_usd, e.priced, e.lost, e.at, e.run, e.mission, e.stream, e.agent, "
    "coalesce(e.change, b.change) AS change FROM budgets_entry e LEFT JOIN budgets_brought b "
    "ON b.organisation = e.organisation AND b.run = e.run) AS line"
)
_BRING = sa.text(
    "INSERT INTO budgets_brought (organisation, run, change) VALUES (:organisation, :run, :change) "
    "ON CONFLICT (organisation, run) DO NOTHING"
)
_ENTRIES = sa.text(
    f"SELECT * FROM {_LINES} WHERE {_FILTER} "
    "AND (CAST(:before AS bigint) IS NULL OR number < :before) ORDER BY number DESC LIMIT :limit"
)
_TOTALS = {
    dimension: sa.text(
        f"SELECT coalesce({dimension.value}, '') AS key, count(*) AS entries, "
        "sum(tokens_in)::bigint AS tokens_in, sum(tokens_out)::bigint AS tokens_out, "
        "sum(tokens_cached)::bigint AS tokens_cached, sum(micro_usd)::bigint AS micro_usd, "
        "count(*) FILTER (WHERE NOT priced) AS unpriced, count(*) FILTER (WHERE lost) AS lost "
        f"FROM {_LINES} WHERE {_FILTER} GROUP BY 1 ORDER BY micro_usd DESC, key"
    )
    for dimension in Dimension
}
_FIRST = sa.text(f"SELECT min(at) FROM budgets_entry WHERE {_FILTER}")
_USED = sa.text(
    "SELECT coalesce(sum(tokens_in + tokens_out), 0)::bigint AS tokens, "
    f"coalesce(sum(micro_usd), 0)::bigint AS micro_usd FROM budgets_entry WHERE {_FILTER}"
)


def enter(
    db: sa.Connection,
    organisation: OrganisationId,
    reservation: Reservation,
    key: str,
    use: Use,
    now: datetime,
) -> bool:
    """Write one line of the ledger; False when the reservation has a line of this key."""
    scopes = {scope.kind: scope.id for scope in reservation.scopes}
    row = {
        "organisation": organisation,
        "reservation": reservation.id,
        "key": key,
        "model": use.model,
        "tokens_in": use.tokens_in,
        "tokens_out": use.tokens_out,
        "tokens_cached": use.tokens_cached,
        "micro_usd": use.micro_usd,
        "priced": use.priced,
        "lost": use.lost,
        "at": now,
        "run": reservation.run,
        "mission": scopes.get(ScopeKind.MISSION),
        "stream": scopes.get(ScopeKind.STREAM),
        "agent": scopes.get(ScopeKind.AGENT),
        "change": reservation.change,
    }
    return db.execute(_ENTER, row).one_or_none() is not None


def bring(db: sa.Connection, organisation: OrganisationId, run: str, change: str) -> None:
    """The uses of a run, also those to come, were for this change; the first told counts."""
    db.execute(_BRING, {"organisation": organisation, "run": run, "change": change})


def entries(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    scope: Scope | None,
    before: int | None,
    limit: int,
) -> Sequence[Entry]:
    """Newest first."""
    values = {**_filter(organisation, scope, None), "before": before, "limit": limit}
    return [_entry(row) for row in db.execute(_ENTRIES, values).mappings()]


def totals(
    db: sa.Connection,
    organisation: OrganisationId,
    dimension: Dimension,
    *,
    scope: Scope | None,
    since: datetime | None,
) -> Sequence[Total]:
    """Dearest first."""
    rows = db.execute(_TOTALS[dimension], _filter(organisation, scope, since)).mappings()
    return [Total(**row) for row in rows]


def first_use(db: sa.Connection, organisation: OrganisationId, scope: Scope) -> datetime | None:
    found: datetime | None = db.execute(
        _FIRST, _filter(organisation, scope, None)
    ).scalar_one_or_none()
    return found


def used(db: sa.Connection, organisation: OrganisationId, scope: Scope, since: datetime) -> Amount:
    row = db.execute(_USED, _filter(organisation, scope, since)).mappings().one()
    return Amount(**row)


def _filter(
    organisation: OrganisationId, scope: Scope | None, since: datetime | None
) -> dict[str, object]:
    """Entries of a scope; the organisation has them all."""
    kinds = (ScopeKind.MISSION, ScopeKind.STREAM, ScopeKind.AGENT)
    named = {kind.value: scope.id if scope and scope.kind is kind else None for kind in kinds}
    return {"organisation": organisation, "since": since, **named}


def _entry(row: sa.RowMapping) -> Entry:
    use = Use(
        model=row["model"],
        tokens_in=row["tokens_in"],
        tokens_out=row["tokens_out"],
        tokens_cached=row["tokens_cached"],
        micro_usd=row["micro_usd"],
        priced=row["priced"],
        lost=row["lost"],
    )
    return Entry(
        number=row["number"],
        reservation=ReservationId(row["reservation"]),
        key=row["key"],
        use=use,
        at=row["at"],
        run=row["run"],
        mission=row["mission"],
        stream=row["stream"],
        agent=row["agent"],
        change=row["change"],
    )
