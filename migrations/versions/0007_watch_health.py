"""Signs of life; which request an event came from; mails and messages as those who watch look for them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("every_s", sa.Integer(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.add_column("event", sa.Column("request_id", sa.Text(), nullable=True))
    op.add_column("delivery", sa.Column("edition", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("delivery", "edition", server_default=None)
    op.create_index(
        "ix_delivery_settled", "delivery", ["state", "id"], unique=False, postgresql_where="wake_at IS NULL"
    )
    op.create_index("ix_notification_told", "notification", ["tender_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_notification_told", table_name="notification")
    op.drop_index("ix_delivery_settled", table_name="delivery")
    op.drop_column("delivery", "edition")
    op.drop_column("event", "request_id")
    op.drop_table("heartbeat")
