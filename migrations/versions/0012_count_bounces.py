"""Mail that came back, and addresses suspended for it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

VERDICTS = ("hard", "soft", "delayed", "forged", "unread")


def upgrade() -> None:
    op.add_column("user_account", sa.Column("mail_suspended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("user_account", sa.Column("mail_fault", sa.Text(), nullable=False, server_default=""))
    op.alter_column("user_account", "mail_fault", server_default=None)
    op.add_column("user_account", sa.Column("mail_revived_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "bounce",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(*VERDICTS, name="verdict", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("delivery_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_bounce_delivery_id_delivery")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_bounce_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce")),
        sa.UniqueConstraint("digest", name=op.f("uq_bounce_digest")),
    )
    op.create_index("ix_bounce_at", "bounce", ["at"], unique=False)
    op.create_index("ix_bounce_user", "bounce", ["user_id", "at"], unique=False)
    op.create_index("uq_bounce_delivery", "bounce", ["delivery_id", "verdict"], unique=True)


def downgrade() -> None:
    op.drop_table("bounce")
    op.drop_column("user_account", "mail_revived_at")
    op.drop_column("user_account", "mail_fault")
    op.drop_column("user_account", "mail_suspended_at")
