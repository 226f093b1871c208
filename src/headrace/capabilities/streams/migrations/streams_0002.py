"""Who let a run have one attempt more than its module makes by itself."""

from alembic import op

revision = "streams_0002"
down_revision = "streams_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE streams_run ADD COLUMN let_on_by text")


def downgrade() -> None:
    op.execute("ALTER TABLE streams_run DROP COLUMN let_on_by")
