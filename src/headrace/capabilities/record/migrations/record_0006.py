"""Issues that people open in a tracker: what they became, or what is to be said below them."""

from headrace.kernel.schema import drop, tenant_table

revision = "record_0006"
down_revision = "record_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tenant_table(
        "record_offer",
        """number bigint NOT NULL, judged text NOT NULL DEFAULT '', artifact text,
        is_answered boolean NOT NULL DEFAULT true, PRIMARY KEY (organisation, number)""",
    )


def downgrade() -> None:
    drop("record_offer")
