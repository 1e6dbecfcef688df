"""A structure's word on a tender: who may say it, until when, and what the trail keeps."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from procurement.bids import operations, rules
from procurement.bids.models import Participation, RateUnit
from procurement.bids.operations import EnrolmentFacts, RateFacts, RegistrationFacts
from procurement.bids.rules import ParticipationState
from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion, TooLate
from procurement.core.policy import VISITOR
from procurement.deadlines.models import DeadlineKind
from procurement.members.models import MemberKind
from procurement.tenders.models import TenderKind
from tests.bids.conftest import Scene, due, events_of, verbs_of
from tests.factories import (
    actor_of,
    make_bid,
    make_manager,
    make_member,
    make_participation,
    make_seat,
    make_tender,
)


def facts_for(scene: Scene, **fields: object) -> RegistrationFacts:
    return RegistrationFacts(lot_ids=[scene.lot.id], **fields)


def state(participation: Participation, *, seated: bool = False) -> ParticipationState:
    return rules.participation_state(participation, seated=seated)


def closing(scene: Scene) -> datetime:
    """The instant at which the scene's registrations close."""
    return due(scene, DeadlineKind.REGISTRATION_CLOSE)


def test_a_manager_registers_the_structure_for_lots_and_sites(scene: Scene) -> None:
    site = scene.lot.sites[1]
    participation = operations.register(
        scene.first_manager,
        scene.tender.id,
        scene.first.id,
        facts_for(
            scene,
            site_ids=[site.id],
            hours_a_week=Decimal("24.5"),
            brings=" Three cleaners ",
            would_lead=True,
            shown_as_partner=True,
        ),
    )
    assert state(participation) is ParticipationState.APPLIED
    assert (participation.lots, participation.sites) == ([scene.lot], [site])
    assert (participation.hours_a_week, participation.brings) == (Decimal("24.50"), "Three cleaners")
    assert participation.would_lead
    assert participation.shown_as_partner
    (event,) = events_of(participation)
    assert event.verb == "registered"
    assert event.facts == {"tender_id": scene.tender.id, "member_id": scene.first.id}
    assert event.on_behalf_of is None


def test_a_site_alone_says_its_lot(scene: Scene) -> None:
    facts = RegistrationFacts(site_ids=[scene.tender.lots[1].sites[0].id])
    participation = operations.register(scene.first_manager, scene.tender.id, scene.first.id, facts)
    assert participation.lots == [scene.tender.lots[1]]


def test_an_undivided_tender_needs_no_choice_of_lot(scene: Scene) -> None:
    tender = make_tender(lots=1)
    participation = operations.register(scene.first_manager, tender.id, scene.first.id, RegistrationFacts())
    assert participation.lots == tender.lots


def test_registering_twice_is_registering_once(scene: Scene) -> None:
    one = operations.register(scene.first_manager, scene.tender.id, scene.first.id, facts_for(scene))
    two = operations.register(scene.first_manager, scene.tender.id, scene.first.id, facts_for(scene))
    assert one is two
    assert verbs_of(one) == ["registered"]
    assert one.version == 1


def test_a_change_names_the_fields_that_changed(scene: Scene) -> None:
    participation = operations.register(
        scene.first_manager, scene.tender.id, scene.first.id, facts_for(scene)
    )
    facts = facts_for(scene, hours_a_week=Decimal(10), seeks="A lead")
    operations.register(scene.first_manager, scene.tender.id, scene.first.id, facts, version=1)
    assert verbs_of(participation) == ["registered", "registration_changed"]
    assert events_of(participation)[-1].facts["fields"] == ["hours_a_week", "seeks"]
    assert participation.version == 2


def test_a_form_filled_on_an_older_version_is_told(scene: Scene) -> None:
    operations.register(scene.first_manager, scene.tender.id, scene.first.id, facts_for(scene), version=0)
    newer = facts_for(scene, seeks="x")
    operations.register(scene.delegate, scene.tender.id, scene.first.id, newer, version=1)
    with pytest.raises(StaleVersion):
        operations.register(scene.first_manager, scene.tender.id, scene.first.id, facts_for(scene), version=1)


def test_the_delegate_registers_a_member_who_phones_and_the_trail_says_so(scene: Scene) -> None:
    participation = operations.register(scene.delegate, scene.tender.id, scene.first.id, facts_for(scene))
    (event,) = events_of(participation)
    assert (event.actor_id, event.on_behalf_of) == (scene.delegate.user_id, scene.first.id)


