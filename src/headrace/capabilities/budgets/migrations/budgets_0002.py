"""What a run's uses brought: the change request that is only known after they were booked."""

from headrace.kernel.schema import drop, tenant_table

revision = "budgets_0002"
down_revision = "budgets_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tenant_table(
        "budgets_brought",
        "run text NOT NULL, change text NOT NULL, PRIMARY KEY (organisation, run)",
    )


def downgrade() -> None:
    drop("budgets_brought")
