"""Making a group: places, form, lead, telling everybody; and what the law makes absolute."""

from datetime import timedelta

import pytest

from procurement.bids import operations
from procurement.bids.models import Bid, GroupForm
from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import Conflict, Forbidden, Invalid, NotFound, TooLate
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import DeadlineKind
from procurement.members.models import MemberKind
from procurement.tenders.models import ServiceNature
from tests.bids.conftest import Scene, due, events_of, verbs_of
from tests.factories import (
    make_bid,
    make_deadline,
    make_delegate,
    make_member,
    make_participation,
    make_seat,
    make_tender,
)


def seated(scene: Scene, **fields: object) -> tuple[Bid, object, object]:
    """A bid on the first lot, in which both structures have confirmed."""
    for member in (scene.first, scene.second):
        make_participation(scene.tender, member)
    bid = make_bid(scene.tender, **fields)
    return bid, make_seat(bid, scene.first), make_seat(bid, scene.second)


def test_the_delegate_opens_a_group_on_lots(scene: Scene) -> None:
    bid = operations.open_bid(
        scene.delegate, scene.tender.id, " Group 1 ", [lot.id for lot in scene.tender.lots]
    )
    assert (bid.name, bid.coordinator_id) == ("Group 1", scene.delegate.user_id)
    (event,) = events_of(bid)
    assert event.verb == "bid_opened"
    assert event.facts["lot_ids"] == [lot.id for lot in scene.tender.lots]


def test_one_lot_may_receive_several_answers(scene: Scene) -> None:
    """G2: only what the law makes absolute is a constraint."""
    one = operations.open_bid(scene.delegate, scene.tender.id, "One", [scene.lot.id])
    two = operations.open_bid(scene.delegate, scene.tender.id, "Two", [scene.lot.id])
    assert one.id != two.id


def test_a_group_needs_a_name_of_its_own_and_lots_of_its_tender(scene: Scene) -> None:
    other = make_tender()
    operations.open_bid(scene.delegate, scene.tender.id, "Group", [scene.lot.id])
    for name, lots, field in (
        ("", [scene.lot.id], "name"),
        ("Group", [scene.lot.id], "name"),
        ("New", [], "lots"),
        ("New", [other.lots[0].id], "lots"),
        ("New", [scene.lot.id, 10**12], "lots"),
    ):
        with pytest.raises(Invalid) as refused:
            operations.open_bid(scene.delegate, scene.tender.id, name, lots)
        assert refused.value.field == field


def test_only_the_delegate_runs_groups(scene: Scene) -> None:
    bid, seat, _ = seated(scene)
    actor = scene.first_manager
    for verb, arguments in (
        (operations.open_bid, (scene.tender.id, "Mine", [scene.lot.id])),
        (operations.propose, (bid.id, scene.second.id)),
        (operations.remove, (seat.id, "No")),
        (operations.set_form, (bid.id, GroupForm.JOINT)),
        (operations.set_lead, (bid.id, scene.first.id)),
        (operations.set_coordinator, (bid.id, 1)),
        (operations.compose, (bid.id,)),
        (operations.waive, (bid.id, "lead", None, "No")),
        (operations.withdraw_bid, (bid.id, "No")),
        (operations.start_review, (bid.id,)),
    ):
        with pytest.raises(Forbidden):
            verb(actor, *arguments)


def test_a_registered_structure_is_proposed_and_confirms(scene: Scene) -> None:
    make_participation(scene.tender, scene.first)
    bid = make_bid(scene.tender)
    seat = operations.propose(scene.delegate, bid.id, scene.first.id)
    assert operations.propose(scene.delegate, bid.id, scene.first.id) is seat
    for _ in range(2):
        operations.confirm(scene.first_manager, seat.id)
    assert seat.confirmed_at
    assert verbs_of(bid) == ["member_proposed", "seat_confirmed"]
    assert events_of(bid)[1].facts == {
        "tender_id": scene.tender.id,
        "seat_id": seat.id,
        "member_id": scene.first.id,
    }


@pytest.mark.parametrize("said", [None, "interested_at", "not_for_us_at"])
def test_one_who_is_not_registered_is_not_proposed(scene: Scene, said: str | None) -> None:
    if said:
        make_participation(scene.tender, scene.first, **{said: clock.now()})
    with pytest.raises(Conflict, match="isn't registered"):
        operations.propose(scene.delegate, make_bid(scene.tender).id, scene.first.id)


def test_ranks_follow_the_order_of_proposals(scene: Scene) -> None:
    """Domain 1.10: the second listed takes over when the lead fails."""
    bid = make_bid(scene.tender)
    ranks = []
    for _ in range(3):
        member = make_participation(scene.tender).member_id
        ranks.append(operations.propose(scene.delegate, bid.id, member).rank)
    assert ranks == [1, 2, 3]


