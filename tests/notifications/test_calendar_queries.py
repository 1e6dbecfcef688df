"""Whose calendar holds which dates: as rights stand when it is read, behind the wall between groups."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from procurement.bids import operations as bids
from procurement.bids.models import Seat
from procurement.core import clock
from procurement.core.errors import NotFound
from procurement.core.policy import MembershipRole, Role
from procurement.deadlines.models import DeadlineKind
from procurement.members.invitations import end_membership
from procurement.members.models import Membership
from procurement.notifications.calendar_queries import MOST, calendar_of, calendar_of_tender
from procurement.tenders.models import TenderKind, Visibility
from procurement.tenders.operations import cancel_tender
from tests.factories import (
    actor_of,
    make_bid,
    make_deadline,
    make_delegate,
    make_manager,
    make_member,
    make_participation,
    make_seat,
    make_tender,
    make_user,
)


@pytest.fixture
def member(session):
    return make_member()


@pytest.fixture
def manager(member):
    return make_manager(member)


def dates(user):
    """The paths that somebody's calendar leads to, with the kinds of dates."""
    return {(entry.path, entry.kind.value) for entry in calendar_of(actor_of(user), clock.now())}


def tenders(user):
    return {path for path, _ in dates(user)}


def of(tender):
    return f"/marches/{tender.id}"


def test_what_i_registered_to(member, manager):
    tender = make_tender()
    make_tender()
    make_participation(tender, member)
    assert dates(manager) == {(of(tender), "registration_close"), (of(tender), "submission")}


def test_an_agreement_and_a_mere_interest_too(member, manager):
    agreement, interesting = make_tender(kind=TenderKind.AGREEMENT), make_tender()
    make_participation(agreement, member)
    make_participation(interesting, member, interested_at=clock.now(), hours_a_week=None)
    assert tenders(manager) == {of(agreement), of(interesting)}


@pytest.mark.parametrize("word", ["withdrawn_at", "turned_down_at"])
def test_not_what_we_gave_up(member, manager, word):  # N15
    make_participation(make_tender(), member, applied_at=clock.now(), **{word: clock.now()})
    assert dates(manager) == set()


def test_not_what_isn_t_for_us(member, manager):  # N15
    make_participation(make_tender(), member, interested_at=clock.now(), not_for_us_at=clock.now())
    assert dates(manager) == set()


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_groups_i_am_in(member, manager, confirmed):
    tender = make_tender()
    bid = make_bid(tender, members=[make_member()])
    make_seat(bid, member, confirmed=confirmed)
    make_deadline(bid, DeadlineKind.INTERNAL_DEPOSIT, timedelta(days=38))
    assert tenders(manager) == {of(tender), f"/reponses/{bid.id}"}


@pytest.mark.parametrize("ended", ["refused_at", "removed_at"])
def test_not_a_group_i_am_out_of(member, manager, ended):  # N19
    bid = make_bid(make_tender(), members=[make_member()])
    make_seat(bid, member, confirmed=False, **{ended: clock.now()})
    make_deadline(bid, DeadlineKind.INTERNAL_DEPOSIT, timedelta(days=38))
    assert dates(manager) == set()


def test_not_a_group_that_gave_up(member, manager):
    bid = make_bid(make_tender(), members=[member], withdrawn_at=clock.now())
    make_deadline(bid, DeadlineKind.INTERNAL_DEPOSIT, timedelta(days=38))
    assert dates(manager) == set()


def test_not_the_rival_s_own_dates(member, manager):  # G3
    tender = make_tender()
    ours, theirs = make_bid(tender, members=[member]), make_bid(tender, members=[make_member()])
    for bid in (ours, theirs):
        make_deadline(bid, DeadlineKind.INTERNAL_DEPOSIT, timedelta(days=38))
    assert tenders(manager) == {of(tender), f"/reponses/{ours.id}"}


def test_whoever_left_has_nothing_of_it(member, manager, session):  # N19
    make_participation(make_tender(), member)
    make_bid(make_tender(), members=[member])
    assert len(tenders(manager)) == 2
    place = session.query(Membership).filter_by(user_id=manager.id).one()
    end_membership(actor_of(make_delegate()), place)
    assert dates(manager) == set()


