"""The delegate's forms: typed, published, edited by two, cancelled. Nothing typed is lost."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from procurement.core import clock
from procurement.core.events import Event
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.tenders.models import LegalRegime, Tender, TenderKind, Visibility
from procurement.tenders.operations import move_deadline
from procurement.tenders.queries import whole_tender
from tests.counting import counted
from tests.factories import make_delegate, make_manager, make_participation, make_tender, next_siret, paris
from tests.web.tenders.typing import flat, sent_from

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


CONTRACT = {
    "title": "Remplacement d'agents techniques",
    "buyer_name": "Département du Calvados",
    "reference": "2026-DCB-114",
    "service_nature": "labour_supply",
    "legal_regime": "public_contract",
    "procedure": "open_procedure",
    "reservation": "none",
    "is_framework": "y",
    "ban_several_groups": "y",
    "region": ["14", "50"],
    "elsewhere": "72",
    "cpv": "79620000-6, 98341140",
    "visibility": "network",
    "deadline_submission-date": "2027-01-15",
    "deadline_submission-time": "12:00",
    "deadline_registration_close-date": "2026-12-18",
    "deadline_registration_close-time": "17:00",
    "lots-0-number": "1",
    "lots-0-title": "Caen",
    "lots-0-reservation": "",
    "lots-0-sites-0-name": "Collège Dunois",
    "lots-0-sites-0-town": "Caen",
    "lots-0-sites-0-weekly_hours": "17,5",
    "lots-1-number": "2",
    "lots-1-title": "Bessin",
    "lots-1-reservation": "siae",
    "lots-1-pasted": "Collège Létot; Bayeux; 12\nCollège Chartier\tBayeux\t8,25 h\n\nCollège sans heures",
    "clauses-0-kind": "execution_condition",
    "clauses-0-hours": "1 200",
    "clauses-0-text": "Heures d'insertion",
}


def only_tender(session) -> Tender:
    return whole_tender(session.scalars(select(Tender.id)).one(), fresh=True)


# Typing one in


def test_a_contract_is_typed_in(delegate, session):
    response = delegate.post("/marches/nouveau", data=CONTRACT)
    tender = only_tender(session)
    assert response.location == f"/marches/{tender.id}"
    assert (tender.title, tender.buyer.name, tender.departments) == (
        "Remplacement d'agents techniques",
        "Département du Calvados",
        ["14", "50", "72"],
    )
    assert (tender.cpv_main, tender.cpv_codes) == ("79620000", ["79620000", "98341140"])
    assert (tender.is_framework, tender.ban_several_groups, tender.ban_alone_and_grouped) == (
        True,
        True,
        False,
    )
    assert tender.due_at == paris(2027, 1, 15)
    assert tender.registrations_close_at == paris(2026, 12, 18, 17)
    assert [(lot.number, lot.title, lot.reservation) for lot in tender.lots] == [
        ("1", "Caen", None),
        ("2", "Bessin", "siae"),
    ]
    assert [(site.name, site.town, str(site.weekly_hours)) for lot in tender.lots for site in lot.sites] == [
        ("Collège Dunois", "Caen", "17.50"),
        ("Collège Létot", "Bayeux", "12.00"),
        ("Collège Chartier", "Bayeux", "8.25"),
        ("Collège sans heures", "", "None"),
    ]
    assert [(clause.kind, clause.hours) for clause in tender.clauses] == [("execution_condition", 1200)]
    assert tender.published_at is None
    assert "brouillon est enregistré" in delegate.get(response.location).text


def test_an_agreement_is_typed_in(delegate, session):
    page = delegate.get("/marches/nouveau?kind=agreement").text
    for field in ("procedure", "deadline_submission-date", "ban_several_groups", "reservation"):
        assert f'name="{field}"' not in page
    typed = {
        "title": "Intérim d'insertion",
        "buyer_name": "La Poste",
        "buyer_siret": "356 000 000 49837",
        "service_nature": "labour_supply",
        "legal_regime": "private_agreement",
        "legal_reason": "Accord de gré à gré entre La Poste et les ETTI.",
        "visibility": "network",
        "eligible_kinds": ["etti"],
        "deadline_enrolment-date": "2026-12-15",
        "deadline_enrolment-time": "18:00",
        "lots-0-title": "",
        "lots-0-reservation": "",
    }
    delegate.post("/marches/nouveau?kind=agreement", data=typed | {"then": "publish"})
    tender = only_tender(session)
    assert (tender.kind, tender.legal_regime) == (TenderKind.AGREEMENT, LegalRegime.PRIVATE_AGREEMENT)
    assert (tender.buyer.siret, tender.eligible_kinds) == ("35600000049837", ["etti"])
    assert tender.due_at == paris(2026, 12, 15, 18)
    assert tender.published_at is not None


def test_title_and_buyer_are_enough_to_begin(delegate, session):
    delegate.post("/marches/nouveau", data={"title": "Idée", "buyer_name": "Orne"} | defaults())
    tender = only_tender(session)
    assert [(lot.title, lot.whole) for lot in tender.lots] == [("Idée", True)]


def defaults() -> dict[str, str]:
    """What the form's lists hold when nobody touches them."""
    return {
        "service_nature": "unknown",
        "legal_regime": "public_contract",
        "procedure": "unknown",
        "reservation": "unknown",
        "visibility": "network",
        "lots-0-reservation": "",
    }


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": ""}, "Donnez un titre"),
        ({"title": "x" * 401}, "Trop long"),
        ({"buyer_name": ""}, "Indiquez l’acheteur"),
        ({"buyer_siret": "123"}, "14 chiffres"),
        ({"buyer_siret": "35600000000046"}, "contrôle"),
        ({"cpv": "796"}, "huit chiffres"),
        ({"elsewhere": "99"}, "Aucun département"),
        ({"deadline_submission-date": "2026-11-22"}, "Ce moment est passé"),
        ({"deadline_submission-date": "2027-03-28", "deadline_submission-time": "02:30"}, "n’existe pas"),
        ({"deadline_submission-date": "2027-02-30"}, "n’existe pas"),
        ({"deadline_submission-time": ""}, "heure"),
        ({"deadline_registration_close-date": "2027-01-16"}, "avant la date limite des offres"),
        ({"legal_regime": "contracting_entity"}, "Dites pourquoi ce régime"),
        ({"source_url": "javascript:alert(1)"}, "commence par https"),
        ({"lots-1-number": "1"}, "Deux lots portent le numéro 1"),
        ({"lots-1-title": ""}, "n’a pas de titre"),
        ({"lots-0-sites-0-name": ""}, "Nommez le site"),
        ({"lots-0-sites-0-weekly_hours": "douze"}, ""),
        ({"lots-1-pasted": "a; b; beaucoup"}, "Ligne 1"),
        ({"lots-1-pasted": "a; b; 1; c; d"}, "La ligne 1"),
        ({"procedure": "zzz"}, ""),
        ({"title": "Renfort\x00"}, "invisible"),
        ({"lots-0-sites-0-town": "Ca\x00en"}, "invisible"),
    ],
)
def test_what_is_refused_is_said_and_nothing_is_lost(delegate, session, changed, words):
    response = delegate.post("/marches/nouveau", data=CONTRACT | changed)
    assert response.status_code == 422
    assert words in response.text.replace("&#39;", "’")
    assert session.scalar(select(func.count()).select_from(Tender)) == 0
    kept = sent_from(response.text)
    for name, value in (CONTRACT | changed).items():
        if name in {"is_framework", "ban_several_groups", "procedure"} or "\x00" in str(value):
            continue
        assert kept[name] == (value if isinstance(value, list) else [value]), name


