"""What mails speak of, read from the committed state for a whole batch at once (N16)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from procurement.accounts import addresses, tokens
from procurement.accounts import queries as accounts
from procurement.accounts.models import AddressChange, RoleGrant, User
from procurement.bids.models import Bid, Participation, Seat
from procurement.bids.rules import composition_by, composition_locked_at, passed
from procurement.certificates.models import Certificate, CertificateKind
from procurement.core import clock
from procurement.core.db import Base, db
from procurement.core.events import Event
from procurement.core.policy import Role
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.deadlines.queries import deadlines_of
from procurement.deadlines.rules import read_zone
from procurement.members.models import Invitation, Member, Membership
from procurement.notices.models import ForwardedMail
from procurement.notifications.changes import Change, changes_of
from procurement.notifications.forwarding import Answer, answer_to
from procurement.notifications.managers import left_without
from procurement.notifications.models import Notification
from procurement.notifications.owed import LISTING, Owed, owed_to
from procurement.notifications.papers import papers_of
from procurement.notifications.recordset import among, ids
from procurement.notifications.suits import Suit, searches_of, suits_of
from procurement.tenders.models import Lot, Tender

Row = TypeVar("Row", bound=Base)

ANSWERED_BY = frozenset(
    {
        DeadlineKind.REGISTRATION_CLOSE,
        DeadlineKind.ENROLMENT,
        DeadlineKind.APPLICATIONS,
        DeadlineKind.SUBMISSION,
    }
)
"""Dates after the first of which it is too late to register."""
PROPOSED = "member_proposed"
"""The kind whose mail says until when a place in a group is to be answered."""
PUBLISHED = "tender_published"
"""The kind whose mail says which of the person's structures could answer."""
DATED = frozenset({PROPOSED, PUBLISHED})
"""The kinds whose mail says a tender's dates."""
CHANGED = "tender_changed"
"""The kind whose mail says what stood before."""
OWES_ANSWER = "submission_nearing"
"""The kind whose mail lists the groups that haven't deposited."""


MANAGERLESS = "manager_lacking"
"""The kind whose mail names the structures that nobody manages."""
OF_PERSON = frozenset({"mail_undeliverable", "erasure_asked"})
"""The kinds whose mail says of whom the event is."""


@dataclass(frozen=True, slots=True)
class GroupOwing:
    """A group that owes the buyer its answer, as one of its people or the delegate is told of it."""

    id: int
    name: str
    lead: str
    """Name of the lead; empty when there is none yet."""
    leads: bool
    """Whether the person told belongs to the lead."""


@dataclass(slots=True)
class Matter:
    """What one notification speaks of; what it has nothing to do with is empty."""

    tender: Tender | None = None
    deadline: Deadline | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    verb: str = ""
    bid: Bid | None = None
    member: Member | None = None
    seat: Seat | None = None
    participation: Participation | None = None
    group: Sequence[str] = ()
    """Names of a group's members, the lead first."""
    lots: Sequence[Lot] = ()
    """The lots that a structure registered for; none for a contract that isn't divided."""
    behalf: bool = False
    """Whether it was done for the structure by somebody else."""
    dates: Sequence[Deadline] = ()
    """The dates that bind on a tender, soonest first."""
    settled_by: datetime | None = None
    """Until when (UTC) a place in the group is to be answered; None where it isn't known or lies behind us."""
    searches: Sequence[str] = ()
    """Names of the searches of the person told that a tender fits."""
    suits: Sequence[Suit] = ()
    """The structures of the person told that could answer, and why."""
    changes: Sequence[Change] = ()
    folded: bool = False
    """Whether another notification of the same mail says it too: the changes of one tender are said at once."""
    owed: Sequence[Owed] = ()
    """What structures owe their groups."""
    owing: Sequence[GroupOwing] = ()
    coordinates: bool = False
    """Whether the person told is a legal delegate."""
    person: User | None = None
    """Whose account an event is about."""
    structures: Sequence[Member] = ()
    """The structures of that person."""
    certificate: Certificate | None = None
    wanted: Sequence[CertificateKind] = ()
    """What a structure was asked for and has nothing to show for still."""
    invitation: Invitation | None = None
    answer: Answer | None = None
    """What to say of a mail that was forwarded."""
    change: AddressChange | None = None
    """Another address wanted for an account."""
    path: str = ""
    """Of a link with a secret in it."""
    secret: str = ""
    expires_at: datetime | None = None

    @property
    def locale(self) -> str:
        """The language of a mail to an address that has no account; empty where nobody chose one."""
        if self.invitation is not None:
            return self.invitation.locale
        return self.change.user.locale if self.change is not None else ""

    @property
    def answer_by(self) -> Deadline | None:
        """The date by which a structure says whether it takes part."""
        return next((due for due in self.dates if due.kind in ANSWERED_BY), None)


