"""Artifacts that are kept in an issue tracker, and what is to be written there."""

from alembic import op

from headrace.kernel.schema import drop, tenant_table

revision = "record_0004"
down_revision = "record_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tenant_table(
        "record_issue",
        """artifact text NOT NULL, number bigint, url text NOT NULL DEFAULT '',
        is_open boolean NOT NULL DEFAULT true, version integer NOT NULL DEFAULT 0,
        stamp text NOT NULL, done_stamp text, batch text, error text NOT NULL DEFAULT '',
        ours text[] NOT NULL DEFAULT '{}', asked_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organisation, artifact),
        FOREIGN KEY (organisation, artifact) REFERENCES artifacts_artifact (organisation, id)""",
    )
    op.execute("CREATE INDEX ON record_issue (organisation, batch)")


def downgrade() -> None:
    drop("record_issue")
