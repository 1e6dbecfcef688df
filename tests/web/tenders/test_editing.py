"""A tender edited, by two at once too, and cancelled: nothing typed is lost, nothing overwritten unseen."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from procurement.core import clock
from procurement.core.events import Event
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.tenders.models import Visibility
from procurement.tenders.operations import move_deadline
from tests.counting import counted
from tests.factories import make_delegate, make_participation, make_tender, next_siret, paris
from tests.web.tenders.sheet import CONTRACT, flat, only_tender, sent_from

NOW = paris(2026, 11, 23, 9)


@pytest.fixture(autouse=True)
def _clock():
    with clock.at(NOW):
        yield


@pytest.fixture
def delegate(browser_of):
    return browser_of(make_delegate(name="Première déléguée"))


@pytest.fixture
def other(browser_of):
    return browser_of(make_delegate(name="Seconde déléguée"))


def opened(browser, tender) -> dict[str, list[str]]:
    return sent_from(browser.get(f"/marches/{tender.id}/modifier").text)


def test_opened_and_saved_as_it_was_changes_nothing(delegate, session):
    delegate.post("/marches/nouveau", data=CONTRACT)
    tender = only_tender(session)
    events = session.scalar(select(func.count()).select_from(Event))
    response = delegate.post(f"/marches/{tender.id}/modifier", data=opened(delegate, tender))
    assert response.status_code == 302
    assert only_tender(session).version == 1
    assert session.scalar(select(func.count()).select_from(Event)) == events


def test_edited(delegate, session):
    tender = make_tender(title="Avant", lots=2, sites=2)
    sites = [site.id for lot in tender.lots for site in lot.sites]
    values = flat(opened(delegate, tender), title="Après", lots__1__sites__0__town="Bayeux")
    delegate.post(f"/marches/{tender.id}/modifier", data=values)
    again = only_tender(session)
    assert (again.title, again.version) == ("Après", 2)
    assert [site.id for lot in again.lots for site in lot.sites] == sites
    assert again.lots[1].sites[0].town == "Bayeux"
    page = delegate.get(f"/marches/{tender.id}").text
    assert "modifiée" in page


def test_a_notice_s_doubt_survives_an_edit_of_something_else(delegate, session):
    tender = make_tender(deadlines={})
    due = paris(2027, 1, 15, 12) + timedelta(seconds=59)
    session.add(
        Deadline(
            subject_type="tender",
            subject_id=tender.id,
            kind=DeadlineKind.SUBMISSION,
            due_at=due,
            remind_at=due - timedelta(hours=1),
            doubtful=True,
            doubt="That day is a Sunday.",
            source_text="15/01/2027",
        )
    )
    session.flush()
    delegate.post(f"/marches/{tender.id}/modifier", data=flat(opened(delegate, tender), title="Après"))
    deadline = session.scalars(select(Deadline).execution_options(populate_existing=True)).one()
    assert (deadline.due_at, deadline.doubtful, deadline.source_text) == (due, True, "15/01/2027")
    assert deadline.version == 1


def test_another_zone_is_shown_and_kept(delegate, session):
    tender = make_tender(deadlines={})
    due = paris(2027, 1, 15, 9)
    session.add(
        Deadline(
            subject_type="tender",
            subject_id=tender.id,
            kind=DeadlineKind.SUBMISSION,
            due_at=due,
            remind_at=due,
            zone="Indian/Reunion",
        )
    )
    session.flush()
    values = opened(delegate, tender)
    assert values["deadline_submission-time"] == ["12:00"]
    delegate.post(f"/marches/{tender.id}/modifier", data=flat(values, title="Après"))
    assert only_tender(session).due_at == due


def test_the_second_of_two_is_told_what_changed_and_loses_nothing(delegate, other, session):
    tender = make_tender(title="Avant", reference="R-1", description="Texte")
    mine, theirs = opened(delegate, tender), opened(other, tender)
    other.post(f"/marches/{tender.id}/modifier", data=flat(theirs, title="Le leur", reference="R-2"))
    typed = flat(mine, title="Le mien", description="Mon texte") | {"form_number": str(uuid4())}
    refused = delegate.post(f"/marches/{tender.id}/modifier", data=typed)
    assert refused.status_code == 409
    for words in ("Seconde déléguée", "Avant", "Le leur", "Le mien", "Enregistrer par-dessus"):
        assert words in refused.text, words
    again = sent_from(refused.text)
    # Both changed the title: mine stays. They alone changed the reference: theirs is taken in. Mine alone: mine.
    assert (again["title"], again["reference"], again["description"]) == (["Le mien"], ["R-2"], ["Mon texte"])
    assert only_tender(session).title == "Le leur"
    saved = delegate.post(f"/marches/{tender.id}/modifier", data=again)
    assert saved.status_code == 302
    stands = only_tender(session)
    assert (stands.title, stands.reference, stands.description) == ("Le mien", "R-2", "Mon texte")


def test_a_date_moved_meanwhile_is_taken_in(delegate, session):
    tender = make_tender(deadlines={DeadlineKind.SUBMISSION: paris(2027, 1, 15)})
    mine = opened(delegate, tender)
    move_deadline(SYSTEM, tender.id, DeadlineKind.SUBMISSION, paris(2027, 1, 22), 1)
    refused = delegate.post(f"/marches/{tender.id}/modifier", data=flat(mine, title="Le mien"))
    assert refused.status_code == 409
    assert "vendredi 22 janvier 2027" in refused.text.replace("\u00a0", " ")
    assert sent_from(refused.text)["deadline_submission-date"] == ["2027-01-22"]


@pytest.mark.parametrize("version", ["", "0", "x", "99", "9" * 30, "²"])
def test_a_forged_version_overwrites_nothing(delegate, session, version):
    tender = make_tender(title="Avant")
    values = flat(opened(delegate, tender), title="Après", version=version)
    assert delegate.post(f"/marches/{tender.id}/modifier", data=values).status_code == 409
    assert only_tender(session).title == "Avant"


def test_a_site_in_use_stays(delegate, session):
    tender = make_tender(lots=1, sites=2)
    make_participation(tender, sites=[tender.lots[0].sites[0]])
    values = opened(delegate, tender)
    for part in ("row_id", "name", "town", "weekly_hours"):
        values.pop(f"lots-0-sites-0-{part}")
    refused = delegate.post(f"/marches/{tender.id}/modifier", data=values)
    assert refused.status_code == 409
    assert "Des structures se sont inscrites" in refused.text
    assert len(only_tender(session).lots[0].sites) == 2


def test_a_cancelled_tender_is_not_edited(delegate, session):
    tender = make_tender()
    values = opened(delegate, tender)
    delegate.post(f"/marches/{tender.id}/annuler", data={"reason": "L'acheteur renonce"})
    refused = delegate.post(f"/marches/{tender.id}/modifier", data=flat(values, title="Après"))
    assert refused.status_code in {409, 422}
    assert "annulée" in refused.text
    assert sent_from(refused.text)["title"] == ["Après"]


@pytest.mark.parametrize("size", [5, 500])
def test_the_form_asks_no_more_for_many_sites(delegate, session, size):
    tender = make_tender(lots=5, sites=size // 5)
    for lot in tender.lots:
        lot.cpv = "79620000"
    session.flush()
    with counted() as sent:
        values = opened(delegate, tender)
    assert len(sent) <= 8
    assert delegate.post(f"/marches/{tender.id}/modifier", data=values).status_code == 302
    assert only_tender(session).version == 1  # what the form doesn't ask isn't lost


# Cancelling


def test_cancelled_with_a_reason(delegate, session):
    tender = make_tender()
    assert "prévenu" in delegate.get(f"/marches/{tender.id}/annuler").text
    assert delegate.post(f"/marches/{tender.id}/annuler", data={"reason": " "}).status_code == 422
    assert delegate.post(f"/marches/{tender.id}/annuler", data={"reason": "Plus rien"}).status_code == 302
    page = delegate.get(f"/marches/{tender.id}").text
    assert "Plus rien" in page
    assert f"/marches/{tender.id}/modifier" not in page


def test_a_draft_is_set_aside_in_words_of_its_own(delegate, session):
    tender = make_tender(published=False)
    assert "Écarter ce brouillon" in delegate.get(f"/marches/{tender.id}").text
    page = delegate.get(f"/marches/{tender.id}/annuler").text
    assert "Personne n’est prévenu" in page
    assert "inscrites le liront" not in page
    assert "Annuler" not in page
    assert "Revenir" in page
    refused = delegate.post(f"/marches/{tender.id}/annuler", data={"reason": " "})
    assert refused.status_code == 422
    assert "Dites pourquoi vous l’écartez" in refused.text
    delegate.post(f"/marches/{tender.id}/annuler", data={"reason": "Doublon"})
    session.refresh(tender)
    assert tender.cancelled_at is None
    assert tender.set_aside_at is not None
    page = delegate.get(f"/marches/{tender.id}").text
    assert "Doublon" in page
    assert "Reprendre" in page
    assert "Doublon" in delegate.get("/arrivees/ecartees").text
    assert tender.title not in delegate.get("/").text


def test_public_once_published(delegate, session, client):
    delegate.post("/marches/nouveau", data=CONTRACT | {"visibility": "public", "then": "publish"})
    tender = only_tender(session)
    assert tender.visibility is Visibility.PUBLIC
    assert client.get(f"/marches/{tender.id}").status_code == 200


def test_a_known_buyer_keeps_its_name(delegate, session):
    siret = next_siret()
    delegate.post("/marches/nouveau", data=CONTRACT | {"buyer_siret": siret})
    response = delegate.post(
        "/marches/nouveau", data=CONTRACT | {"buyer_siret": siret, "buyer_name": "CD 14"}
    )
    page = delegate.get(response.location).text
    assert re.search(r"déjà connu sous le nom\s+«.Département du Calvados.»", page)
