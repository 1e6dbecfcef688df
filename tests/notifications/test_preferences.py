"""What people choose to receive: rhythms and digests, what can't be refused, tenders followed or muted."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from procurement.bids import operations as bids
from procurement.bids.models import Seat
from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import Forbidden, Invalid, NotFound
from procurement.core.events import Event
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import DeadlineKind
from procurement.members.models import Member, Membership
from procurement.notifications import leaving
from procurement.notifications.categories import DEFAULTS, OFFERED, Category, Rhythm
from procurement.notifications.kinds import KINDS
from procurement.notifications.models import Delivery, DeliveryState, Notification, Outcome
from procurement.notifications.operations import preferences
from procurement.notifications.queries.preferences import rhythms_of
from procurement.tenders.following import follow
from procurement.tenders.operations import cancel_tender, move_deadline
from tests.factories import (
    actor_of,
    make_bid,
    make_delegate,
    make_manager,
    make_member,
    make_tender,
    make_user,
    paris,
)
from tests.worker import recipients, subject_of, text_of

TUESDAY = paris(2026, 11, 24, 10)
SUBMISSION, CLOSE = DeadlineKind.SUBMISSION, DeadlineKind.REGISTRATION_CLOSE


@pytest.fixture(autouse=True)
def _tuesday(app):
    with clock.at(TUESDAY):
        yield


def a_tender(**fields):
    return make_tender(**({"deadlines": {SUBMISSION: paris(2027, 2, 10)}} | fields))


def choose(user, **rhythms):
    preferences.choose(
        actor_of(user), user, {Category(name): Rhythm(value) for name, value in rhythms.items()}
    )


def something_happens(due_at=None):
    """A place is proposed to a structure of two managers: who can accept it, who will hear of that, the place."""
    member = make_member()
    teller, hears = make_manager(member), make_manager(member)
    dates = {SUBMISSION: due_at or paris(2027, 2, 10)}
    bid = make_bid(a_tender(deadlines=dates), members=[member], confirmed=False)
    return teller, hears, db.session.scalars(select(Seat).where(Seat.bid_id == bid.id)).one()


def confirm(teller, seat):
    bids.confirm(actor_of(teller), seat.id)


# Rhythms


def test_without_a_visit_dates_come_at_once_and_the_rest_in_a_digest_at_eight(worker):
    teller, hears, seat = something_happens()
    confirm(teller, seat)
    assert worker.tick() == []
    with clock.at(paris(2026, 11, 25, 7, 59)):
        assert worker.tick() == []
    with clock.at(paris(2026, 11, 25, 8)):
        assert recipients(worker.tick()) == [hears.email]
    assert DEFAULTS[Category.DEADLINES] is Rhythm.AT_ONCE


def test_a_digest_holds_all_of_its_day_and_nothing_twice(worker):  # N25
    """The window is half open: what happens at the very hour of a digest is in the next."""
    member = make_member()
    teller, hears = make_manager(member), make_manager(member)
    seats = []
    for number in range(4):
        bid = make_bid(a_tender(title=f"Tender {number}"), members=[member], confirmed=False)
        seats.append(db.session.scalars(select(Seat).where(Seat.bid_id == bid.id)).one())
    moments = [
        paris(2026, 11, 24, 10),
        paris(2026, 11, 24, 23),
        paris(2026, 11, 25, 8),
        paris(2026, 11, 25, 12),
    ]
    received = []
    days = [paris(2026, 11, 25, 8), paris(2026, 11, 26, 8), paris(2026, 11, 27, 8)]
    for moment in sorted({*moments, *days}):
        with clock.at(moment):
            for at, seat in zip(moments, seats, strict=True):
                if at == moment:
                    confirm(teller, seat)
            received += [(moment, mail) for mail in worker.tick()]
    assert [moment for moment, _ in received] == days[:2]
    first, second = (text_of(mail) for _, mail in received)
    assert ("Tender 0" in first, "Tender 1" in first, "Tender 2" in first) == (True, True, False)
    assert ("Tender 1" in second, "Tender 2" in second, "Tender 3" in second) == (False, True, True)
    assert {mail.recipients for _, mail in received} == {(hears.email,)}


def test_a_weekly_digest_is_weekly_over_five_weeks(worker):  # N25
    teller, hears, _ = something_happens()
    choose(hears, groups="weekly")
    member = member_of(hears)
    sent = []
    for day in range(35):
        at = paris(2026, 11, 30, 10) + timedelta(days=day)
        with clock.at(at):
            if day % 3 == 0:
                bid = make_bid(a_tender(), members=[member], confirmed=False)
                confirm(teller, db.session.scalars(select(Seat).where(Seat.bid_id == bid.id)).one())
            worker.prepare()
        with clock.at(at.replace(hour=8) + timedelta(days=1)):
            sent += [(clock.today(), mail) for mail in worker.tick() if hears.email in mail.recipients]
    days = [day for day, _ in sent]
    assert days == [date(2026, 12, 7) + timedelta(weeks=n) for n in range(5)]
    told = Counter(
        db.session.scalars(
            select(Notification.outcome).where(
                Notification.kind == "seat_confirmed", Notification.recipient_id == hears.id
            )
        )
    )
    assert told == {Outcome.SENT: 12}


def member_of(user):
    """The structure that a person belongs to."""
    belongs = Membership.member_id == Member.id
    return db.session.scalars(
        select(Member).join(Membership, belongs).where(Membership.user_id == user.id)
    ).one()


@pytest.mark.parametrize(
    ("night_before", "morning"),
    [(paris(2027, 3, 27, 18), paris(2027, 3, 30, 8)), (paris(2027, 10, 29, 18), paris(2027, 11, 2, 8))],
    ids=["spring", "autumn"],
)
def test_a_daily_digest_keeps_its_hour_over_a_change_of_time(worker, night_before, morning):  # N8
    """The Mondays after both changes of 2027 are public holidays: it leaves on the Tuesday, at 08:00 in Paris."""
    with clock.at(night_before):
        teller, hears, seat = something_happens(night_before + timedelta(days=60))
        confirm(teller, seat)
        assert worker.tick() == []
    with clock.at(morning - timedelta(minutes=1)):
        assert worker.tick() == []
    with clock.at(morning):
        assert recipients(worker.tick()) == [hears.email]
    with clock.at(morning + timedelta(hours=1)):
        assert worker.tick() == []


def test_in_the_application_only_means_no_mail_and_no_loss(worker):
    teller, hears, seat = something_happens()
    choose(hears, groups="in_app")
    confirm(teller, seat)
    with clock.at(paris(2026, 11, 25, 8)):
        assert worker.tick() == []
    row = db.session.scalars(select(Notification).where(Notification.recipient_id == hears.id)).one()
    assert (row.outcome, db.session.get_one(Delivery, row.delivery_id).state) == (
        Outcome.IN_APP,
        DeliveryState.IN_APP,
    )


def test_leaving_a_category_stops_what_waits_of_it(worker):
    teller, hears, seat = something_happens()
    confirm(teller, seat)
    worker.prepare()
    choose(hears, groups="in_app")
    with clock.at(paris(2026, 11, 25, 8)):
        assert worker.tick() == []
    row = db.session.scalars(select(Notification).where(Notification.recipient_id == hears.id)).one()
    assert (row.outcome, row.reason) == (Outcome.IN_APP, "in_app")


def test_reminders_can_stay_in_the_application(worker):
    person = make_manager()
    choose(person, deadlines="in_app")
    make_tender(deadlines={CLOSE: paris(2026, 12, 9)})
    with clock.at(paris(2026, 12, 2, 8)):
        assert worker.tick() == []
    assert db.session.scalars(select(Notification.outcome)).all() == [Outcome.IN_APP]


def test_what_binds_comes_whatever_is_chosen(worker):  # N27
    person = make_manager(make_member())
    choose(person, **{category.value: "in_app" for category in OFFERED})
    tender = make_tender(deadlines={CLOSE: paris(2026, 12, 9)})
    make_bid(tender, members=[member_of(person)])
    follow(actor_of(person), tender.id, muted=True)
    move_deadline(SYSTEM, tender.id, CLOSE, paris(2026, 12, 16), tender.version)
    assert recipients(worker.tick()) == [person.email]
    assert all(kind.category in OFFERED for kind in KINDS.values() if not kind.mandatory)


def test_a_choice_is_recorded_and_the_same_again_is_nothing():
    person = make_user()
    choose(person, groups="weekly", tenders="daily")
    choose(person, groups="weekly")
    [event] = db.session.scalars(select(Event).where(Event.verb == "preferences_changed"))
    assert event.facts == {"rhythms": {"groups": "weekly"}}
    assert rhythms_of(person.id)[Category.GROUPS] is Rhythm.WEEKLY


def test_nobody_chooses_for_another_nor_what_is_not_offered():
    person, other = make_user(), make_delegate()
    with pytest.raises(Forbidden):
        preferences.choose(actor_of(other), person, {Category.GROUPS: Rhythm.IN_APP})
    for category, rhythm in (("security", "in_app"), ("deadlines", "weekly")):
        with pytest.raises(Invalid):
            choose(person, **{category: rhythm})


# Leaving by the link in a mail


def test_a_link_stops_its_category_for_its_person_alone():  # N26
    person, other = make_user(), make_user()
    asked = preferences.leave(leaving.token(person.id, person.created_at, [Category.GROUPS]))
    assert asked.categories == (Category.GROUPS,)
    assert rhythms_of(person.id) == {**DEFAULTS, Category.GROUPS: Rhythm.IN_APP}
    assert rhythms_of(other.id) == DEFAULTS
    preferences.leave(leaving.token(person.id, person.created_at, [Category.GROUPS]))
    assert len(db.session.scalars(select(Event).where(Event.verb == "preferences_changed")).all()) == 1


def test_a_forged_link_or_one_of_another_database_stops_nothing():
    person, other = make_user(), make_user()
    good = leaving.token(person.id, person.created_at, [Category.GROUPS])
    of_another = leaving.token(other.id, other.created_at, [Category.GROUPS])
    older = leaving.token(person.id, person.created_at - timedelta(days=1), [Category.GROUPS])
    security = leaving.token(person.id, person.created_at, [Category.SECURITY])
    mixed = of_another.split(".")[0] + "." + good.split(".")[1]
    for token in (good[:-2], good + "x", mixed, older, security, "", "x.y", "é"):
        with pytest.raises(NotFound):
            preferences.leave(token)
    assert rhythms_of(person.id) == rhythms_of(other.id) == DEFAULTS


# Mails say how to stop them


def test_a_mail_that_can_be_refused_offers_one_click_and_one_that_binds_says_why(worker):  # N26, N27
    person = make_manager()
    tender = make_tender(deadlines={CLOSE: paris(2026, 12, 9)})
    with clock.at(paris(2026, 12, 2, 8)):
        [reminder] = worker.tick()
        move_deadline(SYSTEM, tender.id, CLOSE, paris(2026, 12, 16), tender.version)
        [moved] = worker.tick()
    link = str(reminder.message["List-Unsubscribe"]).strip("<>")
    assert reminder.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in text_of(reminder).replace(" ", "")
    assert leaving.read(link.rpartition("/")[2]).user_id == person.id
    assert moved.message["List-Unsubscribe"] is None
    assert "ne peut pas être refusé" in text_of(moved)
    assert "/compte/messages" in text_of(moved)


# Following and muting


def test_whoever_follows_hears_that_a_date_moves(worker):
    follower = make_manager(make_member(territory=["76"], department="76"))
    make_manager(make_member(territory=["76"], department="76"))
    tender = make_tender(departments=["14"], deadlines={CLOSE: paris(2026, 12, 9)})
    follow(actor_of(follower), tender.id, muted=False)
    move_deadline(SYSTEM, tender.id, CLOSE, paris(2026, 12, 16), tender.version)
    [mail] = worker.tick()
    assert mail.recipients == (follower.email,)
    assert subject_of(mail).startswith("Nouvelle date")


def test_a_muted_tender_reminds_no_more_and_is_heard_of_again(worker):
    person = make_manager()
    tender = make_tender(deadlines={CLOSE: paris(2026, 12, 9)})
    follow(actor_of(person), tender.id, muted=True)
    with clock.at(paris(2026, 12, 2, 8)):
        assert worker.tick() == []
        follow(actor_of(person), tender.id, muted=None)
    with clock.at(paris(2026, 12, 4, 8)):
        worker.prepare()
    with clock.at(paris(2026, 12, 4, 9)):
        worker.tick()
    assert [mail.recipients for mail in worker.smtp.messages] == [(person.email,)]


def test_who_follows_what_is_nobody_elses_affair():  # G3
    person, tender = make_manager(), a_tender()
    follow(actor_of(person), tender.id, muted=False)
    [event] = db.session.scalars(select(Event).where(Event.verb == "tender_followed"))
    assert (event.subject_type, event.subject_id) == ("user_account", person.id)


def test_a_draft_cannot_be_followed_nor_by_whoever_is_not_of_the_network():
    person, outsider = make_manager(), make_user()
    with pytest.raises(NotFound):
        follow(actor_of(person), make_tender(published=False).id, muted=False)
    with pytest.raises(NotFound):
        follow(actor_of(outsider), a_tender().id, muted=False)


def test_who_followed_and_left_the_network_hears_nothing(worker):  # N19
    person, tender = make_manager(make_member(territory=["76"], department="76")), a_tender()
    follow(actor_of(person), tender.id, muted=False)
    cancel_tender(actor_of(make_delegate()), tender.id, "No budget.")
    for place in db.session.scalars(select(Membership).where(Membership.user_id == person.id)):
        place.ended_at = clock.now()
    db.session.flush()
    assert person.email not in recipients(worker.tick())
