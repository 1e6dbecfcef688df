"""Tenders have marks, which filters ask for; kept searches ask for marks, under keys that a fitting tender has."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TEXTS = postgresql.ARRAY(sa.Text())


def upgrade() -> None:
    op.add_column("tender", sa.Column("marks", TEXTS, nullable=False, server_default="{}"))
    op.alter_column("tender", "marks", server_default=None)
    op.execute(
        """
        UPDATE tender AS t SET marks = ARRAY(
            SELECT 'd:' || department FROM unnest(t.departments) AS department
            UNION SELECT 'c:' || left(cpv, 2) FROM unnest(t.cpv_main || t.cpv_codes || ARRAY(
                SELECT lot.cpv FROM lot WHERE lot.tender_id = t.id)) AS cpv WHERE cpv <> ''
            UNION SELECT 'k:' || t.kind
            UNION SELECT 'p:' || t.procedure
            UNION SELECT 'r:' || reserved FROM unnest(t.reservation::text || ARRAY(
                SELECT lot.reservation::text FROM lot WHERE lot.tender_id = t.id AND lot.reservation IS NOT NULL
            )) AS reserved WHERE reserved NOT IN ('none', 'unknown')
            UNION SELECT 's:' || clause.kind FROM clause WHERE clause.tender_id = t.id
            UNION SELECT 'o:' || t.source
            UNION SELECT 'b:' || t.buyer_id
        )
        """
    )
    op.create_index("ix_tender_marks", "tender", ["marks"], postgresql_using="gin")
    op.create_index(
        "ix_tender_newest", "tender", ["published_at", "id"], postgresql_where="published_at IS NOT NULL"
    )
    op.create_index(
        "ix_buyer_match_name_trgm", "buyer", ["match_name"],
        postgresql_using="gin", postgresql_ops={"match_name": "gin_trgm_ops"},
    )  # fmt: skip
    # The words, the beginnings of words and the marks of a tender: what kept searches are looked up by.
    op.execute(
        """
        CREATE FUNCTION tender_keys(words tsvector, marks text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT marks || ''::text || tsvector_to_array(words) || ARRAY(
                SELECT DISTINCT left(word, letters) || '*'
                FROM unnest(tsvector_to_array(words)) AS word, generate_series(2, 4) AS letters
            )
        $$
        """
    )
    op.add_column("saved_search", sa.Column("marks", TEXTS, nullable=False, server_default="{}"))
    op.add_column("saved_search", sa.Column("keys", TEXTS, nullable=False, server_default='{""}'))
    op.alter_column("saved_search", "marks", server_default=None)
    op.alter_column("saved_search", "keys", server_default=None)
    op.execute(
        "UPDATE saved_search SET marks = array_remove(ARRAY['d:' || nullif(department, ''), 'k:' || kind, "
        "'r:' || reservation], NULL)"
    )
    for name in ("department", "kind", "reservation"):
        op.drop_column("saved_search", name)
    op.create_index(
        "ix_saved_search_keys", "saved_search", ["keys"],
        postgresql_using="gin", postgresql_where="paused_at IS NULL",
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_saved_search_keys", "saved_search")
    kinds = ("contract", "agreement")
    reservations = ("none", "siae", "ea_esat", "ea_esat_siae", "prison", "ess", "unknown")
    op.add_column("saved_search", sa.Column("department", sa.Text(), nullable=False, server_default=""))
    op.alter_column("saved_search", "department", server_default=None)
    for column, name, values in (("kind", "tenderkind", kinds), ("reservation", "reservation", reservations)):
        enum = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
        op.add_column("saved_search", sa.Column(column, enum, nullable=True))
    op.execute(
        """
        UPDATE saved_search SET
            department = coalesce((SELECT substr(m, 3) FROM unnest(marks) AS m WHERE m LIKE 'd:%'), ''),
            kind = (SELECT substr(m, 3) FROM unnest(marks) AS m WHERE m LIKE 'k:%'),
            reservation = (SELECT substr(m, 3) FROM unnest(marks) AS m WHERE m LIKE 'r:%')
        """
    )
    op.drop_column("saved_search", "keys")
    op.drop_column("saved_search", "marks")
    op.execute("DROP FUNCTION tender_keys")
    op.drop_index("ix_buyer_match_name_trgm", "buyer")
    op.drop_index("ix_tender_newest", "tender")
    op.drop_index("ix_tender_marks", "tender")
    op.drop_column("tender", "marks")
