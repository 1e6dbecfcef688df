"""One member leads at most one live bid a lot (R2142-23): a bid's lead and life are copied to its lots."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION bid_lot_follows_bid() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            SELECT lead_id, withdrawn_at IS NULL INTO NEW.lead_id, NEW.live FROM bid WHERE id = NEW.bid_id;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION bid_tells_lots() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE bid_lot SET lead_id = NEW.lead_id, live = NEW.withdrawn_at IS NULL WHERE bid_id = NEW.id;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER bid_lot_follows_bid BEFORE INSERT OR UPDATE ON bid_lot "
        "FOR EACH ROW EXECUTE FUNCTION bid_lot_follows_bid()"
    )
    op.execute(
        "CREATE TRIGGER bid_tells_lots AFTER UPDATE OF lead_id, withdrawn_at ON bid "
        "FOR EACH ROW EXECUTE FUNCTION bid_tells_lots()"
    )
    op.execute(
        """
        CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - 'handled_at') <> (to_jsonb(OLD) - 'handled_at') THEN
                RAISE EXCEPTION 'the trail is append-only';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE ON event "
        "FOR EACH ROW EXECUTE FUNCTION event_is_append_only()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER event_is_append_only ON event")
    op.execute("DROP FUNCTION event_is_append_only")
    op.execute("DROP TRIGGER bid_tells_lots ON bid")
    op.execute("DROP TRIGGER bid_lot_follows_bid ON bid_lot")
    op.execute("DROP FUNCTION bid_tells_lots")
    op.execute("DROP FUNCTION bid_lot_follows_bid")
