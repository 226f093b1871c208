"""The ground: tenancy's secret, the journal, answered requests."""

import sqlalchemy as sa
from alembic import context, op

from headrace.kernel.schema import drop, engine_table, roles, secret_table, tenant_table
from headrace.kernel.tenancy import ORGANISATION_FUNCTION

revision = "kernel_0001"
down_revision = None
branch_labels = ("kernel",)
depends_on = None


def upgrade() -> None:
    secret_table("kernel_secret", "name text PRIMARY KEY, value text NOT NULL")
    op.get_bind().execute(
        sa.text("INSERT INTO kernel_secret (name, value) VALUES ('tenancy', :secret)"),
        {"secret": context.config.attributes["tenancy_secret"]},
    )
    op.execute(ORGANISATION_FUNCTION)
    op.execute("REVOKE ALL ON FUNCTION headrace_organisation() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION headrace_organisation() TO {roles().app}")
    op.execute(f"GRANT EXECUTE ON FUNCTION headrace_organisation() TO {roles().system}")
    op.execute(f"GRANT SELECT ON alembic_version TO {roles().app}, {roles().system}")
    op.execute("COMMENT ON TABLE alembic_version IS 'engine'")
    _journal()
    tenant_table(
        "kernel_request",
        """key text NOT NULL, operation text NOT NULL, principal text NOT NULL,
        input_hash text NOT NULL, response json NOT NULL,
        answered_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organisation, principal, operation, key)""",
    )
    op.execute("CREATE INDEX ON kernel_request (answered_at)")


def _journal() -> None:
    tenant_table(
        "journal_lineage",
        "lineage text NOT NULL, last integer NOT NULL, PRIMARY KEY (organisation, lineage)",
    )
    tenant_table(
        "journal_event",
        """id text NOT NULL, type text NOT NULL, lineage text NOT NULL, number integer NOT NULL,
        actor text NOT NULL, cause text, at timestamptz NOT NULL, payload json,
        payload_hash text NOT NULL, digest text NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(), position bigint,
        PRIMARY KEY (organisation, id), UNIQUE (organisation, lineage, number)""",
    )
    op.execute("CREATE UNIQUE INDEX journal_event_position ON journal_event (position)")
    op.execute("CREATE INDEX ON journal_event (organisation, position)")
    op.execute("CREATE INDEX ON journal_event (recorded_at) WHERE position IS NULL")
    tenant_table(
        "journal_block",
        """number integer NOT NULL, first bigint NOT NULL, last bigint NOT NULL,
        positions bigint[] NOT NULL, digests text[] NOT NULL, previous text NOT NULL,
        hash text NOT NULL, sealed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organisation, number)""",
    )
    tenant_table(
        "journal_parked",
        """subscriber text NOT NULL, lineage text NOT NULL, number integer NOT NULL,
        event text NOT NULL, error text NOT NULL, attempts integer NOT NULL,
        parked_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organisation, subscriber, lineage, number),
        FOREIGN KEY (organisation, event) REFERENCES journal_event (organisation, id)""",
    )
    engine_table("journal_subscriber", "name text PRIMARY KEY, position bigint NOT NULL")
    engine_table(
        "journal_sequence", "single boolean PRIMARY KEY CHECK (single), last bigint NOT NULL"
    )
    op.execute("INSERT INTO journal_sequence (single, last) VALUES (true, 0)")


def downgrade() -> None:
    drop("kernel_request", "journal_parked", "journal_block", "journal_event", "journal_lineage")
    drop("journal_subscriber", "journal_sequence")
    op.execute("DROP FUNCTION headrace_organisation()")
    drop("kernel_secret")
