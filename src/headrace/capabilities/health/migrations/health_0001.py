"""Sources, series and their samples, targets, watches, and what is wrong now."""

from alembic import op

from headrace.kernel.schema import drop, tenant_table

revision = "health_0001"
down_revision = None
branch_labels = ("health",)
depends_on = ("kernel_0001",)


def upgrade() -> None:
    tenant_table(
        "health_source",
        """name text NOT NULL, definition jsonb NOT NULL, every interval NOT NULL,
        next_at timestamptz NOT NULL, read_at timestamptz, failures integer NOT NULL DEFAULT 0,
        error text NOT NULL DEFAULT '', PRIMARY KEY (organisation, name)""",
    )
    op.execute("CREATE INDEX ON health_source (organisation, next_at)")
    tenant_table(
        "health_series",
        """id text NOT NULL, source text NOT NULL, name text NOT NULL, labels jsonb NOT NULL,
        kind text NOT NULL, last double precision NOT NULL, last_at timestamptz NOT NULL,
        PRIMARY KEY (organisation, id),
        FOREIGN KEY (organisation, source) REFERENCES health_source (organisation, name)
            ON DELETE CASCADE""",
    )
    op.execute("CREATE INDEX ON health_series (organisation, name)")
    op.execute("CREATE INDEX ON health_series (organisation, source)")
    tenant_table(
        "health_sample",
        """series text NOT NULL, at timestamptz NOT NULL, step integer NOT NULL,
        count integer NOT NULL, total double precision NOT NULL, low double precision NOT NULL,
        high double precision NOT NULL, increase double precision NOT NULL CHECK (increase >= 0),
        PRIMARY KEY (organisation, series, at, step),
        FOREIGN KEY (organisation, series) REFERENCES health_series (organisation, id)
            ON DELETE CASCADE""",
    )
    op.execute("CREATE INDEX ON health_sample (organisation, step, at)")
    for name in ("target", "watch"):
        tenant_table(
            f"health_{name}",
            """name text NOT NULL, service text NOT NULL, definition jsonb NOT NULL,
            asked jsonb NOT NULL DEFAULT '[]', PRIMARY KEY (organisation, name)""",
        )
    tenant_table(
        "health_trouble",
        """subject text NOT NULL, dimension text NOT NULL, since timestamptz NOT NULL,
        severity text NOT NULL, PRIMARY KEY (organisation, subject, dimension)""",
    )


def downgrade() -> None:
    drop(
        "health_trouble",
        "health_watch",
        "health_target",
        "health_sample",
        "health_series",
        "health_source",
    )
