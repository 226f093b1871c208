"""Signals that incidents have led to, each once for its key."""

from alembic import op

from headrace.kernel.schema import drop, roles, tenant_table

revision = "operate_0002"
down_revision = "operate_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tenant_table(
        "operate_signal",
        """key text NOT NULL, incident text NOT NULL, signal text NOT NULL,
        PRIMARY KEY (organisation, key),
        FOREIGN KEY (organisation, incident) REFERENCES operate_incident (organisation, id)""",
    )
    op.execute(f"REVOKE UPDATE, DELETE ON operate_signal FROM {roles().app}")


def downgrade() -> None:
    drop("operate_signal")
