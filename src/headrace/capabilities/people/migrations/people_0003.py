"""Views: addresses of lists that somebody keeps under a name."""

from alembic import op

from headrace.kernel.schema import tenant_table

revision = "people_0003"
down_revision = "people_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tenant_table(
        "people_view",
        """principal text NOT NULL, name text NOT NULL, address text NOT NULL,
        saved_at timestamptz NOT NULL, PRIMARY KEY (organisation, principal, name),
        FOREIGN KEY (organisation, principal) REFERENCES people_principal (organisation, id)""",
    )


def downgrade() -> None:
    op.execute("DROP TABLE people_view")