def test_only_the_structures_own_manager_confirms(scene: Scene) -> None:
    """Domain 1.12 e: members decide who groups with whom; the delegate proposes."""
    bid, _, _ = seated(scene)
    third = make_participation(scene.tender)
    seat = operations.propose(scene.delegate, bid.id, third.member_id)
    for actor in (scene.first_manager, scene.contributor, scene.delegate):
        for verb in (operations.confirm, operations.refuse):
            with pytest.raises(Forbidden, match="Only a manager"):
                verb(actor, seat.id)
    for verb in (operations.confirm, operations.refuse):
        with pytest.raises(NotFound):
            verb(scene.stranger, seat.id)
        with pytest.raises(NotFound):
            verb(scene.first_manager, 10**12)


def test_refusing_giving_up_and_being_proposed_again(scene: Scene) -> None:
    bid, seat, _ = seated(scene)
    operations.set_lead(scene.delegate, bid.id, scene.first.id)
    operations.refuse(scene.first_manager, seat.id, "No staff")
    assert bid.lead_id is None
    assert (seat.refusal_reason, seat.confirmed_at) == ("No staff", None)
    assert verbs_of(bid) == ["lead_set", "seat_refused", "lead_cleared"]
    assert events_of(bid)[1].facts["was_confirmed"] is True
    with pytest.raises(NotFound):  # the wall: out of the group, it isn't there any more
        operations.confirm(scene.first_manager, seat.id)
    again = operations.propose(scene.delegate, bid.id, scene.first.id)
    assert again.id != seat.id


def test_a_place_is_taken_back_with_a_word(scene: Scene) -> None:
    bid, seat, _ = seated(scene)
    with pytest.raises(Invalid):
        operations.remove(scene.delegate, seat.id, " ")
    for _ in range(2):
        operations.remove(scene.delegate, seat.id, "Enough members")
    assert verbs_of(bid) == ["member_removed"]
    with pytest.raises(Conflict, match="isn't proposed"):
        operations.refuse(SYSTEM, seat.id)


def test_the_composition_freezes_at_the_applications_deadline(scene: Scene) -> None:
    """R2142-26: applications where there are any, else offers."""
    make_deadline(scene.tender, DeadlineKind.APPLICATIONS, timedelta(days=30))
    bid, seat, _ = seated(scene, form=GroupForm.JOINT)
    third = make_participation(scene.tender)
    waiting = operations.propose(scene.delegate, bid.id, third.member_id)
    operations.set_lead(scene.delegate, bid.id, scene.first.id)
    frozen = due(scene, DeadlineKind.APPLICATIONS)
    with clock.at(frozen):
        operations.set_form(scene.delegate, bid.id, GroupForm.SOLIDARY)
    with clock.at(frozen + timedelta(seconds=1)):
        for verb, arguments in (
            (operations.open_bid, (scene.tender.id, "Late", [scene.lot.id])),
            (operations.propose, (bid.id, make_participation(scene.tender).member_id)),
            (operations.remove, (seat.id, "No")),
            (operations.set_form, (bid.id, GroupForm.JOINT)),
            (operations.set_lead, (bid.id, scene.second.id)),
        ):
            with pytest.raises(TooLate, match="R2142-26"):
                verb(scene.delegate, *arguments)
        with pytest.raises(TooLate, match="R2142-26"):
            operations.refuse(scene.first_manager, seat.id)
        operations.remove(scene.delegate, waiting.id, "Never answered")  # it never was a member


def test_form_and_lead_can_be_written_down_after_the_freeze_where_there_was_none(scene: Scene) -> None:
    bid, _, _ = seated(scene)
    with clock.at(due(scene, DeadlineKind.SUBMISSION) + timedelta(seconds=1)):
        operations.set_form(scene.delegate, bid.id, GroupForm.JOINT)
        operations.set_lead(scene.delegate, bid.id, scene.first.id)
    assert (bid.form, bid.lead_id) == (GroupForm.JOINT, scene.first.id)


def test_one_member_leads_at_most_one_live_bid_a_lot(scene: Scene) -> None:
    """G2, R2142-23: a constraint of the database, told with its article; other lots are lawful."""
    bid, _, _ = seated(scene)
    operations.set_lead(scene.delegate, bid.id, scene.first.id)
    rival = make_bid(scene.tender, members=[scene.first], lots=scene.tender.lots)
    with pytest.raises(Conflict, match="R2142-23"):
        operations.set_lead(scene.delegate, rival.id, scene.first.id)
    db.session.refresh(rival, ["lead_id"])
    assert rival.lead_id is None
    assert verbs_of(rival) == []
    elsewhere = make_bid(scene.tender, members=[scene.first], lots=scene.tender.lots[1:])
    operations.set_lead(scene.delegate, elsewhere.id, scene.first.id)
    operations.set_lead(scene.delegate, elsewhere.id, None)
    operations.withdraw_bid(scene.delegate, bid.id, "Merged with the other")
    operations.set_lead(scene.delegate, rival.id, scene.first.id)
    assert rival.lead_id == scene.first.id


