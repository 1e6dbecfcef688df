"""How often each person wants to hear of what, who stands in for them, which tenders they follow or mute."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CHECKS = {
    "delivery": ("deliverystate", "state", "queued claimed sending sent doubt failed expired void"),
    "notification": ("outcome", "outcome", "sent doubt failed expired void"),
}
CATEGORIES = ("security", "deadlines", "groups", "tenders", "opportunities", "papers", "oversight")
RHYTHMS = ("at_once", "daily", "weekly", "in_app")


def _allow(more: str) -> None:
    for table, (name, column, values) in CHECKS.items():
        listed = ", ".join(f"'{value}'" for value in (values + more).split())
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, f"{column} IN ({listed})")


def upgrade() -> None:
    _allow(" in_app")
    op.create_index("ix_notification_recipient", "notification", ["recipient_id", "id"], unique=False)
    op.add_column("user_account", sa.Column("news_read_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "preference",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(*CATEGORIES, name="category", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "rhythm",
            sa.Enum(*RHYTHMS, name="rhythm", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_preference_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", "category", name=op.f("pk_preference")),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("stand_in_id", sa.BigInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_absence_days_in_order")),
        sa.CheckConstraint("user_id <> stand_in_id", name=op.f("ck_absence_somebody_else")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_absence_user_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["stand_in_id"], ["user_account.id"], name=op.f("fk_absence_stand_in_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("uq_absence_user", "absence", ["user_id"], unique=True)
    op.create_table(
        "following",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_following_user_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_following_tender_id_tender"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "tender_id", name=op.f("pk_following")),
    )
    op.create_index(op.f("ix_following_tender_id"), "following", ["tender_id"], unique=False)


def downgrade() -> None:
    op.drop_table("following")
    op.drop_table("absence")
    op.drop_table("preference")
    op.drop_column("user_account", "news_read_at")
    op.drop_index("ix_notification_recipient", table_name="notification")
    _allow("")
