"""Legal pages: found from everywhere, made from the register, and plain about what the publisher hasn't said."""

import pytest

from procurement.core.i18n import translate
from procurement.core.policy import Role
from procurement.privacy import register
from tests.factories import make_delegate, make_manager, make_user

PAGES = ("/mentions-legales", "/donnees-personnelles", "/accessibilite")
MISSING = "À compléter par l’éditeur"


@pytest.fixture
def said(app):
    """The installation says who stands behind it."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = before.model_copy(
        update={
            "publisher_name": "Association du réseau",
            "publisher_email": "bonjour@reseau.example",
            "hosting_name": "Hébergeur normand",
        }
    )
    yield
    app.config["SETTINGS"] = before


@pytest.mark.parametrize("page", PAGES)
def test_every_page_leads_there_and_anybody_reads_it(client, page):
    assert f'href="{page}"' in client.get("/").text
    assert client.get(page).status_code == 200


def test_what_the_publisher_has_not_said_is_shown_as_missing(client, browser_of, session):
    page = client.get("/mentions-legales").text
    assert page.count(MISSING) == 9
    assert "HOSTING_NAME" not in page
    assert "HOSTING_NAME" in browser_of(make_user(roles=[Role.NETWORK_ADMIN])).get("/mentions-legales").text


def test_what_the_publisher_has_said_stands_there(client, said):
    page = client.get("/mentions-legales").text
    assert "Association du réseau" in page
    assert "Hébergeur normand" in page
    assert page.count(MISSING) == 6
    notice = client.get("/donnees-personnelles").text
    assert 'href="mailto:bonjour@reseau.example"' in notice, (
        "the publisher's, where there is no address of its own"
    )


def test_notice_and_register_say_the_same_of_each_activity(client, browser_of, session):
    notice = client.get("/donnees-personnelles").text
    page = browser_of(make_delegate()).get("/donnees-personnelles/registre").text
    for activity in register.ACTIVITIES:
        for words in (
            activity.title,
            activity.purpose,
            activity.data,
            *(term.what for term in activity.terms),
        ):
            french = translate(words, "fr").replace("'", "&#39;")
            assert french in notice, french
            assert french in page, french


def test_the_register_is_the_office_s(browser_of, session):
    assert browser_of(make_manager()).get("/donnees-personnelles/registre").status_code == 403
    page = browser_of(make_delegate(locale="en")).get("/donnees-personnelles/registre").text
    assert "Not yet: the daily job" in page
    assert 'href="/donnees-personnelles/registre"' in browser_of(make_delegate()).get("/").text
