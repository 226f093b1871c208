"""Runs of checks: who is at one, and what came of it."""

from alembic import op

from headrace.kernel.schema import drop, tenant_table

revision = "coding_0001"
down_revision = None
branch_labels = ("coding",)
depends_on = ("kernel_0001",)


def upgrade() -> None:
    tenant_table(
        "coding_check_run",
        """id text NOT NULL, repository text NOT NULL, head text NOT NULL, name text NOT NULL,
        declaration text NOT NULL, environment text NOT NULL, current boolean NOT NULL DEFAULT true,
        claimed_by text NOT NULL, held_until timestamptz NOT NULL,
        takeovers integer NOT NULL DEFAULT 0, began_at timestamptz NOT NULL, ended_at timestamptz,
        result jsonb, CHECK ((ended_at IS NULL) = (result IS NULL)),
        PRIMARY KEY (organisation, id)""",
    )
    # One current run for each key: what a race between two evaluators is decided by.
    op.execute(
        "CREATE UNIQUE INDEX coding_check_run_current ON coding_check_run "
        "(organisation, repository, head, name, declaration, environment) WHERE current"
    )


def downgrade() -> None:
    drop("coding_check_run")