def test_a_title_of_10_megabytes(delegate):
    response = delegate.post("/marches/nouveau", data=CONTRACT | {"title": "x" * 10_000_000})
    assert response.status_code == 413
    assert "<h1" in response.text


def test_a_form_sent_twice_is_taken_once(delegate, session):
    number = {"form_number": str(uuid4())}
    first = delegate.post("/marches/nouveau", data=CONTRACT | number)
    second = delegate.post("/marches/nouveau", data=CONTRACT | number)
    assert first.location == second.location
    assert session.scalar(select(func.count()).select_from(Tender)) == 1


def test_a_refused_form_can_be_sent_again(delegate, session):
    number = {"form_number": str(uuid4())}
    assert delegate.post("/marches/nouveau", data=CONTRACT | number | {"title": ""}).status_code == 422
    assert delegate.post("/marches/nouveau", data=CONTRACT | number).status_code == 302


def test_members_write_nothing(browser_of, client):
    member = browser_of(make_manager())
    tender = make_tender()
    for path in ("/marches/nouveau", f"/marches/{tender.id}/modifier", f"/marches/{tender.id}/annuler"):
        assert member.get(path).status_code == 403
        assert member.post(path, data=CONTRACT).status_code == 403
        assert client.post(path, data=CONTRACT).status_code == 302
    assert member.post(f"/marches/{tender.id}/publier").status_code == 403


# Rows without script


