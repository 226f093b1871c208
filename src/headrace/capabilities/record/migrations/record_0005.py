"""Edits that people make in a tracker, issues for parts of an artifact, and when was last looked there."""

from alembic import op

from headrace.kernel.schema import drop, tenant_table

revision = "record_0005"
down_revision = "record_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # An issue may be that of a part: its id is then `mission-tasks/export#TASK-001`.
    op.execute(
        """ALTER TABLE record_issue
        ADD COLUMN part text NOT NULL DEFAULT '',
        ADD COLUMN looked text NOT NULL DEFAULT '',
        ADD COLUMN change text,
        ADD COLUMN say text NOT NULL DEFAULT '',
        ADD COLUMN say_key text NOT NULL DEFAULT '',
        ADD COLUMN id text NOT NULL GENERATED ALWAYS AS
            (CASE WHEN part = '' THEN artifact ELSE artifact || '#' || part END) STORED,
        DROP CONSTRAINT record_issue_pkey, ADD PRIMARY KEY (organisation, id)"""
    )
    op.execute("CREATE INDEX ON record_issue (organisation, number)")
    op.execute("CREATE INDEX ON record_issue (organisation, change) WHERE change IS NOT NULL")
    tenant_table(
        "record_look",
        """since text NOT NULL DEFAULT '', etag text NOT NULL DEFAULT '',
        looked_at timestamptz, quiet_until timestamptz, error text NOT NULL DEFAULT '',
        PRIMARY KEY (organisation)""",
    )


def downgrade() -> None:
    drop("record_look")
    op.execute("DELETE FROM record_issue WHERE part <> ''")
    op.execute(
        """ALTER TABLE record_issue DROP CONSTRAINT record_issue_pkey, DROP COLUMN id,
        DROP COLUMN part, DROP COLUMN looked, DROP COLUMN change,
        DROP COLUMN say, DROP COLUMN say_key, ADD PRIMARY KEY (organisation, artifact)"""
    )
