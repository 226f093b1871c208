"""Jobs, effects, timers, ticks and executors."""

from alembic import op

from headrace.kernel.schema import drop, engine_table, tenant_table

revision = "workflows_0001"
down_revision = None
branch_labels = ("workflows",)
depends_on = ("kernel_0001",)


def upgrade() -> None:
    tenant_table(
        "workflows_job",
        """flow text NOT NULL, key text NOT NULL, arguments jsonb NOT NULL, queue text NOT NULL,
        state text NOT NULL DEFAULT 'queued', error text, cancel_asked boolean NOT NULL DEFAULT false,
        asked_at timestamptz NOT NULL DEFAULT now(), started_at timestamptz, ended_at timestamptz,
        PRIMARY KEY (organisation, flow, key)""",
    )
    op.execute("CREATE INDEX ON workflows_job (organisation, state, asked_at)")
    op.execute("CREATE INDEX ON workflows_job (ended_at)")
    tenant_table(
        "workflows_effect",
        """job text NOT NULL, step integer NOT NULL, name text NOT NULL, result json NOT NULL,
        made_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (organisation, job, step)""",
    )
    op.execute("CREATE INDEX ON workflows_effect (made_at)")
    tenant_table(
        "workflows_timer",
        """flow text NOT NULL, key text NOT NULL, arguments jsonb NOT NULL, due timestamptz NOT NULL,
        PRIMARY KEY (organisation, flow, key)""",
    )
    op.execute("CREATE INDEX ON workflows_timer (due)")
    tenant_table(
        "workflows_tick",
        "schedule text NOT NULL, period bigint NOT NULL, PRIMARY KEY (organisation, schedule)",
    )
    engine_table(
        "workflows_executor",
        """id text PRIMARY KEY, host text NOT NULL, pid integer NOT NULL,
        started_at timestamptz NOT NULL DEFAULT now(), beat_at timestamptz NOT NULL DEFAULT now(),
        expired boolean NOT NULL DEFAULT false""",
    )


def downgrade() -> None:
    drop(
        "workflows_executor",
        "workflows_tick",
        "workflows_timer",
        "workflows_effect",
        "workflows_job",
    )
