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
            answer deadline;
            closes timestamptz;
        BEGIN
            IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
            IF changed.subject_type <> 'tender' THEN
                RETURN NULL;
            END IF;
            SELECT * INTO answer FROM deadline
            WHERE subject_type = 'tender' AND subject_id = changed.subject_id AND closed_at IS NULL
              AND kind IN ('submission', 'enrolment', 'applications')
            ORDER BY array_position(array['submission', 'enrolment', 'applications'], kind::text) LIMIT 1;
            SELECT min(due_at) INTO closes FROM deadline
            WHERE subject_type = 'tender' AND subject_id = changed.subject_id AND closed_at IS NULL
              AND kind IN ('registration_close', 'applications');
            UPDATE tender SET due_at = answer.due_at, due_zone = coalesce(answer.zone, due_zone),
                due_doubtful = coalesce(answer.doubtful, false), registrations_close_at = closes
            WHERE id = changed.subject_id;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER tender_copies_deadlines AFTER INSERT OR DELETE "
        "OR UPDATE OF kind, due_at, closed_at, zone, doubtful ON deadline FOR EACH ROW EXECUTE FUNCTION tender_copies_deadlines()"
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
