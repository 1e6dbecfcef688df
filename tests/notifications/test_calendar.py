"""Deadlines in calendars, read back as a calendar reads them."""

from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from icalendar import Calendar

from procurement.core import clock
from procurement.core.i18n import format_instant
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import DeadlineKind
from procurement.deadlines.operations import close_deadlines, set_deadline
from procurement.notifications.calendar import Entry, Guest, cancellation, invitation, publication
from procurement.notifications.letters import Office
from procurement.tenders.operations import cancel_tender, move_deadline
from procurement.tenders.queries import whole_tender
from tests.factories import make_tender, paris

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
OFFICE = Office(
    "https://marches.example.org", str(Address("Marchés groupés", "ne-pas-repondre", "example.org"))
)
GUEST = Guest("Responsable – AI Caen (démo)", "responsable@example.org")


DUE = paris(2027, 3, 28)


def entry(due_at: datetime = DUE, **fields) -> Entry:
    return Entry(
        **(
            {
                "deadline_id": 5,
                "kind": DeadlineKind.SUBMISSION,
                "due_at": due_at.astimezone(UTC),
                "zone": "Europe/Paris",
                "version": 1,
                "closed": False,
                "cancelled": False,
                "doubt": "",
                "changed_at": NOW,
                "tender_title": "Entretien de collèges",
                "buyer": "Département du Calvados",
                "path": "/marches/12",
            }
            | fields
        )
    )


def read(calendar: Calendar):
    """The calendar and its only event, as read back from what is written."""
    again = Calendar.from_ical(calendar.to_ical())
    (event,) = again.events
    return again, event


def published(*entries: Entry, locale="fr") -> Calendar:
    return publication(entries, office=OFFICE, locale=locale, now=NOW, name="Mes dates")


class Agenda:
    """A calendar program, as far as RFC 5546 (2.1.5) says which message of a UID is the latest."""

    def __init__(self):
        self.events = {}

    def receive(self, calendar: Calendar) -> str:
        """Take a message in; "" for one that is older than what is known."""
        again, event = read(calendar)
        known = self.events.get(event["uid"])
        rank = (event["sequence"], event["dtstamp"].dt)
        if known is not None and rank <= (known["sequence"], known["dtstamp"].dt):
            return ""
        self.events[str(event["uid"])] = event
        return str(again["method"])

    @property
    def only(self):
        (event,) = self.events.values()
        return event


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize(
    "day",
    [(2027, 3, 27), (2027, 3, 28), (2027, 3, 29), (2027, 10, 30), (2027, 10, 31), (2027, 11, 1)],
    ids=str,
)
def test_the_hour_is_the_page_s_over_both_changes_of_the_hour(day, locale):  # N8, N9
    due = paris(*day)
    _, event = read(published(entry(due), locale=locale))
    assert event["dtend"].dt == due
    assert event["dtend"].params["TZID"] == "Europe/Paris"
    assert (event["dtend"].dt.hour, event["dtstart"].dt.hour, event["dtstart"].dt.minute) == (12, 11, 30)
    wording = format_instant(due, locale, PARIS)
    assert wording in event["description"]
    assert event["summary"].startswith("12\u00a0h\u00a000" if locale == "fr" else "12:00")


@pytest.mark.parametrize("day", [(2027, 3, 28), (2027, 10, 31)], ids=str)
@pytest.mark.parametrize("hour", [0, 1, 4, 12, 23])
def test_a_reader_that_knows_only_the_file_finds_the_same_instant(day, hour):  # N8
    due = paris(*day, hour)
    text = published(entry(due)).to_ical().decode()
    zone = tzical(StringIO(text[text.index("BEGIN:VTIMEZONE") : text.index("BEGIN:VEVENT")])).get()
    _, event = read(published(entry(due)))
    wall = event["dtend"].dt.replace(tzinfo=None)
    assert wall.replace(tzinfo=zone).astimezone(UTC) == due.astimezone(UTC)


def test_an_hour_that_comes_twice_is_told_without_doubt():  # N8
    first, second = datetime(2027, 10, 31, 0, 15, tzinfo=UTC), datetime(2027, 10, 31, 1, 15, tzinfo=UTC)
    for due in (first, second):
        _, event = read(published(entry(due)))
        assert event["dtend"].dt.astimezone(UTC) == due
        assert event["dtend"].dt.astimezone(UTC) - event["dtstart"].dt.astimezone(UTC) == timedelta(
            minutes=30
        )


