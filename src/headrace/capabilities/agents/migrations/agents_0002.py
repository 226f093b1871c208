"""Runs that wait for their provider: until when, how often, and since when in real time."""

from alembic import op

revision = "agents_0002"
down_revision = "agents_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE agents_run ADD COLUMN retry_at timestamptz, "
        "ADD COLUMN stalls integer NOT NULL DEFAULT 0, ADD COLUMN stalled_really_at timestamptz"
    )


def downgrade() -> None:
    op.execute(
        "ALTER TABLE agents_run DROP COLUMN retry_at, DROP COLUMN stalls, "
        "DROP COLUMN stalled_really_at"
    )
