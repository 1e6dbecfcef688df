"""French full text that forgives accents, and trigrams for misspelt names."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("CREATE TEXT SEARCH CONFIGURATION french_plain (COPY = french)")
    op.execute(
        "ALTER TEXT SEARCH CONFIGURATION french_plain "
        "ALTER MAPPING FOR hword, hword_part, word WITH unaccent, french_stem"
    )


def downgrade() -> None:
    op.execute("DROP TEXT SEARCH CONFIGURATION french_plain")
    op.execute("DROP EXTENSION btree_gist")
    op.execute("DROP EXTENSION pg_trgm")
    op.execute("DROP EXTENSION unaccent")
