"""Archived releases, which lists hide."""

from alembic import op

revision = "releases_0002"
down_revision = "releases_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE releases_release ADD COLUMN archived boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    op.execute("ALTER TABLE releases_release DROP COLUMN archived")
