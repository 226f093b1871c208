"""Events that wait to be told to the collector."""

from alembic import op

from headrace.kernel.schema import drop, tenant_table

revision = "telemetry_0001"
down_revision = None
branch_labels = ("telemetry",)
depends_on = ("agents_0001",)


def upgrade() -> None:
    tenant_table(
        "telemetry_waiting", "event text NOT NULL, batch text, PRIMARY KEY (organisation, event)"
    )
    op.execute("CREATE INDEX ON telemetry_waiting (organisation, batch)")


def downgrade() -> None:
    drop("telemetry_waiting")
