"""Reservations and what they hold at which accounts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.budgets.model import (
    Amount,
    Claim,
    Dimension,
    Period,
    Reservation,
    ReservationId,
    ReservationState,
    Scope,
    ScopeKind,
)
from headrace.capabilities.budgets.store import keys
from headrace.capabilities.budgets.store.keys import KEYS, Account
from headrace.kernel.ids import OrganisationId

_RESERVE = sa.text(
    "WITH made AS (INSERT INTO budgets_reservation (organisation, id, asked_tokens, asked_micro_usd, "
    "state, purpose, run, change, made_at) VALUES (:organisation, :id, :asked_tokens, "
    ":asked_micro_usd, 'open', :purpose, :run, :change, :now)) "
    "INSERT INTO budgets_hold (organisation, reservation, scope_kind, scope_id, period, term) "
    f"SELECT :organisation, :id, k.* FROM {KEYS}"
)
_RESERVATION = sa.text(
    "SELECT * FROM budgets_reservation WHERE organisation = :organisation AND id = :id"
)
_OPEN_RESERVATIONS = sa.text(
    "SELECT * FROM budgets_reservation WHERE organisation = :organisation AND state = 'open' "
    "ORDER BY made_at, id LIMIT :limit"
)
_HOLDS = sa.text(
    "SELECT reservation, scope_kind, scope_id, period, term FROM budgets_hold "
    "WHERE organisation = :organisation AND reservation = ANY(:reservations) "
    "ORDER BY scope_kind, scope_id, period"
)
_SPEND = sa.text(
    "UPDATE budgets_reservation SET spent_tokens = spent_tokens + :tokens, "
    "spent_micro_usd = spent_micro_usd + :micro_usd WHERE organisation = :organisation AND id = :id"
)
_END = sa.text(
    "UPDATE budgets_reservation SET state = :state, ended_at = :now "
    "WHERE organisation = :organisation AND id = :id"
)


_KEYS_OF = {
    Dimension.MODEL: "(SELECT e.model FROM budgets_entry e WHERE e.organisation = r.organisation "
    "AND e.reservation = r.id ORDER BY e.number DESC LIMIT 1)",
    Dimension.CHANGE: "coalesce(r.change, (SELECT b.change FROM budgets_brought b "
    "WHERE b.organisation = r.organisation AND b.run = r.run))",
    Dimension.RUN: "r.run",
    **{
        dimension: "(SELECT h.scope_id FROM budgets_hold h WHERE h.organisation = r.organisation "
        f"AND h.reservation = r.id AND h.scope_kind = '{dimension}' AND h.period = 'always')"
        for dimension in (Dimension.MISSION, Dimension.STREAM, Dimension.AGENT)
    },
}
_HELD = {
    dimension: sa.text(
        f"SELECT coalesce({key}, '') AS key, "
        "sum(greatest(r.asked_tokens - r.spent_tokens, 0))::bigint AS held_tokens, "
        "sum(greatest(r.asked_micro_usd - r.spent_micro_usd, 0))::bigint AS held_micro_usd "
        "FROM budgets_reservation r WHERE r.organisation = :organisation AND r.state = 'open' "
        "AND (CAST(:kind AS text) IS NULL OR EXISTS (SELECT FROM budgets_hold s "
        "WHERE s.organisation = r.organisation AND s.reservation = r.id AND s.scope_kind = :kind "
        "AND s.scope_id = :scope)) GROUP BY 1"
    )
    for dimension, key in _KEYS_OF.items()
}


def add(
    db: sa.Connection,
    organisation: OrganisationId,
    claim: Claim,
    accounts: Sequence[Account],
    now: datetime,
) -> None:
    db.execute(
        _RESERVE,
        {
            **keys.account_keys(organisation, accounts),
            "id": claim.id,
            "asked_tokens": claim.amount.tokens,
            "asked_micro_usd": claim.amount.micro_usd,
            "purpose": claim.purpose,
            "run": claim.run,
            "change": claim.change,
            "now": now,
        },
    )


def holds(
    db: sa.Connection, organisation: OrganisationId, reservation: ReservationId
) -> Sequence[Account]:
    """The accounts a reservation holds at. They never change."""
    rows = db.execute(_HOLDS, {"organisation": organisation, "reservations": [reservation]})
    return [(keys.scope(r), Period(r["period"]), r["term"]) for r in rows.mappings()]


def find(db: sa.Connection, organisation: OrganisationId, id: ReservationId) -> Reservation | None:
    row = db.execute(_RESERVATION, {"organisation": organisation, "id": id}).mappings().first()
    if row is None:
        return None
    return _reservation(row, _always(holds(db, organisation, id)))


def open_ones(db: sa.Connection, organisation: OrganisationId, limit: int) -> Sequence[Reservation]:
    """Oldest first."""
    values = {"organisation": organisation, "limit": limit}
    rows = db.execute(_OPEN_RESERVATIONS, values).mappings().all()
    found: dict[str, list[Account]] = {row["id"]: [] for row in rows}
    every = {"organisation": organisation, "reservations": list(found)}
    for hold in db.execute(_HOLDS, every).mappings():
        found[hold["reservation"]].append((keys.scope(hold), Period(hold["period"]), hold["term"]))
    return [_reservation(row, _always(found[row["id"]])) for row in rows]


def held(
    db: sa.Connection, organisation: OrganisationId, dimension: Dimension, scope: Scope | None
) -> Mapping[str, Amount]:
    """What open reservations hold, by the key that they have in a dimension; "" where they have none."""
    named = {"kind": scope.kind.value if scope else None, "scope": scope.id if scope else None}
    rows = db.execute(_HELD[dimension], {"organisation": organisation, **named}).mappings()
    return {row["key"]: keys.amount(row, "held") for row in rows}


def spend(db: sa.Connection, organisation: OrganisationId, id: ReservationId, used: Amount) -> None:
    values = {"tokens": used.tokens, "micro_usd": used.micro_usd}
    db.execute(_SPEND, {"organisation": organisation, "id": id, **values})


def end(
    db: sa.Connection,
    organisation: OrganisationId,
    id: ReservationId,
    state: ReservationState,
    now: datetime,
) -> None:
    db.execute(_END, {"organisation": organisation, "id": id, "state": state.value, "now": now})


def _always(accounts: Iterable[Account]) -> tuple[Scope, ...]:
    """The scopes that these accounts are of, widest first."""
    scopes = [scope for scope, period, _ in accounts if period is Period.ALWAYS]
    return tuple(sorted(scopes, key=lambda scope: list(ScopeKind).index(scope.kind)))


def _reservation(row: sa.RowMapping, scopes: tuple[Scope, ...]) -> Reservation:
    return Reservation(
        id=ReservationId(row["id"]),
        scopes=scopes,
        amount=keys.amount(row, "asked"),
        spent=keys.amount(row, "spent"),
        state=ReservationState(row["state"]),
        purpose=row["purpose"],
        run=row["run"],
        change=row["change"],
        made_at=row["made_at"],
        ended_at=row["ended_at"],
    )
