"""Notices: what official sources published, as they published it, and what became of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "imported",
                "skipped",
                "unreadable",
                name="noticestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reason_params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("remarks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=True),
        sa.Column("tender_version", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state <> 'imported' OR tender_id IS NOT NULL", name=op.f("ck_notice_imported_has_tender")
        ),
        sa.CheckConstraint("state = 'imported' OR reason <> ''", name=op.f("ck_notice_left_out_has_reason")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_notice_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_digest", ["source", "digest"], unique=False)
        batch_op.create_index(
            "ix_notice_state", ["state", "id"], unique=False, postgresql_where="state <> 'skipped'"
        )
        batch_op.create_index("ix_notice_tender", ["tender_id"], unique=False)
        batch_op.create_index(
            "uq_notice_nameless", ["source", "digest"], unique=True, postgresql_where="source_id = ''"
        )
        batch_op.create_index(
            "uq_notice_source_id", ["source", "source_id"], unique=True, postgresql_where="source_id <> ''"
        )


def downgrade() -> None:
    op.drop_table("notice")
