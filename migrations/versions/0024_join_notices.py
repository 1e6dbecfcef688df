"""Several notices of one tender: the same procedure elsewhere, corrections; and drafts that look alike."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, kind, default in (
        ("folder_id", sa.Text(), "''"),
        ("url", sa.Text(), "''"),
        ("corrects", postgresql.ARRAY(sa.Text()), "'{}'"),
        ("correction", sa.Text(), "''"),
        ("look", sa.Boolean(), "false"),
    ):
        op.add_column("notice", sa.Column(name, kind, nullable=False, server_default=sa.text(default)))
        op.alter_column("notice", name, server_default=None)
    op.add_column("notice", sa.Column("published_on", sa.Date(), nullable=True))
    op.create_index("ix_notice_folder", "notice", ["folder_id"], postgresql_where="folder_id <> ''")
    op.create_index("ix_notice_corrects", "notice", ["corrects"], postgresql_using="gin")
    op.create_index("ix_notice_look", "notice", ["tender_id"], postgresql_where="look")
    op.create_table(
        "tender_twin",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("same", sa.Boolean(), nullable=True),
        sa.CheckConstraint("draft_id <> tender_id", name=op.f("ck_tender_twin_two")),
        sa.CheckConstraint("(settled_at IS NULL) = (same IS NULL)", name=op.f("ck_tender_twin_settled")),
        sa.ForeignKeyConstraint(["draft_id"], ["tender.id"], name=op.f("fk_tender_twin_draft_id_tender")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_tender_twin_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_twin")),
    )
    op.create_index("uq_tender_twin_pair", "tender_twin", ["draft_id", "tender_id"], unique=True)
    op.create_index("ix_tender_twin_tender", "tender_twin", ["tender_id"])


def downgrade() -> None:
    op.drop_table("tender_twin")
    for name in ("folder_id", "url", "corrects", "correction", "look", "published_on"):
        op.drop_column("notice", name)
