"""Caps, accounts, reservations with what they hold, and the ledger."""

from alembic import op

from headrace.kernel.schema import drop, roles, tenant_table

revision = "budgets_0001"
down_revision = None
branch_labels = ("budgets",)
depends_on = ("kernel_0001",)

AMOUNT = "{0}_tokens bigint NOT NULL DEFAULT 0 CHECK ({0}_tokens >= 0), "
AMOUNT += "{0}_micro_usd bigint NOT NULL DEFAULT 0 CHECK ({0}_micro_usd >= 0)"


def upgrade() -> None:
    tenant_table(
        "budgets_cap",
        """scope_kind text NOT NULL, scope_id text NOT NULL, period text NOT NULL,
        cap_tokens bigint CHECK (cap_tokens >= 0), cap_micro_usd bigint CHECK (cap_micro_usd >= 0),
        told_term text, refused boolean NOT NULL DEFAULT false,
        PRIMARY KEY (organisation, scope_kind, scope_id, period)""",
    )
    tenant_table(
        "budgets_account",
        f"""scope_kind text NOT NULL, scope_id text NOT NULL, period text NOT NULL, term text NOT NULL,
        {AMOUNT.format("spent")}, {AMOUNT.format("reserved")},
        PRIMARY KEY (organisation, scope_kind, scope_id, period, term)""",
    )
    tenant_table(
        "budgets_reservation",
        f"""id text NOT NULL, {AMOUNT.format("asked")}, {AMOUNT.format("spent")},
        state text NOT NULL, purpose text NOT NULL, run text, change text,
        made_at timestamptz NOT NULL, ended_at timestamptz, PRIMARY KEY (organisation, id)""",
    )
    op.execute("CREATE INDEX ON budgets_reservation (organisation, made_at) WHERE state = 'open'")
    tenant_table(
        "budgets_hold",
        """reservation text NOT NULL, scope_kind text NOT NULL, scope_id text NOT NULL,
        period text NOT NULL, term text NOT NULL,
        PRIMARY KEY (organisation, reservation, scope_kind, scope_id, period),
        FOREIGN KEY (organisation, reservation) REFERENCES budgets_reservation (organisation, id),
        FOREIGN KEY (organisation, scope_kind, scope_id, period, term)
            REFERENCES budgets_account (organisation, scope_kind, scope_id, period, term)""",
    )
    _ledger()


def _ledger() -> None:
    """One line per use; the application's role may add lines and read them, never change one."""
    tenant_table(
        "budgets_entry",
        """number bigint GENERATED ALWAYS AS IDENTITY, reservation text NOT NULL, key text NOT NULL,
        model text NOT NULL, tokens_in bigint NOT NULL CHECK (tokens_in >= 0),
        tokens_out bigint NOT NULL CHECK (tokens_out >= 0),
        tokens_cached bigint NOT NULL CHECK (tokens_cached >= 0),
        micro_usd bigint NOT NULL CHECK (micro_usd >= 0), priced boolean NOT NULL,
        lost boolean NOT NULL, at timestamptz NOT NULL, run text, mission text, stream text,
        agent text, change text, PRIMARY KEY (organisation, number),
        UNIQUE (organisation, reservation, key),
        FOREIGN KEY (organisation, reservation) REFERENCES budgets_reservation (organisation, id)""",
    )
    op.execute("CREATE INDEX ON budgets_entry (organisation, at)")
    op.execute(f"REVOKE UPDATE, DELETE ON budgets_entry FROM {roles().app}")


def downgrade() -> None:
    drop(
        "budgets_entry",
        "budgets_hold",
        "budgets_reservation",
        "budgets_account",
        "budgets_cap",
    )
