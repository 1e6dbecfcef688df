"""The feed of public tenders, read as XML."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import Engine, event

from procurement.core import clock
from procurement.core.i18n import format_instant
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import DeadlineKind
from procurement.tenders.models import Reservation, Visibility
from procurement.tenders.operations import cancel_tender, edit_tender, move_deadline
from procurement.tenders.queries import facts_of, whole_tender
from tests.factories import make_deadline, make_delegate, make_member, make_participation, make_tender, paris

A = "{http://www.w3.org/2005/Atom}"


def make_public(**fields):
    return make_tender(visibility=Visibility.PUBLIC, **fields)


@pytest.fixture
def read(client):
    """The feed, parsed."""

    def reading():
        answer = client.get("/marches.atom")
        assert answer.status_code == 200
        return ET.fromstring(answer.data)

    return reading


def entries(feed):
    return [{child.tag.removeprefix(A): child for child in entry} for entry in feed.findall(f"{A}entry")]


def test_public_tenders_and_no_others(session, read, browser_of):  # G3
    public = make_public(title="Collèges")
    make_tender(title="Réseau")
    make_public(title="Brouillon", published=False)
    (entry,) = entries(read())
    assert entry["title"].text == "Collèges"
    assert entry["link"].attrib["href"] == f"http://localhost/marches/{public.id}"
    signed_in = browser_of(make_delegate()).get("/marches.atom").data
    assert [entry["title"].text for entry in entries(ET.fromstring(signed_in))] == ["Collèges"]


def test_what_an_entry_says(session, read):  # N9
    due = paris(2027, 3, 28)
    make_public(
        deadlines={DeadlineKind.SUBMISSION: due},
        buyer="Département du Calvados",
        reservation=Reservation.SIAE,
    )
    (entry,) = entries(read())
    assert entry["summary"].text == (
        "Département du Calvados · Calvados (14) · Réponses attendues\u00a0: "
        f"{format_instant(due, 'fr', clock.PARIS)} · Réservé aux structures d’insertion (SIAE)"
    )
    assert entry["category"].attrib == {"term": "14", "label": "Calvados"}


def test_a_date_in_doubt_says_so(session, read):  # N10
    tender = make_public(deadlines={})
    make_deadline(tender, DeadlineKind.SUBMISSION, timedelta(days=30), doubtful=True)
    session.refresh(tender)
    assert entries(read())[0]["summary"].text.endswith("à vérifier")


def test_the_format_s_own_rules_hold(session, read):
    for _ in range(3):
        make_public()
    feed = read()
    for name in ("id", "title", "updated", "author"):
        assert len(feed.findall(f"{A}{name}")) == 1
    found = entries(feed)
    assert len({entry["id"].text for entry in found}) == 3
    for entry in found:
        for name in ("id", "title", "updated", "published", "summary", "link"):
            assert name in entry
        assert entry["id"].text.startswith("tag:localhost,")
        assert datetime.fromisoformat(entry["updated"].text).tzinfo is not None
    updated = [datetime.fromisoformat(entry["updated"].text) for entry in found]
    assert datetime.fromisoformat(feed.find(f"{A}updated").text) == max(updated)
    links = {link.attrib["rel"]: link.attrib["href"] for link in feed.findall(f"{A}link")}
    assert links == {"self": "http://localhost/marches.atom", "alternate": "http://localhost/marches"}
    assert feed.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "fr"


def test_a_change_is_news_and_the_identity_stays(session, read):
    tender = make_public()
    (before,) = entries(read())
    later = clock.now() + timedelta(hours=1)
    with clock.at(later):
        whole = whole_tender(tender.id)
        facts = facts_of(whole)
        changed = type(facts)(
            **{name: getattr(facts, name) for name in facts.__dataclass_fields__} | {"title": "B"}
        )
        edit_tender(SYSTEM, tender.id, changed, whole.version)
    (after,) = entries(read())
    assert after["id"].text == before["id"].text
    assert after["published"].text == before["published"].text
    assert after["title"].text == "B"
    assert datetime.fromisoformat(after["updated"].text) == later.replace(microsecond=0)


def test_a_moved_date_is_news(session, read):
    tender = make_public()
    before = entries(read())[0]["updated"].text
    with clock.at(clock.now() + timedelta(hours=1)):
        move_deadline(SYSTEM, tender.id, DeadlineKind.SUBMISSION, paris(2027, 10, 31), tender.version)
    (after,) = entries(read())
    assert after["updated"].text > before
    assert "31 octobre 2027 à 12\u00a0h\u00a000" in after["summary"].text


def test_a_cancelled_one_says_so(session, read):
    tender = make_public(title="Collèges")
    before = entries(read())[0]["updated"].text
    with clock.at(clock.now() + timedelta(hours=1)):
        cancel_tender(SYSTEM, tender.id, "Infructueux")
    (entry,) = entries(read())
    assert entry["title"].text == "Annulée\u00a0: Collèges"
    assert "Cette consultation est annulée." in entry["summary"].text
    assert entry["updated"].text > before


def test_the_fifty_published_last_newest_first(session, read):
    now = clock.now()
    for number in range(52):
        make_public(title=f"N{number}", published_at=now - timedelta(days=number))
    assert [entry["title"].text for entry in entries(read())] == [f"N{number}" for number in range(50)]


def test_nothing_typed_breaks_out(session, read, client):
    title = '</title><script>alert(1)</script> & "é" ]]> \x01\x0b\ufffe <b>'
    make_public(title=title, buyer="<img src=x onerror=alert(1)>")
    (entry,) = entries(read())
    assert entry["title"].text == '</title><script>alert(1)</script> & "é" ]]> <b>'
    assert entry["summary"].text.startswith("<img src=x onerror=alert(1)>")
    assert entry["summary"].attrib.get("type", "text") == "text"
    assert "<script>" not in client.get("/marches.atom").text


def test_no_structure_is_named(session, client):  # G3
    make_participation(make_public(), make_member(name="AI Caen"), shown_as_partner=True)
    assert "AI Caen" not in client.get("/marches.atom").text


def test_what_has_not_changed_is_not_sent_again(session, client):
    make_public()
    first = client.get("/marches.atom")
    assert first.content_type == "application/atom+xml; charset=utf-8"
    assert first.headers["Cache-Control"] == "public, max-age=300"
    kept = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/marches.atom", headers=kept).status_code == 304
    make_public()
    assert client.get("/marches.atom", headers=kept).status_code == 200


def test_one_withdrawn_from_the_public_leaves_even_who_asks_by_date(session, client):  # G3
    kept, gone = make_public(title="Reste"), make_public(title="Part")
    since = client.get("/marches.atom").headers["Last-Modified"]
    gone.visibility = Visibility.NETWORK
    answer = client.get("/marches.atom", headers={"If-Modified-Since": since})
    assert answer.status_code == 200
    assert "Part" not in answer.text
    assert kept.title in answer.text


def test_the_same_for_all_without_a_session(session, client, browser_of):
    make_public()
    delegate = browser_of(make_delegate(locale="en"))
    ours, theirs = client.get("/marches.atom"), delegate.get("/marches.atom")
    assert ours.data == theirs.data
    assert "Set-Cookie" not in ours.headers
    assert "Set-Cookie" not in theirs.headers


def test_an_empty_feed_is_a_feed(session, read):
    feed = read()
    assert entries(feed) == []
    assert feed.find(f"{A}updated").text == "2026-01-01T00:00:00Z"


def test_the_list_tells_readers_of_it(session, client):
    page = client.get("/marches").text
    assert '<link rel="alternate" type="application/atom+xml"' in page
    assert urlsplit("/marches.atom").path in page


def test_one_statement(session, client):
    for _ in range(10):
        make_public()
    session.commit()
    asked = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        client.get("/marches.atom")
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(asked) == 1
