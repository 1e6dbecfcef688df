"""A tender on one page: pieces, criteria, bans, form of the group, with the pages of its rules."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tender_summary",
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("parts", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_tender_summary_tender_id_tender"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["user_account.id"], name=op.f("fk_tender_summary_updated_by_user_account")
        ),
        sa.PrimaryKeyConstraint("tender_id", name=op.f("pk_tender_summary")),
    )


def downgrade() -> None:
    op.drop_table("tender_summary")
