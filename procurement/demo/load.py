"""Loading the demo network: into an empty database, once."""

from dataclasses import dataclass

from sqlalchemy import func, select, update

from procurement.accounts.models import User
from procurement.accounts.passwords import verify_password
from procurement.core import clock
from procurement.core.db import db
from procurement.core.events import Event
from procurement.demo import arrivals, calvados, laposte, orne, others, papers
from procurement.demo.days import Days
from procurement.demo.network import Network
from procurement.demo.people import ACCOUNTS, FIRST, Account
from procurement.members.models import Member
from procurement.tenders.models import Tender


@dataclass(frozen=True, slots=True)
class Loaded:
    """What stands in the database."""

    structures: int
    accounts: int
    tenders: int


def is_empty() -> bool:
    """Whether nobody and nothing is in the database yet."""
    return not any(db.session.scalar(select(table.id).limit(1)) for table in (User, Member, Tender))


def is_loaded() -> bool:
    """Whether the demo network is in the database."""
    return db.session.scalar(select(Member.id).where(Member.is_demo).limit(1)) is not None


def load(password: str | None) -> Loaded:
    """Bring the demo network in, its accounts opened with `password` (None: by mail only); counts what there is then.

    Needs an empty database and a transaction. What was to be told of its past is taken as told; what happened in the
    last hour is left for the notifier, so that the first mails come at once.
    """
    network = Network(Days(clock.now()), password)
    network.settle()
    others.tell_won(network)
    orne.tell(network)
    calvados.tell(network)
    laposte.tell(network)
    others.tell_draft(network)
    arrivals.tell(network)
    papers.tell(network)
    db.session.execute(
        update(Event)
        .where(Event.handled_at.is_(None), Event.at < network.days.minutes_ago(60))
        .values(handled_at=Event.at)
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()
    return counted()


def counted() -> Loaded:
    """How much of each there is."""
    return Loaded(
        *(db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (Member, User, Tender))
    )


def open_accounts(password: str, *, every: bool = False) -> list[Account]:
    """The demo's accounts that are there and that `password` still opens; those to begin with, or every one."""
    by_address = {account.address: account for account in ACCOUNTS}
    wanted = list(ACCOUNTS) if every else [by_address[address] for address in FIRST]
    rows = select(User.email, User.password).where(User.email.in_([a.email for a in wanted]), User.active)
    hashes = {row.email: row.password for row in db.session.execute(rows)}
    return [
        account
        for account in wanted
        if account.email in hashes and verify_password(password, hashes[account.email])
    ]
