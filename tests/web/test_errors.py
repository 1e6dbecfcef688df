"""Error pages: each says what happened, what to do, and a way back; also without a database."""

import pytest
from flask import Flask, abort
from sqlalchemy.exc import OperationalError

from procurement.core import policy
from procurement.core.db import db
from procurement.core.errors import TooLate
from procurement.web import edge, errors
from tests.conftest import Visitor
from tests.factories import make_delegate, make_manager


@pytest.fixture
def pages(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The first page replaced by one that fails as its argument says."""

    def failing(how: str) -> str:
        if how == "fault":
            raise ZeroDivisionError
        if how == "database":
            raise OperationalError("SELECT 1", {}, Exception("the server is gone"))
        if how == "refusal":
            raise TooLate("Registrations are closed: the delegate composes the groups.")
        abort(int(how))

    monkeypatch.setitem(
        app.view_functions, "desk.home", edge.guard(lambda: failing(app.config["HOW"]), policy.anyone)
    )
    return app


@pytest.mark.parametrize("status", sorted(errors.PAGES))
@pytest.mark.parametrize("locale", ["fr", "en"])
def test_each_page_says_what_to_do_and_has_a_way_back(
    pages: Flask, client: Visitor, status: int, locale: str
) -> None:
    pages.config["HOW"] = str(status)
    with client.session_transaction() as state:
        state["locale"] = locale
    page = client.get("/")
    assert page.status_code == status
    words = errors.PAGES[status]
    with pages.test_request_context("/"):
        edge.g.locale = locale
        assert str(words.title) in page.text.replace("&#39;", "'")
        assert str(words.todo) in page.text.replace("&#39;", "'")
    assert f'<html lang="{locale}"' in page.text
    assert 'href="/"' in page.text


def test_a_person_signed_in_is_told_whom_to_call(pages: Flask, client: Visitor) -> None:
    delegate = make_delegate(phone="02 31 00 00 00")
    pages.config["HOW"] = "409"
    signed_in = client.sign_in(make_manager()).get("/").text
    assert delegate.email in signed_in
    assert 'href="tel:0231000000"' in signed_in


def test_a_visitor_is_given_no_names(pages: Flask, client: Visitor) -> None:
    delegate = make_delegate()
    pages.config["HOW"] = "404"
    assert delegate.email not in client.get("/").text


def test_a_refusal_is_told_in_words(pages: Flask, client: Visitor) -> None:
    pages.config["HOW"] = "refusal"
    page = client.get("/")
    assert page.status_code == 409
    assert "Les inscriptions sont closes" in page.text


def test_a_fault_has_a_number_to_quote_and_tells_no_detail(pages: Flask, client: Visitor) -> None:
    delegate = make_delegate()
    client.sign_in(make_manager())
    pages.config["HOW"] = "fault"
    page = client.get("/")
    assert page.status_code == 500
    assert delegate.email not in page.text, "that would have to be asked of the database"
    assert "Numéro à rappeler" in page.text
    assert "ZeroDivision" not in page.text


@pytest.mark.parametrize("how", ["fault", "database"])
def test_the_page_of_a_fault_asks_the_database_nothing(
    pages: Flask, client: Visitor, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    client.sign_in(make_manager())
    pages.config["HOW"] = how

    def gone(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("the server is gone"))

    monkeypatch.setattr(db.session(), "execute", gone)
    monkeypatch.setattr(db.session(), "scalars", gone)
    monkeypatch.setattr(db.session(), "get", gone)
    page = client.get("/")
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "30"
    assert "De retour dans un instant" in page.text


def test_no_database_at_all_is_said_so_to_a_person_signed_in(
    app: Flask, client: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.sign_in(make_manager())
    with client.session_transaction() as state:
        state["locale"] = "en"

    def gone(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("the server is gone"))

    monkeypatch.setattr(app.extensions["sqlalchemy"].session, "scalar", gone)
    for name in ("execute", "scalar", "scalars", "get"):
        monkeypatch.setattr(db.session(), name, gone)
    page = client.get("/")
    assert page.status_code == 503
    assert "Back in a moment" in page.text


@pytest.mark.parametrize(
    "address",
    ["/?x=%00", "/%00", "/marches/99999999999999999999999", "/marches/9223372036854775807", "/marches/-1"],
)
def test_an_address_that_can_t_be_is_no_fault(client: Visitor, address: str) -> None:
    assert client.get(address).status_code in {400, 404}


def test_a_method_that_isn_t_taken_is_told(client: Visitor) -> None:
    page = client.get("/langue")
    assert page.status_code == 405
    assert "POST" in page.headers["Allow"]


def test_ten_megabytes_of_title_are_refused_before_they_are_read(client: Visitor) -> None:
    page = client.post("/langue", data={"locale": "x" * 10_000_000})
    assert page.status_code == 413
    assert "C’est trop volumineux" in page.text


@pytest.mark.parametrize(
    ("came_from", "way"),
    [
        ("http://localhost/marches?q=x", "/marches?q=x"),
        ("http://localhost/nowhere", None),
        ("https://elsewhere.example/marches", None),
        ("http://localhost//elsewhere.example", None),
        ("javascript:alert(1)", None),
        ("http://[", None),
    ],
)
def test_the_way_back_is_the_page_of_ours_that_led_here(
    client: Visitor, came_from: str, way: str | None
) -> None:
    page = client.get("/nowhere", headers={"Referer": came_from}).text
    assert ("Retour à la page précédente" in page) is (way is not None)
    if way:
        assert f'href="{way}"' in page
    assert "elsewhere" not in page
