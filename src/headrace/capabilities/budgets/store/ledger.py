"""The ledger: lines, sums, and nothing that changes either."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from headrace.capabilities.budgets.model import (
    Amount,
    Dimension,
    Entry,
    Recent,
    Reservation,
    ReservationId,
    Scope,
    ScopeKind,
    Total,
    Use,
)
from headrace.capabilities.budgets.store import keys
from headrace.kernel.ids import OrganisationId

_EVER = datetime.min.replace(tzinfo=UTC)
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
_OF_THESE = "AND run = ANY(:runs) "
_TOTALS = {
    (dimension, narrowed): sa.text(
        f"SELECT coalesce({dimension.value}, '') AS key, count(*) AS entries, "
        "sum(tokens_in)::bigint AS tokens_in, sum(tokens_out)::bigint AS tokens_out, "
        "sum(tokens_cached)::bigint AS tokens_cached, sum(micro_usd)::bigint AS micro_usd, "
        "count(*) FILTER (WHERE NOT priced) AS unpriced, count(*) FILTER (WHERE lost) AS lost "
        f"FROM {_LINES} WHERE {_FILTER} {_OF_THESE if narrowed else ''}"
        "GROUP BY 1 ORDER BY micro_usd DESC, key"
    )
    for dimension in Dimension
    for narrowed in (False, True)
}
_LATELY = (
    "coalesce(sum(tokens_in + tokens_out) FILTER (WHERE at >= :lately), 0)::bigint AS tokens, "
    "coalesce(sum(micro_usd) FILTER (WHERE at >= :lately), 0)::bigint AS micro_usd, "
    "min(at) AS since"
)
_RECENT = sa.text(f"SELECT {_LATELY} FROM budgets_entry WHERE {_FILTER}")
_RECENT_BY_SCOPE = sa.text(
    f"SELECT k.scope_kind, k.scope_id, {_LATELY} FROM budgets_entry e CROSS JOIN LATERAL (VALUES "
    "('organisation', 'all'), ('mission', e.mission), ('stream', e.stream), ('agent', e.agent)) "
    "AS k (scope_kind, scope_id) WHERE e.organisation = :organisation AND k.scope_id IS NOT NULL "
    "GROUP BY k.scope_kind, k.scope_id"
)
_OUTLOOKS = {
    dimension: sa.text(
        f"SELECT coalesce({dimension.value}, '') AS key, {_LATELY}, "
        "coalesce(sum(tokens_in + tokens_out) FILTER (WHERE at >= :begins), 0)::bigint "
        "AS spent_tokens, "
        "coalesce(sum(micro_usd) FILTER (WHERE at >= :begins), 0)::bigint AS spent_micro_usd "
        f"FROM {_LINES} WHERE {_FILTER} GROUP BY 1 ORDER BY micro_usd DESC, key"
    )
    for dimension in Dimension
}
_OF_RUNS = sa.text(
    "SELECT k.name AS key, count(*) AS entries, sum(e.tokens_in)::bigint AS tokens_in, "
    "sum(e.tokens_out)::bigint AS tokens_out, sum(e.tokens_cached)::bigint AS tokens_cached, "
    "sum(e.micro_usd)::bigint AS micro_usd, count(*) FILTER (WHERE NOT e.priced) AS unpriced, "
    "count(*) FILTER (WHERE e.lost) AS lost FROM "
    "unnest(CAST(:runs AS text[]), CAST(:names AS text[])) AS k (run, name) "
    "JOIN budgets_entry e ON e.organisation = :organisation AND e.run = k.run GROUP BY k.name"
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
    runs: Collection[str] | None,
) -> Sequence[Total]:
    """Dearest first; of these runs alone, where they are named."""
    asked = _filter(organisation, scope, since)
    asked |= {} if runs is None else {"runs": list(runs)}
    rows = db.execute(_TOTALS[dimension, runs is not None], asked).mappings()
    return [Total(**row) for row in rows]


def of_runs(
    db: sa.Connection, organisation: OrganisationId, names: Mapping[str, str]
) -> Mapping[str, Total]:
    """What runs used, summed by the name that each is given; a name without an entry is left out."""
    asked = {"runs": list(names), "names": list(names.values())}
    rows = db.execute(_OF_RUNS, {"organisation": organisation, **asked}).mappings()
    return {row["key"]: Total(**row) for row in rows}


def recent(
    db: sa.Connection, organisation: OrganisationId, scope: Scope, lately: datetime
) -> Recent:
    """What a scope used since `lately`, and since when it has used anything."""
    asked = {**_filter(organisation, scope, None), "lately": lately}
    return _recent(db.execute(_RECENT, asked).mappings().one())


def recent_by_scope(
    db: sa.Connection, organisation: OrganisationId, lately: datetime
) -> Mapping[Scope, Recent]:
    """The same of every scope that has used anything, in one look at the ledger."""
    rows = db.execute(_RECENT_BY_SCOPE, {"organisation": organisation, "lately": lately}).mappings()
    return {keys.scope(row): _recent(row) for row in rows}


def outlooks(
    db: sa.Connection,
    organisation: OrganisationId,
    dimension: Dimension,
    *,
    scope: Scope | None,
    lately: datetime,
    begins: datetime | None,
) -> Sequence[tuple[str, Amount, Recent]]:
    """By key: what went since a term began (ever, without a beginning), and what went lately."""
    asked = {**_filter(organisation, scope, None), "lately": lately}
    rows = db.execute(_OUTLOOKS[dimension], {**asked, "begins": begins or _EVER}).mappings()
    return [(row["key"], keys.amount(row, "spent"), _recent(row)) for row in rows]


def _recent(row: sa.RowMapping) -> Recent:
    return Recent(
        lately=Amount(tokens=row["tokens"], micro_usd=row["micro_usd"]), since=row["since"]
    )


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
