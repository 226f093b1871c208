"""Repositories, change requests with members and reviews, filings, projections, findings, counters."""

from alembic import op

from headrace.kernel.schema import drop, tenant_table

revision = "record_0001"
down_revision = None
branch_labels = ("record",)
depends_on = ("artifacts_0001", "people_0001")


def upgrade() -> None:
    _repositories()
    _changes()
    _writing()
    tenant_table(
        "record_finding",
        """id text NOT NULL, repository text, kind text NOT NULL, subject text NOT NULL,
        commit text NOT NULL DEFAULT '', message text NOT NULL, at timestamptz NOT NULL,
        PRIMARY KEY (organisation, id), UNIQUE (organisation, kind, subject, commit, message)""",
    )
    op.execute("CREATE INDEX ON record_finding (organisation, at)")
    tenant_table(
        "record_counter",
        "series text NOT NULL, last integer NOT NULL, PRIMARY KEY (organisation, series)",
    )


def _repositories() -> None:
    tenant_table(
        "record_repository",
        """id text NOT NULL, kind text NOT NULL, slug text NOT NULL, path text NOT NULL,
        default_branch text NOT NULL, source text NOT NULL DEFAULT '', state text NOT NULL,
        reason text NOT NULL DEFAULT '', codeowners text NOT NULL DEFAULT '', known text, trusted text,
        alarm text, generation integer NOT NULL DEFAULT 0, added_at timestamptz NOT NULL,
        synced_at timestamptz, PRIMARY KEY (organisation, id), UNIQUE (organisation, slug)""",
    )


def _changes() -> None:
    tenant_table(
        "record_change",
        """id text NOT NULL, number integer NOT NULL, repository text NOT NULL, branch text NOT NULL,
        wanted_branch text NOT NULL, target text NOT NULL, title text NOT NULL, body text NOT NULL,
        author text NOT NULL, context text NOT NULL, state text NOT NULL, revision integer NOT NULL,
        attempts integer NOT NULL, base text, head text, commit text, paths jsonb NOT NULL,
        policies jsonb NOT NULL, tasks jsonb NOT NULL, self_evaluation jsonb NOT NULL, failure jsonb,
        decision jsonb, opened_at timestamptz NOT NULL, ended_at timestamptz,
        PRIMARY KEY (organisation, id), UNIQUE (organisation, number),
        FOREIGN KEY (organisation, repository) REFERENCES record_repository (organisation, id)""",
    )
    op.execute("CREATE INDEX ON record_change (organisation, state, number)")
    op.execute("CREATE INDEX ON record_change (organisation, context)")
    # One branch, one task: no two live changes share one.
    op.execute(
        "CREATE UNIQUE INDEX record_change_branch ON record_change (organisation, repository, branch) "
        "WHERE branch <> '' AND state IN ('opening', 'open', 'merging', 'failed')"
    )
    tenant_table(
        "record_member",
        """change text NOT NULL, artifact text NOT NULL, number integer NOT NULL, hash text NOT NULL,
        path text NOT NULL, place integer NOT NULL, PRIMARY KEY (organisation, change, artifact),
        FOREIGN KEY (organisation, change) REFERENCES record_change (organisation, id)""",
    )
    op.execute("CREATE INDEX ON record_member (organisation, artifact, number)")
    tenant_table(
        "record_review",
        """change text NOT NULL, head text NOT NULL, reviewer text NOT NULL, verdict text NOT NULL,
        note text NOT NULL, at timestamptz NOT NULL,
        PRIMARY KEY (organisation, change, head, reviewer),
        FOREIGN KEY (organisation, change) REFERENCES record_change (organisation, id)""",
    )


def _writing() -> None:
    tenant_table(
        "record_filing",
        """artifact text NOT NULL, number integer NOT NULL, batch text, asked_at timestamptz NOT NULL,
        PRIMARY KEY (organisation, artifact, number)""",
    )
    op.execute("CREATE INDEX ON record_filing (organisation, batch)")
    tenant_table(
        "record_projection",
        """artifact text NOT NULL, stamp text NOT NULL, batch text, batch_stamp text,
        PRIMARY KEY (organisation, artifact)""",
    )


def downgrade() -> None:
    drop("record_counter", "record_finding", "record_projection", "record_filing")
    drop("record_review", "record_member", "record_change", "record_repository")
