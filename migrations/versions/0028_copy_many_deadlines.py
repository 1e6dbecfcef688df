"""The dates of many tenders that come at once are copied in one go."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The rule stands in one place; one trigger calls it for a row, another for all rows of an INSERT.
    op.execute(
        """
        CREATE FUNCTION copy_deadlines(tenders bigint[]) RETURNS void LANGUAGE sql AS $$
            UPDATE tender SET due_at = said.due_at, due_zone = coalesce(said.zone, due_zone),
                due_doubtful = coalesce(said.doubtful, false), registrations_close_at = said.closes
            FROM (
                SELECT one.id, answer.due_at, answer.zone, answer.doubtful, closing.closes
                FROM unnest(tenders) AS one (id)
                LEFT JOIN (
                    SELECT DISTINCT ON (subject_id) subject_id, due_at, zone, doubtful FROM deadline
                    WHERE subject_type = 'tender' AND subject_id = ANY (tenders) AND closed_at IS NULL
                      AND kind IN ('submission', 'enrolment', 'applications')
                    ORDER BY subject_id, array_position(array['submission', 'enrolment', 'applications'], kind::text)
                ) AS answer ON answer.subject_id = one.id
                LEFT JOIN (
                    SELECT subject_id, min(due_at) AS closes FROM deadline
                    WHERE subject_type = 'tender' AND subject_id = ANY (tenders) AND closed_at IS NULL
                      AND kind IN ('registration_close', 'applications')
                    GROUP BY subject_id
                ) AS closing ON closing.subject_id = one.id
            ) AS said
            WHERE tender.id = said.id
        $$
        """
    )
    op.execute("DROP TRIGGER tender_copies_deadlines ON deadline")
    op.execute("DROP FUNCTION tender_copies_deadlines")
    op.execute(
        """
        CREATE FUNCTION tender_copies_deadlines() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_LEVEL = 'STATEMENT' THEN
                PERFORM copy_deadlines(array_agg(DISTINCT subject_id)) FROM inserted WHERE subject_type = 'tender';
            ELSIF OLD.subject_type = 'tender' THEN
                PERFORM copy_deadlines(array[OLD.subject_id]);
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER tender_copies_deadlines AFTER DELETE OR UPDATE OF kind, due_at, closed_at, zone, doubtful "
        "ON deadline FOR EACH ROW EXECUTE FUNCTION tender_copies_deadlines()"
    )
    op.execute(
        "CREATE TRIGGER tender_copies_new_deadlines AFTER INSERT ON deadline REFERENCING NEW TABLE AS inserted "
        "FOR EACH STATEMENT EXECUTE FUNCTION tender_copies_deadlines()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER tender_copies_new_deadlines ON deadline")
    op.execute("DROP TRIGGER tender_copies_deadlines ON deadline")
    op.execute("DROP FUNCTION tender_copies_deadlines")
    op.execute("DROP FUNCTION copy_deadlines")
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
