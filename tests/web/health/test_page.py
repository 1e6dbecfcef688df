"""The page of health: all is well, or what is wrong and what to do."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from procurement.accounts.models import User
from procurement.core import clock, events, heartbeats
from procurement.core.db import db
from procurement.core.events import Event
from procurement.core.heartbeats import BEAT, JOB, WORKER, Sign
from procurement.core.policy import SYSTEM, Role
from procurement.deadlines.models import DeadlineKind
from procurement.embedded.smtp import Reply
from procurement.notifications.models import Delivery, DeliveryState, EventFault
from procurement.notifications.queries.told import MessageState
from procurement.notifications.watch import OUT_OF_REACH, Fault, Vitals
from procurement.web.health import words
from tests.counting import counted
from tests.factories import make_delegate, make_manager, make_member, make_tender, make_user, paris
from tests.factories.messages import make_message
from tests.worker import recipients
from workers.schedule import BEAT as RUNG

NOW = paris(2026, 12, 2, 8)


@pytest.fixture(autouse=True)
def _clock(app):
    with clock.at(NOW):
        yield


@pytest.fixture(autouse=True)
def _ticking(app):
    """Beat and jobs, alive at NOW, on one worker."""
    signs = [
        Sign(BEAT, every_s=5),
        Sign(f"{JOB}notifications.prepare", 12, 2, json.dumps({"events": 2, "deadlines": 0})),
        Sign(f"{JOB}notifications.sweep", 40, 2, json.dumps({"mails": 1})),
        Sign(f"{WORKER}celery@here", 40, 2, "notifications.sweep"),
    ]
    with clock.at(NOW - timedelta(seconds=1)):
        heartbeats.note(signs)


@pytest.fixture
def delegate(browser_of):
    return browser_of(make_delegate())


def said(browser, path: str = "/sante") -> str:
    """What the page says, without its tags and with single spaces."""
    page = browser.get(path)
    assert page.status_code == 200
    main = page.text.split("<main", 1)[-1]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).replace("\u00a0", " ").split())


def test_all_is_well(delegate):
    make_message(make_tender(), make_manager())
    page = said(delegate)
    assert "Tout va bien." in page
    assert "Aucun. Le serveur de messagerie a pris chaque message." in page
    assert "Détermine qui doit être prévenu de quoi dernier signe à l’instant · 12 ms · 2 changements" in page
    assert "1 en marche celery@here" in page


def test_when_beat_has_stopped_it_says_whom_to_call(delegate):
    with clock.at(NOW + timedelta(hours=2)):
        page = said(delegate)
    assert "Les messages ne partent pas." in page
    assert "L’horloge des envois s’est arrêtée (dernier signe il y a 2 h 00)." in page
    assert "relancer le programme « beat »" in page
    assert "0 en marche" in page
    assert "Tout va bien" not in page


def test_when_no_worker_works(delegate):
    with clock.at(NOW + timedelta(minutes=5)):
        heartbeats.note([Sign(BEAT, every_s=5)])
        page = said(delegate)
    assert "relancer le programme « worker »" in page
    assert "« beat »" not in page


def test_what_should_have_left_and_did_not(delegate, worker):
    make_manager()
    with clock.at(paris(2026, 11, 24)):
        make_tender(deadlines={DeadlineKind.REGISTRATION_CLOSE: paris(2026, 12, 9)})
    worker.prepare()
    worker.smtp.stop()
    with clock.at(NOW + timedelta(minutes=11)):
        worker.sweep()
        heartbeats.note([Sign(BEAT, every_s=5), Sign(f"{JOB}notifications.sweep", 4, 2)])
        page = said(delegate)
    assert "Les messages ne partent plus." in page
    assert "Devraient partir maintenant 1" in page
    assert "mercredi 2 décembre 2026 à 8 h 00 (heure de Paris) · aurait dû partir il y a 11 min" in page


def test_a_mailbox_of_returns_that_cannot_be_read(delegate):
    turn = Sign(f"{JOB}notifications.returns", 12, 60, json.dumps({"returns": 0, OUT_OF_REACH: 1}))
    heartbeats.note([turn])
    page = said(delegate)
    assert "La boîte des messages revenus ne peut pas être lue." in page
    assert "IMAP_URL" in page
    heartbeats.note([replace(turn, what=json.dumps({"returns": 3, OUT_OF_REACH: 0}))])
    page = said(delegate)
    assert "Tout va bien." in page
    assert re.search(r"Relève ce qui est revenu dernier signe [^·]+ · 12 ms · 3 messages", page)


def test_one_bad_address_shows_and_the_others_get_theirs(delegate, worker):  # N5, "Bad input"
    member = make_member()
    make_manager(member, name="Bad Address")
    good = make_manager(member)
    db.session.execute(User.__table__.update().where(User.name == "Bad Address").values(email="no address"))
    db.session.expire_all()
    with clock.at(paris(2026, 11, 24)):
        make_tender(deadlines={DeadlineKind.REGISTRATION_CLOSE: paris(2026, 12, 9)})
    worker.tick()
    assert recipients(worker.smtp.messages) == [good.email]
    page = said(delegate)
    assert (
        "Le service fonctionne. À regarder : 1 message n’a pas pu être rédigé ces 7 derniers jours." in page
    )
    assert "Bad Address no address Échec" in page
    assert "Il n’a pas pu être rédigé : une erreur de notre côté." in page


def test_what_failed_is_sent_again_from_here(delegate, worker):  # N5
    make_manager(name="Anne", email="anne@example.org")
    with clock.at(paris(2026, 11, 24)):
        make_tender(deadlines={DeadlineKind.REGISTRATION_CLOSE: paris(2026, 12, 9)})
    worker.smtp.fail(how=Reply(550, "no such user"), times=1)
    worker.tick()
    page = delegate.get("/sante").text
    assert "550 no such user" in page
    [action] = re.findall(r'action="(/messages/\d+/renvoyer)"', page)
    assert delegate.post(action).status_code == 302
    worker.sweep()
    assert recipients(worker.smtp.messages) == ["anne@example.org"]
    assert "Tout va bien." in said(delegate)


def test_failures_of_long_ago_alarm_nobody_and_stay_listed(delegate):
    make_message(make_tender(), make_user(name="Anne"), MessageState.FAILED, at=NOW - timedelta(days=8))
    page = said(delegate)
    assert "Tout va bien." in page
    assert "Anne" in page


def test_a_change_from_which_nothing_could_be_drawn(delegate):
    event = events.record(SYSTEM, "tender_cancelled", make_tender())
    db.session.execute(Event.__table__.update().values(handled_at=NOW))
    event.handled_at = None
    db.session.add(
        EventFault(
            event_id=event.id, attempts=3, retry_at=NOW + timedelta(hours=1), error="KeyError('version')"
        )
    )
    page = said(delegate)
    assert "1 changement n’a pas pu être annoncé." in page
    assert "3 essais · nouvel essai le mer. 2 déc., 9 h 00" in page
    assert "KeyError" in page


def test_each_mail_stands_somewhere(delegate):
    for state in MessageState:
        make_message(make_tender(), make_user(), state)
    page = said(delegate)
    for words_of_bar in (
        "Attendent leur heure 1",
        "Sont en cours d’envoi 1",
        "Sont incertains 1",
        "Ont échoué 1",
    ):
        assert words_of_bar in page
    assert "Partis depuis le début 2" in page  # one of them came back
    assert "ou trop tardifs pour servir 2" in page


def test_the_administrator_sees_health_and_no_text(browser_of):  # G3
    make_message(
        make_tender(title="Walled tender"), make_user(name="Anne"), MessageState.FAILED, subject="Secret"
    )
    page = said(browser_of(make_user(roles=[Role.NETWORK_ADMIN])))
    assert "Anne" in page
    assert "Secret" not in page
    assert "Walled" not in page


def test_the_way_there_is_in_the_account_s_menu(delegate, browser_of):
    assert 'href="/sante"' in delegate.get("/").text
    assert 'href="/sante"' not in browser_of(make_manager()).get("/").text


@pytest.mark.parametrize("size", [2, 80])
def test_statements_of_the_page(delegate, size):
    tender = make_tender()
    for _ in range(size):
        make_message(tender, make_manager(), MessageState.FAILED)
    delegate.get("/sante")
    with counted(account=True) as sent:
        page = delegate.get("/sante").text
    assert page.count("/renvoyer") == min(size, 50)
    # Four for the person, their bell included; ticks, outbox, changes, recent and latest troubles, addresses suspended,
    # what came back, the last sent.
    assert len(sent) <= 12, sent
    assert (f"Les 50 derniers, sur {size}." in page) == (size > 50)


def test_every_fault_and_every_job_has_its_words(whole_app):
    with whole_app.test_request_context():
        assert all(words.say(fault, Vitals()).title and words.say(fault, Vitals()).todo for fault in Fault)
        assert [
            words.job(entry["task"]) for entry in RUNG.values() if entry["task"] == words.job(entry["task"])
        ] == []


def test_what_a_job_noted_may_be_anything(whole_app):
    with whole_app.test_request_context():
        assert words.did("") == words.did("[1]") == words.did("nonsense") == words.did('{"other": 1}') == ""


def test_no_mail_is_forgotten_by_the_figures(delegate):
    make_message(make_tender(), make_user(), MessageState.WAITING)
    waiting = db.session.scalars(select(Delivery).where(Delivery.state == DeliveryState.QUEUED)).one()
    waiting.attempts = 2
    db.session.flush()
    assert "Attendent un nouvel essai 1" in said(delegate)
