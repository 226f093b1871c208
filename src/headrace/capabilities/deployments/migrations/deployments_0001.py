"""Services as they are wanted, with how each stands, and the orders that were given about them."""

from alembic import op

from headrace.kernel.schema import drop, roles, tenant_table

revision = "deployments_0001"
down_revision = None
branch_labels = ("deployments",)
depends_on = ("health_0001",)


def upgrade() -> None:
    tenant_table(
        "deployments_service",
        """service text NOT NULL, repository text NOT NULL, commit text NOT NULL,
        generation integer NOT NULL, state text NOT NULL, address text NOT NULL DEFAULT '',
        serving text NOT NULL DEFAULT '', serving_generation integer NOT NULL DEFAULT 0,
        parameters jsonb NOT NULL DEFAULT '{}', spec jsonb, wanted_by text NOT NULL,
        wanted_at timestamptz NOT NULL, started_at timestamptz,
        restarts integer NOT NULL DEFAULT 0, problem text NOT NULL DEFAULT '',
        host text NOT NULL DEFAULT '', held_until timestamptz,
        PRIMARY KEY (organisation, service)""",
    )
    tenant_table(
        "deployments_order",
        """key text NOT NULL, service text NOT NULL, digest text NOT NULL,
        PRIMARY KEY (organisation, service, key),
        FOREIGN KEY (organisation, service) REFERENCES deployments_service (organisation, service)
            DEFERRABLE INITIALLY DEFERRED""",
    )
    op.execute(f"REVOKE UPDATE, DELETE ON deployments_order FROM {roles().app}")


def downgrade() -> None:
    drop("deployments_order", "deployments_service")
