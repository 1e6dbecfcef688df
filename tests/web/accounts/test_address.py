"""Changing one's e-mail address, page by page, mail by mail."""

import pytest
from sqlalchemy import select

from procurement.accounts.models import AddressChange
from procurement.core.policy import Role
from tests.factories import make_user
from tests.web.accounts.conftest import path_of

PASSWORD = "quatre chevaux sans selle"
NEW = "nouvelle@demo.example"


@pytest.fixture
def user(session):
    return make_user(email="a@demo.example", password=PASSWORD)


def test_the_password_is_asked_for_and_what_was_typed_stays(client, user):
    client.sign_in(user)
    refused = client.post("/compte/adresse", data={"email": NEW, "current": "wrong password"})
    assert refused.status_code == 422
    assert f'value="{NEW}"' in refused.text
    assert "wrong password" not in refused.text
    assert client.post("/compte/adresse", data={"email": NEW, "current": PASSWORD}).location == "/compte"
    page = client.get("/compte").text
    assert NEW in page
    assert client.post("/compte/adresse/garder").location == "/compte"
    assert NEW not in client.get("/compte").text


def test_the_link_opens_a_page_whose_button_takes_the_address(client, user, session, app):
    client.sign_in(user)
    client.post("/compte/adresse", data={"email": NEW, "current": PASSWORD})
    path = path_of(session.scalars(select(AddressChange)).one())
    mail_reader = app.test_client()
    page = mail_reader.get(path)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert user.email == "a@demo.example"
    assert mail_reader.post(path).location == "/compte"
    session.refresh(user)
    assert user.email == NEW
    assert mail_reader.get(path).status_code == mail_reader.post(path).status_code == 410
    assert mail_reader.get("/compte").status_code == 302, "the link signs nobody in"
    assert "Adresse électronique changée" in _office(app, session).get(f"/personnes/{user.id}").text


def _office(app, session):
    return app.test_client().sign_in(make_user(roles=[Role.NETWORK_ADMIN]))


def test_the_administrator_helps_whose_mailbox_is_gone(client, user, app, session):
    office = _office(app, session)
    assert f"/personnes/{user.id}/adresse/nouvelle" in office.get(f"/personnes/{user.id}").text
    sent = office.post(f"/personnes/{user.id}/adresse/nouvelle", data={"email": NEW})
    assert sent.location == f"/personnes/{user.id}"
    assert NEW in office.get(f"/personnes/{user.id}").text
    client.post(path_of(session.scalars(select(AddressChange)).one()))
    session.refresh(user)
    assert user.email == NEW


def test_an_address_taken_in_between_is_said_on_the_page(client, user, session):
    client.sign_in(user)
    client.post("/compte/adresse", data={"email": NEW, "current": PASSWORD})
    make_user(email=NEW)
    answer = client.post(path_of(session.scalars(select(AddressChange)).one()))
    assert answer.status_code == 409
    assert "a déjà un compte" in answer.text
