"""Checkpoints of a mission, since when everybody has its work, and what was measured of it."""

from alembic import op

from headrace.kernel.schema import drop, roles, tenant_table

revision = "missions_0002"
down_revision = "missions_0001"
branch_labels = None
depends_on = None

_OF_MISSION = "FOREIGN KEY (organisation, mission) REFERENCES missions_mission (organisation, slug)"


def upgrade() -> None:
    tenant_table(
        "missions_checkpoint",
        f"""mission text NOT NULL, id text NOT NULL, kind text NOT NULL, timing text NOT NULL,
        state text NOT NULL, due timestamptz, began_at timestamptz, began_world timestamptz,
        ended_at timestamptz, attempt integer NOT NULL DEFAULT 0, why text NOT NULL DEFAULT '',
        PRIMARY KEY (organisation, mission, id), {_OF_MISSION}""",
    )
    tenant_table(
        "missions_availability",
        f"""mission text NOT NULL, since timestamptz NOT NULL, since_world timestamptz NOT NULL,
        evidence text NOT NULL, PRIMARY KEY (organisation, mission), {_OF_MISSION}""",
    )
    tenant_table(
        "missions_measurement",
        """mission text NOT NULL, checkpoint text NOT NULL, outcome text NOT NULL,
        promised jsonb NOT NULL, reading jsonb NOT NULL, judged jsonb NOT NULL,
        at timestamptz NOT NULL, PRIMARY KEY (organisation, mission, checkpoint, outcome),
        FOREIGN KEY (organisation, mission, checkpoint)
        REFERENCES missions_checkpoint (organisation, mission, id)""",
    )
    # What was measured stays as it was found.
    op.execute(f"REVOKE UPDATE, DELETE ON missions_measurement FROM {roles().app}")


def downgrade() -> None:
    drop("missions_measurement", "missions_availability", "missions_checkpoint")
