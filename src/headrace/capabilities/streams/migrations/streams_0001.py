"""Contexts and runs."""

from alembic import op

from headrace.kernel.schema import drop, tenant_table

revision = "streams_0001"
down_revision = None
branch_labels = ("streams",)
depends_on = ("artifacts_0001",)


def upgrade() -> None:
    tenant_table(
        "streams_context",
        """id text NOT NULL, kind text NOT NULL, parent text, title text NOT NULL,
        stream text NOT NULL, stream_version integer NOT NULL, state text NOT NULL,
        opened_by text, opened_at timestamptz NOT NULL, closed_at timestamptz,
        PRIMARY KEY (organisation, id),
        FOREIGN KEY (organisation, parent) REFERENCES streams_context (organisation, id)""",
    )
    tenant_table(
        "streams_context_link",
        """context text NOT NULL, linked text NOT NULL, PRIMARY KEY (organisation, context, linked),
        FOREIGN KEY (organisation, context) REFERENCES streams_context (organisation, id),
        FOREIGN KEY (organisation, linked) REFERENCES streams_context (organisation, id)""",
    )
    tenant_table(
        "streams_run",
        """id text NOT NULL, context text NOT NULL, module text NOT NULL, module_version integer NOT NULL,
        element text NOT NULL DEFAULT '', period text NOT NULL DEFAULT '',
        inputs jsonb NOT NULL, input_hash text NOT NULL, recipe text NOT NULL DEFAULT '',
        attempt integer NOT NULL, state text NOT NULL, reasons jsonb NOT NULL DEFAULT '[]',
        findings jsonb NOT NULL DEFAULT '[]', cause text, agent_run text, change text,
        outputs jsonb NOT NULL DEFAULT '[]', claims integer NOT NULL DEFAULT 0,
        made_at timestamptz NOT NULL, started_at timestamptz, proposed_at timestamptz,
        ended_at timestamptz,
        PRIMARY KEY (organisation, id),
        FOREIGN KEY (organisation, context) REFERENCES streams_context (organisation, id)""",
    )
    op.execute(
        "CREATE UNIQUE INDEX streams_run_open ON streams_run (organisation, context, module, element) "
        "WHERE state IN ('queued', 'waiting', 'working', 'proposed')"
    )
    op.execute(
        "CREATE UNIQUE INDEX streams_run_key ON streams_run (organisation, context, module, "
        "module_version, element, period, input_hash, attempt)"
    )
    op.execute("CREATE INDEX ON streams_run (organisation, change)")
    op.execute("CREATE INDEX ON streams_run (organisation, agent_run)")
    op.execute("CREATE INDEX ON streams_run (organisation, state)")


def downgrade() -> None:
    drop("streams_run", "streams_context_link", "streams_context")
