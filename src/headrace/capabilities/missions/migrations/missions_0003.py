"""Archived missions, which lists hide."""

from alembic import op

revision = "missions_0003"
down_revision = "missions_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE missions_mission ADD COLUMN archived boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    op.execute("ALTER TABLE missions_mission DROP COLUMN archived")
