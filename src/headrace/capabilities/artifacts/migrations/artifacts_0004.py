"""Comments: what people said of a version, as rows with their authors."""

from alembic import op

from headrace.kernel.schema import tenant_table

revision = "artifacts_0004"
down_revision = "artifacts_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tenant_table(
        "artifacts_comment",
        """id text NOT NULL, artifact text NOT NULL, number integer NOT NULL,
        element text NOT NULL DEFAULT '', author text NOT NULL, text text NOT NULL,
        at timestamptz NOT NULL, withdrawn_at timestamptz,
        PRIMARY KEY (organisation, id),
        FOREIGN KEY (organisation, artifact) REFERENCES artifacts_artifact (organisation, id)""",
    )
    op.execute("CREATE INDEX ON artifacts_comment (organisation, artifact, id)")


def downgrade() -> None:
    op.execute("DROP TABLE artifacts_comment")
