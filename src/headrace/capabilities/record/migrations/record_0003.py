"""Files that go to the archive, or come back from it."""

from alembic import op

from headrace.kernel.schema import drop, tenant_table

revision = "record_0003"
down_revision = "record_0002"
branch_labels = None
depends_on = ("artifacts_0003",)


def upgrade() -> None:
    tenant_table(
        "record_move",
        """artifact text NOT NULL, stamp text NOT NULL, batch text, batch_stamp text,
        PRIMARY KEY (organisation, artifact)""",
    )
    op.execute("CREATE INDEX ON record_move (organisation, batch)")


def downgrade() -> None:
    drop("record_move")
