"""When a schedule was started last, in real time."""

from alembic import op

revision = "workflows_0002"
down_revision = "workflows_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE workflows_tick ADD COLUMN ticked_at timestamptz NOT NULL DEFAULT now()")


def downgrade() -> None:
    op.execute("ALTER TABLE workflows_tick DROP COLUMN ticked_at")
