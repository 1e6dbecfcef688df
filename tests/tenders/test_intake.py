"""Drafts that came by themselves: ranked, left aside and taken up again, handed to a colleague."""

from datetime import timedelta

import pytest

from procurement.core import clock
from procurement.core.errors import Forbidden, Invalid, NotFound, TooLate
from procurement.core.events import history
from procurement.deadlines.models import DeadlineKind
from procurement.tenders.intake import assign, ignore, take_up
from procurement.tenders.models import Handling, Reservation
from procurement.tenders.queries.intake import PAGE, arrivals, count_arrivals, ignored
from tests.counting import counted
from tests.factories import actor_of, make_delegate, make_manager, make_member, make_tender, paris


@pytest.fixture(autouse=True)
def _tuesday(app):
    with clock.at(paris(2026, 11, 24, 10)):
        yield


@pytest.fixture
def delegate():
    return make_delegate()


def arrival(**fields):
    return make_tender(**({"published": False, "source": "boamp"} | fields))


def shown(user, **asked) -> list[str]:
    return [one.title for one in arrivals(actor_of(user), clock.now(), **asked).rows]


def verbs(tender) -> list[str]:
    return [event.verb for event in history([("tender", tender.id)])]


def test_those_that_suit_best_come_first_and_each_says_why(delegate):
    make_member(department="14", territory=["14", "61"])
    arrival(title="Far", departments=["75"])
    arrival(title="Near", departments=["61"])
    arrival(title="Ours", departments=["14"], reservation=Reservation.SIAE)
    assert shown(delegate) == ["Ours", "Near", "Far"]
    first = arrivals(actor_of(delegate), clock.now()).rows[0]
    assert first.fit.reasons[0].message == "Reserved for inclusion structures"
    assert {"places": "Calvados"} in [reason.params for reason in first.fit.reasons]


def test_a_lot_and_a_clause_count_too(delegate):
    plain = arrival(title="Plain", departments=[])
    lots = arrival(title="Lots", lots=["Paint", "Lawns"], departments=[])
    lots.lots[1].reservation = Reservation.SIAE
    rows = {row.id: row.fit.score for row in arrivals(actor_of(delegate), clock.now()).rows}
    assert rows[lots.id] == rows[plain.id] + 40


def test_what_is_written_by_hand_published_cancelled_or_past_isn_t_to_sort(delegate):
    arrival(title="To sort")
    arrival(title="Without date", deadlines={})
    make_tender(title="By hand", published=False)
    arrival(title="Published", published=True)
    arrival(title="Cancelled", cancelled_at=clock.now(), cancel_reason="no")
    arrival(title="Past", deadlines={DeadlineKind.SUBMISSION: timedelta(hours=-1)})
    assert sorted(shown(delegate)) == ["To sort", "Without date"]
    assert count_arrivals(actor_of(delegate), clock.now()).waiting == 2


def test_one_is_left_aside_with_a_reason_once_and_taken_up_again(delegate):
    tender, actor = arrival(), actor_of(delegate)
    with pytest.raises(Invalid):
        ignore(actor, tender.id, "  ")
    with pytest.raises(Invalid):
        ignore(actor, tender.id, "x" * 501)
    ignore(actor, tender.id, "Too far away")
    ignore(actor, tender.id, "Another reason")
    assert shown(delegate) == []
    [row] = ignored(actor)
    assert (row.id, row.reason, row.by) == (tender.id, "Too far away", delegate.name)
    take_up(actor, tender.id)
    take_up(actor, tender.id)
    assert ignored(actor) == []
    assert shown(delegate) == [tender.title]
    assert verbs(tender) == ["tender_taken_up", "tender_ignored"]


def test_one_is_handed_to_a_colleague_who_finds_it_among_hers(delegate, session):
    colleague, tender = make_delegate(), arrival()
    arrival(title="Nobody's")
    assign(actor_of(delegate), tender.id, colleague.id)
    assign(actor_of(delegate), tender.id, colleague.id)
    assert shown(colleague, mine=True) == [tender.title]
    assert shown(delegate, mine=True) == []
    assert count_arrivals(actor_of(colleague), clock.now()).mine == 1
    assign(actor_of(delegate), tender.id, None)
    assert shown(colleague, mine=True) == []
    assert session.get(Handling, tender.id).assigned_to is None
    assert verbs(tender) == ["tender_unassigned", "tender_assigned"]
    with pytest.raises(Invalid):
        assign(actor_of(delegate), tender.id, make_manager().id)


def test_only_a_draft_is_sorted_and_only_by_the_delegate(delegate):
    published, draft = arrival(published=True), arrival()
    gone = arrival(cancelled_at=clock.now(), cancel_reason="no")
    for verb in (
        lambda actor, number: ignore(actor, number, "no"),
        take_up,
        lambda actor, number: assign(actor, number, None),
    ):
        for tender in (published, gone):
            with pytest.raises(TooLate):
                verb(actor_of(delegate), tender.id)
        with pytest.raises(NotFound):
            verb(actor_of(delegate), 2**40)
        with pytest.raises(Forbidden):
            verb(actor_of(make_manager()), draft.id)
    with pytest.raises(Forbidden):
        arrivals(actor_of(make_manager()), clock.now())
    with pytest.raises(Forbidden):
        ignored(actor_of(make_manager()))


def test_three_statements_however_many_there_are(delegate):
    actor, seen = actor_of(delegate), []
    for more in (1, PAGE + 5):
        for _ in range(more):
            arrival(lots=2)
        with counted(account=True) as sent:
            page = arrivals(actor, clock.now())
        seen.append(len(sent))
    assert seen == [3, 3]
    assert (len(page.rows), page.total, page.pages) == (PAGE, PAGE + 6, 2)
    assert len(arrivals(actor, clock.now(), page=99).rows) == 6
