"""Mail that is lost through no fault of its address; of each mail one report counts."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BEFORE = ("hard", "soft", "delayed", "forged", "unread")
_ADDED = ("blameless",)
_FINAL = "verdict IN ('hard', 'soft', 'blameless')"


def upgrade() -> None:
    _verdicts(*_BEFORE, *_ADDED)
    op.drop_index("uq_bounce_delivery", "bounce")
    op.execute(
        f"DELETE FROM bounce USING bounce AS first WHERE bounce.delivery_id = first.delivery_id "
        f"AND bounce.id > first.id AND bounce.{_FINAL} AND first.{_FINAL}"
    )
    op.create_index("uq_bounce_counted", "bounce", ["delivery_id"], unique=True, postgresql_where=_FINAL)
    op.create_index(
        "ix_user_suspended", "user_account", ["id"], postgresql_where="mail_suspended_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_user_suspended", "user_account")
    op.drop_index("uq_bounce_counted", "bounce")
    op.execute("UPDATE bounce SET verdict = 'soft' WHERE verdict = 'blameless'")
    # Delayed ones and those that say nothing were one of a kind for each mail.
    op.execute(
        "DELETE FROM bounce USING bounce AS first WHERE bounce.delivery_id = first.delivery_id "
        "AND bounce.verdict = first.verdict AND bounce.id > first.id"
    )
    op.create_index("uq_bounce_delivery", "bounce", ["delivery_id", "verdict"], unique=True)
    _verdicts(*_BEFORE)


def _verdicts(*values: str) -> None:
    op.execute("ALTER TABLE bounce DROP CONSTRAINT ck_bounce_verdict")
    listed = ", ".join(f"'{value}'" for value in values)
    op.execute(f"ALTER TABLE bounce ADD CONSTRAINT ck_bounce_verdict CHECK (verdict IN ({listed}))")
