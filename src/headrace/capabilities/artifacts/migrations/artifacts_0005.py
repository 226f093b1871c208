"""What is searched for words, written once and not made for each row of each search."""

from alembic import op

revision = "artifacts_0005"
down_revision = "artifacts_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No index: under row-level security no operator that finds parts of words may use one.
    op.execute(
        "ALTER TABLE artifacts_artifact ADD COLUMN searched text "
        "GENERATED ALWAYS AS (lower(id || ' ' || coalesce(reference, ''))) STORED"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE artifacts_artifact DROP COLUMN searched")