def test_rows_are_added_and_taken_away_keeping_what_was_typed(delegate, session):
    typed = {k: v for k, v in CONTRACT.items() if not k.startswith(("lots-1", "clauses"))} | {
        "form_number": str(uuid4())
    }
    page = delegate.post("/marches/nouveau", data=typed | {"add": "lots"})
    assert page.status_code == 200
    kept = sent_from(page.text)
    assert kept["lots-1-title"] == [""]
    assert kept["lots-0-sites-0-name"] == ["Collège Dunois"]
    assert kept["deadline_submission-time"] == ["12:00"]
    # The same form, by "back" and another button: its number wasn't taken.
    page = delegate.post("/marches/nouveau", data=typed | {"add": "lots-0-sites"}).text
    assert sent_from(page)["lots-0-sites-1-name"] == [""]
    page = delegate.post("/marches/nouveau", data=typed | {"add": "clauses"}).text
    assert sent_from(page)["clauses-0-text"] == [""]
    page = delegate.post("/marches/nouveau", data=typed | {"drop": "lots-0-sites-0"}).text
    assert "lots-0-sites-0-name" not in sent_from(page)
    page = delegate.post("/marches/nouveau", data=typed | {"drop": "lots-0"}).text
    assert "Collège Dunois" not in page
    assert session.scalar(select(func.count()).select_from(Tender)) == 0


def test_pasted_sites_become_rows(delegate):
    page = delegate.post("/marches/nouveau", data=CONTRACT | {"paste": "lots-1"}).text
    kept = sent_from(page)
    assert [kept[f"lots-1-sites-{n}-name"] for n in range(3)] == [
        ["Collège Létot"],
        ["Collège Chartier"],
        ["Collège sans heures"],
    ]
    assert kept["lots-1-sites-1-weekly_hours"] == ["8,25"]
    assert kept["lots-1-pasted"] == [""]


def test_a_list_that_cannot_be_read_stays_to_be_corrected(delegate):
    page = delegate.post(
        "/marches/nouveau", data=CONTRACT | {"lots-1-pasted": "a; b; x", "paste": "lots-1"}
    ).text
    assert sent_from(page)["lots-1-pasted"] == ["a; b; x"]
    assert "Ligne 1" in page


@pytest.mark.parametrize(
    "button", [{"add": "users"}, {"drop": "title"}, {"drop": "lots-9"}, {"paste": "lots-77"}, {"drop": ""}]
)
def test_forged_buttons_do_nothing(delegate, button):
    response = delegate.post("/marches/nouveau", data=CONTRACT | button)
    assert response.status_code in {200, 302}


def test_a_date_for_registrations_is_proposed(delegate):
    typed = CONTRACT | {"deadline_registration_close-date": "", "deadline_registration_close-time": ""}
    kept = sent_from(delegate.post("/marches/nouveau", data=typed | {"propose": "1"}).text)
    # domain 4: J-21 would be Christmas: the working day before.
    assert kept["deadline_registration_close-date"] == ["2026-12-24"]
    assert kept["deadline_registration_close-time"] == ["12:00"]
    bare = typed | {"deadline_submission-date": "", "deadline_submission-time": "", "propose": "1"}
    assert "Indiquez d’abord la date des offres" in delegate.post("/marches/nouveau", data=bare).text


# Publishing


def test_saved_and_published_at_once_or_not_at_all(delegate, session):
    late = CONTRACT | {"deadline_submission-date": "", "deadline_submission-time": "", "then": "publish"}
    refused = delegate.post("/marches/nouveau", data=late)
    assert refused.status_code == 422
    assert "Indiquez la date limite de remise des offres" in refused.text
    assert session.scalar(select(func.count()).select_from(Tender)) == 0
    delegate.post("/marches/nouveau", data=CONTRACT | {"then": "publish"})
    assert only_tender(session).published_at is not None


def test_a_draft_says_what_is_missing(delegate, session):
    tender = make_tender(published=False, deadlines={})
    page = delegate.get(f"/marches/{tender.id}").text
    assert "Indiquez la date limite de remise des offres" in page
    assert f'action="/marches/{tender.id}/publier"' not in page
    refused = delegate.post(f"/marches/{tender.id}/publier")
    assert refused.status_code == 422
    assert f'action="/marches/{tender.id}/modifier"' in refused.text


def test_published_by_its_button(delegate, session):
    tender = make_tender(published=False)
    assert f'action="/marches/{tender.id}/publier"' in delegate.get(f"/marches/{tender.id}").text
    assert delegate.post(f"/marches/{tender.id}/publier").status_code == 302
    again = delegate.post(f"/marches/{tender.id}/publier")
    assert again.status_code == 409


# Editing


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
    assert len(sent) <= 7
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
