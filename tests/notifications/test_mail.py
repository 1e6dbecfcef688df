"""The mails themselves: headers, threads, escapes, and how each kind reads in both languages."""

import os
import re
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from procurement.accounts.models import User
from procurement.bids.models import Bid, GroupForm, Participation, Seat
from procurement.bids.queries import Due
from procurement.certificates.models import Certificate, CertificateKind
from procurement.core import clock
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.members.models import Member, MemberKind
from procurement.notifications import letters, rendering
from procurement.notifications.changes import Change
from procurement.notifications.dossier import GroupOwing, Matter
from procurement.notifications.kinds import KINDS
from procurement.notifications.models import Delivery
from procurement.notifications.owed import Owed
from procurement.notifications.rendering import Item
from procurement.notifications.suits import Suit
from procurement.tenders.models import Buyer, Lot, ServiceNature, Tender, TenderKind
from tests.factories import make_bid, make_manager, make_member, make_tender, paris
from tests.notifications.account_matters import ABOUT_ACCOUNTS
from tests.worker import subject_of

pytestmark = pytest.mark.usefixtures("whole_app")  # it gives the key that signs links

READER = rendering.Reader(7, datetime(2026, 9, 1, tzinfo=UTC))
"""The account that mails are written for."""


def reader_of(name: str) -> rendering.Reader | None:
    """Who reads a mail: nobody with an account where the kind is for an address."""
    return None if KINDS[name.partition("-")[0]].by_address else READER


SNAPSHOTS = Path(__file__).with_name("snapshots")
OFFICE = letters.Office("https://marches.example", "Marchés groupés <ne-pas-repondre@marches.example>")
NOW = paris(2026, 11, 24, 10)
CLOSES = paris(2026, 12, 9)


def tender(**fields) -> Tender:
    return Tender(
        **(
            {
                "id": 12,
                "title": "Remplacement d’agents techniques dans les collèges du Calvados",
                "reference": "2026-COL-07",
                "departments": ["14"],
                "buyer": Buyer(name="Département du Calvados"),
                "due_at": paris(2027, 1, 13),
                "due_zone": "Europe/Paris",
                "created_at": NOW,
                "cancel_reason": "",
            }
            | fields
        )
    )


def deadline(kind=DeadlineKind.REGISTRATION_CLOSE, due_at=CLOSES, **fields) -> Deadline:
    return Deadline(
        **(
            {"kind": kind, "due_at": due_at, "remind_at": due_at, "zone": "Europe/Paris", "doubtful": False}
            | fields
        )
    )


def member(name="AI Caen") -> Member:
    return Member(name=name, kind=MemberKind.AI)


def certificate(**fields) -> Certificate:
    return Certificate(
        **(
            {
                "id": 8,
                "kind": CertificateKind.VIGILANCE,
                "member_id": 3,
                "member": Member(id=3, name="AI Caen", kind=MemberKind.AI),
                "expires_on": date(2027, 1, 23),
                "refusal_reason": "",
            }
            | fields
        )
    )


def bid(**fields) -> Bid:
    return Bid(**({"id": 5, "name": "Groupement Centre", "lead": member("AI Lisieux")} | fields))


REASON = "Les lots du centre sont déjà couverts.\nMerci d’avoir répondu si vite."
DATES = [
    deadline(),
    deadline(DeadlineKind.SITE_VISIT, paris(2026, 12, 15, 14, 30)),
    deadline(DeadlineKind.SUBMISSION, paris(2027, 1, 13)),
]


ANSWER = deadline(DeadlineKind.SUBMISSION, paris(2027, 1, 13))
OWED = [
    Owed(Due.SEAT, paris(2026, 12, 28), "AI Caen", "02 31 00 00 01", "Groupement Centre", 5),
    Owed(Due.SEAT, paris(2026, 12, 29), "ETTI Bocage", "", "Groupement Centre", 5),
    Owed(Due.SEAT, paris(2026, 12, 30), "AI Caen", "02 31 00 00 01", "Groupement Bessin", 6),
]


def a_lot(title, site="Collège Pasteur", number="1"):
    """A lot as `facts.plain` gives it."""
    places = [{"name": site, "town": "Caen", "department": "14", "weekly_hours": "20"}]
    return {
        "number": number,
        "title": title,
        "description": "",
        "cpv": "",
        "reservation": None,
        "sites": places,
    }


