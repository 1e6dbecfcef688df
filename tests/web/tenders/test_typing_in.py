"""A tender typed in and published: what is refused is said, and nothing typed is lost."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select

from procurement.core import clock
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.tenders.models import LegalRegime, Tender, TenderKind
from tests.factories import make_delegate, make_manager, make_tender, paris
from tests.web.tenders.sheet import CONTRACT, only_tender, sent_from

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
        "deadline_contract_end-date": "2027-12-31",
        "deadline_contract_end-time": "23:59",
        "lots-0-title": "",
        "lots-0-reservation": "",
    }
    delegate.post("/marches/nouveau?kind=agreement", data=typed | {"then": "publish"})
    tender = only_tender(session)
    assert (tender.kind, tender.legal_regime) == (TenderKind.AGREEMENT, LegalRegime.PRIVATE_AGREEMENT)
    assert (tender.buyer.siret, tender.eligible_kinds) == ("35600000049837", ["etti"])
    assert tender.due_at == paris(2026, 12, 15, 18)
    ends = session.scalars(select(Deadline).where(Deadline.kind == DeadlineKind.CONTRACT_END)).one()
    assert (ends.subject_id, ends.due_at) == (tender.id, paris(2027, 12, 31, 23, 59))
    assert tender.published_at is not None


def test_title_and_buyer_are_enough_to_begin(delegate, session):
    delegate.post("/marches/nouveau", data={"title": "Idée", "buyer_name": "Orne"} | defaults())
    tender = only_tender(session)
    assert [(lot.title, lot.whole) for lot in tender.lots] == [("Idée", True)]


def test_all_that_is_wrong_is_named_at_once(delegate):
    answer = delegate.post(
        "/marches/nouveau",
        data=CONTRACT
        | {
            "elsewhere": "99",
            "cpv": "zzz",
            "deadline_site_visit-date": "2026-12-01",
            "deadline_site_visit-time": "",
            "buyer_siret": "123",
            "deadline_submission-date": "2026-12-15",
            "deadline_submission-time": "12:00",
            "deadline_registration_close-date": "2026-12-20",
            "deadline_registration_close-time": "12:00",
            "source_url": "exemple.fr",
        },
    )
    assert answer.status_code == 422
    for words in (
        "Aucun département",
        "n’en est pas un",
        "l’heure",
        "14 chiffres",
        "Les inscriptions doivent se terminer avant",
        "commence par https",
    ):
        assert words in answer.text, words
    assert answer.text.count("Aucun département") == 2  # in the list, and beside its field


def test_what_keeps_it_from_being_published_is_named_with_the_rest(delegate):
    sent = {name: value for name, value in CONTRACT.items() if not name.startswith("deadline_")}
    page = delegate.post("/marches/nouveau", data=sent | {"buyer_siret": "123", "then": "publish"}).text
    assert "SIRET compte 14" in page or "14 chiffres" in page
    assert "Indiquez la date limite" in page
    page = delegate.post("/marches/nouveau", data=sent | {"elsewhere": "99"}).text
    assert "Indiquez la date limite" not in page


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
        ({"title": ""}, "Donnez un intitulé"),
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
        ({"lots-1-title": ""}, "n’a pas d’intitulé"),
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


MANY_LOTS = {f"lots-{n}-title": f"Lot {n}" for n in range(502)}
MANY_SITES = {f"lots-0-sites-{n}-name": f"Site {n}" for n in range(10)} | {
    "lots-0-pasted": "\n".join(f"Collège {n}; Caen; 12" for n in range(1995)),
    "paste": "lots-0",
}


@pytest.mark.parametrize("many", [MANY_LOTS, MANY_LOTS | {"add": "lots"}, MANY_SITES])
def test_too_many_lots_or_sites_are_refused_in_words(delegate, session, many):
    response = delegate.post("/marches/nouveau", data=CONTRACT | many)
    assert response.status_code == 422
    assert "Au plus 500 lots et 2000 sites" in response.text.replace("\u202f", "").replace("\u00a0", " ")
    assert session.scalar(select(func.count()).select_from(Tender)) == 0


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
