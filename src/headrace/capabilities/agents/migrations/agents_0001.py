"""Cards, employees, runs, and what is said, tried, done, refused and seen in them."""

from alembic import op

from headrace.kernel.schema import drop, tenant_table

revision = "agents_0001"
down_revision = None
branch_labels = ("agents",)
depends_on = ("budgets_0001", "people_0001")

OF_RUN = "FOREIGN KEY (organisation, run) REFERENCES agents_run (organisation, id)"


def upgrade() -> None:
    tenant_table(
        "agents_card",
        """hash text NOT NULL, role text NOT NULL, card json NOT NULL,
        PRIMARY KEY (organisation, hash)""",
    )
    tenant_table(
        "agents_employee",
        """id text NOT NULL, principal text NOT NULL, handle text NOT NULL, role text NOT NULL,
        state text NOT NULL, superseded_by text NOT NULL DEFAULT '',
        paused boolean NOT NULL DEFAULT false, card_hash text NOT NULL,
        hired_by text NOT NULL, hired_at timestamptz NOT NULL,
        PRIMARY KEY (organisation, id), UNIQUE (organisation, handle),
        FOREIGN KEY (organisation, principal) REFERENCES people_principal (organisation, id),
        FOREIGN KEY (organisation, card_hash) REFERENCES agents_card (organisation, hash)""",
    )
    op.execute("CREATE INDEX ON agents_employee (organisation, role)")
    _runs()
    _conversations()
    _deeds()


def _runs() -> None:
    tenant_table(
        "agents_run",
        """id text NOT NULL, key text NOT NULL, employee text NOT NULL, principal text NOT NULL,
        subject text NOT NULL, role text NOT NULL, context text NOT NULL, task json NOT NULL,
        card_hash text NOT NULL, brain text NOT NULL, brain_name text NOT NULL, identity text NOT NULL,
        recipe text NOT NULL, state text NOT NULL, reserved_tokens bigint NOT NULL,
        reserved_micro_usd bigint NOT NULL, submitted json, submitted_at timestamptz, base text,
        head text, changed_paths text[] NOT NULL DEFAULT '{}', left_out text[] NOT NULL DEFAULT '{}',
        error text NOT NULL DEFAULT '', asked_to_stop text NOT NULL DEFAULT '',
        made_at timestamptz NOT NULL, ended_at timestamptz,
        began_really_at timestamptz, ended_really_at timestamptz,
        PRIMARY KEY (organisation, id), UNIQUE (organisation, key),
        FOREIGN KEY (organisation, employee) REFERENCES agents_employee (organisation, id),
        FOREIGN KEY (organisation, card_hash) REFERENCES agents_card (organisation, hash)""",
    )
    op.execute("CREATE INDEX ON agents_run (organisation, employee) WHERE ended_at IS NULL")
    op.execute("CREATE INDEX ON agents_run (organisation, state, id)")
    op.execute("CREATE INDEX ON agents_run (organisation, subject)")


def _conversations() -> None:
    """Turn 0 is what the brain was told at first; an attempt is written before its call is made."""
    tenant_table(
        "agents_turn",
        f"""run text NOT NULL, number integer NOT NULL, message json NOT NULL,
        input_tokens bigint NOT NULL DEFAULT 0, output_tokens bigint NOT NULL DEFAULT 0,
        cached_tokens bigint NOT NULL DEFAULT 0, cost_micro_usd bigint NOT NULL DEFAULT 0,
        priced boolean NOT NULL DEFAULT true, said_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organisation, run, number), {OF_RUN}""",
    )
    tenant_table(
        "agents_attempt",
        f"""run text NOT NULL, turn integer NOT NULL, number integer NOT NULL, model text NOT NULL,
        most_tokens bigint NOT NULL, most_micro_usd bigint NOT NULL, priced boolean NOT NULL,
        state text NOT NULL DEFAULT 'asked', asked_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organisation, run, turn, number), {OF_RUN}""",
    )


def _deeds() -> None:
    tenant_table(
        "agents_step",
        f"""run text NOT NULL, turn integer NOT NULL, number integer NOT NULL, tool text NOT NULL,
        done boolean NOT NULL DEFAULT false, path text NOT NULL DEFAULT '', before text, after text,
        content text NOT NULL DEFAULT '', output text, is_error boolean NOT NULL DEFAULT false,
        begun_at timestamptz NOT NULL DEFAULT now(), done_at timestamptz,
        PRIMARY KEY (organisation, run, turn, number), {OF_RUN}""",
    )
    tenant_table(
        "agents_refusal",
        f"""run text NOT NULL, place text NOT NULL, tool text NOT NULL, target text NOT NULL,
        reason text NOT NULL, at timestamptz NOT NULL,
        PRIMARY KEY (organisation, run, place, target), {OF_RUN}""",
    )
    tenant_table(
        "agents_observation",
        f"""run text NOT NULL, number integer NOT NULL, place text NOT NULL, title text NOT NULL,
        category text NOT NULL, urgency text NOT NULL, impact text NOT NULL,
        confidence text NOT NULL, observation text NOT NULL, at timestamptz NOT NULL,
        PRIMARY KEY (organisation, run, number), UNIQUE (organisation, run, place), {OF_RUN}""",
    )


def downgrade() -> None:
    drop("agents_observation", "agents_refusal", "agents_step", "agents_attempt", "agents_turn")
    drop("agents_run", "agents_employee", "agents_card")
