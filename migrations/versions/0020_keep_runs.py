"""Runs of the sources: what each brought, and where one that is under way stands."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "way",
            sa.Enum("live", "files", name="runway", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("wanted_by", sa.BigInteger(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cursor", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("new", "changed", "same", "skipped", "unreadable", "busy_ms", "attempts")
        ),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("error_params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "wake_at IS NULL OR (way = 'live' AND ended_at IS NULL)",
            name=op.f("ck_import_run_wakes_while_live"),
        ),
        sa.CheckConstraint(
            "way <> 'live' OR wake_at IS NOT NULL OR ended_at IS NOT NULL",
            name=op.f("ck_import_run_live_goes_on"),
        ),
        sa.ForeignKeyConstraint(
            ["wanted_by"], ["user_account.id"], name=op.f("fk_import_run_wanted_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_index("ix_import_run_source", "import_run", ["source", "id"])
    op.create_index(
        "uq_import_run_live", "import_run", ["source"], unique=True, postgresql_where="wake_at IS NOT NULL"
    )
    op.add_column("notice", sa.Column("run_id", sa.BigInteger(), nullable=True))
    op.add_column("notice", sa.Column("replayed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(op.f("fk_notice_run_id_import_run"), "notice", "import_run", ["run_id"], ["id"])
    op.create_index("ix_notice_run", "notice", ["run_id"])


def downgrade() -> None:
    op.drop_column("notice", "replayed_at")
    op.drop_column("notice", "run_id")
    op.drop_table("import_run")