class _Owing(NamedTuple):
    groups: Sequence[GroupOwing]
    coordinates: bool


def gather(notifications: Sequence[Notification], deadlines: Mapping[int, Deadline]) -> dict[int, Matter]:
    """What each of these notifications speaks of, by its id; `deadlines` are those already read.

    A statement for each table concerned, whatever the number of notifications; one each for links that open a door.
    """
    events = _rows(Event, (n.event_id for n in notifications), joinedload(Event.detail))
    tenders = _rows(Tender, (n.tender_id for n in notifications), joinedload(Tender.buyer))
    facts = [event.facts for event in events.values()]
    of_bids = [event.subject_id for event in events.values() if event.subject_type == "bid"]
    of_bids += [due.subject_id for due in deadlines.values() if due.subject_type == "bid"]
    bids = _rows(Bid, of_bids, joinedload(Bid.lead))
    members = _rows(
        Member, [one for fact in facts for one in (fact.get("member_id"), *fact.get("member_ids", ()))]
    )
    seats = _rows(Seat, (fact.get("seat_id") for fact in facts))
    words = _rows(
        Participation,
        (e.subject_id for e in events.values() if e.subject_type == "participation"),
        selectinload(Participation.lots),
    )
    invitations = _rows(
        Invitation,
        (e.subject_id for e in events.values() if e.subject_type == "invitation"),
        joinedload(Invitation.inviter),
        joinedload(Invitation.member),
    )
    mails = _rows(ForwardedMail, (fact.get("mail_id") for fact in facts))
    papers = papers_of(events.values(), deadlines.values())
    owing = _owing([n for n in notifications if n.kind == OWES_ANSWER])
    published = [n for n in notifications if n.kind == PUBLISHED]
    owed = owed_to([n for n in notifications if n.kind in LISTING])
    suits, searches = suits_of(published), searches_of(published)
    dates = _dates(n.tender_id for n in notifications if n.kind in DATED)
    people = _people({events[n.event_id or 0].subject_id for n in notifications if n.kind in OF_PERSON})
    matters: dict[int, Matter] = {}
    for n in notifications:
        matter = Matter(
            tender=tenders.get(n.tender_id or 0),
            deadline=deadlines.get(n.deadline_id or 0),
            dates=dates.get(n.tender_id or 0, ()),
        )
        matter.settled_by = _settled_by(matter)
        if n.kind == OWES_ANSWER:
            matter.owing, matter.coordinates = owing(n)
        if matter.deadline is not None and matter.deadline.subject_type == "bid":
            matter.bid = bids.get(matter.deadline.subject_id)
        if n.kind in LISTING:
            matter.owed = owed(n)
        if n.kind == PUBLISHED:
            matter.suits, matter.searches = suits(n), searches(n)
        matter.certificate = papers.of_deadline(matter.deadline)
        event = events.get(n.event_id or 0)
        if event is not None:
            matter.facts, matter.verb = event.facts, event.verb
            matter.behalf = event.on_behalf_of is not None
            matter.member = members.get(event.facts.get("member_id") or 0)
            matter.certificate, matter.wanted = papers.of_event(event)
            matter.seat = seats.get(event.facts.get("seat_id") or 0)
            if event.subject_type == "bid":
                matter.bid = bids.get(event.subject_id)
                matter.group = _group(event.facts, members)
            if event.subject_type == "participation":
                matter.participation = word = words.get(event.subject_id)
                matter.lots = [lot for lot in word.lots if not lot.whole] if word else ()
            if event.verb == "notice_forwarded":
                matter.answer = answer_to(event, mails.get(event.facts["mail_id"]))
            _whom_to_call(matter, n, event, people)
            _open_door(matter, n, event, invitations)
        matters[n.id] = matter
    _fold([n for n in notifications if n.kind == CHANGED], events, matters)
    return matters


