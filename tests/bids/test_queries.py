"""What pages read: states in SQL as in Python, the wall as conditions, few statements whatever the size."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select

from procurement.bids import operations, queries, rules
from procurement.bids.models import Bid, GroupForm, Participation
from procurement.bids.operations import RegistrationFacts
from procurement.bids.queries.bid_page import PAGE
from procurement.bids.rules import BidState, Cover, NextStep, ParticipationState, SeatState
from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import NotFound, TooLate
from procurement.core.policy import VISITOR, Role
from procurement.deadlines.models import DeadlineKind
from procurement.members.models import Member, MemberKind
from procurement.tenders.models import Tender, TenderKind
from tests.bids.conftest import Scene
from tests.counting import counted
from tests.factories import (
    actor_of,
    make_bid,
    make_deadline,
    make_manager,
    make_member,
    make_participation,
    make_seat,
    make_tender,
    make_user,
)

STAMPS = ("withdrawn_at", "turned_down_at", "applied_at")


def test_registration_states_agree_in_sql_and_in_python(scene: Scene) -> None:
    """Every combination of timestamps that the table allows, with and without a place."""
    now = clock.now()
    made = {}
    seats = ("none", "proposed", "confirmed", "removed", "withdrawn bid")
    for set_, seat in product(product((None, now), repeat=3), seats):
        stamps = dict(zip(STAMPS, set_, strict=True))
        for extra in ({"interested_at": now}, {"not_for_us_at": now}):
            if extra.get("not_for_us_at") and stamps["applied_at"]:
                continue
            one = make_participation(scene.tender, **(stamps | extra))
            member = db.session.get_one(Participation, one.id).member_id
            gone = {"withdrawn_at": now, "withdrawn_reason": "No"} if seat == "withdrawn bid" else {}
            bid = make_bid(scene.tender, **gone)
            if seat != "none":
                removed = {"removed_at": now} if seat == "removed" else {}
                make_seat(bid, _member(member), confirmed=seat != "proposed", **removed)
            made[one.id] = (one, seat == "confirmed")
    rows = db.session.execute(select(Participation.id, queries.participation_state_expression())).all()
    assert len(rows) == len(made) == 60
    for participation_id, state in rows:
        one, seated = made[participation_id]
        assert rules.participation_state(one, seated=seated) == state


def _member(member_id: int) -> Member:
    return db.session.get_one(Member, member_id)


def test_answer_states_agree_in_sql_and_in_python(scene: Scene) -> None:
    now = clock.now()
    names = ("submitted_at", "under_review_at", "awarded_at", "lost_at", "no_award_at", "withdrawn_at")
    made = {}
    for set_ in product((None, now), repeat=6):
        stamps = dict(zip(names, set_, strict=True))
        results = [stamps[name] for name in names[2:5] if stamps[name]]
        if len(results) > 1 or (results and not stamps["submitted_at"]):
            continue
        receipt = {"receipt_number": "R1"} if stamps["submitted_at"] else {}
        bid = make_bid(scene.tender, **stamps, **receipt)
        made[bid.id] = bid
    rows = db.session.execute(select(Bid.id, queries.bid_state_expression())).all()
    assert {state for _, state in rows} == set(BidState)
    assert {bid_id: rules.bid_state(made[bid_id]) for bid_id, _ in rows} == dict(rows)


@pytest.mark.parametrize("hours", [-1, 24 * 19, 24 * 20 + 1, 24 * 29, 24 * 30 + 1, 24 * 41])
def test_open_for_the_page_is_open_for_the_verb(scene: Scene, hours: int) -> None:
    """The tender's own state and the rule of the verb say the same at every moment."""
    make_deadline(scene.tender, DeadlineKind.APPLICATIONS, timedelta(days=30))
    with clock.at(clock.now() + timedelta(hours=hours)):
        tender = db.session.get_one(Tender, scene.tender.id)
        db.session.refresh(tender, ["registrations_close_at", "due_at"])
        panel = queries.tender_panel(scene.first_manager, tender)
        facts = RegistrationFacts(lot_ids=[scene.lot.id])
        try:
            operations.register(scene.first_manager, tender.id, scene.first.id, facts)
            taken = True
        except TooLate:
            taken = False
        assert panel.is_open is taken


# G3: two groups of the network on one lot are strangers.


def test_the_wall_between_two_groups(scene: Scene) -> None:
    ours = make_bid(scene.tender, members=[scene.first])
    theirs = make_bid(scene.tender, members=[scene.second])
    for actor, sees in (
        (scene.first_manager, {ours.id}),
        (scene.second_manager, {theirs.id}),
        (scene.contributor, {ours.id}),
        (scene.delegate, {ours.id, theirs.id}),
        (scene.stranger, set()),
        (VISITOR, set()),
        (actor_of(make_user(roles=[Role.OBSERVER, Role.NETWORK_ADMIN])), set()),
    ):
        assert set(db.session.scalars(select(Bid.id).where(queries.visible_to(actor)))) == sees
        assert {row.bid.id for row in queries.answers(actor).rows} == sees
        for bid in (ours, theirs):
            if bid.id not in sees:
                with pytest.raises(NotFound):
                    queries.answer(actor, bid.id)


