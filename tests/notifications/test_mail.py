"""The mails themselves: headers, threads, escapes, and how each kind reads in both languages."""

import os
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from procurement.core import clock
from procurement.deadlines.models import DeadlineKind
from procurement.notifications import letters, rendering
from procurement.notifications.dossier import Matter
from procurement.notifications.kinds import KINDS
from procurement.notifications.models import Delivery
from procurement.notifications.rendering import Item
from tests.factories import make_bid, make_manager, make_member, make_tender, paris
from tests.notifications.mail_matters import (
    MATTERS,
    NOW,
    tender,
)
from tests.worker import subject_of

pytestmark = pytest.mark.usefixtures("whole_app")  # it gives the key that signs links

READER = rendering.Reader(7, datetime(2026, 9, 1, tzinfo=UTC))
"""The account that mails are written for."""


def reader_of(name: str) -> rendering.Reader | None:
    """Who reads a mail: nobody with an account where the kind is for an address."""
    return None if KINDS[name.partition("-")[0]].by_address else READER


SNAPSHOTS = Path(__file__).with_name("snapshots")
OFFICE = letters.Office("https://marches.example", "Marchés groupés <ne-pas-repondre@marches.example>")


def item(name: str) -> Item:
    return Item(KINDS[name.partition("-")[0]], MATTERS[name])


def compare(name: str, locale: str, written: rendering.Written) -> None:
    """A mail against its snapshot; UPDATE_SNAPSHOTS=1 writes it anew."""
    path = SNAPSHOTS / f"{name}.{locale}.txt"
    said = f"{written.subject}\n\n{written.kept}"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(said, encoding="utf-8")
    assert said == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("name", MATTERS)
def test_each_kind_reads_as_it_was_approved(name, locale):
    compare(name, locale, rendering.write([item(name)], locale, OFFICE, reader_of(name)))


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_a_mail_of_several_reminders_reads_as_it_was_approved(locale):  # N20
    names = ["submission_nearing", "registration_closing", "registration_closing-agreement"]
    compare("several", locale, rendering.write([item(name) for name in names], locale, OFFICE, READER))


def test_every_kind_has_a_mail_and_a_snapshot():
    assert {name.partition("-")[0] for name in MATTERS} == set(KINDS)
    kept = {path.name for path in SNAPSHOTS.glob("*.txt")}
    assert kept == {f"{name}.{locale}.txt" for name in [*MATTERS, "several"] for locale in ("fr", "en")}


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("name", MATTERS)
def test_text_and_html_say_the_same(name, locale):
    written = rendering.write([item(name)], locale, OFFICE, reader_of(name))
    shown = re.sub(r"(?s)<(head|style).*?</\1>", " ", written.html)
    for word in re.findall(r"https://\S+|[^\W\d_]{5,}", written.text):
        assert word in shown


@pytest.mark.parametrize("name", MATTERS)
def test_no_mail_loads_anything_from_elsewhere(name):
    html = rendering.write([item(name)], "fr", OFFICE, reader_of(name)).html
    assert re.findall(r"(?i)<(?:img|script|link|iframe|object)|\bsrc=|url\(|@import", html) == []
    assert set(re.findall(r'href="([^"]*?//[^/"]+)', html)) == {"https://marches.example"}


def test_a_text_client_shows_lines_it_can_hold():
    for name in MATTERS:
        text = rendering.write([item(name)], "fr", OFFICE, reader_of(name)).text
        assert all(len(line) <= 76 for line in text.splitlines() if "://" not in line)
        assert "\n\n\n" not in text


def test_what_people_type_is_escaped_in_html_and_plain_in_text():
    typed = "<script>alert(1)</script> & fils"
    written = rendering.write(
        [Item(KINDS["tender_cancelled"], Matter(tender=tender(title=typed, cancel_reason=typed)))],
        "fr",
        OFFICE,
    )
    assert "<script>" not in written.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; fils" in written.html
    assert typed in written.text


def letter(subject="Hello", to="somebody@example.org", name="", tenders=()):
    delivery = Delivery(id=7, created_at=NOW, attempts=0, doubts=0)
    return letters.build(
        OFFICE,
        delivery=delivery,
        to=to,
        name=name,
        now=NOW,
        subject=subject,
        text="Text",
        html="<p>Text</p>",
        tenders=tenders,
    )


def read(content: bytes):
    return message_from_bytes(content, policy=policy.default)


@pytest.mark.parametrize("name", ["title", "reference", "cancel_reason"])
def test_a_line_break_in_a_title_injects_no_header(name):
    typed = "Schools\r\nBcc: everybody@example.org\r\n\r\nBuy now"
    matter = Matter(tender=tender(**{name: typed}))
    written = rendering.write([Item(KINDS["tender_cancelled"], matter)], "fr", OFFICE)
    message = read(letter(subject=written.subject).content)
    assert message["Bcc"] is None
    assert "\n" not in written.subject


@pytest.mark.parametrize(
    ("to", "name"),
    [
        ("a@example.org\r\nBcc: b@example.org", ""),
        ("no address", ""),
        ("a@b@c", ""),
        ("", ""),
        ("é@example.org", ""),
    ],
)
def test_an_address_that_cannot_stand_in_a_header_is_refused(to, name):
    with pytest.raises(Exception, match=r".+"):
        letter(to=to, name=name)


def test_a_name_with_quotes_or_commas_is_one_name():
    message = read(letter(name='Responsable "AI", Caen <x@y>').content)
    [address] = message["To"].addresses
    assert (address.display_name, address.addr_spec) == (
        'Responsable "AI", Caen <x@y>',
        "somebody@example.org",
    )


def test_the_date_is_the_clocks():
    assert parsedate_to_datetime(read(letter().content)["Date"]).astimezone(UTC) == NOW


def test_machines_are_told_not_to_answer():
    message = read(letter().content)
    assert message["Auto-Submitted"] == "auto-generated"
    assert str(message["From"]) == "Marchés groupés <ne-pas-repondre@marches.example>"


def test_mails_of_one_tender_are_one_thread(worker):  # N28
    person = make_member()
    make_manager(person), make_manager(person)
    with clock.at(NOW):
        one = make_tender(deadlines={DeadlineKind.REGISTRATION_CLOSE: paris(2026, 12, 9)})
        make_bid(one)
        make_tender(deadlines={DeadlineKind.REGISTRATION_CLOSE: paris(2026, 12, 30)})
    for day in (2, 8, 23):
        with clock.at(paris(2026, 12, day, 8)):
            worker.tick()
    mails = [mail.message for mail in worker.smtp.messages]
    assert len(mails) == 6
    assert len({mail["Message-ID"] for mail in mails}) == 6
    first, other = mails[:4], mails[4:]
    assert len({mail["References"] for mail in first}) == 1
    assert len({mail["References"] for mail in other}) == 1
    assert first[0]["References"] != other[0]["References"]
    assert {mail["In-Reply-To"] for mail in first} == {first[0]["References"]}
    assert {mail["List-Id"] for mail in first} == {f"<marche-{one.id}.marches-groupes.example>"}
    assert subject_of(worker.smtp.messages[0])


def test_a_message_id_is_not_given_again_by_a_database_begun_afresh():
    later = NOW + timedelta(microseconds=1)
    assert letters.message_id(7, NOW, "a.example") == letters.message_id(7, NOW, "a.example")
    assert letters.message_id(7, NOW, "a.example") != letters.message_id(7, later, "a.example")