def _dates(tender_ids: Iterable[int | None]) -> dict[int, list[Deadline]]:
    """The dates that bind on these tenders, soonest first. One statement."""
    found: dict[int, list[Deadline]] = defaultdict(list)
    wanted = ids(tender_ids)
    for due in deadlines_of(Tender.__tablename__, wanted) if wanted else ():
        found[due.subject_id].append(due)
    return found


def _settled_by(matter: Matter) -> datetime | None:
    """When the group of this tender is to be settled, as its page says; once that has passed, when it freezes."""
    if matter.tender is None:
        return None
    due = {one.kind: one.due_at for one in matter.dates}
    frozen = composition_locked_at(due)
    by = composition_by(frozen, due.get(DeadlineKind.REGISTRATION_CLOSE), read_zone(matter.tender.due_zone))
    return next((at for at in (by, frozen) if at is not None and not passed(at, clock.now())), None)


def _people(user_ids: set[int]) -> dict[int, tuple[User, Sequence[Member]]]:
    """These people with the structures they belong to now. Two statements, none where nobody is asked for."""
    if not user_ids:
        return {}
    places: dict[int, list[Member]] = defaultdict(list)
    rows = db.session.execute(
        select(Membership.user_id, Member)
        .join(Member, Member.id == Membership.member_id)
        .where(Membership.user_id.in_(user_ids), Membership.ended_at.is_(None))
        .order_by(Member.name)
    )
    for row in rows:
        places[row.user_id].append(row.Member)
    return {user_id: (user, places[user_id]) for user_id, user in _rows(User, user_ids).items()}


def _whom_to_call(
    matter: Matter, n: Notification, event: Event, people: Mapping[int, tuple[User, Sequence[Member]]]
) -> None:
    """The person it is about, or the structures that nobody manages: whom the delegate calls."""
    if n.kind in OF_PERSON:
        matter.person, matter.structures = people.get(event.subject_id, (None, ()))
    elif n.kind == MANAGERLESS:
        matter.structures = left_without(event)


def _fold(
    changed: Sequence[Notification], events: Mapping[int, Event], matters: Mapping[int, Matter]
) -> None:
    """Have the first notification of a mail about a tender's changes say all of them, the others nothing."""
    together: dict[tuple[int, int | None], list[Notification]] = defaultdict(list)
    for n in sorted(changed, key=lambda one: one.event_id or 0):
        together[n.delivery_id, n.tender_id].append(n)
    for first, *others in together.values():
        told = (events[n.event_id or 0].detail for n in (first, *others))
        matters[first.id].changes = changes_of(detail.values for detail in told if detail is not None)
        for n in others:
            matters[n.id].folded = True


def _rows(table: type[Row], values: Iterable[int | None], *options: Any) -> dict[int, Row]:
    """The rows of these ids as they are now, by id."""
    wanted = ids(values)
    if not wanted:
        return {}
    column = table.id  # type: ignore[attr-defined]
    query = (
        select(table)
        .where(column == among(wanted))
        .options(*options)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in db.session.scalars(query)}  # type: ignore[attr-defined]