def test_half_an_hour_before_a_gap_in_the_hours():  # N8
    due = paris(2027, 3, 28, 3, 15)
    _, event = read(published(entry(due)))
    assert event["dtstart"].dt.astimezone(UTC) == due.astimezone(UTC) - timedelta(minutes=30)
    assert event["dtstart"].dt.hour == 1


def test_a_date_said_elsewhere_keeps_its_own_zone():  # N9
    due = datetime(2027, 1, 4, 12, tzinfo=ZoneInfo("Indian/Reunion"))
    calendar, event = read(published(entry(due, zone="Indian/Reunion"), locale="fr"))
    assert event["dtend"].params["TZID"] == "Indian/Reunion"
    assert [str(zone["tzid"]) for zone in calendar.timezones] == ["Indian/Reunion"]
    assert event["summary"].startswith("12\u00a0h\u00a000 (heure de La Réunion)")


def test_what_an_entry_says():
    _, event = read(published(entry(paris(2026, 11, 27))))
    assert event["summary"] == "12\u00a0h\u00a000 – Remise des offres\u00a0: Entretien de collèges"
    assert event["description"].splitlines() == [
        "Remise des offres\u00a0: vendredi 27 novembre 2026 à 12\u00a0h\u00a000 (heure de Paris)",
        "Entretien de collèges",
        "Acheteur\u00a0: Département du Calvados",
        "https://marches.example.org/marches/12",
    ]
    assert event["url"] == "https://marches.example.org/marches/12"
    assert event["uid"] == "deadline-5@marches.example.org"
    assert event["status"] == "CONFIRMED"
    assert event["transp"] == "TRANSPARENT"
    assert event["dtstamp"].dt == NOW
    assert event["last-modified"].dt == NOW
    assert [alarm["trigger"].dt for alarm in event.walk("valarm")] == [
        -timedelta(days=1),
        -timedelta(hours=4),
    ]


def test_a_date_in_doubt_says_so_in_its_line():  # N10
    doubt = "That day is a Sunday."
    _, event = read(published(entry(doubt=doubt)))
    assert "à vérifier" in event["summary"]
    assert "À vérifier\u00a0: Ce jour-là est un dimanche." in event["description"]


def test_a_visit_begins_at_its_hour():
    due = paris(2026, 11, 27, 9)
    _, event = read(published(entry(due, kind=DeadlineKind.SITE_VISIT)))
    assert event["dtstart"].dt == due
    assert event["dtend"].dt == due + timedelta(hours=1)
    assert event["transp"] == "OPAQUE"


def test_a_group_s_own_date_names_its_lots():
    own = {"kind": DeadlineKind.INTERNAL_DEPOSIT, "path": "/reponses/3"}
    assert "Notre date de dépôt (lot 2)" in read(published(entry(lots=("2",), **own)))[1]["summary"]
    assert "Notre date de dépôt (lots 2, 3)" in read(published(entry(lots=("2", "3"), **own)))[1]["summary"]


def test_a_cancelled_date_says_so_and_rings_no_more():  # N13, N14
    _, event = read(published(entry(cancelled=True)))
    assert event["status"] == "CANCELLED"
    assert event["summary"].startswith("Date annulée")
    assert "Cette date ne tient plus." in event["description"]
    assert event.walk("valarm") == []


def test_a_feed_says_its_name_and_how_often_to_read_it():
    calendar = Calendar.from_ical(published(entry()).to_ical())
    assert calendar["method"] == "PUBLISH"
    assert calendar["x-wr-calname"] == "Mes dates"
    assert calendar.refresh_interval == timedelta(hours=1)
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in calendar.to_ical()


def test_an_empty_calendar_is_a_calendar():
    calendar = Calendar.from_ical(published().to_ical())
    assert calendar.events == []
    assert calendar.timezones == []


def test_nothing_typed_breaks_out_of_its_line():
    title = 'A\r\nATTENDEE:mailto:spy@example.org\nEND:VEVENT\x07; , \\ : "é" ' + "long " * 100
    _, event = read(invitation(entry(tender_title=title), GUEST, office=OFFICE, locale="fr", now=NOW))
    assert event["attendee"] == "mailto:responsable@example.org"
    assert 'ATTENDEE:mailto:spy@example.org END:VEVENT; , \\ : "é"' in event["description"]
    assert "\x07" not in event["description"]
    assert len(event["summary"]) < 140
    assert all(len(line) <= 75 for line in published(entry(tender_title=title)).to_ical().split(b"\r\n"))


