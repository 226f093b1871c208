"""Confirmations that have been used: so that none is good for two deeds."""

from alembic import op

from headrace.kernel.schema import drop, tenant_table

revision = "kernel_0002"
down_revision = "kernel_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tenant_table(
        "kernel_confirmation",
        """nonce text NOT NULL, principal text NOT NULL, operation text NOT NULL,
        plan text NOT NULL, used_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL, PRIMARY KEY (organisation, nonce)""",
    )
    op.execute("CREATE INDEX ON kernel_confirmation (organisation, expires_at)")


def downgrade() -> None:
    drop("kernel_confirmation")