def _group(facts: Mapping[str, Any], members: Mapping[int, Member]) -> list[str]:
    """Names of the members that an event lists, the lead first."""
    ids = sorted(facts.get("member_ids", ()), key=lambda one: one != facts.get("lead_id"))
    return [members[one].name for one in ids if one in members]


def _open_door(matter: Matter, n: Notification, event: Event, invitations: Mapping[int, Invitation]) -> None:
    """The link with a secret that the event asks for, minted now and stored nowhere."""
    mailed = None
    if event.verb == "sign_in_link_requested":
        mailed = accounts.sign_in_mail(event.facts["link_id"])
    elif event.verb == "password_reset_requested":
        mailed = accounts.reset_mail(event.facts["reset_id"])
    elif event.verb == "address_change_requested":
        matter.change = change = addresses.change_mail(event.facts["change_id"])
        # The link is for the new address, not for the present one.
        if change is not None and n.recipient_id is None:
            matter.expires_at = change.expires_at
            matter.path = tokens.path(tokens.LinkKind.ADDRESS, change.id, change.created_at)
    elif event.verb == "silence_warned":
        matter.expires_at = datetime.fromisoformat(event.facts["closes_at"])
    elif event.verb == "address_changed":
        matter.change = addresses.changed_mail(event.facts["change_id"])
    if mailed is not None:
        matter.path, matter.expires_at = mailed.path, mailed.expires_at
    invitation = invitations.get(event.subject_id) if event.subject_type == "invitation" else None
    if invitation is not None:
        matter.invitation, matter.expires_at = invitation, invitation.expires_at
        matter.path = tokens.path(tokens.LinkKind.INVITATION, invitation.id, invitation.created_at)
    matter.secret = matter.path.rpartition("/")[2]


def _owing(notifications: Sequence[Notification]) -> Callable[[Notification], _Owing]:
    """Answers not deposited yet: a person's own groups; for a delegate who sits in none, all of the tender (G3)."""
    tender_ids = ids(n.tender_id for n in notifications)
    if not tender_ids:
        return lambda _: _Owing((), coordinates=False)
    bids = (
        db.session.execute(
            select(Bid.id, Bid.tender_id, Bid.name, Bid.lead_id, Member.name.label("lead"))
            .outerjoin(Member, Member.id == Bid.lead_id)
            .where(Bid.tender_id == among(tender_ids), Bid.withdrawn_at.is_(None), Bid.submitted_at.is_(None))
            .order_by(Bid.id)
        )
    ).all()
    seats = db.session.execute(
        select(Membership.user_id, Seat.bid_id, Seat.member_id)
        .join(Seat, Seat.member_id == Membership.member_id)
        .where(
            Membership.user_id == among(n.recipient_id for n in notifications),
            Membership.ended_at.is_(None),
            Seat.bid_id == among([bid.id for bid in bids]),
            Seat.confirmed_at.is_not(None),
            Seat.removed_at.is_(None),
        )
    ).all()
    delegates = set(
        db.session.scalars(
            select(RoleGrant.user_id).where(
                RoleGrant.role == Role.LEGAL_DELEGATE, RoleGrant.ended_at.is_(None)
            )
        )
    )
    theirs = {(seat.user_id, seat.bid_id) for seat in seats}
    leads = {(seat.user_id, seat.bid_id, seat.member_id) for seat in seats}

    def owing(n: Notification) -> _Owing:
        of_tender = [bid for bid in bids if bid.tender_id == n.tender_id]
        own = [bid for bid in of_tender if (n.recipient_id, bid.id) in theirs]
        coordinates = n.recipient_id in delegates
        groups = [
            GroupOwing(bid.id, bid.name, bid.lead or "", (n.recipient_id, bid.id, bid.lead_id) in leads)
            for bid in own or (of_tender if coordinates else [])
        ]
        return _Owing(groups, coordinates=coordinates)

    return owing
