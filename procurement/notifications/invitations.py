"""Which mails carry a calendar invitation: whoever takes part in a group has its answer's date in their calendar (N29).

The mail that announces the group brings the date, one that says it moved moves it there, and what ends a person's
part takes it out. Nobody else is invited, nor whoever subscribes to their dates: they have them already.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, tuple_

from procurement.accounts.models import CalendarAddress, User
from procurement.core.db import db
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.notifications.calendar import Entry, Guest, cancellation, invitation
from procurement.notifications.dossier import Matter
from procurement.notifications.letters import Enclosure, Office
from procurement.notifications.models import Notification, Outcome
from procurement.tenders.models import Tender

INVITES = "bid_composed"
"""The kind whose mail puts the date into calendars."""
MOVES = "deadline_moved"
ENDS = frozenset({"tender_cancelled", "bid_withdrawn", "member_removed"})
"""Kinds that say that the date is no longer the person's."""

_ANSWER = (DeadlineKind.SUBMISSION, DeadlineKind.APPLICATIONS)


class Invitation(NamedTuple):
    """What a mail does to a calendar: `entry` comes or moves there, or leaves it."""

    entry: Entry
    ends: bool

    def enclosure(self, user: User, office: Office, now: datetime) -> Enclosure:
        """The part of the mail to this person."""
        guest = Guest(user.name, user.email)
        write = cancellation if self.ends else invitation
        calendar = write(self.entry, guest, office=office, locale=user.locale, now=now)
        return Enclosure("CANCEL" if self.ends else "REQUEST", calendar.to_ical())


def invitations(told: Sequence[Notification], matters: Mapping[int, Matter]) -> dict[int, Invitation]:
    """Which of these notifications bring an invitation, by id. Two statements at most, none where none could."""
    about = [n for n in told if n.kind in {INVITES, MOVES, *ENDS} and n.recipient_id and n.tender_id]
    if not about:
        return {}
    dates = _answer_dates({n.tender_id for n in about if n.tender_id})
    invited = _invited([n for n in about if n.kind != INVITES])
    subscribed = set(
        db.session.scalars(
            select(CalendarAddress.user_id).where(
                CalendarAddress.user_id.in_({n.recipient_id for n in about})
            )
        )
    )
    found = {}
    for n in about:
        tender, due = matters[n.id].tender, dates.get(n.tender_id or 0)
        if tender is None or due is None or n.recipient_id in subscribed:
            continue
        if n.kind == MOVES and n.deadline_id != due.id:
            continue
        if n.kind == INVITES or (n.recipient_id, n.tender_id) in invited:
            found[n.id] = Invitation(_entry(due, tender), n.kind in ENDS)
    return found


def _answer_dates(tender_ids: set[int]) -> dict[int, Deadline]:
    """When the answer to each tender is due, those that ended included: offers, else applications."""
    rows = db.session.scalars(
        select(Deadline).where(
            Deadline.subject_type == Tender.__tablename__,
            Deadline.subject_id.in_(tender_ids),
            Deadline.kind.in_(_ANSWER),
        )
    )
    by_tender: dict[int, Deadline] = {}
    for due in sorted(rows, key=lambda one: _ANSWER.index(one.kind), reverse=True):
        by_tender[due.subject_id] = due
    return by_tender


def _invited(about: Sequence[Notification]) -> set[tuple[int, int]]:
    """Who, of these, was sent an invitation for the tender."""
    pairs = [(n.recipient_id, n.tender_id) for n in about]
    if not pairs:
        return set()
    rows = db.session.execute(
        select(Notification.recipient_id, Notification.tender_id).where(
            Notification.kind == INVITES,
            Notification.outcome.in_((Outcome.SENT, Outcome.DOUBT)),
            tuple_(Notification.recipient_id, Notification.tender_id).in_(pairs),
        )
    )
    return {(row.recipient_id, row.tender_id) for row in rows}


def _entry(due: Deadline, tender: Tender) -> Entry:
    return Entry.of(due, tender, tender.buyer.name, path=f"/marches/{tender.id}")