def test_a_contributor_prepares_and_does_not_register(scene: Scene) -> None:
    with pytest.raises(Forbidden, match="Only a manager"):
        operations.register(scene.contributor, scene.tender.id, scene.first.id, facts_for(scene))
    prepared = operations.show_interest(
        scene.contributor, scene.tender.id, scene.first.id, facts_for(scene, brings="Two people")
    )
    assert state(prepared) is ParticipationState.INTERESTED
    assert verbs_of(prepared) == ["interest_shown"]
    operations.register(
        scene.first_manager, scene.tender.id, scene.first.id, facts_for(scene, brings="Two people")
    )
    assert state(prepared) is ParticipationState.APPLIED
    assert verbs_of(prepared) == ["interest_shown", "registered"]
    with pytest.raises(Forbidden):
        operations.show_interest(scene.contributor, scene.tender.id, scene.first.id, facts_for(scene))
    with pytest.raises(Forbidden):
        operations.not_for_us(scene.contributor, scene.tender.id, scene.first.id, "Too far")
    with pytest.raises(Forbidden):
        operations.withdraw_registration(scene.contributor, scene.tender.id, scene.first.id)


def test_interest_needs_nothing_filled_in(scene: Scene) -> None:
    shown = operations.show_interest(scene.first_manager, scene.tender.id, scene.first.id)
    assert state(shown) is ParticipationState.INTERESTED
    operations.show_interest(scene.first_manager, scene.tender.id, scene.first.id)
    assert verbs_of(shown) == ["interest_shown"]


@pytest.mark.parametrize("verb", ["register", "show_interest", "withdraw_registration"])
def test_another_structure_is_as_if_it_did_not_exist(scene: Scene, verb: str) -> None:
    """G3: neither what it said, nor that it said something."""
    extra = [] if verb == "withdraw_registration" else [facts_for(scene)]
    for actor in (scene.stranger, VISITOR):
        with pytest.raises(NotFound):
            getattr(operations, verb)(actor, scene.tender.id, scene.first.id, *extra)


def test_a_draft_does_not_exist_for_a_member(scene: Scene) -> None:
    tender = make_tender(published=False)
    with pytest.raises(NotFound):
        operations.register(scene.first_manager, tender.id, scene.first.id, RegistrationFacts())


def test_a_cancelled_tender_takes_nothing(scene: Scene) -> None:
    tender = make_tender(cancelled_at=clock.now(), cancel_reason="Given up")
    with pytest.raises(TooLate, match="cancelled"):
        operations.register(scene.first_manager, tender.id, scene.first.id, RegistrationFacts())


@pytest.mark.parametrize("verb", ["register", "show_interest"])
def test_forged_lots_and_sites_are_refused(scene: Scene, verb: str) -> None:
    other = make_tender(lots=1, sites=1)
    write = getattr(operations, verb)
    for facts, where in (
        (RegistrationFacts(lot_ids=[other.lots[0].id]), "lots"),
        (RegistrationFacts(lot_ids=[scene.lot.id, 10**12]), "lots"),
        (facts_for(scene, site_ids=[other.lots[0].sites[0].id]), "sites"),
    ):
        with pytest.raises(Invalid) as refused:
            write(scene.first_manager, scene.tender.id, scene.first.id, facts)
        assert refused.value.field == where
        assert db.session.query(Participation).count() == 0


@pytest.mark.parametrize("value", [Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("1e9")])
@pytest.mark.parametrize("field", ["hours_a_week", "full_time_equivalents"])
def test_amounts_out_of_bounds_are_refused(scene: Scene, field: str, value: Decimal) -> None:
    facts = facts_for(scene, **{field: value})
    with pytest.raises(Invalid) as refused:
        operations.register(scene.first_manager, scene.tender.id, scene.first.id, facts)
    assert refused.value.field == field


def test_a_lot_must_be_chosen(scene: Scene) -> None:
    with pytest.raises(Invalid) as refused:
        operations.register(scene.first_manager, scene.tender.id, scene.first.id, RegistrationFacts())
    assert refused.value.field == "lots"


def test_one_second_after_closing_registration_is_refused(scene: Scene) -> None:
    closes = closing(scene)
    with clock.at(closes):
        participation = operations.register(
            scene.first_manager, scene.tender.id, scene.first.id, facts_for(scene)
        )
    with clock.at(closes + timedelta(seconds=1)):
        for actor, member in ((scene.second_manager, scene.second), (scene.delegate, scene.second)):
            with pytest.raises(TooLate, match="let in"):
                operations.register(actor, scene.tender.id, member.id, facts_for(scene))
            with pytest.raises(TooLate):
                operations.not_for_us(actor, scene.tender.id, member.id, "Too far")
        changed = facts_for(scene, seeks="More")
        with pytest.raises(TooLate):
            operations.register(scene.first_manager, scene.tender.id, scene.first.id, changed)
        with pytest.raises(TooLate):
            operations.withdraw_registration(scene.first_manager, scene.tender.id, scene.first.id)
        assert participation.seeks == ""


