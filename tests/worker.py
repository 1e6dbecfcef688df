"""The worker on call, in a test's own process and transaction, before a real SMTP server."""

from pathlib import Path

from config import Settings
from procurement.embedded.smtp import Received, SmtpServer
from workers import notifications as jobs


class Worker:
    """The worker, on call: `prepare()`, `sweep()`, or `tick()` for both; what it sends comes to `smtp`."""

    def __init__(self, settings: Settings, smtp: SmtpServer, spool: Path) -> None:
        self.smtp = smtp
        self.settings = settings.model_copy(update={"smtp_url": smtp.url, "spool_dir": spool})

    def prepare(self) -> None:
        """Handle events, plan."""
        jobs.prepare()

    def sweep(self) -> int:
        """Send what is due now; returns how many mails were handed over."""
        return jobs.run_sweep(self.settings)

    def tick(self) -> list[Received]:
        """Prepare, sweep; returns what was received meanwhile."""
        before = len(self.smtp.messages)
        self.prepare()
        self.sweep()
        return self.smtp.messages[before:]


def text_of(mail: Received) -> str:
    """The text of a mail, its paragraphs on one line each, ordinary spaces only."""
    part = mail.message.get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().replace("\u00a0", " ").split())


def subject_of(mail: Received) -> str:
    """The subject of a mail, ordinary spaces only."""
    return str(mail.message["Subject"]).replace("\u00a0", " ")


def recipients(mails: list[Received]) -> list[str]:
    """Who got these mails, sorted."""
    return sorted(name for mail in mails for name in mail.recipients)
