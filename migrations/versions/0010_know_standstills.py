"""Dates know the end of the standstill; contracts their end."""

from alembic import op

revision = "0010"
down_revision = "0009"
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
    "contract_end",
)


def _allow(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute("ALTER TABLE deadline DROP CONSTRAINT ck_deadline_deadlinekind")
    op.execute(f"ALTER TABLE deadline ADD CONSTRAINT ck_deadline_deadlinekind CHECK (kind IN ({listed}))")


def upgrade() -> None:
    _allow((*_BEFORE, "standstill"))


def downgrade() -> None:
    op.execute("DELETE FROM deadline WHERE kind = 'standstill'")
    _allow(_BEFORE)
