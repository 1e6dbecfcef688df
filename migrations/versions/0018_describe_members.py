"""What structures offer and where, the labels they hold, and which of them aren't independent of each other."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_MARKS = ("cedre", "cap", "qualiopi", "other")
_NATURES = ("same_director", "sister", "standing_group")


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    for name in ("services", "cpv", "areas"):
        kind = postgresql.ARRAY(sa.Text())
        op.add_column("member", sa.Column(name, kind, server_default="{}", nullable=False))
    op.add_column("member", sa.Column("capacity_hours", sa.Integer(), nullable=True))
    for name in ("capacity_note", "website"):
        op.add_column("member", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.create_check_constraint("capacity", "member", "capacity_hours > 0")
    op.create_table(
        "member_label",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("mark", _choice("mark", _MARKS), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_member_label_ends_after_start")),
        sa.CheckConstraint("(mark = 'other') = (name <> '')", name=op.f("ck_member_label_other_is_named")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_label_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_label")),
    )
    op.create_index("ix_member_label_member", "member_label", ["member_id"])
    op.create_table(
        "member_link",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("second_id", sa.BigInteger(), nullable=False),
        sa.Column("nature", _choice("linknature", _NATURES), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_member_link_ordered")),
        sa.ForeignKeyConstraint(["first_id"], ["member.id"], name=op.f("fk_member_link_first_id_member")),
        sa.ForeignKeyConstraint(["second_id"], ["member.id"], name=op.f("fk_member_link_second_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_link")),
    )
    op.create_index("uq_member_link", "member_link", ["first_id", "second_id", "nature"], unique=True)
    op.create_index("ix_member_link_second", "member_link", ["second_id"])


def downgrade() -> None:
    op.drop_table("member_link")
    op.drop_table("member_label")
    op.drop_constraint("ck_member_capacity", "member")
    for name in ("website", "capacity_note", "capacity_hours", "areas", "cpv", "services"):
        op.drop_column("member", name)
