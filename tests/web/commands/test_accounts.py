"""`flask accounts create-admin`."""

import pytest
from sqlalchemy import func, select

from procurement.accounts.models import SignInLink, User
from procurement.accounts.queries import find_by_email
from procurement.core import events
from procurement.core.policy import Role
from tests.factories import make_user


@pytest.fixture
def run(app, session):
    def command(*arguments):
        session.commit()
        return app.test_cli_runner().invoke(args=["accounts", "create-admin", *arguments])

    return command


def test_the_first_administrator_signs_in_once_and_chooses_a_password(run, client, session):
    told = run("Admin@Demo.example", "--name", "Administration")
    assert told.exit_code == 0, told.output
    link = told.output.strip().splitlines()[-1]
    assert link.startswith("http://localhost/connexion/lien/")
    user = find_by_email("admin@demo.example")
    assert (user.name, user.held_roles, user.password) == ("Administration", {Role.NETWORK_ADMIN}, None)
    path = link.removeprefix("http://localhost")
    assert client.get(path).status_code == 200
    assert client.post(path).location == "/compte/mot-de-passe"
    assert (
        client.post("/compte/mot-de-passe", data={"password": "quatre chevaux sans selle"}).status_code == 302
    )
    assert client.post(path).status_code == 410


def test_no_mail_is_drawn_from_it(run, session):
    run("admin@demo.example")
    user = find_by_email("admin@demo.example")
    verbs = [event.verb for event in events.history([("user_account", user.id)])]
    assert verbs == ["sign_in_link_made", "role_granted", "account_created"]


def test_again_gives_another_link_and_nothing_twice(run, session):
    make_user(email="admin@demo.example", name="Known", active=False)
    for _ in range(2):
        assert run("ADMIN@demo.example").exit_code == 0
    user = find_by_email("admin@demo.example")
    assert (user.name, user.active, len(user.grants)) == ("Known", True, 1)
    assert session.scalar(select(func.count()).select_from(SignInLink)) == 2


@pytest.mark.parametrize("wrong", ["nobody", "", "a b@demo.example", "a@localhost"])
def test_a_bad_address_is_said_in_one_line(run, session, wrong):
    told = run(wrong)
    assert told.exit_code == 1
    (line,) = told.output.strip().splitlines()
    assert "nom@structure.fr" in line
    assert session.scalar(select(func.count()).select_from(User)) == 0
