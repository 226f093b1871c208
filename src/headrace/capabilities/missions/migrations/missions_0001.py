"""Missions, their tasks, every step they took, and their status log."""

from alembic import op

from headrace.kernel.schema import drop, roles, tenant_table

revision = "missions_0001"
down_revision = None
branch_labels = ("missions",)
depends_on = ("streams_0001",)


def upgrade() -> None:
    tenant_table(
        "missions_mission",
        """slug text NOT NULL, context text NOT NULL, title text NOT NULL, reference text,
        status text NOT NULL, design_required boolean NOT NULL DEFAULT false,
        task_exempt text NOT NULL DEFAULT '', blocked_by jsonb NOT NULL DEFAULT '[]',
        paths jsonb NOT NULL DEFAULT '[]', opened_at timestamptz NOT NULL,
        PRIMARY KEY (organisation, slug),
        FOREIGN KEY (organisation, context) REFERENCES streams_context (organisation, id)""",
    )
    op.execute("CREATE UNIQUE INDEX ON missions_mission (organisation, context)")
    tenant_table(
        "missions_step",
        """mission text NOT NULL, number integer NOT NULL, before text, after text NOT NULL,
        by text NOT NULL, why text NOT NULL, at timestamptz NOT NULL,
        PRIMARY KEY (organisation, mission, number),
        FOREIGN KEY (organisation, mission) REFERENCES missions_mission (organisation, slug)""",
    )
    tenant_table(
        "missions_task",
        """mission text NOT NULL, id text NOT NULL, title text NOT NULL, stream text NOT NULL,
        division text NOT NULL, agent_type text NOT NULL, depends_on jsonb NOT NULL,
        priority text NOT NULL, target_date date, criteria jsonb NOT NULL, status text NOT NULL,
        change text, PRIMARY KEY (organisation, mission, id),
        FOREIGN KEY (organisation, mission) REFERENCES missions_mission (organisation, slug)""",
    )
    tenant_table(
        "missions_update",
        """mission text NOT NULL, number integer NOT NULL, at timestamptz NOT NULL,
        entry jsonb NOT NULL, PRIMARY KEY (organisation, mission, number),
        FOREIGN KEY (organisation, mission) REFERENCES missions_mission (organisation, slug)""",
    )
    # What a mission passed and what was told of it stays as it was written.
    op.execute(f"REVOKE UPDATE, DELETE ON missions_step, missions_update FROM {roles().app}")


def downgrade() -> None:
    drop("missions_update", "missions_task", "missions_step", "missions_mission")