@pytest.mark.parametrize("end", ["refused_at", "removed_at"])
def test_whoever_left_a_group_sees_it_no_more(scene: Scene, end: str) -> None:
    bid = make_bid(scene.tender)
    make_seat(bid, scene.first, confirmed=end == "removed_at", **{end: clock.now()})
    with pytest.raises(NotFound):
        queries.answer(scene.first_manager, bid.id)


def test_a_place_proposed_shows_the_group_to_decide_on(scene: Scene) -> None:
    bid = make_bid(scene.tender, members=[scene.first], confirmed=False)
    page = queries.answer(scene.first_manager, bid.id)
    assert page.step is NextStep.ANSWER_PLACE
    assert queries.answer(scene.contributor, bid.id).step is NextStep.MANAGER_ANSWERS


def test_a_group_is_told_nothing_of_another(scene: Scene) -> None:
    """G3: findings about a rival, a shared lead or a shared person reach the delegate or that structure only."""
    for member in (scene.first, scene.second):
        make_participation(scene.tender, member)
    make_user(memberships={})
    ours = make_bid(scene.tender, lead=scene.first, members=[scene.second], form=GroupForm.JOINT)
    before = [one.sentence for one in queries.answer(scene.second_manager, ours.id).findings]
    make_bid(scene.tender, lots=scene.tender.lots[1:], lead=scene.first)
    make_bid(scene.tender, members=[scene.first])
    after = [one.sentence for one in queries.answer(scene.second_manager, ours.id).findings]
    assert after == before
    lead = {one.code for one in queries.answer(scene.first_manager, ours.id).findings}
    assert {"lead_elsewhere", "several_groups"} <= lead
    assert "rivals" not in lead
    delegate = {one.code for one in queries.answer(scene.delegate, ours.id).findings}
    assert {"lead_elsewhere", "several_groups", "rivals"} <= delegate


def test_registrations_are_read_by_their_structure_and_the_delegate(scene: Scene) -> None:
    made = make_participation(scene.tender, scene.first)
    for actor, sees in (
        (scene.first_manager, True),
        (scene.contributor, True),
        (scene.delegate, True),
        (scene.second_manager, False),
        (VISITOR, False),
    ):
        where = queries.registrations_visible_to(actor)
        assert bool(db.session.scalars(select(Participation.id).where(where)).all()) is sees
        if sees:
            assert queries.registration(actor, scene.tender.id, scene.first.id)[0] is made
            assert queries.tender_of_registration(actor, made.id) == scene.tender.id
        else:
            with pytest.raises(NotFound):
                queries.registration(actor, scene.tender.id, scene.first.id)
            with pytest.raises(NotFound):
                queries.tender_of_registration(actor, made.id)


# The panel of a tender's page.


def test_possible_partners_are_those_who_chose_it_and_only_for_the_interested(scene: Scene) -> None:
    """G3, domain 1.12 d: name, territory and trades; and only between structures that are interested."""
    make_participation(scene.tender, scene.second, shown_as_partner=True)
    hidden = make_member(name="AI discrète")
    make_participation(scene.tender, hidden)
    gone = make_member(name="AI partie")
    make_participation(scene.tender, gone, shown_as_partner=True, withdrawn_at=clock.now())
    outside = queries.tender_panel(scene.first_manager, scene.tender)
    assert (outside.partners, outside.partners_waiting) == ((), 1)
    make_participation(scene.tender, scene.first, interested_at=clock.now())
    inside = queries.tender_panel(scene.first_manager, scene.tender)
    assert inside.partners == (scene.second,)
    for actor in (VISITOR, actor_of(make_user(roles=[Role.OBSERVER]))):
        panel = queries.tender_panel(actor, scene.tender)
        assert (panel.mine, panel.partners, panel.partners_waiting, panel.counts) == ((), (), 0, None)


def test_the_panel_says_where_each_of_my_structures_stands(scene: Scene) -> None:
    third = make_member(name="ZZ")
    actor = actor_of(make_manager(third))
    actor = type(actor)(
        user_id=actor.user_id, memberships={**actor.memberships, **scene.first_manager.memberships}
    )
    make_participation(scene.tender, scene.first)
    seat = make_seat(make_bid(scene.tender, name="Group"), scene.first, confirmed=False)
    first, second = queries.tender_panel(actor, scene.tender).mine
    assert (first.member, first.state, first.manages) == (scene.first, ParticipationState.APPLIED, True)
    (place,) = first.places
    assert (place.seat_id, place.bid_name, place.state) == (seat.id, "Group", SeatState.PROPOSED)
    assert (second.member, second.state, second.places) == (third, None, ())


