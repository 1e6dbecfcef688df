"""Searches that people keep."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

RESERVATIONS = ("none", "siae", "ea_esat", "ea_esat_siae", "prison", "ess", "unknown")


def upgrade() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", postgresql.TSQUERY(), nullable=True),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "contract",
                "agreement",
                name="tenderkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("within_days", sa.Integer(), nullable=True),
        sa.Column(
            "reservation",
            sa.Enum(*RESERVATIONS, name="reservation", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_saved_search_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
    )
    op.create_index("uq_saved_search_name", "saved_search", ["user_id", sa.text("lower(name)")], unique=True)
    op.create_index(
        "ix_saved_search_live",
        "saved_search",
        ["user_id"],
        unique=False,
        postgresql_where="paused_at IS NULL",
    )


def downgrade() -> None:
    op.drop_table("saved_search")