def test_the_lead_has_a_confirmed_place(scene: Scene) -> None:
    bid, _, _ = seated(scene)
    waiting = make_member()
    make_seat(bid, waiting, confirmed=False)
    for member_id in (waiting.id, make_member().id, 10**12):
        with pytest.raises(Invalid) as refused:
            operations.set_lead(scene.delegate, bid.id, member_id)
        assert refused.value.field == "lead"


def test_the_form_follows_the_contract(scene: Scene) -> None:
    """R2142-24: where the contract makes the lead solidary, choosing "joint" is choosing that."""
    bid = make_bid(scene.tender)
    for _ in range(2):
        operations.set_form(
            scene.delegate, bid.id, GroupForm.JOINT, contract_form=GroupForm.JOINT_WITH_SOLIDARY_LEAD
        )
    assert bid.form is GroupForm.JOINT_WITH_SOLIDARY_LEAD
    assert verbs_of(bid) == ["form_set"]
    assert events_of(bid)[0].facts["form"] == "joint_with_solidary_lead"


def test_announcing_the_group_waits_for_the_checklist(scene: Scene) -> None:
    bid, _, _ = seated(scene)
    with pytest.raises(Conflict, match="Name the lead"):
        operations.compose(scene.delegate, bid.id)
    operations.set_lead(scene.delegate, bid.id, scene.first.id)
    with pytest.raises(Conflict, match="form"):
        operations.compose(scene.delegate, bid.id)
    operations.set_form(scene.delegate, bid.id, GroupForm.JOINT)
    for _ in range(2):
        operations.compose(scene.delegate, bid.id)
    assert verbs_of(bid)[-1] == "bid_composed"
    assert verbs_of(bid).count("bid_composed") == 1
    facts = events_of(bid)[-1].facts
    assert (facts["member_ids"], facts["lead_id"], facts["form"]) == (
        [scene.first.id, scene.second.id],
        scene.first.id,
        "joint",
    )


def test_what_changes_after_the_announcement_is_announced_again(scene: Scene) -> None:
    bid, _, seat = seated(scene, form=GroupForm.JOINT)
    operations.set_lead(scene.delegate, bid.id, scene.first.id)
    operations.compose(scene.delegate, bid.id)
    operations.set_form(scene.delegate, bid.id, GroupForm.SOLIDARY)
    assert bid.composed_at is None
    operations.compose(scene.delegate, bid.id)
    operations.refuse(scene.second_manager, seat.id)
    assert bid.composed_at is None


def test_a_rule_is_set_aside_with_a_written_reason(scene: Scene) -> None:
    scene.tender.service_nature = ServiceNature.LABOUR_SUPPLY
    bid, _, _ = seated(scene, form=GroupForm.JOINT, lead_id=scene.first.id)
    enterprise = make_member(MemberKind.EI)
    make_participation(scene.tender, enterprise)
    make_seat(bid, enterprise)
    with pytest.raises(Conflict, match="can't lend staff"):
        operations.compose(scene.delegate, bid.id)
    with pytest.raises(Invalid) as refused:
        operations.waive(scene.delegate, bid.id, "supplier", enterprise.id, " ")
    assert refused.value.field == "reason"
    for _ in range(2):
        operations.waive(scene.delegate, bid.id, "supplier", enterprise.id, "Only cleans: a service")
    assert verbs_of(bid) == ["rule_waived"]
    operations.compose(scene.delegate, bid.id)


@pytest.mark.parametrize("code", ["lead", "members", "form", "nonsense"])
def test_some_rules_cannot_be_set_aside(scene: Scene, code: str) -> None:
    bid = make_bid(scene.tender)
    with pytest.raises(Conflict):
        operations.waive(scene.delegate, bid.id, code, None, "Because")


def test_a_coordinator_is_a_legal_delegate(scene: Scene) -> None:
    bid = make_bid(scene.tender)
    with pytest.raises(Invalid):
        operations.set_coordinator(scene.delegate, bid.id, scene.first_user.id)
    other = make_delegate()
    for _ in range(2):
        operations.set_coordinator(scene.delegate, bid.id, other.id)
    assert bid.coordinator_id == other.id
    assert verbs_of(bid) == ["coordinator_set"]


def test_nothing_changes_in_what_was_deposited_or_withdrawn(scene: Scene) -> None:
    deposited, seat, _ = seated(scene, form=GroupForm.JOINT, submitted_at=clock.now(), receipt_number="R1")
    withdrawn = make_bid(scene.tender, withdrawn_at=clock.now(), withdrawn_reason="No")
    for bid, words in ((deposited, "deposited"), (withdrawn, "withdrawn")):
        for verb, arguments in (
            (operations.propose, (bid.id, scene.first.id)),
            (operations.set_form, (bid.id, GroupForm.SOLIDARY)),
            (operations.set_lead, (bid.id, scene.first.id)),
            (operations.compose, (bid.id,)),
        ):
            with pytest.raises(Conflict, match=words):
                verb(scene.delegate, *arguments)
    with pytest.raises(Conflict, match="deposited"):
        operations.refuse(scene.first_manager, seat.id)
