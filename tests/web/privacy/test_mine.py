"""What a person takes away: everything of theirs, nothing of others, nothing secret."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest

from procurement.core import events
from procurement.core.i18n import translate
from procurement.privacy import holdings
from procurement.web.privacy.columns import WORDS
from tests.factories import make_user
from tests.privacy.everything import make_known

HERE, THERE = "violette", "capucine"


def archive(answer):
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    return ZipFile(BytesIO(answer.data))


def taken(browser):
    packed = archive(browser.post("/compte/mes-donnees/emporter"))
    return packed.read("mes-donnees.json").decode(), packed.read("mes-donnees.html").decode()


def test_every_column_has_its_word():
    shown = {column.key for holding in holdings.HOLDINGS for column in (*holding.shown, *holdings.ACCOUNT)}
    assert shown | {"at", "verb", "facts", "values", "subject_type", "subject_id", "reason"} == set(WORDS)


def test_every_table_that_names_the_person_is_in_it(browser_of, session):
    machine, page = taken(browser_of(make_known(HERE)))
    found = {(one["title"], one["table"]) for one in json.loads(machine)["sections"] if one["rows"]}
    for holding in holdings.HOLDINGS:
        assert (holding.title, holding.table) in found
        assert f"<h2>{translate(holding.title, 'fr')}</h2>" in page
    assert {title for title, table in found if table == "event"} == {
        "What was done to my account",
        "What I did",
    }


def test_what_they_said_is_in_it_and_nothing_of_anybody_else(browser_of, session):
    mine, other = make_known(HERE), make_known(THERE)
    for user, own, foreign in ((mine, HERE, THERE), (other, THERE, HERE)):
        for text in taken(browser_of(user)):
            for words in (
                f"Name {own} again",
                f"Name {own}",
                f"Dear {own}",
                f"Come, {own}",
                f"no {own}",
                f"Search {own}",
                f"as {own} says",
                f"{own}.pdf",
                f"note of {own}",
                f"{own} said so",
                f"{own}@example.org",
            ):
                assert words in text, words
            assert foreign not in text
            assert "somebody" not in text, "the address of whoever was invited is theirs"


def test_nothing_secret_leaves(browser_of, session):
    user = make_known(HERE, password="quatre chevaux sans selle")
    secret, name_of_session = user.password, user.fs_uniquifier
    for text in taken(browser_of(user)):
        assert secret not in text
        assert name_of_session not in text
        assert 'digest"' not in text


def test_it_stands_in_the_trail_and_can_be_asked_again(browser_of, session):
    user = make_user()
    browser = browser_of(user)
    taken(browser)
    machine, page = taken(browser)
    assert [e.verb for e in events.history([("user_account", user.id)])] == ["data_exported"] * 2
    assert "Données emportées" in page
    assert json.loads(machine)["sections"][0]["table"] == "user_account"


def test_it_is_in_the_person_s_language(browser_of, session):
    packed = archive(browser_of(make_user(locale="en")).post("/compte/mes-donnees/emporter"))
    assert packed.namelist() == ["my-data.json", "my-data.html"]
    assert "<h1>My data</h1>" in packed.read("my-data.html").decode()


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.post("/compte/mes-donnees/emporter").location == "/connexion"


@pytest.mark.parametrize("where", ["/compte", "/donnees-personnelles"])
def test_the_page_is_found(browser_of, session, where):
    browser = browser_of(make_user())
    assert 'href="/compte/mes-donnees"' in browser.get(where).text
    assert "Télécharger mes données" in browser.get("/compte/mes-donnees").text
