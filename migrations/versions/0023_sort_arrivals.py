"""What is done with drafts that come by themselves: who looks at them, or that they are left aside."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tender_handling",
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("assigned_to", sa.BigInteger(), nullable=True),
        sa.Column("ignored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ignored_by", sa.BigInteger(), nullable=True),
        sa.Column("ignored_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "ignored_at IS NULL OR ignored_reason <> ''", name=op.f("ck_tender_handling_ignored_has_reason")
        ),
        sa.ForeignKeyConstraint(
            ["tender_id"],
            ["tender.id"],
            name=op.f("fk_tender_handling_tender_id_tender"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["assigned_to"], ["user_account.id"], name=op.f("fk_tender_handling_assigned_to_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["ignored_by"], ["user_account.id"], name=op.f("fk_tender_handling_ignored_by_user_account")
        ),
        sa.PrimaryKeyConstraint("tender_id", name=op.f("pk_tender_handling")),
    )
    op.create_index(
        "ix_tender_handling_assigned",
        "tender_handling",
        ["assigned_to"],
        postgresql_where="assigned_to IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_table("tender_handling")
