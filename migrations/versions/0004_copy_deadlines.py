"""A tender knows when its answer is due and when registrations close; words are found by their beginning."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Lists and states read two dates of each tender: they are copied from its deadlines, which remain the truth.
    op.execute(
        """
        CREATE FUNCTION tender_copies_deadlines() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            changed deadline;
        BEGIN
            IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
            IF changed.subject_type <> 'tender' THEN
                RETURN NULL;
            END IF;
            UPDATE tender SET due_at = live.due_at, registrations_close_at = live.closes_at
            FROM (
                SELECT
                    coalesce(
                        max(due_at) FILTER (WHERE kind = 'submission'),
                        max(due_at) FILTER (WHERE kind = 'enrolment'),
                        max(due_at) FILTER (WHERE kind = 'applications')
                    ) AS due_at,
                    min(due_at) FILTER (WHERE kind IN ('registration_close', 'applications')) AS closes_at
                FROM deadline
                WHERE subject_type = 'tender' AND subject_id = changed.subject_id AND closed_at IS NULL
            ) AS live
            WHERE tender.id = changed.subject_id
              AND (tender.due_at, tender.registrations_close_at)
                  IS DISTINCT FROM (live.due_at, live.closes_at);
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER tender_copies_deadlines AFTER INSERT OR DELETE OR UPDATE OF kind, due_at, closed_at "
        "ON deadline FOR EACH ROW EXECUTE FUNCTION tender_copies_deadlines()"
    )
    op.execute("CREATE TEXT SEARCH CONFIGURATION plain_words (COPY = simple)")
    op.execute(
        "ALTER TEXT SEARCH CONFIGURATION plain_words "
        "ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple"
    )


def downgrade() -> None:
    op.execute("DROP TEXT SEARCH CONFIGURATION plain_words")
    op.execute("DROP TRIGGER tender_copies_deadlines ON deadline")
    op.execute("DROP FUNCTION tender_copies_deadlines")
