"""A worker on call and a real SMTP server, for a page about mail."""

from tests.notifications.conftest import smtp, worker

__all__ = ["smtp", "worker"]
