"""Runs by what they belong to, so that a mission's page does not read everybody's."""

from alembic import op

revision = "agents_0003"
down_revision = "agents_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX agents_run_in_context ON agents_run (organisation, context, id)")


def downgrade() -> None:
    op.execute("DROP INDEX agents_run_in_context")
