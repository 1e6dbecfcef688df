"""From a page to its log lines by the request's number; and nobody's data in what is logged."""

import json
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from procurement.core import logs
from procurement.core.db import db
from procurement.core.events import Event
from procurement.core.policy import MembershipRole
from procurement.embedded.smtp import Reply
from procurement.notifications.models import EventFault
from procurement.tenders.models import Tender
from procurement.web.tenders import pages
from tests.factories import make_delegate, make_manager, make_member, make_tender, make_user
from tests.notifications.conftest import smtp, worker  # noqa: F401 - fixtures
from tests.web.bids.conftest import fields_of

PASSWORD = "quatre chevaux sans selle"


@pytest.fixture
def spoken(app, capsys):
    """Log as in production for this test; gives a function: what was said since, as objects."""
    logs.configure("DEBUG", readable=False)
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    logs.configure("WARNING", readable=True)


def lines(spoken: Callable, event: str) -> list[dict]:
    return [one for one in spoken() if one["event"] == event]


def test_each_request_has_a_number_told_to_whoever_asked(client, spoken):
    answers = [client.get("/marches"), client.get("/marches")]
    numbers = [answer.headers["X-Request-ID"] for answer in answers]
    assert len(set(numbers)) == 2
    assert [one["request_id"] for one in lines(spoken, "request")] == numbers


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("proxy-1234.abc", True),
        ("short", False),
        ("x" * 65, False),
        ("a b c d e f", False),
        ("anne@example.org", False),
    ],
)
def test_a_proxy_s_number_is_taken_if_it_looks_like_one(client, given, taken):
    answer = client.get("/marches", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) is taken


def test_a_line_says_page_status_time_person_and_rows_by_number_never_the_address(browser_of, spoken):
    manager, tender = make_manager(), make_tender()
    browser_of(manager).get(f"/marches/{tender.id}?q=Anne")
    [line] = lines(spoken, "request")
    assert (line["endpoint"], line["method"], line["status"]) == ("tenders.show", "GET", 200)
    assert (line["actor_id"], line["rows"]) == (manager.id, {"tender_id": tender.id})
    assert line["took_ms"] > 0
    assert "Anne" not in json.dumps(line)


def test_secrets_in_an_address_are_not_logged(client, spoken):
    client.get("/connexion/lien/a-secret-that-opens-a-door")
    assert "a-secret" not in json.dumps(spoken())


def test_files_and_watchmen_make_no_noise(client, app, spoken):
    logs.configure("INFO", readable=False)
    page = client.get("/healthz"), client.get("/static/css/identity.css", buffered=True)
    assert {one.status_code for one in page} <= {200, 503}
    assert lines(spoken, "request") == []


def test_a_change_is_followed_from_the_page_to_the_worker(browser_of, worker, spoken):  # noqa: F811
    delegate, tender = browser_of(make_delegate()), make_tender()
    answer = delegate.post(f"/marches/{tender.id}/annuler", data={"reason": "Plus de budget"})
    assert answer.status_code == 302
    number = answer.headers["X-Request-ID"]
    event = db.session.scalars(select(Event).where(Event.verb == "tender_cancelled")).one()
    assert event.request_id == number
    assert logs.request_id() is None
    worker.prepare()
    [handled] = [one for one in lines(spoken, "events handled") if one["request_id"] == number]
    assert event.id in handled["events"]
    assert "tender_cancelled" in handled["verbs"]


def test_an_event_that_raises_tells_the_request_it_came_from(browser_of, worker, spoken, monkeypatch):  # noqa: F811
    tender = make_tender()
    make_manager()
    answer = browser_of(make_delegate()).post(f"/marches/{tender.id}/annuler", data={"reason": "No budget"})
    monkeypatch.setattr("procurement.notifications.operations.events.hours_of_people", _raise)
    worker.prepare()
    aside = lines(spoken, "event set aside")
    assert {one["request_id"] for one in aside} == {answer.headers["X-Request-ID"]}
    assert db.session.scalars(select(EventFault.error)).first() == "ValueError('Anne Martin')"


