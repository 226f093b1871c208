"""Releases, and every step that each took."""

from alembic import op

from headrace.kernel.schema import drop, roles, tenant_table

revision = "releases_0001"
down_revision = None
branch_labels = ("releases",)
depends_on = ("flags_0001",)


def upgrade() -> None:
    tenant_table(
        "releases_release",
        """id text NOT NULL, contract text NOT NULL, context text, title text NOT NULL,
        status text NOT NULL, rollout jsonb NOT NULL, checklist jsonb NOT NULL,
        drafted_by text NOT NULL, drafted_at timestamptz NOT NULL, approved_by text, stage integer,
        entered_at timestamptz, watched_from timestamptz,
        held_for text NOT NULL DEFAULT '', PRIMARY KEY (organisation, id)""",
    )
    op.execute(
        "CREATE UNIQUE INDEX releases_one_rollout_of_a_flag ON releases_release "
        "(organisation, (rollout ->> 'flag')) WHERE status = 'deploying'"
    )
    tenant_table(
        "releases_step",
        """release text NOT NULL, number integer NOT NULL, at timestamptz NOT NULL, stage integer,
        move text NOT NULL, by text NOT NULL, reasons jsonb NOT NULL, comparisons jsonb NOT NULL,
        PRIMARY KEY (organisation, release, number),
        FOREIGN KEY (organisation, release) REFERENCES releases_release (organisation, id)""",
    )
    op.execute(f"REVOKE UPDATE, DELETE ON releases_step FROM {roles().app}")


def downgrade() -> None:
    drop("releases_step", "releases_release")
