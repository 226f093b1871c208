"""Artifacts, their versions and elements, the links between versions, counters of references."""

from alembic import op

from headrace.kernel.schema import drop, tenant_table

revision = "artifacts_0001"
down_revision = None
branch_labels = ("artifacts",)
depends_on = ("workflows_0001",)


def upgrade() -> None:
    tenant_table(
        "artifacts_artifact",
        """id text NOT NULL, type text NOT NULL, slug text NOT NULL, context text NOT NULL,
        parts jsonb NOT NULL, path text NOT NULL, reference text,
        head integer NOT NULL DEFAULT 0, effective integer, created_at timestamptz NOT NULL,
        archived boolean NOT NULL DEFAULT false,
        PRIMARY KEY (organisation, id), UNIQUE (organisation, path)""",
    )
    op.execute("CREATE INDEX ON artifacts_artifact (organisation, context, type)")
    op.execute("CREATE INDEX ON artifacts_artifact (organisation, type, created_at)")
    tenant_table(
        "artifacts_version",
        """artifact text NOT NULL, number integer NOT NULL, title text NOT NULL,
        content json NOT NULL, content_hash text NOT NULL, phase text NOT NULL,
        made_by text NOT NULL, brain text NOT NULL, run text, recipe text, base integer,
        note text NOT NULL DEFAULT '', change text, commit text,
        no_effect boolean NOT NULL DEFAULT false, created_at timestamptz NOT NULL,
        PRIMARY KEY (organisation, artifact, number),
        FOREIGN KEY (organisation, artifact) REFERENCES artifacts_artifact (organisation, id)""",
    )
    op.execute("CREATE INDEX ON artifacts_version (organisation, change)")
    op.execute("CREATE INDEX ON artifacts_version (organisation, run)")
    tenant_table(
        "artifacts_element",
        """artifact text NOT NULL, number integer NOT NULL, element text NOT NULL, hash text NOT NULL,
        PRIMARY KEY (organisation, artifact, number, element),
        FOREIGN KEY (organisation, artifact, number)
            REFERENCES artifacts_version (organisation, artifact, number)""",
    )
    tenant_table(
        "artifacts_link",
        """artifact text NOT NULL, number integer NOT NULL, kind text NOT NULL,
        target text NOT NULL, target_number integer NOT NULL, element text NOT NULL DEFAULT '',
        PRIMARY KEY (organisation, artifact, number, kind, target, target_number, element),
        FOREIGN KEY (organisation, artifact, number)
            REFERENCES artifacts_version (organisation, artifact, number),
        FOREIGN KEY (organisation, target, target_number)
            REFERENCES artifacts_version (organisation, artifact, number)""",
    )
    op.execute("CREATE INDEX ON artifacts_link (organisation, target, target_number)")
    tenant_table(
        "artifacts_acknowledgement",
        """artifact text NOT NULL, number integer NOT NULL, target text NOT NULL,
        target_number integer NOT NULL, by text NOT NULL, note text NOT NULL,
        at timestamptz NOT NULL, PRIMARY KEY (organisation, artifact, number, target, target_number),
        FOREIGN KEY (organisation, artifact, number)
            REFERENCES artifacts_version (organisation, artifact, number)""",
    )
    tenant_table(
        "artifacts_counter",
        "series text NOT NULL, last integer NOT NULL, PRIMARY KEY (organisation, series)",
    )


def downgrade() -> None:
    drop("artifacts_counter", "artifacts_acknowledgement", "artifacts_link", "artifacts_element")
    drop("artifacts_version", "artifacts_artifact")