def test_the_delegate_sees_counts(scene: Scene) -> None:
    site, lot_two = scene.lot.sites[0], scene.tender.lots[1]
    make_participation(scene.tender, scene.first, lots=[scene.lot], sites=[site])
    make_participation(scene.tender, scene.second, lots=[lot_two])
    make_participation(scene.tender, lots=[], not_for_us_at=clock.now())
    make_participation(scene.tender, sites=scene.lot.sites, interested_at=clock.now())
    make_bid(scene.tender, members=[scene.first])
    counts = queries.tender_panel(scene.delegate, scene.tender).counts
    assert counts.registered == 2
    assert counts.by_state[ParticipationState.ACCEPTED] == 1
    assert counts.by_state[ParticipationState.NOT_FOR_US] == 1
    assert (counts.bids, counts.sites, counts.covered) == (1, 6, 4)


# Cover of the sites.


def test_the_grid_shows_what_nobody_covers(scene: Scene) -> None:
    make_participation(
        scene.tender, scene.first, lots=[scene.lot], sites=scene.lot.sites[:1], hours_a_week=15
    )
    make_participation(
        scene.tender, scene.second, lots=scene.tender.lots[1:], hours_a_week=None, full_time_equivalents=2
    )
    make_participation(scene.tender, sites=scene.lot.sites, not_for_us_at=clock.now())
    page = queries.coordination(scene.delegate, scene.tender.id)
    assert [column.member for column in page.grid.columns] == [scene.first, scene.second]
    cells = [[row.cells for row in lot.rows] for lot in page.grid.lots]
    none, yes, lot = Cover.NONE, Cover.YES, Cover.LOT
    assert cells == [[(yes, none), (none, none), (none, none)], [(none, lot)] * 3]
    assert [row.site for row in page.grid.uncovered] == scene.lot.sites[1:]
    assert (page.grid.asked, page.grid.covered, page.grid.size) == (120, 75, 6)
    assert [one.registered for one in page.registrations] == [True, True, False]


def test_coordination_is_not_open_to_all_tenders(scene: Scene) -> None:
    with pytest.raises(NotFound):
        queries.coordination(scene.delegate, 10**12)


def test_structures_that_may_be_registered(scene: Scene) -> None:
    agency = make_member(MemberKind.ETTI)
    left = make_member()
    left.left_at = clock.now()
    agreement = make_tender(kind=TenderKind.AGREEMENT, eligible_kinds=["etti"])
    db.session.flush()
    all_of_them = {row.Member for row in queries.structures_for(scene.delegate, scene.tender)}
    assert {scene.first, scene.second, agency} <= all_of_them
    assert left not in all_of_them
    assert [row.Member for row in queries.structures_for(scene.delegate, agreement)] == [agency]
    assert [row.Member for row in queries.structures_for(scene.first_manager, scene.tender)] == [scene.first]


# Lists.


def test_past_answers_and_pages(scene: Scene) -> None:
    live = [make_bid(scene.tender).id for _ in range(PAGE + 1)]
    past = make_bid(scene.tender, withdrawn_at=clock.now(), withdrawn_reason="No").id
    first = queries.answers(scene.delegate)
    assert [row.bid.id for row in first.rows] == live[:0:-1]
    second = queries.answers(scene.delegate, before=first.following)
    assert [row.bid.id for row in second.rows] == live[:1]
    assert second.following is None
    assert [row.bid.id for row in queries.answers(scene.delegate, past=True).rows] == [past]


def test_a_line_of_the_list(scene: Scene) -> None:
    make_bid(scene.tender, lots=scene.tender.lots, lead=scene.second, members=[make_member()])
    bid = db.session.scalars(select(Bid)).one()
    make_seat(bid, scene.first, confirmed=False)
    (row,) = queries.answers(scene.first_manager).rows
    assert (row.lots, row.members, row.waiting, row.lead) == (["1", "2"], 3, 1, scene.second.name)
    assert row.mine == [SeatState.PROPOSED]


# Statements, whatever the size.


def crowd(scene: Scene, size: int) -> Bid:
    """A tender full of registrations and groups; returns a bid in which the first structure has a place."""
    for _ in range(size):
        one = make_participation(scene.tender, sites=scene.lot.sites)
        make_bid(scene.tender, lots=scene.tender.lots, members=[_member(one.member_id)])
    make_participation(scene.tender, scene.first)
    bid = make_bid(scene.tender, lots=scene.tender.lots, members=[scene.first, scene.second])
    for _ in range(size):
        make_seat(bid)
    for number in range(size):
        operations.set_form(scene.delegate, bid.id, list(GroupForm)[number % 3])
    db.session.expunge_all()
    return bid


@pytest.mark.parametrize("size", [1, 8])
def test_few_statements_whatever_the_size(scene: Scene, size: int) -> None:
    bid = crowd(scene, size)
    for actor, most in ((scene.first_manager, 8), (scene.delegate, 9)):
        with counted(account=True) as sent:
            queries.answer(actor, bid.id)
        assert len(sent) == most
        db.session.expunge_all()
        tender = db.session.get_one(Tender, scene.tender.id)
        with counted(account=True) as sent:
            queries.tender_panel(actor, tender)
        assert len(sent) <= 2
        with counted(account=True) as sent:
            queries.answers(actor)
        assert len(sent) == 1
    db.session.expunge_all()
    with counted(account=True) as sent:
        queries.coordination(scene.delegate, scene.tender.id)
    assert len(sent) == 12
