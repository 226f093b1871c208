"""Exceptions from rules."""

from headrace.kernel.schema import drop, tenant_table

revision = "governance_0002"
down_revision = "governance_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tenant_table(
        "governance_rule_exception",
        """id text NOT NULL, version text NOT NULL, rule text NOT NULL, scope text[] NOT NULL,
        starts date NOT NULL, expires date NOT NULL, owner text NOT NULL,
        revoked text NOT NULL DEFAULT '', told text[] NOT NULL DEFAULT '{}',
        PRIMARY KEY (organisation, id)""",
    )


def downgrade() -> None:
    drop("governance_rule_exception")
