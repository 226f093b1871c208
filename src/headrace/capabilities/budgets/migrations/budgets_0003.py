"""The ledger by run, so that what a mission used is found without reading all of it."""

from alembic import op

revision = "budgets_0003"
down_revision = "budgets_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX budgets_entry_of_run ON budgets_entry (organisation, run)")


def downgrade() -> None:
    op.execute("DROP INDEX budgets_entry_of_run")