OWING = [GroupOwing(5, "Groupement Centre", "AI Lisieux", leads=False)]

MATTERS = {
    **ABOUT_ACCOUNTS,
    "draft_assigned": Matter(tender=tender(), dates=[ANSWER]),
    "sign_in_link": Matter(
        path="/connexion/lien/SECRET", secret="SECRET", expires_at=paris(2026, 11, 24, 10, 15)
    ),
    "password_reset": Matter(
        path="/connexion/mot-de-passe/SECRET", secret="SECRET", expires_at=paris(2026, 11, 24, 11)
    ),
    "invitation": Matter(
        path="/invitation/SECRET",
        secret="SECRET",
        expires_at=paris(2026, 12, 1, 10),
        invitation=SimpleNamespace(inviter=SimpleNamespace(name="Déléguée juridique"), member=member()),
    ),
    "invitation-role": Matter(
        path="/invitation/SECRET",
        secret="SECRET",
        expires_at=paris(2026, 12, 1, 10),
        invitation=SimpleNamespace(inviter=SimpleNamespace(name="Administration"), member=None),
    ),
    "tender_published": Matter(
        tender=tender(service_nature=ServiceNature.LABOUR_SUPPLY),
        dates=DATES,
        suits=[Suit("AI Caen", MemberKind.AI, ("14",)), Suit("ETTI Orne", MemberKind.ETTI, ())],
    ),
    "tender_published-search": Matter(
        tender=tender(service_nature=ServiceNature.LABOUR_SUPPLY),
        dates=DATES,
        searches=["Collèges du Calvados", "Propreté"],
    ),
    "tender_changed": Matter(
        tender=tender(),
        changes=[
            Change("title", "Remplacement d’agents", "Remplacement d’agents techniques"),
            Change("reservation", "unknown", "siae"),
            Change("ban_several_groups", False, True),
            Change(
                "lots", [a_lot("Centre", "Collège Dunois")], [a_lot("Centre"), a_lot("Bessin", number="2")]
            ),
        ],
    ),
    "tender_changed-back": Matter(tender=tender()),
    "registered": Matter(
        tender=tender(registrations_close_at=CLOSES),
        verb="registered",
        member=member(),
        lots=[Lot(number="1"), Lot(number="3")],
    ),
    "registered-agreement": Matter(
        tender=tender(kind=TenderKind.AGREEMENT, title="Accord ETTI – La Poste"),
        verb="registered",
        member=member("ETTI Orne"),
        behalf=True,
    ),
    "registered-withdrawn": Matter(
        tender=tender(registrations_close_at=CLOSES), verb="registration_withdrawn", member=member()
    ),
    "questions_closing": Matter(
        tender=tender(), deadline=deadline(DeadlineKind.QUESTIONS, paris(2027, 1, 4, 17))
    ),
    "site_visit": Matter(
        tender=tender(), deadline=deadline(DeadlineKind.SITE_VISIT, paris(2026, 12, 15, 14, 30))
    ),
    "dues": Matter(tender=tender(), deadline=ANSWER, owed=OWED[:1]),
    "dues-two": Matter(tender=tender(), deadline=ANSWER, owed=[OWED[0], OWED[2]]),
    "dues_lead": Matter(tender=tender(), deadline=ANSWER, owed=OWED[:2]),
    "dues_lead-one": Matter(tender=tender(), deadline=ANSWER, owed=OWED[:1]),
    "dues_delegate": Matter(tender=tender(), deadline=ANSWER, owed=OWED),
    "dues_delegate-one": Matter(tender=tender(), deadline=ANSWER, owed=OWED[1:2]),
    "standstill_over": Matter(
        tender=tender(), bid=bid(), deadline=deadline(DeadlineKind.STANDSTILL, paris(2027, 3, 12, 23, 59))
    ),
    "contract_renewal": Matter(
        tender=tender(), deadline=deadline(DeadlineKind.CONTRACT_END, paris(2027, 12, 31, 23, 59))
    ),
    "certificate_expiring": Matter(
        certificate=certificate(),
        deadline=deadline(DeadlineKind.CERTIFICATE_EXPIRY, paris(2027, 1, 23, 23, 59)),
    ),
    "certificate_refused": Matter(
        certificate=certificate(refusal_reason="La page 2 manque."), verb="certificate_refused"
    ),
    "certificates_wanted": Matter(
        member=Member(id=3, name="AI Caen", kind=MemberKind.AI),
        verb="certificates_chased",
        wanted=[CertificateKind.VIGILANCE, CertificateKind.INSURANCE],
    ),
    "registration_closing": Matter(tender=tender(), deadline=deadline()),
    "registration_closing-doubtful": Matter(
        tender=tender(), deadline=deadline(remind_at=paris(2026, 12, 8), doubtful=True)
    ),
    "registration_closing-agreement": Matter(
        tender=tender(title="Accord ETTI – La Poste", due_at=paris(2026, 12, 9)),
        deadline=deadline(DeadlineKind.ENROLMENT),
    ),
    "submission_nearing": Matter(
        tender=tender(), deadline=deadline(DeadlineKind.SUBMISSION, paris(2027, 1, 13)), owing=OWING
    ),
    "submission_nearing-lead": Matter(
        tender=tender(),
        deadline=deadline(DeadlineKind.SUBMISSION, paris(2027, 1, 13)),
        owing=[GroupOwing(5, "Groupement Centre", "AI Lisieux", leads=True)],
    ),
    "submission_nearing-delegate": Matter(
        tender=tender(),
        deadline=deadline(DeadlineKind.SUBMISSION, paris(2027, 1, 13)),
        owing=[*OWING, GroupOwing(6, "Groupement Bessin", "", leads=False)],
        coordinates=True,
    ),
    "submission_nearing-ungrouped": Matter(
        tender=tender(),
        deadline=deadline(DeadlineKind.APPLICATIONS, paris(2027, 1, 13), doubtful=True),
        coordinates=True,
    ),
    "erasure_asked": Matter(person=User(id=9, name="Responsable – AI Caen", phone="0231000000")),
    "mail_undeliverable": Matter(
        verb="mail_undeliverable",
        person=User(id=9, name="Responsable – AI Caen", email="caen@example.org", phone="0231000000"),
        structures=[Member(name="AI Caen", kind=MemberKind.AI, phone="0231111111")],
    ),
    "mail_undeliverable-suspended": Matter(
        verb="address_suspended",
        person=User(id=9, name="Responsable – AI Caen", email="caen@example.org", phone=""),
        structures=[Member(name="AI Caen", kind=MemberKind.AI, phone="0231111111")],
    ),
    "deadline_moved": Matter(
        tender=tender(),
        deadline=deadline(due_at=paris(2026, 12, 16, 15, 30)),
        facts={"before": "2026-12-09T11:00:00+00:00"},
    ),
    "tender_cancelled": Matter(tender=tender(cancel_reason="L’acheteur a retiré sa consultation.")),
    "member_proposed": Matter(tender=tender(), bid=bid(), member=member()),
    "seat_confirmed": Matter(tender=tender(), bid=bid(), member=member()),
    "seat_refused": Matter(
        tender=tender(), bid=bid(), member=member(), seat=Seat(refusal_reason="Trop de travail.")
    ),
    "member_removed": Matter(tender=tender(), bid=bid(), member=member(), seat=Seat(removal_reason=REASON)),
    "turned_down": Matter(tender=tender(), participation=Participation(turned_down_reason=REASON)),
    "bid_composed": Matter(
        tender=tender(), bid=bid(form=GroupForm.JOINT_WITH_SOLIDARY_LEAD), group=["AI Lisieux", "AI Caen"]
    ),
    "bid_deposited": Matter(
        tender=tender(), bid=bid(receipt_number="R-2027-0042", submitted_at=paris(2027, 1, 11, 16, 5))
    ),
    "bid_result": Matter(tender=tender(), bid=bid(awarded_at=NOW)),
    "bid_result-lost": Matter(tender=tender(), bid=bid(lost_at=NOW)),
    "bid_result-no_award": Matter(tender=tender(), bid=bid(no_award_at=NOW)),
    "bid_withdrawn": Matter(tender=tender(), bid=bid(withdrawn_reason="Le mandataire ne peut plus.")),
}
"""Each kind at least once; after the dash, another of its cases."""


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
