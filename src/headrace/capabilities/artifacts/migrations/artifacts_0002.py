"""Indexes for lists that go on by id, within a type or a context, however many there are."""

from alembic import op

revision = "artifacts_0002"
down_revision = "artifacts_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE INDEX artifacts_artifact_of_type ON artifacts_artifact (organisation, type, id)"
    )
    op.execute(
        "CREATE INDEX artifacts_artifact_in_context "
        "ON artifacts_artifact (organisation, context, id)"
    )


def downgrade() -> None:
    op.execute("DROP INDEX artifacts_artifact_in_context")
    op.execute("DROP INDEX artifacts_artifact_of_type")
