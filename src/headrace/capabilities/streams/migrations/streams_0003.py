"""Runs by their context in the order of their making, as a mission's page reads them."""

from alembic import op

revision = "streams_0003"
down_revision = "streams_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX streams_run_in_context ON streams_run (organisation, context, id)")


def downgrade() -> None:
    op.execute("DROP INDEX streams_run_in_context")
