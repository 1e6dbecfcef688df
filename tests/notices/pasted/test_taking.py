"""A pasted text becomes a draft, once."""

import pytest
from sqlalchemy import func, select

from procurement.core import clock
from procurement.core.errors import Forbidden, Invalid
from procurement.notices.models import Notice, NoticeState
from procurement.notices.pasted.taking import MAIL, reading_of, take_text
from procurement.tenders.models import Tender
from procurement.tenders.operations import publish_tender
from procurement.tenders.rules import InvalidTender
from tests.factories import actor_of, make_delegate, make_manager, make_tender, paris

TEXT = """Objet : Tonte des pelouses
Acheteur : Commune des Prés
Date limite des offres : 18/12/2026 à 12h
Avis : https://www.boamp.fr/avis/detail/26-85090"""


@pytest.fixture(autouse=True)
def _tuesday(app):
    with clock.at(paris(2026, 11, 24, 10)):
        yield


@pytest.fixture
def actor():
    return actor_of(make_delegate())


def test_it_becomes_a_draft_with_what_was_read(actor, session):
    taken = take_text(actor, TEXT)
    assert not taken.known
    tender = taken.tender
    assert (tender.title, tender.buyer.name, tender.source) == (
        "Tonte des pelouses",
        "Commune des Prés",
        "pasted",
    )
    assert tender.due_at == paris(2026, 12, 18, 12)
    assert tender.published_at is None
    notice = session.scalars(select(Notice).where(Notice.tender_id == tender.id)).one()
    assert (notice.state, notice.source) == (NoticeState.IMPORTED, "pasted")
    assert reading_of(tender.id).value("title", "") == "Tonte des pelouses"


def test_the_same_text_twice_is_one_draft(actor, session):
    first = take_text(actor, TEXT)
    again = take_text(actor, f"\n{TEXT}\n", source=MAIL)
    assert again.known
    assert again.tender.id == first.tender.id
    assert session.scalar(select(func.count()).select_from(Tender)) == 1


def test_one_that_names_a_notice_that_is_here_leads_to_it(actor):
    there = make_tender(source="boamp", source_id="26-85090")
    taken = take_text(actor, TEXT)
    assert taken.known
    assert taken.tender.id == there.id
    two = take_text(actor, TEXT + "\nhttps://www.boamp.fr/avis/detail/26-85091")
    assert not two.known


def test_what_isn_t_found_says_so_and_isn_t_published(actor):
    tender = take_text(actor, "https://www.klekoon.com/consultation").tender
    assert (tender.title, tender.buyer.name) == ("(intitulé à préciser)", "(acheteur à préciser)")
    assert tender.documents_url == "https://www.klekoon.com/consultation"
    with pytest.raises(InvalidTender) as refused:
        publish_tender(actor, tender.id)
    assert {problem.field for problem in refused.value.problems} == {
        "title",
        "buyer_name",
        "deadline_submission",
    }


def test_a_date_that_has_passed_is_read_all_the_same(actor):
    tender = take_text(actor, TEXT.replace("18/12/2026", "18/11/2026")).tender
    assert tender.due_at == paris(2026, 11, 18, 12)


def test_a_text_as_long_and_odd_as_it_gets_still_makes_a_draft(actor):
    lots = "\n".join(f"Lot {n} : {'x' * 390}" for n in range(1, 900))
    tender = take_text(actor, f"Objet : {'y' * 900}\nAcheteur : {'z' * 900}\x00\n{lots}").tender
    assert len(tender.title) <= 400
    assert len(tender.lots) > 100


@pytest.mark.parametrize("text", ["", " \n ", "---", "\x00"])
def test_nothing_to_read_is_refused(actor, text):
    with pytest.raises(Invalid):
        take_text(actor, text)


def test_only_the_delegate_pastes():
    with pytest.raises(Forbidden):
        take_text(actor_of(make_manager()), TEXT)