def test_an_invitation_is_for_one_person():  # N21
    calendar, event = read(invitation(entry(), GUEST, office=OFFICE, locale="fr", now=NOW))
    assert calendar["method"] == "REQUEST"
    assert event["attendee"] == "mailto:responsable@example.org"
    assert event["attendee"].params["CN"] == GUEST.name
    assert event["organizer"] == "mailto:ne-pas-repondre@example.org"
    calendar, event = read(cancellation(entry(), GUEST, office=OFFICE, locale="fr", now=NOW))
    assert calendar["method"] == "CANCEL"
    assert event["status"] == "CANCELLED"
    assert event["attendee"] == "mailto:responsable@example.org"


def told(tender) -> Entry:
    """The entry of the tender's deadline for offers, as it stands."""
    tender = whole_tender(tender.id, fresh=True)
    (due,) = [due for due in tender.deadlines if due.kind is DeadlineKind.SUBMISSION]
    return Entry.of(due, tender, tender.buyer.name, path=f"/marches/{tender.id}")


def test_three_moves_and_a_cancellation_leave_one_entry(session):  # N29
    agenda = Agenda()
    start = datetime(2027, 1, 4, 8, tzinfo=UTC)
    with clock.at(start):
        tender = make_tender(deadlines={DeadlineKind.SUBMISSION: paris(2027, 3, 26)})
        agenda.receive(invitation(told(tender), GUEST, office=OFFICE, locale="fr", now=clock.now()))
    older = told(tender)
    for number, due in enumerate((paris(2027, 3, 28), paris(2027, 10, 31), paris(2027, 11, 2)), start=1):
        with clock.at(start + timedelta(days=number)):
            version = whole_tender(tender.id, fresh=True).version
            move_deadline(SYSTEM, tender.id, DeadlineKind.SUBMISSION, due, version)
            sent = invitation(told(tender), GUEST, office=OFFICE, locale="fr", now=clock.now())
            assert agenda.receive(sent) == "REQUEST"
            assert agenda.only["dtend"].dt == due
            assert agenda.only["dtend"].dt.hour == 12
    late = invitation(older, GUEST, office=OFFICE, locale="fr", now=start + timedelta(days=9))
    assert agenda.receive(late) == "", "an older date that arrives late changes nothing"
    with clock.at(start + timedelta(days=4)):
        cancel_tender(SYSTEM, tender.id, "Infructueux")
        sent = cancellation(told(tender), GUEST, office=OFFICE, locale="fr", now=clock.now())
        assert agenda.receive(sent) == "CANCEL"
    assert agenda.only["status"] == "CANCELLED"


def test_a_feed_read_after_each_change_holds_one_entry_too(session):  # N29
    seen = []
    tender = make_tender(deadlines={DeadlineKind.SUBMISSION: paris(2027, 3, 26)})
    seen.append(read(published(told(tender)))[1])
    set_deadline(SYSTEM, tender, DeadlineKind.SUBMISSION, paris(2027, 3, 28))
    seen.append(read(published(told(tender)))[1])
    close_deadlines(SYSTEM, tender)
    seen.append(read(published(told(tender)))[1])
    set_deadline(SYSTEM, tender, DeadlineKind.SUBMISSION, paris(2027, 3, 28))
    seen.append(read(published(told(tender)))[1])
    assert len({str(event["uid"]) for event in seen}) == 1
    numbers = [event["sequence"] for event in seen]
    assert numbers == sorted(set(numbers)), "each change has a higher number than the one before"
    assert [str(event["status"]) for event in seen] == ["CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED"]


def test_whoever_is_out_and_in_again_is_told_each_time():  # N19, N29
    agenda = Agenda()
    hours = [NOW + timedelta(hours=n) for n in range(3)]
    messages = (invitation, cancellation, invitation)
    for message, now in zip(messages, hours, strict=True):
        assert agenda.receive(message(entry(), GUEST, office=OFFICE, locale="fr", now=now)) != ""
    assert agenda.only["status"] == "CONFIRMED"
