"""How long before the dates of a tender its reminders leave, where the delegate chose otherwise."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lead_times",
        sa.Column("tender_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("leads", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_lead_times_tender_id_tender"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tender_id", "kind", name=op.f("pk_lead_times")),
    )


def downgrade() -> None:
    op.drop_table("lead_times")
