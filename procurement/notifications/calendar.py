"""Deadlines as calendars show them: a feed to subscribe to, an invitation that updates, its cancellation. Pure.

One deadline is one entry for ever: its UID comes from the row, its SEQUENCE grows whenever its date changes or ends
(N29). What an entry says is the deadline, its tender and a link: never a price, nor the name of any structure (G3).
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vCalAddress, vDuration

from procurement.core import i18n
from procurement.core.i18n import N_
from procurement.core.text import one_line
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.deadlines.words import NAMES
from procurement.notifications.calendar_zones import vtimezone
from procurement.notifications.letters import Office
from procurement.tenders.models import Tender

PRODUCT = "-//Marches groupes//Calendar//FR"
BEFORE = timedelta(minutes=30)
"""How long an entry lasts. It ends at the deadline: whoever looks at the end reads the truth, at the start an hour
that is safe; and an entry that lasts no time is shown as an hour, or a whole day, by some calendars."""
VISIT = timedelta(hours=1)
"""How long a visit is shown: unlike what is due, it begins at its hour."""
READ_AGAIN = timedelta(hours=1)
"""How often calendars are asked to read the feed again. They please themselves: Google takes up to a day."""
BRIEF = 90
"""Characters of a tender's title in a line of a calendar."""
_DUE = frozenset(
    {
        DeadlineKind.SUBMISSION,
        DeadlineKind.APPLICATIONS,
        DeadlineKind.ENROLMENT,
        DeadlineKind.INTERNAL_DEPOSIT,
    }
)
"""What is handed over: a second alarm on the day itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A deadline as calendars are told of it."""

    deadline_id: int
    kind: DeadlineKind
    due_at: datetime
    zone: str
    version: int
    closed: bool
    """The date itself has ended; it may be set again, as a new version."""
    cancelled: bool
    """It no longer binds: it has ended, or its tender is cancelled."""
    doubt: str
    """Why it is in doubt, an msgid; empty when it isn't."""
    changed_at: datetime
    tender_title: str
    buyer: str
    lots: tuple[str, ...] = ()
    """Of a group's own date: the numbers of the lots it answers; empty where the tender isn't divided."""
    path: str
    """Of the page that says more."""

    @classmethod
    def of(
        cls, deadline: Deadline, tender: Tender, buyer: str, *, path: str, lots: Sequence[str] = ()
    ) -> Self:
        """The entry of `deadline`, of `tender` or of a group that answers it; `path` is its page on this site."""
        changes = (tender.updated_at, tender.cancelled_at, deadline.moved_at, deadline.closed_at)
        return cls(
            deadline_id=deadline.id,
            kind=deadline.kind,
            due_at=deadline.due_at,
            zone=deadline.zone,
            version=deadline.version,
            closed=deadline.closed_at is not None,
            cancelled=deadline.closed_at is not None or tender.cancelled_at is not None,
            doubt=(deadline.doubt or N_("Sources disagree.")) if deadline.doubtful else "",
            changed_at=max(change for change in changes if change is not None),
            tender_title=tender.title,
            buyer=buyer,
            lots=tuple(lots),
            path=path,
        )

    @property
    def sequence(self) -> int:
        """Grows when the date moves, ends, or is set again after it ended."""
        return 2 * (self.version - 1) + self.closed


@dataclass(frozen=True, slots=True)
class Guest:
    """The one person an invitation is for (N21)."""

    name: str
    email: str


def publication(
    entries: Sequence[Entry], *, office: Office, locale: str, now: datetime, name: str
) -> Calendar:
    """A calendar to read or to subscribe to, under `name`; `now` (aware) is when it is written."""
    calendar = _calendar("PUBLISH")
    calendar.calendar_name = name
    calendar.add("refresh-interval", vDuration(READ_AGAIN), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(READ_AGAIN))
    for entry in entries:
        calendar.add_component(_event(entry, office, locale, now))
    return _with_zones(calendar, entries)


def invitation(entry: Entry, guest: Guest, *, office: Office, locale: str, now: datetime) -> Calendar:
    """What puts `entry` into the calendar of one person, and moves it there each time the date has moved.

    For a part `text/calendar; method=REQUEST` of a mail. One that was cancelled is to be told by `cancellation`.
    """
    return _addressed("REQUEST", entry, guest, office, locale, now)


def cancellation(entry: Entry, guest: Guest, *, office: Office, locale: str, now: datetime) -> Calendar:
    """What takes `entry` out of the calendar of one person: the date has ended, or is no longer theirs.

    For a part `text/calendar; method=CANCEL` of a mail.
    """
    return _addressed("CANCEL", entry, guest, office, locale, now)


