"""The first screen of each person, through the front door; statements counted whatever the number of rows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from procurement.accounts.models import User
from procurement.bids.queries.delegate_desk import delegate_desk
from procurement.bids.queries.figures import figures
from procurement.bids.queries.member_desk import member_desk
from procurement.core import clock
from procurement.core.policy import MembershipRole, Role
from procurement.deadlines.models import DeadlineKind
from procurement.members.models import Member, MemberKind
from procurement.tenders.models import ServiceNature, TenderKind, Visibility
from tests.conftest import Visitor
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
from tests.web.bids.conftest import fields_of


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements sent within the block."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


class TestVisitor:
    def test_sees_public_tenders_and_how_to_join(self, client: Visitor) -> None:
        make_tender(title="Public lawns", visibility=Visibility.PUBLIC)
        make_tender(title="Shared lawns", visibility=Visibility.NETWORK)
        make_tender(title="Draft lawns", visibility=Visibility.PUBLIC, published=False)
        page = client.get("/").text
        assert "Public lawns" in page
        assert "Shared lawns" not in page
        assert "Draft lawns" not in page
        assert 'href="/rejoindre"' in page
        assert client.get("/rejoindre").status_code == 200

    def test_sees_neither_figures_nor_a_member_s_work(self, client: Visitor) -> None:
        for address in ("/chiffres", "/mon-travail"):
            assert client.get(address).status_code == 302

    def test_an_empty_list_says_so(self, client: Visitor) -> None:
        assert "Aucune consultation publique" in client.get("/").text


class TestMember:
    def test_a_place_offered_comes_first_and_leads_to_its_answer(self, client: Visitor) -> None:
        member = make_member()
        tender = make_tender(title="School caretakers")
        bid = make_bid(tender, name="Bocage", members=[member], confirmed=False)
        page = client.sign_in(make_manager(member)).get("/").text
        assert f"Une place est proposée à {member.name}" in page
        assert f'href="/reponses/{bid.id}"' in page

    def test_groups_it_is_in_show_the_dates_and_who_leads(self, session: Session) -> None:
        member = make_member()
        bid = make_bid(lead=member, members=[member, make_member()])
        aim = make_deadline(bid, DeadlineKind.INTERNAL_DEPOSIT, timedelta(days=30))
        (group,) = member_desk(actor_of(make_manager(member)), clock.now()).taken
        assert (group.leads, group.aim_at) == (True, aim.due_at)

    @pytest.mark.parametrize(("days", "pressing"), [(8, True), (1, True), (-1, True), (10, False)])
    def test_a_deposit_that_is_near_or_late_needs_people_now(
        self, client: Visitor, days: int, pressing: bool
    ) -> None:
        lead, other = make_member(), make_member()
        tender = make_tender(
            deadlines={
                DeadlineKind.REGISTRATION_CLOSE: timedelta(days=-9),
                DeadlineKind.SUBMISSION: timedelta(days=days, hours=-1),
            }
        )
        make_bid(tender, name="Bocage", lead=lead, members=[lead, other])
        page = client.sign_in(make_manager(lead)).get("/").text
        assert ("Déposez la réponse de Bocage" in page) is pressing
        assert ("Rien ne vous attend" in page) is not pressing
        assert "Bocage" in page
        page = client.sign_in(make_manager(other)).get("/").text
        assert ("Bocage\u00a0: dépôt tout proche" in page) is pressing

    def test_what_is_deposited_no_longer_presses(self, session: Session) -> None:
        member = make_member()
        tender = make_tender(deadlines={DeadlineKind.SUBMISSION: timedelta(days=1)})
        make_bid(tender, members=[member], submitted_at=clock.now(), receipt_number="R")
        desk = member_desk(actor_of(make_manager(member)), clock.now())
        assert (desk.pressing, len(desk.taken)) == ([], 1)

    def test_tenders_are_sorted_by_what_the_structure_can_answer(self, session: Session) -> None:
        member = make_member(MemberKind.AI, department="14", territory=["14", "50"])
        make_tender(title="near", departments=["50"])
        make_tender(title="far", departments=["76"])
        make_tender(title="anywhere", departments=[])
        make_tender(
            title="temp agencies only", departments=["14"], kind=TenderKind.AGREEMENT, eligible_kinds=["etti"]
        )
        make_tender(title="draft", published=False)
        make_tender(
            title="closed",
            deadlines={
                DeadlineKind.REGISTRATION_CLOSE: timedelta(hours=-1),
                DeadlineKind.SUBMISSION: timedelta(days=9),
            },
        )
        make_participation(make_tender(title="registered", departments=["14"]), member)
        make_participation(
            make_tender(title="refused", departments=["14"]), member, not_for_us_at=clock.now()
        )
        desk = member_desk(actor_of(make_manager(member)), clock.now())
        assert {one.title for one in desk.to_answer} == {"near", "anywhere"}
        assert [one.title for one in desk.to_join] == ["far"]
        assert [one.title for one in desk.waiting] == ["registered"]

    def test_what_its_kind_may_not_answer_awaits_nobody(self, client: Visitor) -> None:
        workshop = make_member(MemberKind.ACI)
        make_tender(title="Lend us staff", departments=["14"], service_nature=ServiceNature.LABOUR_SUPPLY)
        make_tender(title="Lend far away", departments=["76"], service_nature=ServiceNature.LABOUR_SUPPLY)
        page = client.sign_in(make_manager(workshop)).get("/").text
        assert "Rien ne vous attend" in page
        assert "Lend" not in page

    def test_an_accession_can_be_changed_until_enrolment_closes(self, client: Visitor) -> None:
        member = make_member(MemberKind.ETTI)
        make_participation(make_tender(kind=TenderKind.AGREEMENT), member)
        page = client.sign_in(make_manager(member)).get("/").text
        assert "Modifiable jusqu" in page
        assert "la déléguée constitue les groupements" not in page

    def test_after_withdrawing_one_may_register_again(self, session: Session) -> None:
        member = make_member()
        now = clock.now()
        make_participation(
            make_tender(title="again", departments=["14"]), member, applied_at=now, withdrawn_at=now
        )
        desk = member_desk(actor_of(make_manager(member)), now)
        assert [one.title for one in desk.to_answer] == ["again"]

    def test_nothing_of_other_structures_shows(self, client: Visitor) -> None:
        other = make_member(name="Rival structure")
        tender = make_tender(departments=["76"])
        make_bid(tender, name="Rival group", members=[other])
        make_participation(tender, other)
        page = client.sign_in(make_manager(make_member())).get("/").text
        assert "Rival" not in page

    def test_somebody_of_two_structures_sees_which_one_hasn_t_answered(self, session: Session) -> None:
        one, two = make_member(name="First"), make_member(name="Second")
        person = make_user(memberships={one: MembershipRole.MANAGER, two: MembershipRole.CONTRIBUTOR})
        make_participation(make_tender(departments=["14"]), one)
        (open_tender,) = member_desk(actor_of(person), clock.now()).to_answer
        assert open_tender.unanswered == ("Second",)

    def test_who_is_new_has_steps_ticked_one_by_one_and_gone_when_done(
        self, client: Visitor, session: Session
    ) -> None:
        member = make_member(territory=["14"])
        client.sign_in(make_manager(member))
        page = client.get("/").text
        assert "Pour commencer" in page
        assert page.count("start-done") == 1
        assert f'href="/structures/{member.id}/modifier#capacity_hours"' in page
        assert 'href="/compte/messages"' in page
        member.cpv, member.capacity_hours = ["7731"], 35
        session.flush()
        assert client.get("/").text.count("start-done") == 3
        client.post(
            "/compte/messages", data=fields_of(client.get("/compte/messages").text, "/compte/messages")
        )
        assert "Pour commencer" not in client.get("/").text

    def test_steps_can_be_put_away(self, client: Visitor) -> None:
        client.sign_in(make_manager())
        assert client.post("/mon-travail/pour-commencer/masquer").location == "/mon-travail"
        assert "Pour commencer" not in client.get("/").text

    def test_a_contributor_only_chooses_messages_and_an_old_account_nothing(
        self, client: Visitor, session: Session
    ) -> None:
        member = make_member()
        person = make_user(memberships={member: MembershipRole.CONTRIBUTOR})
        page = client.sign_in(person).get("/").text
        assert "Pour commencer" in page
        assert "/modifier" not in page
        person.created_at = clock.now() - timedelta(days=31)
        session.flush()
        assert "Pour commencer" not in client.get("/").text

    def test_nothing_to_do_says_so(self, client: Visitor) -> None:
        assert "Rien ne vous attend" in client.sign_in(make_manager()).get("/").text


class TestDelegate:
    def test_sees_every_live_tender_with_its_next_thing(self, client: Visitor) -> None:
        make_tender(title="Just open")
        late = make_tender(
            title="Late one",
            deadlines={
                DeadlineKind.REGISTRATION_CLOSE: timedelta(days=-20),
                DeadlineKind.SUBMISSION: timedelta(days=10),
            },
        )
        make_participation(late)
        make_tender(title="Over", deadlines={DeadlineKind.SUBMISSION: timedelta(days=-3)})
        make_tender(title="To publish", published=False)
        make_tender(title="Dropped", cancelled_at=clock.now(), cancel_reason="no budget")
        page = client.sign_in(make_delegate()).get("/").text
        assert page.index("Late one") < page.index("Just open")
        assert "1 consultation est en retard" in page
        assert "Constituer les groupements" in page
        assert "To publish" in page
        assert "Over" not in page
        assert "Dropped" not in page

    def test_a_past_tender_stays_until_its_answer_has_an_end(self, session: Session) -> None:
        tender = make_tender(deadlines={DeadlineKind.SUBMISSION: timedelta(days=-3)})
        bid = make_bid(tender, members=[make_member(), make_member()])
        assert len(delegate_desk(clock.now()).lines) == 1
        bid.submitted_at, bid.receipt_number, bid.lost_at = clock.now(), "R1", clock.now()
        session.flush()
        assert delegate_desk(clock.now()).lines == ()

    def test_registrations_leave_once_they_have_an_answer(self, session: Session) -> None:
        tender = make_tender()
        waiting, placed, asked, declined = (make_member() for _ in range(4))
        for member in (waiting, placed, asked):
            make_participation(tender, member)
        make_participation(tender, declined, applied_at=clock.now(), turned_down_at=clock.now())
        make_bid(tender, members=[placed])
        make_bid(tender, members=[asked], confirmed=False)
        make_participation(make_tender(kind=TenderKind.AGREEMENT))
        assert [one.member for one in delegate_desk(clock.now()).registrations] == [waiting.name]

    def test_a_refused_place_shows_with_its_reason(self, client: Visitor) -> None:
        bid = make_bid()
        make_seat(bid, make_member(), confirmed=False, refused_at=clock.now(), refusal_reason="No vehicle")
        assert "No vehicle" in client.sign_in(make_delegate()).get("/").text

    def test_who_is_also_a_member_finds_that_work_too(self, client: Visitor) -> None:
        both = make_user(roles=[Role.LEGAL_DELEGATE], memberships={make_member(): MembershipRole.MANAGER})
        client.sign_in(both)
        assert 'href="/mon-travail"' in client.get("/").text
        assert client.get("/mon-travail").status_code == 200

    def test_of_no_structure_is_led_home(self, client: Visitor) -> None:
        answer = client.sign_in(make_delegate()).get("/mon-travail")
        assert (answer.status_code, answer.location) == (302, "/")


class TestFigures:
    @pytest.fixture
    def counted(self, session: Session) -> None:
        """A tender over two departments, answered by two and won; another answered by one alone."""
        one, two = (
            make_member(MemberKind.AI, name="Named AI"),
            make_member(MemberKind.ETTI, name="Named ETTI"),
        )
        tender = make_tender(departments=["14", "61"])
        make_participation(tender, one)
        now = clock.now()
        make_bid(tender, members=[one, two], submitted_at=now, receipt_number="R", awarded_at=now)
        make_bid(make_tender(departments=["76"]), members=[one], submitted_at=now, receipt_number="R")
        make_tender(departments=["76"], kind=TenderKind.AGREEMENT)

    @pytest.mark.usefixtures("counted")
    def test_count_by_department_and_kind(self) -> None:
        found = figures(clock.today().year)
        assert (found.total.followed, found.total.answered, found.total.won) == (3, 1, 1)
        assert found.by_department["14"] == found.by_department["61"]
        assert (found.by_department["76"].followed, found.by_department["76"].answered) == (2, 0)
        assert found.by_tender_kind[TenderKind.AGREEMENT].followed == 1
        kinds = {row.kind: row for row in found.by_member_kind}
        assert (kinds[MemberKind.AI].registered, kinds[MemberKind.AI].winning) == (1, 1)
        assert (kinds[MemberKind.ETTI].registered, kinds[MemberKind.ETTI].answering) == (0, 1)
        assert found.supported == 1

    @pytest.mark.usefixtures("counted")
    def test_of_another_year_are_its_own(self) -> None:
        assert figures(clock.today().year - 1).total.followed == 0

    @pytest.mark.usefixtures("counted")
    def test_name_nobody(self, client: Visitor) -> None:
        page = client.sign_in(make_user(roles=[Role.OBSERVER])).get("/").text
        assert "Named" not in page
        assert "Calvados (14)" in page

    @pytest.mark.parametrize("year", ["1999", "9999", "abcd", "-1", "20260"])
    def test_of_what_is_no_year_are_nowhere(self, client: Visitor, year: str) -> None:
        client.sign_in(make_user(roles=[Role.OBSERVER]))
        assert client.get("/chiffres", query_string={"annee": year}).status_code == 404


@pytest.mark.parametrize("roles", [[Role.NETWORK_ADMIN], []])
def test_an_account_without_a_structure_still_has_a_first_screen(client: Visitor, roles: list[Role]) -> None:
    page = client.sign_in(make_user(roles=roles)).get("/")
    assert page.status_code == 200


def test_an_agreement_has_an_end_of_enrolment_not_an_answer_due(client: Visitor) -> None:
    make_tender(title="Agreement", kind=TenderKind.AGREEMENT)
    page = client.sign_in(make_user(roles=[Role.NETWORK_ADMIN])).get("/").text
    assert "Clôture des adhésions" in page
    assert "Remise de la réponse" not in page


@pytest.mark.parametrize(
    ("person", "most"),
    [(lambda: make_user(roles=[Role.OBSERVER]), 4), (make_delegate, 9), (make_manager, 10)],
)
def test_a_first_screen_takes_few_statements_however_full(
    client: Visitor, session: Session, person: Callable[[], User], most: int
) -> None:
    user = person()
    client.sign_in(user)
    mine = [session.get(Member, member_id) for member_id in actor_of(user).memberships]
    for _ in range(4):
        tender = make_tender(lots=2, sites=2)
        for _ in range(3):
            make_bid(tender, members=[make_member(), make_member()])
            make_participation(tender)
        for member in mine:
            make_seat(make_bid(tender), member, confirmed=False)
    with counting() as to_load_the_person:
        client.get("/rejoindre")
    with counting() as sent:
        assert client.get("/").status_code == 200
    assert len(sent) - len(to_load_the_person) <= most, "\n".join(sent)


def test_a_member_sees_what_is_to_be_sent_and_where(browser_of: Callable[[User], Visitor]) -> None:
    member = make_member()
    page = browser_of(make_manager(member)).get("/").text
    assert "attestations à envoyer maintenant" in page
    assert f"/attestations/structures/{member.id}" in page
    assert "attestations à envoyer" not in browser_of(make_delegate()).get("/").text