def test_whoever_is_removed_from_the_group_by_the_delegate(member, manager, session):  # N19
    bid = make_bid(make_tender(), members=[member, make_member()])
    assert dates(manager)
    seat = session.query(Seat).filter_by(bid_id=bid.id, member_id=member.id).one()
    bids.remove(actor_of(make_delegate()), seat.id, "Plus disponible")
    assert dates(manager) == set()


def test_the_delegate_s_is_every_published_tender(session):
    delegate = make_delegate()
    network, public = make_tender(), make_tender(visibility=Visibility.PUBLIC)
    make_tender(published=False)
    assert tenders(delegate) == {of(network), of(public)}


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.NETWORK_ADMIN])
def test_who_has_no_part_has_no_dates(session, role):
    make_participation(make_tender(visibility=Visibility.PUBLIC))
    assert dates(make_user(roles=[role])) == set()


def test_a_date_of_two_structures_of_mine_stands_once(member):  # N20
    other = make_member()
    user = make_user(memberships={member: MembershipRole.MANAGER, other: MembershipRole.CONTRIBUTOR})
    tender = make_tender()
    make_participation(tender, member)
    make_participation(tender, other)
    make_bid(tender, members=[member, other])
    found = calendar_of(actor_of(user), clock.now())
    assert len(found) == len({entry.deadline_id for entry in found}) == 2


def test_a_cancelled_tender_stays_as_such(member, manager):  # N14
    tender = make_tender()
    make_participation(tender, member)
    cancel_tender(actor_of(make_delegate()), tender.id, "Infructueux")
    assert {entry.cancelled for entry in calendar_of(actor_of(manager), clock.now())} == {True}


def test_what_passed_stays_a_month(member, manager):
    tender = make_tender(
        deadlines={DeadlineKind.QUESTIONS: timedelta(days=-30), DeadlineKind.SITE_VISIT: timedelta(days=-32)}
    )
    make_participation(tender, member)
    assert dates(manager) == {(of(tender), "questions")}


def test_a_group_s_date_names_its_lots_only_where_there_are_several(member, manager):
    whole, parts = make_tender(), make_tender(lots=3)
    for tender, lots in ((whole, None), (parts, parts.lots[1:])):
        bid = make_bid(tender, members=[member], lots=lots)
        make_deadline(bid, DeadlineKind.INTERNAL_DEPOSIT, timedelta(days=38))
    found = calendar_of(actor_of(manager), clock.now())
    assert sorted(entry.lots for entry in found if entry.path.startswith("/reponses")) == [(), ("2", "3")]


def test_the_soonest_to_come_stand_first_when_there_are_too_many(session, monkeypatch):
    monkeypatch.setattr("procurement.notifications.calendar_queries.MOST", 3)
    assert MOST > 100
    delegate = make_delegate()
    for days in (-7, -6, -5, 10, 40):
        make_tender(deadlines={DeadlineKind.SUBMISSION: timedelta(days=days)})
    for days in (20, 30, 50):
        bid = make_bid(make_tender(deadlines={}))
        make_deadline(bid, DeadlineKind.INTERNAL_DEPOSIT, timedelta(days=days))
    found = calendar_of(actor_of(delegate), clock.now())
    assert [(entry.due_at - clock.now()).days for entry in found] == [9, 19, 29]


def test_two_statements_whatever_there_is(member, manager):
    for _ in range(5):
        tender = make_tender()
        make_participation(tender, member)
        make_deadline(make_bid(tender, members=[member]), DeadlineKind.INTERNAL_DEPOSIT, timedelta(days=9))
    actor, asked = actor_of(manager), []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert len(calendar_of(actor, clock.now())) == 15
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(asked) == 2


def test_a_tender_s_dates_for_who_sees_it(session, manager):
    tender = make_tender()
    _, found = calendar_of_tender(actor_of(manager), tender.id)
    assert [entry.kind.value for entry in found] == ["registration_close", "submission"]
    with pytest.raises(NotFound):
        calendar_of_tender(actor_of(None), tender.id)
    with pytest.raises(NotFound):
        calendar_of_tender(actor_of(manager), make_tender(published=False).id)
