"""Locks on protected paths."""

from alembic import op

from headrace.kernel.schema import drop, tenant_table

revision = "record_0002"
down_revision = "record_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tenant_table(
        "record_lock",
        """id text NOT NULL, token integer NOT NULL, repository text NOT NULL, target text NOT NULL,
        owner text NOT NULL, reason text NOT NULL, related text NOT NULL,
        taken_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, ended_at timestamptz,
        ended_by text, end_reason text NOT NULL DEFAULT '',
        PRIMARY KEY (organisation, id), UNIQUE (organisation, token),
        FOREIGN KEY (organisation, repository) REFERENCES record_repository (organisation, id)""",
    )
    op.execute(
        "CREATE INDEX record_lock_standing ON record_lock (organisation, repository) "
        "WHERE ended_at IS NULL"
    )
    op.execute("CREATE INDEX record_lock_taken ON record_lock (organisation, repository, taken_at)")


def downgrade() -> None:
    drop("record_lock")
