"""Tenders written, published, edited, moved, cancelled: what is kept, refused, told."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from procurement.core import clock
from procurement.core.errors import Conflict, Forbidden, NotFound, StaleVersion, TooLate
from procurement.core.events import verify
from procurement.core.policy import SYSTEM, VISITOR
from procurement.deadlines.models import DeadlineKind
from procurement.tenders.facts import (
    DeadlineFacts,
    LotFacts,
    SiteFacts,
    plain,
)
from procurement.tenders.models import Buyer, LegalRegime, Lot, Site, Tender, TenderKind
from procurement.tenders.operations import (
    cancel_tender,
    create_tender,
    edit_tender,
    find_or_create_buyer,
    move_deadline,
    publish_tender,
)
from procurement.tenders.queries import events_since, facts_of, whole_tender
from procurement.tenders.rules import InvalidTender, TenderState, state_of
from tests.factories import actor_of, make_delegate, make_manager, make_participation
from tests.tenders.typed import CLOSE, DUE, NOW, SIRET, SUBMISSION, verbs, written


@pytest.fixture(autouse=True)
def _clock():
    with clock.at(NOW):
        yield


@pytest.fixture
def delegate(session):
    return actor_of(make_delegate())


# Writing


def test_written_as_typed(delegate):
    tender = create_tender(delegate, written())
    stands = facts_of(whole_tender(tender.id, fresh=True))
    typed = plain(written(cpv_codes=("79620000",)))
    assert plain(stands) == typed
    assert state_of(tender, NOW) is TenderState.DRAFT
    assert verbs(tender) == ["tender_created", "deadline_set", "deadline_set"]
    assert tender.created_by == delegate.user_id
    assert not any(lot.whole for lot in tender.lots)


def test_without_lots_it_has_one_for_the_whole(delegate):
    tender = create_tender(delegate, written(lots=()))
    assert [(lot.number, lot.title, lot.whole) for lot in tender.lots] == [("1", tender.title, True)]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 401}, "title"),
        ({"buyer_name": "…"}, "buyer_name"),
        ({"buyer_siret": "35600000000046"}, "buyer_siret"),
        ({"legal_regime": LegalRegime.CONTRACTING_ENTITY}, "legal_reason"),
        ({"legal_regime": LegalRegime.PRIVATE_AGREEMENT, "legal_reason": "So"}, "legal_regime"),
        ({"lots": (LotFacts(title="A", number="1"), LotFacts(title="B", number="1"))}, "lots"),
        ({"lots": (LotFacts(title="A"), LotFacts(title=""))}, "lots"),
        ({"source_url": "javascript:alert(1)"}, "source_url"),
        ({"documents_url": "profil-acheteur"}, "documents_url"),
        ({"documents_url": "https://www.boamp.fr@elsewhere.example/dce"}, "documents_url"),
        (
            {"deadlines": {SUBMISSION: DeadlineFacts(due_at=NOW - timedelta(seconds=1))}},
            "deadline_submission",
        ),
        (
            {"deadlines": {SUBMISSION: DeadlineFacts(due_at=DUE), CLOSE: DeadlineFacts(due_at=DUE)}},
            "deadline_registration_close",
        ),
        (
            {
                "deadlines": {
                    SUBMISSION: DeadlineFacts(due_at=DUE),
                    DeadlineKind.APPLICATIONS: DeadlineFacts(due_at=DUE + timedelta(days=1)),
                }
            },
            "deadline_applications",
        ),
    ],
)
def test_what_cannot_be_taken(delegate, changed, field):
    with pytest.raises(InvalidTender) as refused:
        create_tender(delegate, written(**changed))
    assert [problem.field for problem in refused.value.problems] == [field]


def test_all_that_is_wrong_is_told_at_once(delegate):
    with pytest.raises(InvalidTender) as refused:
        create_tender(delegate, written(title="", buyer_siret="1", source_url="ftp://x"))
    assert {problem.field for problem in refused.value.problems} == {"title", "buyer_siret", "source_url"}


def test_a_notice_may_come_with_a_date_that_has_passed(session):
    late = {SUBMISSION: DeadlineFacts(due_at=NOW - timedelta(days=3), source_text="20/11/2026 à 12:00")}
    tender = create_tender(SYSTEM, written(source="boamp", source_id="26-1", deadlines=late))
    assert tender.due_at == NOW - timedelta(days=3)


@pytest.mark.parametrize("actor", ["member", "visitor"])
def test_only_the_delegate_writes(session, delegate, actor):
    someone = actor_of(make_manager()) if actor == "member" else VISITOR
    tender = create_tender(delegate, written())
    for verb in (
        lambda: create_tender(someone, written()),
        lambda: edit_tender(someone, tender.id, written(), 1),
        lambda: publish_tender(someone, tender.id),
        lambda: move_deadline(someone, tender.id, SUBMISSION, DUE, 1),
        lambda: cancel_tender(someone, tender.id, "x"),
        lambda: find_or_create_buyer(someone, "X"),
    ):
        with pytest.raises(Forbidden):
            verb()


def test_a_tender_that_is_none(delegate):
    with pytest.raises(NotFound):
        publish_tender(delegate, 10**15)


# Buyers


def test_a_buyer_is_known_by_siret_then_by_name(delegate):
    first = find_or_create_buyer(delegate, "Département du Calvados")
    assert find_or_create_buyer(delegate, "  DEPARTEMENT  du Calvados ").id == first.id
    named = find_or_create_buyer(
        delegate, "Departement du calvados", " ".join([SIRET[:3], SIRET[3:]]), town="Caen"
    )
    assert (named.id, named.siret, named.town) == (first.id, SIRET, "Caen")
    assert find_or_create_buyer(delegate, "CD 14", SIRET).id == first.id
    assert first.name == "Département du Calvados"
    other = find_or_create_buyer(delegate, "Département du Calvados", "35600000049837")
    assert other.id != first.id


@pytest.mark.parametrize("siret", ["35600000000048", "35600000049837"])
def test_la_poste_has_its_own_check(delegate, siret):
    # domain 5.1: Luhn, or a digit sum that is a multiple of five.
    assert find_or_create_buyer(delegate, "La Poste", siret).siret == siret


# Publishing


def test_published(delegate):
    tender = create_tender(delegate, written())
    publish_tender(delegate, tender.id)
    assert state_of(tender, NOW) is TenderState.OPEN
    assert verbs(tender)[-1] == "tender_published"
    with pytest.raises(TooLate):
        publish_tender(delegate, tender.id)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"deadlines": {}}, "deadline_submission"),
        ({"deadlines": {CLOSE: DeadlineFacts(due_at=DUE)}}, "deadline_submission"),
        ({"deadlines": {}, "kind": TenderKind.AGREEMENT}, "deadline_enrolment"),
    ],
)
def test_what_keeps_it_from_being_published(delegate, changed, field):
    tender = create_tender(delegate, written(**changed))
    with pytest.raises(InvalidTender) as refused:
        publish_tender(delegate, tender.id)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_draft_whose_deadline_passed_is_not_published(delegate):
    tender = create_tender(delegate, written())
    with clock.at(DUE + timedelta(seconds=1)), pytest.raises(InvalidTender) as refused:
        publish_tender(delegate, tender.id)
    assert {p.field for p in refused.value.problems} == {"deadline_submission", "deadline_registration_close"}


# Editing


def test_edited_in_place(delegate, session):
    tender = create_tender(delegate, written())
    lots, sites = [lot.id for lot in tender.lots], [site.id for site in tender.lots[0].sites]
    stands = facts_of(whole_tender(tender.id))
    first, second = stands.lots
    swapped = (
        replace(second, number="1"),
        replace(first, number="2", sites=(replace(first.sites[0], weekly_hours=Decimal(20)), first.sites[1])),
    )
    edited = edit_tender(delegate, tender.id, replace(stands, lots=swapped, title="Autre titre"), 1)
    assert [lot.id for lot in edited.lots] == lots[::-1]
    assert [site.id for site in edited.lots[1].sites] == sites
    assert (edited.version, edited.title) == (2, "Autre titre")
    event = events_since(tender.id, 0)[0]
    assert event.facts == {"fields": ["lots", "title"], "version": 2}
    assert event.detail.values["before"]["title"] == stands.title
    assert verify("tender", tender.id) is None


def test_saving_what_stands_changes_nothing(delegate):
    tender = create_tender(delegate, written())
    before = verbs(tender)
    assert edit_tender(delegate, tender.id, facts_of(whole_tender(tender.id)), 1).version == 1
    assert verbs(tender) == before


def test_rows_come_and_go(delegate, session):
    tender = create_tender(delegate, written())
    stands = facts_of(whole_tender(tender.id))
    kept = replace(stands.lots[0], sites=(stands.lots[0].sites[1], SiteFacts(name="Collège Pasteur")))
    edit_tender(delegate, tender.id, replace(stands, lots=(kept, LotFacts(title="Bocage")), clauses=()), 1)
    again = whole_tender(tender.id, fresh=True)
    assert [(lot.number, lot.title) for lot in again.lots] == [("1", "Caen"), ("2", "Bocage")]
    assert [site.name for site in again.lots[0].sites] == ["Collège Henri-Brunet", "Collège Pasteur"]
    assert again.clauses == []
    lots = select(func.count()).select_from(Lot).where(Lot.tender_id == tender.id)
    assert session.scalar(lots) == 2


def test_another_tender_s_rows_are_out_of_reach(delegate, session):
    other = create_tender(delegate, written(buyer_name="Orne"))
    tender = create_tender(delegate, written())
    foreign = other.lots[0]
    stands = facts_of(whole_tender(tender.id))
    stolen = LotFacts(id=foreign.id, title="Taken", sites=(SiteFacts(id=foreign.sites[0].id, name="Taken"),))
    edit_tender(delegate, tender.id, replace(stands, lots=(stolen,)), 1)
    session.expire_all()
    assert (session.get(Lot, foreign.id).title, session.get(Lot, foreign.id).tender_id) == ("Caen", other.id)
    assert session.get(Site, other_site(session, foreign)).name == "Collège Dunois"


def other_site(session, lot):
    return session.scalar(select(Site.id).where(Site.lot_id == lot.id).order_by(Site.rank).limit(1))


def test_what_structures_registered_for_stays(delegate, session):
    tender = create_tender(delegate, written())
    make_participation(tender, lots=[tender.lots[0]], sites=[tender.lots[0].sites[0]])
    stands = facts_of(whole_tender(tender.id))
    for fewer in (
        (stands.lots[1],),
        (replace(stands.lots[0], sites=stands.lots[0].sites[1:]), stands.lots[1]),
    ):
        with pytest.raises(Conflict), session.begin_nested():
            edit_tender(delegate, tender.id, replace(stands, lots=fewer), 1)
    # The other lot is free to go.
    edit_tender(delegate, tender.id, replace(stands, lots=(stands.lots[0],)), 1)


def test_the_second_of_two_is_told(delegate):
    tender = create_tender(delegate, written())
    stands = facts_of(whole_tender(tender.id))
    edit_tender(delegate, tender.id, replace(stands, title="Premier"), 1)
    with pytest.raises(StaleVersion) as stale:
        edit_tender(delegate, tender.id, replace(stands, title="Second"), 1)
    assert stale.value.current == 2
    with pytest.raises(StaleVersion):
        move_deadline(delegate, tender.id, SUBMISSION, DUE + timedelta(1), 1)


def test_dates_are_edited_too(delegate, session):
    tender = create_tender(delegate, written())
    stands = facts_of(whole_tender(tender.id))
    later = {SUBMISSION: DeadlineFacts(due_at=DUE + timedelta(days=7))}
    edited = edit_tender(delegate, tender.id, replace(stands, deadlines=later), 1)
    assert (edited.due_at, edited.registrations_close_at) == (DUE + timedelta(days=7), None)
    assert verbs(tender)[-3:] == ["deadline_moved", "deadline_closed", "tender_edited"]


def test_a_date_that_passed_meanwhile_may_stay(delegate):
    tender = create_tender(delegate, written())
    publish_tender(delegate, tender.id)
    stands = facts_of(whole_tender(tender.id))
    with clock.at(DUE + timedelta(days=1)):
        assert edit_tender(delegate, tender.id, replace(stands, title="Titre corrigé"), 1).version == 2


def test_a_published_tender_keeps_its_deadline(delegate):
    tender = create_tender(delegate, written())
    publish_tender(delegate, tender.id)
    stands = facts_of(whole_tender(tender.id))
    with pytest.raises(InvalidTender):
        edit_tender(delegate, tender.id, replace(stands, deadlines={}), 1)


def test_two_at_once_write_one_buyer(delegate, session):
    create_tender(delegate, written())
    create_tender(delegate, written(title="Autre"))
    assert session.scalar(select(func.count()).select_from(Buyer)) == 1
    assert session.scalar(select(func.count(Tender.buyer_id.distinct()))) == 1
