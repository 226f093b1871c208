"""Archived artifacts: since when, and where their files stood; and no row of an artifact is deleted."""

from alembic import op

from headrace.kernel.schema import roles

revision = "artifacts_0003"
down_revision = "artifacts_0002"
branch_labels = None
depends_on = None

_KEPT = "artifacts_artifact, artifacts_version"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE artifacts_artifact ADD COLUMN archived_at timestamptz, ADD COLUMN place text"
    )
    op.execute(
        "CREATE UNIQUE INDEX artifacts_artifact_place ON artifacts_artifact (organisation, place) "
        "WHERE place IS NOT NULL"
    )
    # Archived, never deleted: whatever a room's code says, the database lets nobody take one away.
    op.execute(f"REVOKE DELETE ON {_KEPT} FROM {roles().app}, {roles().system}")


def downgrade() -> None:
    op.execute(f"GRANT DELETE ON {_KEPT} TO {roles().app}, {roles().system}")
    op.execute("DROP INDEX artifacts_artifact_place")
    op.execute("ALTER TABLE artifacts_artifact DROP COLUMN archived_at, DROP COLUMN place")
