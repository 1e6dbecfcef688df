"""Mails that are forwarded to become drafts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forwarded_mail",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "taken",
                "aside",
                "dropped",
                name="mailstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "why",
            sa.Enum(
                "stranger",
                "not_allowed",
                "unproven",
                "automatic",
                "empty",
                "too_large",
                "unreadable",
                name="aside",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attachments", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("refusals", postgresql.JSONB(), nullable=False),
        sa.Column("forwarded_by", sa.BigInteger(), nullable=True),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.Column("tender_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state <> 'taken' OR tender_id IS NOT NULL", name=op.f("ck_forwarded_mail_taken_has_tender")
        ),
        sa.ForeignKeyConstraint(
            ["forwarded_by"], ["user_account.id"], name=op.f("fk_forwarded_mail_forwarded_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["user_account.id"], name=op.f("fk_forwarded_mail_settled_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_forwarded_mail_tender_id_tender")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forwarded_mail")),
    )
    op.create_index("uq_forwarded_mail_key", "forwarded_mail", ["key"], unique=True)
    op.create_index(
        "ix_forwarded_mail_aside", "forwarded_mail", ["id"], postgresql_where=sa.text("state = 'aside'")
    )
    op.create_index(
        "ix_forwarded_mail_came", "forwarded_mail", ["came_at"], postgresql_where=sa.text("sender <> ''")
    )


def downgrade() -> None:
    op.drop_table("forwarded_mail")
