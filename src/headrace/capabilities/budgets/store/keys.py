"""Keys of accounts and caps, and rows as values, for the stores of this room."""

from collections.abc import Iterable

import sqlalchemy as sa

from headrace.capabilities.budgets.model import Amount, Budget, Cap, Period, Scope, ScopeKind
from headrace.kernel.ids import OrganisationId

Account = tuple[Scope, Period, str]
"""The key of an account: scope, period and term."""

KEYS = (
    "unnest(CAST(:kinds AS text[]), CAST(:ids AS text[]), CAST(:periods AS text[]), "
    "CAST(:terms AS text[])) AS k (scope_kind, scope_id, period, term)"
)
SAME = (
    "a.organisation = :organisation AND a.scope_kind = k.scope_kind AND a.scope_id = k.scope_id "
    "AND a.period = k.period AND a.term = k.term"
)


def account_keys(organisation: OrganisationId, accounts: Iterable[Account]) -> dict[str, object]:
    listed = list(accounts)
    return {
        "organisation": organisation,
        "kinds": [scope.kind.value for scope, _, _ in listed],
        "ids": [scope.id for scope, _, _ in listed],
        "periods": [period.value for _, period, _ in listed],
        "terms": [term for _, _, term in listed],
    }


def scope_keys(organisation: OrganisationId, scopes: Iterable[Scope]) -> dict[str, object]:
    listed = list(scopes)
    return {
        "organisation": organisation,
        "kinds": [scope.kind.value for scope in listed],
        "ids": [scope.id for scope in listed],
    }


def cap_place(organisation: OrganisationId, scope: Scope, period: Period) -> dict[str, object]:
    return {
        "organisation": organisation,
        "scope_kind": scope.kind.value,
        "scope_id": scope.id,
        "period": period.value,
    }


def scope(row: sa.RowMapping) -> Scope:
    return Scope(kind=ScopeKind(row["scope_kind"]), id=row["scope_id"])


def cap(row: sa.RowMapping) -> Cap:
    return Cap(tokens=row["cap_tokens"], micro_usd=row["cap_micro_usd"])


def amount(row: sa.RowMapping, measure: str) -> Amount:
    return Amount(tokens=row[f"{measure}_tokens"], micro_usd=row[f"{measure}_micro_usd"])


def budget(row: sa.RowMapping, cap: Cap) -> Budget:
    return Budget(
        scope=scope(row),
        period=Period(row["period"]),
        term=row["term"],
        cap=cap,
        spent=amount(row, "spent"),
        reserved=amount(row, "reserved"),
    )
