"""Flags with every revision, segments, the revision of them all, use by day, and findings told."""

from alembic import op

from headrace.kernel.schema import drop, roles, tenant_table

revision = "flags_0001"
down_revision = None
branch_labels = ("flags",)
depends_on = ("kernel_0001",)


def upgrade() -> None:
    tenant_table("flags_state", "revision bigint NOT NULL, PRIMARY KEY (organisation)")
    tenant_table(
        "flags_flag",
        """key text NOT NULL, kind text NOT NULL, salt text NOT NULL, definition jsonb NOT NULL,
        revision bigint NOT NULL, created_at timestamptz NOT NULL, created_by text NOT NULL,
        changed_at timestamptz NOT NULL, settled_at timestamptz, killed_by text,
        killed_at timestamptz, killed_for text, archived_at timestamptz,
        PRIMARY KEY (organisation, key)""",
    )
    tenant_table(
        "flags_revision",
        """flag text NOT NULL, revision bigint NOT NULL, change text NOT NULL,
        definition jsonb NOT NULL, reason text NOT NULL, by text NOT NULL, at timestamptz NOT NULL,
        PRIMARY KEY (organisation, flag, revision),
        FOREIGN KEY (organisation, flag) REFERENCES flags_flag (organisation, key)""",
    )
    op.execute(f"REVOKE UPDATE, DELETE ON flags_revision FROM {roles().app}")
    tenant_table(
        "flags_segment",
        "key text NOT NULL, definition jsonb NOT NULL, PRIMARY KEY (organisation, key)",
    )
    tenant_table(
        "flags_usage",
        """flag text NOT NULL, variant text NOT NULL, day date NOT NULL,
        evaluations bigint NOT NULL CHECK (evaluations > 0), last_at timestamptz NOT NULL,
        PRIMARY KEY (organisation, flag, variant, day),
        FOREIGN KEY (organisation, flag) REFERENCES flags_flag (organisation, key)""",
    )
    tenant_table(
        "flags_finding",
        """flag text NOT NULL, staleness text NOT NULL, told_at timestamptz NOT NULL,
        PRIMARY KEY (organisation, flag, staleness),
        FOREIGN KEY (organisation, flag) REFERENCES flags_flag (organisation, key)""",
    )


def downgrade() -> None:
    drop(
        "flags_finding",
        "flags_usage",
        "flags_segment",
        "flags_revision",
        "flags_flag",
        "flags_state",
    )