def test_the_delegate_admits_a_late_one_with_a_reason_until_the_composition_is_frozen(scene: Scene) -> None:
    """R2142-26: what freezes is the applications' deadline, or the offers' where there is no other."""
    submission = due(scene, DeadlineKind.SUBMISSION)
    with clock.at(closing(scene) + timedelta(seconds=1)):
        with pytest.raises(Invalid) as refused:
            operations.admit_late(scene.delegate, scene.tender.id, scene.first.id, facts_for(scene), "  ")
        assert refused.value.field == "late_reason"
        with pytest.raises(Forbidden):
            operations.admit_late(
                scene.first_manager, scene.tender.id, scene.first.id, facts_for(scene), "Me"
            )
        participation = operations.admit_late(
            scene.delegate, scene.tender.id, scene.first.id, facts_for(scene), "Was on leave"
        )
    assert participation.late_reason == "Was on leave"
    assert state(participation) is ParticipationState.APPLIED
    (event,) = events_of(participation)
    assert (event.verb, event.on_behalf_of) == ("admitted_late", scene.first.id)
    assert event.detail.values == {"reason": "Was on leave"}
    with clock.at(submission + timedelta(seconds=1)), pytest.raises(TooLate, match="R2142-26"):
        operations.admit_late(scene.delegate, scene.tender.id, scene.second.id, facts_for(scene), "Late")


def test_withdrawing_and_coming_back(scene: Scene) -> None:
    participation = operations.register(
        scene.first_manager, scene.tender.id, scene.first.id, facts_for(scene)
    )
    for _ in range(2):
        operations.withdraw_registration(scene.first_manager, scene.tender.id, scene.first.id, "No staff")
    assert state(participation) is ParticipationState.WITHDRAWN
    operations.register(scene.first_manager, scene.tender.id, scene.first.id, facts_for(scene))
    assert state(participation) is ParticipationState.APPLIED
    assert verbs_of(participation) == ["registered", "registration_withdrawn", "registered"]


def test_nothing_to_withdraw(scene: Scene) -> None:
    with pytest.raises(NotFound):
        operations.withdraw_registration(scene.first_manager, scene.tender.id, scene.first.id)


def test_not_for_us_needs_a_reason_and_takes_back_a_registration(scene: Scene) -> None:
    with pytest.raises(Invalid) as refused:
        operations.not_for_us(scene.first_manager, scene.tender.id, scene.first.id, " ")
    assert refused.value.field == "reason"
    participation = operations.register(
        scene.first_manager, scene.tender.id, scene.first.id, facts_for(scene, shown_as_partner=True)
    )
    for _ in range(2):
        operations.not_for_us(scene.first_manager, scene.tender.id, scene.first.id, "Too far")
    assert state(participation) is ParticipationState.NOT_FOR_US
    assert not participation.shown_as_partner
    assert verbs_of(participation) == ["registered", "not_for_us"]
    assert events_of(participation)[-1].detail.values == {"reason": "Too far"}


def test_not_for_us_as_a_first_word(scene: Scene) -> None:
    participation = operations.not_for_us(scene.first_manager, scene.tender.id, scene.first.id, "Too far")
    assert state(participation) is ParticipationState.NOT_FOR_US
    operations.register(scene.first_manager, scene.tender.id, scene.first.id, facts_for(scene))
    assert state(participation) is ParticipationState.APPLIED


def test_leaving_frees_the_places_in_groups_being_prepared(scene: Scene) -> None:
    participation = make_participation(scene.tender, scene.first)
    bid = make_bid(scene.tender, lead=scene.first, members=[scene.second])
    operations.withdraw_registration(scene.first_manager, scene.tender.id, scene.first.id, "No staff")
    assert state(participation) is ParticipationState.WITHDRAWN
    assert bid.lead_id is None
    assert verbs_of(bid) == ["seat_refused", "lead_cleared"]
    assert verbs_of(participation) == ["registration_withdrawn"]


def test_leaving_a_group_whose_answer_was_deposited_is_refused(scene: Scene) -> None:
    make_participation(scene.tender, scene.first)
    make_bid(scene.tender, lead=scene.first, submitted_at=clock.now(), receipt_number="R1")
    with pytest.raises(Conflict, match="deposited"):
        operations.withdraw_registration(scene.first_manager, scene.tender.id, scene.first.id)


