"""Accounts and caps: what each scope has spent and holds in a term, and the most it may.

Locks: whoever changes amounts locks the accounts of `always` of all scopes concerned first, in the
order of their keys and in one statement. Every other row (terms, caps, reservations) is reached
only by those who hold these, so no two transactions can wait for each other.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from headrace.capabilities.budgets.model import Amount, Budget, Cap, Period, Scope
from headrace.capabilities.budgets.store import keys
from headrace.capabilities.budgets.store.keys import KEYS, SAME, Account
from headrace.kernel.ids import OrganisationId

_LOCK = sa.text(
    f"SELECT a.* FROM budgets_account a JOIN {KEYS} ON {SAME} "
    "ORDER BY a.scope_kind, a.scope_id, a.period, a.term FOR UPDATE OF a"
)
_OPEN = sa.text(
    "INSERT INTO budgets_account (organisation, scope_kind, scope_id, period, term) "
    f"SELECT :organisation, k.* FROM {KEYS} WHERE NOT EXISTS "
    f"(SELECT 1 FROM budgets_account a WHERE {SAME}) "
    "ORDER BY k.scope_kind, k.scope_id, k.period, k.term ON CONFLICT DO NOTHING"
)
_MOVE = sa.text(
    "UPDATE budgets_account a SET spent_tokens = spent_tokens + :spent_tokens, "
    "spent_micro_usd = spent_micro_usd + :spent_micro_usd, "
    "reserved_tokens = reserved_tokens + :reserved_tokens, "
    "reserved_micro_usd = reserved_micro_usd + :reserved_micro_usd "
    f"FROM {KEYS} WHERE {SAME}"
)
_CAPS = sa.text(
    "SELECT c.* FROM budgets_cap c JOIN unnest(CAST(:kinds AS text[]), CAST(:ids AS text[])) "
    "AS k (scope_kind, scope_id) ON c.scope_kind = k.scope_kind AND c.scope_id = k.scope_id "
    "WHERE c.organisation = :organisation"
)
_SET_CAP = sa.text(
    "INSERT INTO budgets_cap (organisation, scope_kind, scope_id, period, cap_tokens, cap_micro_usd) "
    "VALUES (:organisation, :scope_kind, :scope_id, :period, :cap_tokens, :cap_micro_usd) "
    "ON CONFLICT (organisation, scope_kind, scope_id, period) DO UPDATE SET "
    "cap_tokens = excluded.cap_tokens, cap_micro_usd = excluded.cap_micro_usd, "
    "told_term = NULL, refused = false"
)
_REFUSED = sa.text(
    "UPDATE budgets_cap SET refused = true, told_term = :term WHERE organisation = :organisation "
    "AND scope_kind = :scope_kind AND scope_id = :scope_id AND period = :period "
    "AND (NOT refused OR told_term IS DISTINCT FROM :term) "
    # RETURNING gives new values; a subquery still sees the row as it was.
    "RETURNING (SELECT b.told_term IS DISTINCT FROM :term FROM budgets_cap b "
    "WHERE b.organisation = budgets_cap.organisation AND b.scope_kind = budgets_cap.scope_kind "
    "AND b.scope_id = budgets_cap.scope_id AND b.period = budgets_cap.period)"
)
_REFUSING = sa.text(
    "SELECT scope_kind, scope_id, period, told_term FROM budgets_cap "
    "WHERE organisation = :organisation AND refused ORDER BY scope_kind, scope_id, period"
)
_EASE = sa.text(
    "UPDATE budgets_cap c SET refused = false "
    "FROM unnest(CAST(:kinds AS text[]), CAST(:ids AS text[])) AS k (scope_kind, scope_id) "
    "WHERE c.organisation = :organisation AND c.scope_kind = k.scope_kind "
    "AND c.scope_id = k.scope_id AND c.refused RETURNING c.scope_kind, c.scope_id, c.period"
)
_BUDGETS = (
    "SELECT coalesce(a.scope_kind, c.scope_kind) AS scope_kind, "
    "coalesce(a.scope_id, c.scope_id) AS scope_id, coalesce(a.period, c.period) AS period, "
    "coalesce(a.term, k.term) AS term, c.cap_tokens, c.cap_micro_usd, "
    "coalesce(a.spent_tokens, 0) AS spent_tokens, "
    "coalesce(a.spent_micro_usd, 0) AS spent_micro_usd, "
    "coalesce(a.reserved_tokens, 0) AS reserved_tokens, "
    "coalesce(a.reserved_micro_usd, 0) AS reserved_micro_usd "
    "FROM (SELECT * FROM budgets_cap WHERE organisation = :organisation) c "
    "JOIN unnest(CAST(:periods AS text[]), CAST(:terms AS text[])) AS k (period, term) "
    "ON c.period = k.period "
    "FULL JOIN (SELECT * FROM budgets_account WHERE organisation = :organisation) a "
    "ON a.scope_kind = c.scope_kind AND a.scope_id = c.scope_id AND a.period = c.period "
    "AND a.term = k.term"
)
_STANDING = sa.text(
    f"SELECT * FROM ({_BUDGETS}) AS b WHERE (period, term) IN "
    "(SELECT * FROM unnest(CAST(:periods AS text[]), CAST(:terms AS text[]))) "
    "AND (CAST(:scope_kind AS text) IS NULL OR scope_kind = :scope_kind) "
    "AND (CAST(:scope_id AS text) IS NULL OR scope_id = :scope_id) "
    "AND (scope_kind, scope_id, period) > (:after_kind, :after_id, :after_period) "
    "ORDER BY scope_kind, scope_id, period LIMIT :limit"
)


def lock(db: sa.Connection, organisation: OrganisationId, accounts: Sequence[Account]) -> None:
    """Lock these accounts in the order of their keys, opening those that do not exist yet.

    Opening comes first: locking what exists and then opening and locking the rest would take locks
    out of order, and two claims at a new scope could wait for each other.
    """
    wanted = keys.account_keys(organisation, accounts)
    db.execute(_OPEN, wanted)
    db.execute(_LOCK, wanted)


def caps(
    db: sa.Connection, organisation: OrganisationId, scopes: Sequence[Scope]
) -> Mapping[tuple[Scope, Period], Cap]:
    """The caps of these scopes. True until the commit only for a holder of their accounts."""
    rows = db.execute(_CAPS, keys.scope_keys(organisation, scopes)).mappings()
    return {(keys.scope(row), Period(row["period"])): keys.cap(row) for row in rows}


def budgets(
    db: sa.Connection,
    organisation: OrganisationId,
    accounts: Sequence[Account],
    caps: Mapping[tuple[Scope, Period], Cap],
) -> Sequence[Budget]:
    """These accounts as budgets, locked."""
    rows = db.execute(_LOCK, keys.account_keys(organisation, accounts)).mappings()
    return [
        keys.budget(row, caps.get((keys.scope(row), Period(row["period"])), Cap())) for row in rows
    ]


def move(
    db: sa.Connection,
    organisation: OrganisationId,
    accounts: Sequence[Account],
    *,
    spent: Amount,
    held_before: Amount,
    held_now: Amount,
) -> None:
    """Add what was spent and what is held now instead of before, at every account alike."""
    change = {
        "spent_tokens": spent.tokens,
        "spent_micro_usd": spent.micro_usd,
        "reserved_tokens": held_now.tokens - held_before.tokens,
        "reserved_micro_usd": held_now.micro_usd - held_before.micro_usd,
    }
    db.execute(_MOVE, {**keys.account_keys(organisation, accounts), **change})


def set_cap(
    db: sa.Connection, organisation: OrganisationId, scope: Scope, period: Period, cap: Cap
) -> None:
    db.execute(
        _SET_CAP,
        {
            **keys.cap_place(organisation, scope, period),
            "cap_tokens": cap.tokens,
            "cap_micro_usd": cap.micro_usd,
        },
    )


def refused(
    db: sa.Connection, organisation: OrganisationId, scope: Scope, period: Period, term: str
) -> bool:
    """Note that this cap refused a claim; whether that is news in this term."""
    place = {**keys.cap_place(organisation, scope, period), "term": term}
    return bool(db.execute(_REFUSED, place).scalar_one_or_none())


def ease(
    db: sa.Connection, organisation: OrganisationId, scopes: Sequence[Scope]
) -> Sequence[tuple[Scope, Period]]:
    """Clear the note at these scopes; which caps had one."""
    rows = db.execute(_EASE, keys.scope_keys(organisation, scopes)).mappings()
    return [(keys.scope(row), Period(row["period"])) for row in rows]


def refusing(
    db: sa.Connection, organisation: OrganisationId
) -> Sequence[tuple[Scope, Period, str]]:
    """Caps that refused a claim and have not been eased since, with the term they refused in."""
    rows = db.execute(_REFUSING, {"organisation": organisation}).mappings()
    return [(keys.scope(row), Period(row["period"]), row["told_term"]) for row in rows]


def standing(
    db: sa.Connection,
    organisation: OrganisationId,
    terms: Mapping[Period, str],
    *,
    scope: Scope | None,
    after: tuple[str, str, str],
    limit: int,
) -> Sequence[Budget]:
    """Budgets of the given terms that have a cap or an account, by scope; those after a key."""
    values = {
        "organisation": organisation,
        "periods": [period.value for period in terms],
        "terms": list(terms.values()),
        "scope_kind": scope.kind.value if scope else None,
        "scope_id": scope.id if scope else None,
        "after_kind": after[0],
        "after_id": after[1],
        "after_period": after[2],
        "limit": limit,
    }
    return [keys.budget(row, keys.cap(row)) for row in db.execute(_STANDING, values).mappings()]
