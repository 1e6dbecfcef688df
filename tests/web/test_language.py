"""The language of the pages, for visitors and for people."""

import pytest

from procurement.core import clock, events
from procurement.deadlines.models import DeadlineKind
from tests.conftest import Visitor
from tests.factories import make_manager, make_member, make_tender, paris


def test_pages_are_french_unless_asked(client: Visitor) -> None:
    page = client.get("/").text
    assert '<html lang="fr"' in page
    assert "Répondre ensemble aux marchés publics" in page


def test_a_visitor_chooses_and_stays_on_the_page(client: Visitor) -> None:
    answer = client.post("/langue", data={"locale": "en", "next": "/rejoindre?x=1"})
    assert answer.status_code == 302
    assert answer.location == "/rejoindre?x=1"
    page = client.get("/rejoindre").text
    assert '<html lang="en"' in page
    assert "Join the network" in page


def test_a_person_s_choice_is_kept_in_the_account(client: Visitor) -> None:
    user = make_manager()
    client.sign_in(user).post("/langue", data={"locale": "en"})
    assert user.locale == "en"
    assert [event.verb for event in events.history([("user_account", user.id)])] == ["account_edited"]
    assert "My work" in client.get("/").text


def test_a_person_s_language_is_the_account_s_in_any_browser(client: Visitor) -> None:
    client.post("/langue", data={"locale": "fr"})
    assert '<html lang="en"' in client.sign_in(make_manager(locale="en")).get("/").text


@pytest.mark.parametrize(
    "elsewhere", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", ""]
)
def test_a_choice_leads_nowhere_else(client: Visitor, elsewhere: str) -> None:
    assert client.post("/langue", data={"locale": "en", "next": elsewhere}).location == "/"


def test_a_language_we_don_t_speak_is_refused(client: Visitor) -> None:
    assert client.post("/langue", data={"locale": "xx"}).status_code == 422
    assert client.post("/langue").status_code == 422
    assert '<html lang="fr"' in client.get("/").text


@pytest.mark.parametrize(("locale", "said"), [("fr", "dans 2 h 05"), ("en", "in 2 h 5 min")])
def test_time_left_is_said_as_each_language_does(client: Visitor, locale: str, said: str) -> None:
    with clock.at(paris(2026, 11, 24, 9, 55)):
        tender = make_tender(deadlines={DeadlineKind.SUBMISSION: paris(2026, 11, 24, 12)})
        page = client.sign_in(make_manager(locale=locale)).get(f"/marches/{tender.id}").text
    assert said.replace(" ", "\u00a0") in page.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("locale", "money", "share"), [("fr", "614 000 €", "40 %"), ("en", "€614,000", "40%")]
)
def test_money_and_shares_are_written_as_each_language_does(
    client: Visitor, locale: str, money: str, share: str
) -> None:
    member = make_member()
    browser = client.sign_in(make_manager(member, locale=locale))
    base = f"/structures/{member.id}/dossier"
    year = {"year": "2025", "turnover": "614000", "field_share": "40"}
    assert browser.post(f"{base}/exercices/ajouter", data=year).status_code == 302
    page = browser.get(base).text.replace("\u00a0", " ").replace("\u202f", " ")
    assert money in page
    assert share in page
