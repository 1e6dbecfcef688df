"""What pages read of the outbox."""