def test_turned_down_with_a_word(scene: Scene) -> None:
    participation = make_participation(scene.tender, scene.first)
    with pytest.raises(Forbidden):
        operations.turn_down(scene.first_manager, participation.id, "Sorry")
    with pytest.raises(Invalid):
        operations.turn_down(scene.delegate, participation.id, "")
    for _ in range(2):
        operations.turn_down(scene.delegate, participation.id, "You may bid alone")
    assert state(participation) is ParticipationState.DECLINED
    assert verbs_of(participation) == ["turned_down"]
    with pytest.raises(NotFound):
        operations.turn_down(scene.delegate, 10**12, "x")


def test_one_with_a_place_is_not_turned_down(scene: Scene) -> None:
    participation = make_participation(scene.tender, scene.first)
    make_bid(scene.tender, members=[scene.first], confirmed=False)
    with pytest.raises(Conflict, match="take the place back"):
        operations.turn_down(scene.delegate, participation.id, "Sorry")
    interested = make_participation(scene.tender, scene.second, interested_at=clock.now())
    with pytest.raises(Conflict):
        operations.turn_down(scene.delegate, interested.id, "Sorry")


def agreement(**fields: object):
    defaults = {"kind": TenderKind.AGREEMENT, "eligible_kinds": ["etti"], "lots": 1, "sites": 3}
    return make_tender(**(defaults | fields))


def rates(*amounts: str) -> list[RateFacts]:
    return [RateFacts(label=f"Job {n}", unit=RateUnit.HOUR, amount=Decimal(a)) for n, a in enumerate(amounts)]


def test_an_agency_accedes_to_an_agreement_with_rates_and_sites(scene: Scene) -> None:
    tender = agreement()
    agency = make_member(MemberKind.ETTI)
    manager = actor_of(make_manager(agency))
    sites = tender.lots[0].sites
    facts = EnrolmentFacts(site_ids=[sites[0].id, sites[2].id], rates=rates("24.3", "26"))
    participation = operations.enrol(manager, tender.id, agency.id, facts)
    assert [(rate.label, rate.amount) for rate in participation.rates] == [
        ("Job 0", Decimal("24.3000")),
        ("Job 1", Decimal("26.0000")),
    ]
    assert participation.sites == [sites[0], sites[2]]
    operations.enrol(manager, tender.id, agency.id, facts)
    assert verbs_of(participation) == ["registered"]
    operations.enrol(manager, tender.id, agency.id, replace(facts, rates=rates("25")))
    assert verbs_of(participation) == ["registered", "registration_changed"]
    last = events_of(participation)[-1]
    assert last.facts["fields"] == ["rates"]
    assert last.detail is None  # a price never enters the trail
    assert len(participation.rates) == 1


def test_an_agreement_takes_only_the_kinds_it_names(scene: Scene) -> None:
    with pytest.raises(Conflict, match="kind"):
        operations.enrol(
            scene.first_manager, agreement().id, scene.first.id, EnrolmentFacts(rates=rates("20"))
        )


def test_an_agreement_needs_rates_and_sites(scene: Scene) -> None:
    tender = agreement(eligible_kinds=[])
    site = tender.lots[0].sites[0].id
    for facts, field in (
        (EnrolmentFacts(site_ids=[site]), "rates"),
        (EnrolmentFacts(rates=rates("20")), "sites"),
        (EnrolmentFacts(site_ids=[site], rates=rates("0")), "rates"),
        (EnrolmentFacts(site_ids=[site], rates=rates("NaN")), "rates"),
        (EnrolmentFacts(site_ids=[10**12], rates=rates("20")), "sites"),
    ):
        with pytest.raises(Invalid) as refused:
            operations.enrol(scene.first_manager, tender.id, scene.first.id, facts)
        assert refused.value.field == field


def test_an_agreement_has_no_groups_and_a_contract_no_accession(scene: Scene) -> None:
    tender = agreement(eligible_kinds=[])
    with pytest.raises(Conflict):
        operations.register(scene.first_manager, tender.id, scene.first.id, RegistrationFacts())
    with pytest.raises(Conflict):
        operations.enrol(
            scene.first_manager, scene.tender.id, scene.first.id, EnrolmentFacts(rates=rates("2"))
        )
    with pytest.raises(Conflict):
        operations.open_bid(scene.delegate, tender.id, "Group", [tender.lots[0].id])


def test_after_a_group_lets_a_structure_go_it_can_be_turned_down(scene: Scene) -> None:
    participation = make_participation(scene.tender, scene.first)
    bid = make_bid(scene.tender)
    seat = make_seat(bid, scene.first, confirmed=False)
    operations.remove(scene.delegate, seat.id, "Enough members")
    operations.turn_down(scene.delegate, participation.id, "You may bid alone")
    assert state(participation) is ParticipationState.DECLINED