def _raise(*_: object) -> None:
    raise ValueError("Anne Martin")


def test_nobody_s_data_is_in_the_logs(client, browser_of, worker, spoken, monkeypatch, app):  # noqa: F811
    """Sign-in by link and by password, a registration, a cancellation, mails sent, refused, unwritten, a fault."""
    member = make_member(name="AI Isigny", phone="02 31 00 00 01")
    people = {
        "managed": make_user(
            email="anne.martin@example.org",
            name="Anne Martin",
            phone="06 12 34 56 78",
            password=PASSWORD,
            memberships={member: MembershipRole.MANAGER},
        ),
        "refused": make_manager(member, email="paul.durand@example.org", name="Paul Durand"),
        "unwritten": make_manager(member, email="luc.petit@example.org", name="Luc Petit"),
    }
    delegate = make_delegate(email="lea.morel@example.org", name="Léa Morel")
    tender = make_tender(title="Entretien des collèges")

    client.post("/connexion/lien", data={"email": "Anne.Martin@example.org"})
    worker.tick()
    [mail] = worker.smtp.messages
    link = re.search(
        r"http://localhost(/connexion/lien/\S+)", mail.message.get_body(("plain",)).get_content()
    )[1]
    assert client.post(link).status_code == 302
    client.post("/deconnexion")
    client.post("/connexion", data={"email": "anne.martin@example.org", "password": "wrong, and typed"})
    client.post("/connexion", data={"email": "nobody.at.all@example.org", "password": PASSWORD})
    assert (
        client.post("/connexion", data={"email": "anne.martin@example.org", "password": PASSWORD}).status_code
        == 302
    )

    page = client.get(f"/marches/{tender.id}/inscription").text
    form = fields_of(page, "/inscription")
    form |= {"as": "register", "lots": [str(tender.lots[0].id)], "brings": "Deux personnes, dont Zoé Leroy"}
    assert client.post(f"/marches/{tender.id}/inscription", data=form).status_code == 302

    worker.smtp.fail("paul.durand@*", how=Reply(550, "<paul.durand@example.org>: Paul Durand is unknown"))
    db.session.execute(text("UPDATE user_account SET email = 'luc petit' WHERE name = 'Luc Petit'"))
    db.session.expire_all()
    browser_of(delegate).post(f"/marches/{tender.id}/annuler", data={"reason": "Budget de Mme Roux annulé"})
    worker.tick()
    worker.smtp.stop()
    client.post("/connexion/lien", data={"email": "anne.martin@example.org"})
    worker.tick()

    with monkeypatch.context() as patch:
        patch.setattr(pages, "tender_page", _two_of_one_address)
        assert browser_of(delegate).get(f"/marches/{tender.id}").status_code == 500

    said = json.dumps(spoken(), ensure_ascii=False).lower()
    assert '"event": "fault"' in said
    assert "signed_in" in said
    assert "sign_in_refused" in said
    assert "events handled" in said
    assert "mail not written" in said
    assert re.findall(r"\S*@\S*", said.replace("…@…", "")) == []
    typed = [
        "anne",
        "martin",
        "paul",
        "durand",
        "luc petit",
        "morel",
        "leroy",
        "roux",
        "nobody.at.all",
        "wrong, and",
    ]
    typed += ["isigny", "06 12", "02 31", "collèges", PASSWORD, link.rpartition("/")[2].lower()]
    assert [word for word in typed if word in said] == []
    assert all(str(person.id) for person in people.values())


def _two_of_one_address(*_: object) -> Tender:
    address = db.session.scalar(text("SELECT email FROM user_account WHERE name = 'Anne Martin'"))
    make_user(email=address, name=address)
    raise AssertionError("the database let it pass")
