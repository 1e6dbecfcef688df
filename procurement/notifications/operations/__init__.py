"""What changes the outbox: events and deadlines written down, mails claimed, composed, settled."""
