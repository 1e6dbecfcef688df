"""Private addresses of calendars; the newest public tenders are found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_address",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_calendar_address_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_calendar_address")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_address_digest")),
    )
    op.create_index(
        "ix_tender_newest_public",
        "tender",
        ["published_at", "id"],
        unique=False,
        postgresql_where="published_at IS NOT NULL AND visibility = 'public'",
    )


def downgrade() -> None:
    op.drop_index("ix_tender_newest_public", table_name="tender")
    op.drop_table("calendar_address")
