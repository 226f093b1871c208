"""Incidents with their signs, timelines, deadlines and calls; runbooks; plans and their deeds."""

from alembic import op

from headrace.kernel.schema import drop, roles, tenant_table

revision = "operate_0001"
down_revision = None
branch_labels = ("operate",)
depends_on = ("releases_0001",)

_OF_INCIDENT = "FOREIGN KEY (organisation, incident) REFERENCES operate_incident (organisation, id)"


def upgrade() -> None:
    _incidents()
    _remediation()
    app = roles().app
    op.execute(f"REVOKE UPDATE, DELETE ON operate_entry FROM {app}")
    op.execute(f"REVOKE DELETE ON operate_act FROM {app}")
    # What triggered a deed and what was done never changes; only what was measured is added.
    op.execute(f"REVOKE UPDATE ON operate_act FROM {app}")
    op.execute(f"GRANT UPDATE (outcome, measured_at) ON operate_act TO {app}")


def _incidents() -> None:
    tenant_table(
        "operate_incident",
        """id text NOT NULL, service text NOT NULL, dimension text NOT NULL, title text NOT NULL,
        severity text NOT NULL, impact text NOT NULL, status text NOT NULL,
        opened_at timestamptz NOT NULL, opened_real timestamptz NOT NULL,
        classified_at timestamptz NOT NULL, acknowledged_at timestamptz, acknowledged_by text,
        mitigated_at timestamptz, mitigated_real timestamptz, resolved_at timestamptz,
        resolved_real timestamptz, resolution text NOT NULL DEFAULT '', runbook text,
        responses integer NOT NULL DEFAULT 0, held_for text NOT NULL DEFAULT '', context jsonb,
        sustained boolean NOT NULL DEFAULT false, PRIMARY KEY (organisation, id)""",
    )
    op.execute(
        "CREATE UNIQUE INDEX operate_one_incident_of_a_cause ON operate_incident "
        "(organisation, service, dimension) WHERE status <> 'resolved'"
    )
    tenant_table(
        "operate_sign",
        f"""event text NOT NULL, incident text NOT NULL, kind text NOT NULL, subject text NOT NULL,
        dimension text NOT NULL, told text NOT NULL, share double precision,
        usual double precision, since timestamptz NOT NULL, ended_at timestamptz,
        PRIMARY KEY (organisation, event), {_OF_INCIDENT}""",
    )
    tenant_table(
        "operate_entry",
        f"""incident text NOT NULL, number integer NOT NULL, at timestamptz NOT NULL,
        at_real timestamptz NOT NULL, kind text NOT NULL, by text NOT NULL, text text NOT NULL,
        evidence jsonb NOT NULL, PRIMARY KEY (organisation, incident, number), {_OF_INCIDENT}""",
    )
    tenant_table(
        "operate_deadline",
        f"""incident text NOT NULL, stage text NOT NULL, due_at timestamptz NOT NULL,
        met_at timestamptz, missed_at timestamptz,
        PRIMARY KEY (organisation, incident, stage), {_OF_INCIDENT}""",
    )
    tenant_table(
        "operate_call",
        f"""incident text NOT NULL, number integer NOT NULL, handles jsonb NOT NULL,
        why text NOT NULL, wants_answer boolean NOT NULL, tier integer NOT NULL,
        at timestamptz NOT NULL, answered_at timestamptz, answered_by text,
        PRIMARY KEY (organisation, incident, number), {_OF_INCIDENT}""",
    )


def _remediation() -> None:
    tenant_table(
        "operate_runbook",
        """name text NOT NULL, version text NOT NULL, service text NOT NULL, body jsonb NOT NULL,
        PRIMARY KEY (organisation, name)""",
    )
    tenant_table(
        "operate_plan",
        f"""id text NOT NULL, incident text NOT NULL, number integer NOT NULL,
        body jsonb NOT NULL, hash text NOT NULL, state text NOT NULL, because jsonb NOT NULL,
        made_at timestamptz NOT NULL, acted_real timestamptz, ended_at timestamptz,
        outcome text NOT NULL DEFAULT '', PRIMARY KEY (organisation, id),
        UNIQUE (organisation, incident, number), {_OF_INCIDENT}""",
    )
    op.execute(
        "CREATE UNIQUE INDEX operate_one_open_plan ON operate_plan (organisation, incident) "
        "WHERE state IN ('asked', 'ready', 'acting')"
    )
    tenant_table(
        "operate_act",
        """plan text NOT NULL, number integer NOT NULL, effect_key text NOT NULL,
        trigger text NOT NULL, deed jsonb NOT NULL, by text NOT NULL, at timestamptz NOT NULL,
        at_real timestamptz NOT NULL, outcome jsonb NOT NULL DEFAULT '{}',
        measured_at timestamptz, PRIMARY KEY (organisation, plan, number),
        UNIQUE (organisation, effect_key),
        FOREIGN KEY (organisation, plan) REFERENCES operate_plan (organisation, id)""",
    )


def downgrade() -> None:
    drop(
        "operate_act",
        "operate_plan",
        "operate_runbook",
        "operate_call",
        "operate_deadline",
        "operate_entry",
        "operate_sign",
        "operate_incident",
    )
