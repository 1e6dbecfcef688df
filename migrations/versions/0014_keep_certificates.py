"""Certificates of structures; dates know their end."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_BEFORE = (
    "registration_close",
    "site_visit",
    "questions",
    "applications",
    "submission",
    "enrolment",
    "internal_deposit",
    "award",
    "standstill",
    "contract_end",
)
_KINDS = (
    "vigilance",
    "tax",
    "insurance",
    "registration",
    "iae_agreement",
    "iae_annex",
    "etti_guarantee",
    "qualiopi",
    "signing_power",
    "home_services",
    "judgment",
)


def _allow(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute("ALTER TABLE deadline DROP CONSTRAINT ck_deadline_deadlinekind")
    op.execute(f"ALTER TABLE deadline ADD CONSTRAINT ck_deadline_deadlinekind CHECK (kind IN ({listed}))")


def upgrade() -> None:
    _allow((*_BEFORE, "certificate_expiry"))
    kinds = sa.Enum(*_KINDS, name="certificatekind", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "certificate",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", sa.BigInteger(), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal_reason", sa.Text(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("expires_on >= issued_on", name=op.f("ck_certificate_expires_after_issue")),
        sa.CheckConstraint(
            "checked_at IS NULL OR refused_at IS NULL", name=op.f("ck_certificate_one_verdict")
        ),
        sa.CheckConstraint(
            "(refused_at IS NULL) = (refusal_reason = '')", name=op.f("ck_certificate_refusal_has_reason")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_certificate_member_id_member")),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["user_account.id"], name=op.f("fk_certificate_recorded_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["checked_by"], ["user_account.id"], name=op.f("fk_certificate_checked_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )
    op.create_index(
        "uq_certificate_live",
        "certificate",
        ["member_id", "kind"],
        unique=True,
        postgresql_where="superseded_at IS NULL",
    )
    op.create_index(
        "ix_certificate_to_check",
        "certificate",
        ["id"],
        unique=False,
        postgresql_where="superseded_at IS NULL AND checked_at IS NULL AND refused_at IS NULL",
    )


def downgrade() -> None:
    op.drop_table("certificate")
    op.execute(
        "DELETE FROM notification WHERE deadline_id IN (SELECT id FROM deadline WHERE kind = 'certificate_expiry')"
    )
    op.execute("DELETE FROM deadline WHERE kind = 'certificate_expiry'")
    _allow(_BEFORE)
