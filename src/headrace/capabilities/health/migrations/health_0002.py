"""When a trouble ended: what it did is not taken for a new one."""

from alembic import op

revision = "health_0002"
down_revision = "health_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE health_trouble ADD COLUMN ended_at timestamptz")


def downgrade() -> None:
    op.execute("DELETE FROM health_trouble WHERE ended_at IS NOT NULL")
    op.execute("ALTER TABLE health_trouble DROP COLUMN ended_at")
