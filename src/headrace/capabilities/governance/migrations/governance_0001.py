"""Judgements, questions, gates, streaks of failures, the switch, and the counters of visible ids."""

from alembic import op

from headrace.kernel.schema import drop, tenant_table

revision = "governance_0001"
down_revision = None
branch_labels = ("governance",)
depends_on = ("kernel_0001",)


def upgrade() -> None:
    tenant_table(
        "governance_counter",
        "prefix text NOT NULL, last integer NOT NULL, PRIMARY KEY (organisation, prefix)",
    )
    tenant_table(
        "governance_question",
        """id text NOT NULL, subject_kind text NOT NULL, subject text NOT NULL, hash text NOT NULL,
        policy text NOT NULL, question text NOT NULL, recommendation text NOT NULL,
        asked_of text[] NOT NULL, tier integer NOT NULL, authors text[] NOT NULL,
        context text, asked_by text NOT NULL, asked_at timestamptz NOT NULL,
        asked_really timestamptz NOT NULL DEFAULT now(), answer text, note text NOT NULL DEFAULT '',
        answered_by text, answered_at timestamptz, answered_really timestamptz,
        withdrawn boolean NOT NULL DEFAULT false,
        PRIMARY KEY (organisation, id)""",
    )
    op.execute(
        "CREATE UNIQUE INDEX governance_question_open ON governance_question "
        "(organisation, subject_kind, subject, policy, md5(question)) WHERE answer IS NULL AND NOT withdrawn"
    )
    op.execute(
        "CREATE INDEX ON governance_question (organisation, subject_kind, subject, policy, asked_at)"
    )
    tenant_table(
        "governance_judgement",
        """id text NOT NULL, subject_kind text NOT NULL, subject text NOT NULL, hash text NOT NULL,
        policy text NOT NULL, number integer NOT NULL, verdict text NOT NULL, stated text NOT NULL,
        summary text NOT NULL, findings json NOT NULL, evaluator text NOT NULL, question text,
        run text, at timestamptz NOT NULL, PRIMARY KEY (organisation, id),
        UNIQUE (organisation, subject_kind, subject, policy, number),
        FOREIGN KEY (organisation, question) REFERENCES governance_question (organisation, id)""",
    )
    op.execute("CREATE INDEX ON governance_judgement (organisation, at)")
    tenant_table(
        "governance_streak",
        "policy text NOT NULL, fails integer NOT NULL, PRIMARY KEY (organisation, policy)",
    )
    _gates()
    tenant_table(
        "governance_halt",
        """reason text NOT NULL, halted_by text NOT NULL, halted_at timestamptz NOT NULL,
        PRIMARY KEY (organisation)""",
    )


def _gates() -> None:
    tenant_table(
        "governance_gate",
        """id text NOT NULL, subject_kind text NOT NULL, subject text NOT NULL, hash text NOT NULL,
        members json NOT NULL, title text NOT NULL, summary text NOT NULL, why text NOT NULL,
        on_yes text NOT NULL, on_no text NOT NULL, tier integer NOT NULL,
        approvers text[] NOT NULL, delegated_to text, delegated_by text,
        authors text[] NOT NULL, context text,
        purpose text NOT NULL, alike text NOT NULL, state text NOT NULL DEFAULT 'open',
        asked_at timestamptz NOT NULL, asked_really timestamptz NOT NULL DEFAULT now(),
        decided_at timestamptz, decided_really timestamptz, decided_by text,
        note text NOT NULL DEFAULT '', PRIMARY KEY (organisation, id)""",
    )
    op.execute(
        "CREATE UNIQUE INDEX governance_gate_once ON governance_gate (organisation, subject_kind, "
        "subject, hash, purpose, approvers) WHERE state NOT IN ('superseded', 'withdrawn')"
    )
    op.execute(
        "CREATE INDEX ON governance_gate (organisation, tier, asked_at) WHERE state = 'open'"
    )
    op.execute("CREATE INDEX ON governance_gate (organisation, context)")


def downgrade() -> None:
    drop(
        "governance_halt",
        "governance_gate",
        "governance_streak",
        "governance_judgement",
        "governance_question",
        "governance_counter",
    )
