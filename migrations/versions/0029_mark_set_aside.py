"""A draft that was left aside says so itself: lists leave it out, and it has a state of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tender", sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        """
        UPDATE tender SET set_aside_at = handled.ignored_at FROM tender_handling AS handled
        WHERE handled.tender_id = tender.id AND handled.ignored_at IS NOT NULL AND tender.published_at IS NULL
        """
    )


def downgrade() -> None:
    op.drop_column("tender", "set_aside_at")