def _addressed(
    method: str, entry: Entry, guest: Guest, office: Office, locale: str, now: datetime
) -> Calendar:
    event = _event(entry, office, locale, now, cancelled=method == "CANCEL")
    event.add("organizer", _address(office.sender.display_name, office.sender.addr_spec))
    attendee = _address(guest.name, guest.email)
    attendee.params.update({"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "RSVP": "FALSE"})
    event.add("attendee", attendee)
    calendar = _calendar(method)
    calendar.add_component(event)
    return _with_zones(calendar, [entry])


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _with_zones(calendar: Calendar, entries: Sequence[Entry]) -> Calendar:
    """`calendar` with the zones it uses, right for all its entries."""
    days = sorted(entry.due_at.date() for entry in entries)
    for number, key in enumerate(sorted(calendar.get_missing_tzids())):
        zone = vtimezone(key, days[0] - timedelta(days=1), days[-1] + timedelta(days=1))
        calendar.subcomponents.insert(number, zone)
    return calendar


def _event(entry: Entry, office: Office, locale: str, now: datetime, *, cancelled: bool = False) -> Event:
    cancelled = cancelled or entry.cancelled
    visit = entry.kind is DeadlineKind.SITE_VISIT
    event = Event()
    event.add("uid", f"deadline-{entry.deadline_id}@{urlsplit(office.public_url).hostname}")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now)
    event.add("last-modified", entry.changed_at)
    start, end = _span(entry)
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", _summary(entry, locale, cancelled=cancelled))
    event.add("description", _description(entry, office, locale, cancelled=cancelled))
    event.add("url", office.public_url + entry.path)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    # One isn't busy for a date that binds; for a visit one is.
    event.add("transp", "OPAQUE" if visit and not cancelled else "TRANSPARENT")
    if not cancelled:
        for before in (timedelta(days=1), *((timedelta(hours=4),) if entry.kind in _DUE else ())):
            event.add_component(_alarm(before, event))
    return event


def _span(entry: Entry) -> tuple[datetime, datetime]:
    """From when to when the entry is shown, in the zone the deadline was said in.

    In UTC in the night of October where an hour comes twice: a wall time can't say which of the two it is.
    """
    zone = ZoneInfo(entry.zone)
    visit = entry.kind is DeadlineKind.SITE_VISIT
    span = (entry.due_at, entry.due_at + VISIT) if visit else (entry.due_at - BEFORE, entry.due_at)
    start, end = (instant.astimezone(zone) for instant in span)
    if start.fold or end.fold:
        utc = ZoneInfo("UTC")
        return start.astimezone(utc), end.astimezone(utc)
    return start, end


def _summary(entry: Entry, locale: str, *, cancelled: bool) -> str:
    """The line that calendars show. It begins with the hour: the entry itself stands half an hour before."""
    zone = ZoneInfo(entry.zone)
    hour = i18n.format_hour(entry.due_at, locale, zone)
    if entry.zone != "Europe/Paris":
        hour = f"{hour} ({i18n.format_zone(zone, locale)})"
    if cancelled:
        words = N_("Cancelled – %(what)s: %(title)s")
    elif entry.doubt:
        words = N_("%(hour)s, to be checked – %(what)s: %(title)s")
    else:
        words = N_("%(hour)s – %(what)s: %(title)s")
    title = textwrap.shorten(one_line(entry.tender_title), BRIEF, placeholder="…")
    return i18n.translate(words, locale, hour=hour, what=_name(entry, locale), title=title)


def _name(entry: Entry, locale: str) -> str:
    name = i18n.translate(NAMES[entry.kind], locale)
    if not entry.lots:
        return name
    words = N_("%(what)s (lot %(lots)s)") if len(entry.lots) == 1 else N_("%(what)s (lots %(lots)s)")
    return i18n.translate(words, locale, what=name, lots=", ".join(entry.lots))


def _description(entry: Entry, office: Office, locale: str, *, cancelled: bool) -> str:
    """The date in the words of pages and mails (N9), what it is about, and where to read more."""

    def said(message: str, **params: object) -> str:
        return i18n.translate(message, locale, **params)

    when = i18n.format_instant(entry.due_at, locale, ZoneInfo(entry.zone))
    lines = [
        said(N_("This date no longer holds.")) if cancelled else "",
        said(N_("%(what)s: %(when)s"), what=_name(entry, locale), when=when),
        said(N_("To be checked: %(doubt)s"), doubt=said(entry.doubt))
        if entry.doubt and not cancelled
        else "",
        one_line(entry.tender_title),
        said(N_("Buyer: %(name)s"), name=one_line(entry.buyer)) if entry.buyer else "",
        office.public_url + entry.path,
    ]
    return "\n".join(line for line in lines if line)


def _alarm(before: timedelta, event: Event) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -before)
    alarm.add("description", str(event["summary"]))
    return alarm


def _address(name: str, email: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    if name:
        address.params["CN"] = one_line(name)
    return address
