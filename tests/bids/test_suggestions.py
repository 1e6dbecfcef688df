"""What is suggested to a structure: by its places, trades and kind, and by what it said before."""

from datetime import timedelta

import pytest

from procurement.bids.operations import not_for_us
from procurement.bids.queries.suggestions import suggestions
from procurement.bids.rules.lessons import QUICK, Refused, lessons
from procurement.bids.rules.suggesting import suits
from procurement.core import clock
from procurement.core.i18n import translate
from procurement.deadlines.models import DeadlineKind
from procurement.members.models import MemberKind
from procurement.tenders.fit import Asked
from procurement.tenders.models import Reservation, ServiceNature
from tests.counting import counted
from tests.factories import (
    actor_of,
    make_delegate,
    make_manager,
    make_member,
    make_participation,
    make_tender,
    make_user,
    paris,
)

TOO_FAR, NO_STAFF, NOT_OUR_TRADE, NO_TIME, CONDITIONS = QUICK
LAWNS, OFFICES = "77310000", "90910000"


@pytest.fixture(autouse=True)
def _tuesday(app):
    with clock.at(paris(2026, 11, 24, 10)):
        yield


@pytest.fixture
def member(session):
    found = make_member(MemberKind.ACI)
    found.cpv, found.territory, found.services = ["7731"], ["14", "61"], ["worksite"]
    session.flush()
    return found


def titles(user) -> list[str]:
    return [one.title for one in suggestions(actor_of(user), clock.now())]


def messages(member, asked, **given) -> dict[str, int]:
    found = suits(
        member, asked, **({"buyer_id": 1, "eligible_kinds": (), "refused": (), "now": clock.now()} | given)
    )
    return {} if found is None else {reason.message: reason.points for reason in found.reasons}


def test_what_suits_comes_best_first_and_says_why(member):
    make_tender(title="Offices elsewhere", departments=["75"], cpv_codes=[OFFICES])
    make_tender(title="Lawns here", departments=["61"], cpv_codes=[LAWNS])
    make_tender(title="Reserved", departments=["14"], cpv_codes=[LAWNS], reservation=Reservation.SIAE)
    user = make_manager(member)
    assert titles(user) == ["Reserved", "Lawns here"]
    best = suggestions(actor_of(user), clock.now())[0]
    assert [reason.message for reason in best.fit.reasons[:3]] == [
        "Reserved for inclusion structures",
        "Your work: %(trades)s",
        "Where you work: %(places)s",
    ]


def test_what_isn_t_open_to_it_or_answered_isn_t_suggested(member):
    user = make_manager(member)
    make_tender(title="For agencies", eligible_kinds=["etti"])
    make_tender(title="Lending", service_nature=ServiceNature.LABOUR_SUPPLY)
    make_tender(title="Draft", published=False)
    make_tender(title="Closed", deadlines={DeadlineKind.SUBMISSION: timedelta(hours=-1)})
    make_participation(make_tender(title="Registered"), member)
    make_tender(title="Open")
    assert titles(user) == ["Open"]
    assert titles(make_delegate()) == []


def test_neither_its_place_nor_its_work_isn_t_for_it_even_reserved(member):
    make_tender(title="Foreign", departments=["27"], cpv_codes=[OFFICES], reservation=Reservation.SIAE)
    make_tender(title="Its work", departments=["27"], cpv_codes=[LAWNS], reservation=Reservation.SIAE)
    make_tender(title="Its place", departments=["61"], cpv_codes=[OFFICES], reservation=Reservation.SIAE)
    assert sorted(titles(make_manager(member))) == ["Its place", "Its work"]


def test_time_left_alone_is_no_reason(member):
    make_tender(title="Who knows where", departments=[], cpv_codes=[])
    make_tender(title="Reserved somewhere", departments=[], reservation=Reservation.SIAE)
    assert titles(make_manager(member)) == ["Reserved somewhere"]


def test_a_kind_that_isn_t_a_siae_gets_nothing_for_the_reservation(member):
    asked = Asked(reservation=Reservation.SIAE)
    assert messages(member, asked)["Reserved for inclusion structures"] == 40
    ges = make_member(MemberKind.GES)
    assert messages(ges, asked)["Reserved for inclusion structures: see whether yours is one"] == 0
    assert "Reserved for inclusion structures" not in messages(ges, asked)


def test_what_it_offers_counts(member, session):
    assert (
        messages(member, Asked(nature=ServiceNature.SERVICE))["Work is wanted done, and you do such work"]
        == 10
    )
    lender = make_member(MemberKind.AI)
    lender.services = ["staffing"]
    assert (
        messages(lender, Asked(nature=ServiceNature.LABOUR_SUPPLY))["Staff is wanted, and you supply staff"]
        == 10
    )


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize(
    ("reason", "buyer", "asked", "points"),
    [
        (NOT_OUR_TRADE, 2, Asked(cpv=("77311000",)), -30),
        (NOT_OUR_TRADE, 2, Asked(cpv=(OFFICES,)), 0),
        (TOO_FAR, 2, Asked(departments=("61", "75")), -20),
        (TOO_FAR, 2, Asked(departments=("14",)), 0),
        (CONDITIONS, 1, Asked(), -15),
        (CONDITIONS, 2, Asked(), 0),
        (NO_STAFF, 1, Asked(cpv=(LAWNS,), departments=("61",)), 0),
        (NO_TIME, 1, Asked(cpv=(LAWNS,), departments=("61",)), 0),
        ("Marché perdu d’avance", 1, Asked(cpv=(LAWNS,)), -15),
        ("Marché perdu d’avance", 2, Asked(cpv=(LAWNS,)), 0),
    ],
)
def test_what_a_no_teaches(reason, buyer, asked, points, locale):
    said = Refused(translate(reason, locale), buyer_id=1, departments=("61",), cpv=(LAWNS,))
    found = lessons(asked, buyer, [said, said])
    assert sum(one.points for one in found) == points


def test_a_no_makes_fewer_alike_and_only_for_whoever_said_it(member):
    user, other = make_manager(member), make_member(MemberKind.ACI)
    other.cpv, other.territory = ["7731"], ["61"]
    first = make_tender(title="First", departments=["61"], cpv_codes=[LAWNS])
    make_tender(title="Second", departments=["61"], cpv_codes=[LAWNS])
    make_tender(title="Unlike", departments=["14"])
    assert len(titles(user)) == 3
    not_for_us(actor_of(user), first.id, member.id, translate(NOT_OUR_TRADE, "fr"))
    not_for_us(
        actor_of(user), make_tender(title="Far", departments=["61"]).id, member.id, translate(TOO_FAR, "fr")
    )
    assert titles(user) == ["Unlike"]
    assert sorted(titles(make_manager(other))) == ["Far", "First", "Second", "Unlike"]


def test_somebody_of_two_structures_gets_it_once_for_the_one_it_suits_best(member):
    other = make_member(MemberKind.ACI)
    user = make_user(memberships={member: "manager", other: "manager"})
    make_tender(title="Lawns", departments=["14"], cpv_codes=[LAWNS])
    [one] = suggestions(actor_of(user), clock.now())
    assert one.member.id == member.id
    assert one.others == (other.name,)


def test_three_statements_however_many_there_are(member):
    actor, sent = actor_of(make_manager(member)), []
    for more in (1, 20):
        for _ in range(more):
            make_tender(lots=2)
        with counted() as statements:
            suggestions(actor, clock.now())
        sent.append(len(statements))
    assert sent == [3, 3]
