"""How long each piece of personal data is kept, from when on, and who sees to its end.

The register and the notice show these, the daily job applies them: one source, so that they can't disagree. Pure.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dateutil.relativedelta import relativedelta

from procurement.core.i18n import N_


class By(StrEnum):
    """Who sees to it that a term is kept."""

    JOB = "job"
    """The daily job (`retention`)."""
    SITE = "site"
    """The site itself, at each moment: a session that ends, a counter that runs out."""
    OPERATOR = "operator"
    """Whoever runs the server: its logs and backups are out of the product's reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What is kept, for how long (calendar months, and days), and from when on; `what` and `since` are msgids."""

    name: str
    what: str
    since: str
    months: int = 0
    days: int = 0
    by: By = By.JOB

    def ended(self, now: datetime) -> datetime:
        """The instant such that what began before it is over at `now` (both aware)."""
        begun: datetime = now - relativedelta(months=self.months, days=self.days)  # type: ignore[no-untyped-call]
        return begun


CLOSED_ACCOUNT = Term(
    name="closed_accounts",
    what=N_("A closed account"),
    months=6,
    since=N_("after it was closed: it can be reopened until then, and is erased afterwards"),
)
LINKS = Term(
    name="links",
    what=N_("Requests to sign in by a link, to choose a new password or to change the address"),
    months=6,
    since=N_("after they were made"),
)
SIGN_INS = Term(
    name="sign_ins",
    what=N_("In which browser somebody signed in, how and when"),
    months=12,
    since=N_("after it was last used"),
)
RECEIPTS = Term(
    name="receipts", what=N_("Numbers of the forms sent"), days=30, since=N_("after they were sent")
)
SESSION = Term(
    name="session",
    what=N_("The session kept in the browser"),
    days=31,
    since=N_("after the last visit"),
    by=By.SITE,
)
COUNTERS = Term(
    name="counters",
    what=N_("Counters of attempts, by Internet address"),
    days=1,
    since=N_("after the attempt"),
    by=By.SITE,
)
ACCOUNT_VALUES = Term(
    name="account_values",
    what=N_("Former names and telephone numbers of an account, in the trail"),
    months=12,
    since=N_("after they were changed"),
)
INVITATIONS = Term(
    name="invitations",
    what=N_("An invitation that nobody accepted"),
    days=30,
    since=N_("after it was withdrawn or ran out"),
)
SECURITY_MAIL = Term(
    name="security_mails",
    what=N_("E-mails with a link to sign in, to choose a password or to join"),
    months=6,
    since=N_("after they were written down"),
)
MAIL = Term(
    name="mails",
    what=N_("The other e-mails: to whom, when, what they said (proof that somebody was told)"),
    months=60,
    since=N_("after they were written down"),
)
BOUNCES = Term(
    name="bounces",
    what=N_("The address that an e-mail came back from, and what its server answered"),
    months=12,
    since=N_("after it came back"),
)
ABSENCES = Term(
    name="absences",
    what=N_("Absences, and who stands in"),
    days=30,
    since=N_("after the last day"),
)
TRAIL_VALUES = Term(
    name="trail_values",
    what=N_("Names, reasons and prices in the trail"),
    months=120,
    since=N_("after they were written"),
)
REPLACED_SCANS = Term(
    name="replaced_scans",
    what=N_("Files of a certificate that was replaced"),
    months=60,
    since=N_("after it was replaced"),
)
LEFT_MEMBERS = Term(
    name="left_members",
    what=N_("The file of a structure: who signs for it, its references, its bank account"),
    months=12,
    since=N_("after the structure left the network"),
)
LOST_FILES = Term(
    name="lost_files",
    what=N_("Files of a contract that wasn’t won"),
    months=60,
    since=N_("after the result; without one, after the date for answering"),
)
WON_FILES = Term(
    name="won_files",
    what=N_("Files of a contract that was won"),
    months=120,
    since=N_("after the contract’s end"),
)
SPARE_FILES = Term(
    name="spare_files",
    what=N_("A file that belongs to nothing: never used, or of what is over"),
    days=30,
    since=N_("after it was last sent"),
)
NOTICES = Term(
    name="notices",
    what=N_("An official notice word for word, which may name somebody at the buyer’s"),
    months=60,
    since=N_("after it was last published"),
)
FORWARDED = Term(
    name="forwarded_mails",
    what=N_("From whom an e-mail was forwarded to the platform, its subject, and its text while it waits"),
    days=30,
    since=N_("after it came"),
)
REQUESTS = Term(
    name="requests",
    what=N_("A request to be erased, and what was answered"),
    months=60,
    since=N_("after the answer"),
)
LOGS = Term(
    name="logs",
    what=N_("Technical logs: numbers only, no name, no address, no Internet address"),
    months=12,
    since=N_("after they were written, at most"),
    by=By.OPERATOR,
)
BACKUPS = Term(
    name="backups",
    what=N_("Backup copies"),
    months=3,
    since=N_("after they were made, at most"),
    by=By.OPERATOR,
)
