"""The member's file: identity, agreement, means, bank account sealed; who signs, years, references."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_FORMS = ("association", "scic", "scop", "sas", "sarl", "eurl", "sasu", "public", "other")
_NAF = ("rev2", "naf2025")
_POWERS = ("statutes", "minutes", "delegation")


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _line(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f(f"fk_{name}_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def upgrade() -> None:
    _line(
        "member_file",
        _text("legal_name"),
        sa.Column("legal_form", _choice("legalform", _FORMS), nullable=True),
        *(_text(name) for name in ("street", "postcode", "town", "email", "rna", "ape")),
        sa.Column("naf", _choice("nafversion", _NAF), nullable=True),
        _text("idcc"),
        sa.Column("is_sme", sa.Boolean(), nullable=True),
        _text("agreement_number"),
        _text("agreement_territory"),
        sa.Column("agreement_from", sa.Date(), nullable=True),
        sa.Column("agreement_until", sa.Date(), nullable=True),
        sa.Column("annex_year", sa.Integer(), nullable=True),
        *(_text(name) for name in ("equipment", "insurer", "insurance_policy")),
        sa.Column("insured_amount", sa.Numeric(14, 2), nullable=True),
        sa.Column("iban", sa.Text(), nullable=True),
        *(_text(name) for name in ("iban_tail", "bic", "account_holder")),
        sa.Column("prefilled", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("prefilled_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "agreement_until >= agreement_from", name=op.f("ck_member_file_agreement_ends_after_start")
        ),
        sa.CheckConstraint("(iban IS NULL) = (iban_tail = '')", name=op.f("ck_member_file_iban_tail")),
    )
    op.create_index("uq_member_file_member", "member_file", ["member_id"], unique=True)
    _line(
        "signatory",
        _text("name"),
        _text("quality"),
        sa.Column("power", _choice("powerkind", _POWERS), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_signatory_ends_after_start")),
    )
    op.create_index("ix_signatory_member", "signatory", ["member_id"])
    _line(
        "business_year",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("turnover", sa.Numeric(14, 2), nullable=False),
        sa.Column("field_share", sa.Integer(), nullable=True),
        sa.Column("permanent_staff", sa.Numeric(8, 2), nullable=True),
        sa.Column("insertion_staff", sa.Numeric(8, 2), nullable=True),
        sa.CheckConstraint("field_share BETWEEN 0 AND 100", name=op.f("ck_business_year_share")),
    )
    op.create_index("uq_business_year", "business_year", ["member_id", "year"], unique=True)
    _line(
        "reference",
        _text("client"),
        _text("subject"),
        sa.Column("amount", sa.Numeric(14, 2), nullable=True),
        sa.Column("from_year", sa.Integer(), nullable=False),
        sa.Column("until_year", sa.Integer(), nullable=True),
        _text("contact"),
        sa.CheckConstraint("until_year >= from_year", name=op.f("ck_reference_ends_after_start")),
    )
    op.create_index("ix_reference_member", "reference", ["member_id"])


def downgrade() -> None:
    for name in ("reference", "business_year", "signatory", "member_file"):
        op.drop_table(name)
