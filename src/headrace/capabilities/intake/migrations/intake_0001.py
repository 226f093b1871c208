"""Signals as rows: what triage, duplicates and digests count."""

from alembic import op

from headrace.kernel.schema import drop, tenant_table

revision = "intake_0001"
down_revision = None
branch_labels = ("intake",)
depends_on = ("artifacts_0001",)


def upgrade() -> None:
    tenant_table(
        "intake_signal",
        """signal text NOT NULL, title text NOT NULL, source text NOT NULL, topic text NOT NULL,
        category text NOT NULL, confidence text NOT NULL, urgency text NOT NULL, impact text NOT NULL,
        disposition text NOT NULL, filed_by text NOT NULL, layer text NOT NULL,
        filed_at timestamptz NOT NULL, duplicate_of text, superseded_by text, absorbed_by text,
        PRIMARY KEY (organisation, signal)""",
    )
    tenant_table(
        "intake_source",
        """source text NOT NULL, hash text NOT NULL, rows integer NOT NULL, loaded_by text NOT NULL,
        loaded_at timestamptz NOT NULL, PRIMARY KEY (organisation, source)""",
    )
    tenant_table(
        "intake_row",
        """source text NOT NULL, number integer NOT NULL, data jsonb NOT NULL,
        PRIMARY KEY (organisation, source, number),
        FOREIGN KEY (organisation, source) REFERENCES intake_source (organisation, source)
            ON DELETE CASCADE""",
    )
    op.execute("CREATE INDEX ON intake_signal (organisation, filed_at)")
    op.execute("CREATE INDEX ON intake_signal (organisation, source, topic, filed_at)")


def downgrade() -> None:
    drop("intake_row", "intake_source", "intake_signal")
