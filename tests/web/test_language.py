"""The language of the pages, for visitors and for people."""

import pytest

from procurement.core import events
from tests.conftest import Visitor
from tests.factories import make_manager


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
