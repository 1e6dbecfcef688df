"""A mail forwarded to the platform becomes a draft, and is answered: a real IMAP server, or the embedded one's folder."""

import pytest
from sqlalchemy import select

from procurement.core import clock
from procurement.core.db import db
from procurement.core.events import Event
from procurement.core.policy import Role
from procurement.files.queries import files_of
from procurement.notices.forwarded import taking
from procurement.notices.models import Aside, ForwardedMail, MailState
from procurement.notifications.watch import OUT_OF_REACH
from procurement.tenders.models import Tender
from tests.dovecot import dovecot
from tests.factories import make_delegate, make_manager, make_user, paris
from tests.notices.forwarded_mails import BOX, PDF, SERVER, mail, passed
from tests.worker import subject_of, text_of
from workers import notices as jobs

ME = "delegate@demo.example"
NOTHING = {"drafts": 0, "aside": 0, "known": 0, OUT_OF_REACH: 0}


@pytest.fixture(autouse=True)
def _noon(app):
    with clock.at(paris(2026, 11, 24, 12)):
        yield


@pytest.fixture
def delegate(session):
    return make_delegate(email=ME)


@pytest.fixture
def box(settings, monkeypatch):
    """A real mailbox over IMAP, which the job reads."""
    with dovecot() as server:
        update = {"notices_imap_url": server.url, "notices_auth_server": SERVER, "embedded": False}
        monkeypatch.setattr(jobs, "settings", lambda: settings.model_copy(update=update))
        yield server


def tenders():
    return db.session.scalars(select(Tender).order_by(Tender.id)).all()


def aside():
    return [
        (one.sender, one.why) for one in db.session.scalars(select(ForwardedMail)) if one.state == "aside"
    ]


@pytest.mark.usefixtures("delegate")
def test_a_delegates_mail_becomes_a_draft_with_its_files_once_and_is_answered(box, worker):
    files = [("Règlement.pdf", PDF), ("setup.exe", b"MZ" + bytes(300))]
    box.put(mail(f"Delegate <{ME}>", files=files, results=passed()))
    assert jobs.read_forwarded() == NOTHING | {"drafts": 1}
    [tender] = tenders()
    assert (tender.title, tender.reference, tender.published_at) == (
        "Nettoyage des vitres des écoles", "2026-S-041", None)  # fmt: skip
    assert tender.source == "mail"
    [file] = files_of("tender", [tender.id])[tender.id]
    assert file.versions[0].name == "Règlement.pdf"
    [answer] = worker.tick()
    assert answer.recipients == (ME,)
    assert subject_of(answer) == "Brouillon tiré de votre courriel : Nettoyage des vitres des écoles"
    said = text_of(answer)
    assert "Référence : 2026-S-041" in said
    assert "vendredi 18 décembre 2026" in said
    assert "Ce qu’il vous reste à remplir" in said
    assert "setup.exe" in said
    assert f"/marches/{tender.id}/modifier" in said
    assert box.unread() == 0
    box.put(mail(ME, "Another text", results=passed()))
    assert jobs.read_forwarded() == NOTHING | {"known": 1}
    assert len(tenders()) == 1
    assert worker.tick() == []


@pytest.mark.usefixtures("delegate")
def test_what_is_here_already_is_answered_and_changes_nothing(box, worker):
    box.put(mail(ME, results=passed()))
    jobs.read_forwarded()
    worker.tick()
    box.put(mail(ME, number=2, files=[("Plan.pdf", PDF)], results=passed()))
    assert jobs.read_forwarded() == NOTHING | {"known": 1}
    [tender] = tenders()
    assert files_of("tender", [tender.id]).get(tender.id, []) == []
    [answer] = worker.tick()
    assert subject_of(answer).startswith("Déjà là : Nettoyage")
    assert "Plan.pdf" in text_of(answer)


def test_whoever_may_not_or_is_not_proven_waits_unanswered(box, worker, delegate):
    make_manager(email="manager@demo.example")
    make_user(email="former@demo.example", roles=[Role.LEGAL_DELEGATE], active=False)
    sent = {
        "stranger@x.example": (passed("x.example"), Aside.STRANGER),
        "manager@demo.example": (passed(), Aside.NOT_ALLOWED),
        "former@demo.example": (passed(), Aside.STRANGER),
        delegate.email: (passed(server="mx.elsewhere.example"), Aside.UNPROVEN),
    }
    for number, (sender, (results, _)) in enumerate(sent.items()):
        box.put(mail(sender, number=number, results=results))
    box.put(b"From: \xff\xfe\r\nContent-Type: multipart/mixed\r\n\r\n\x00")
    box.put(mail(delegate.email, number=9, results=passed(), Auto_Submitted="auto-replied"))
    assert jobs.read_forwarded() == NOTHING | {"aside": 6}
    assert aside() == [
        *((sender, why) for sender, (_, why) in sent.items()),
        ("", Aside.STRANGER),
        (delegate.email, Aside.AUTOMATIC),
    ]
    assert tenders() == []
    assert worker.tick() == []
    assert (
        db.session.scalars(select(Event.verb).where(Event.subject_type == "forwarded_mail")).all()
        == ["mail_left_aside"] * 6
    )


@pytest.mark.usefixtures("delegate")
def test_a_mail_that_breaks_the_taking_waits_and_the_next_goes_on(box, monkeypatch):
    take = taking.take_text

    def breaking(actor, text, **options):
        if "breaks" in text:
            raise ZeroDivisionError
        return take(actor, text, **options)

    monkeypatch.setattr(taking, "take_text", breaking)
    box.put(mail(ME, "This breaks", results=passed()))
    box.put(mail(ME, number=2, results=passed()))
    assert jobs.read_forwarded() == NOTHING | {"aside": 1, "drafts": 1}
    assert aside() == [(ME, Aside.UNREADABLE)]


@pytest.mark.usefixtures("delegate")
def test_a_mail_that_is_too_large_is_named(box, monkeypatch):
    monkeypatch.setattr(jobs, "LARGEST", 2000)
    box.put(mail(ME, "x " * 2000, results=passed()))
    assert jobs.read_forwarded() == NOTHING | {"aside": 1}
    assert aside() == [(ME, Aside.TOO_LARGE)]


def test_strangers_fill_no_more_than_the_list(box, monkeypatch):
    monkeypatch.setattr(taking, "MOST_WAITING", 1)
    for number in range(3):
        box.put(mail("stranger@x.example", number=number))
    jobs.read_forwarded()
    assert len(aside()) == 1


def test_a_mailbox_out_of_reach_is_said(settings, monkeypatch):
    given = settings.model_copy(update={"notices_imap_url": "imap://a:b@127.0.0.1:9/INBOX"})
    monkeypatch.setattr(jobs, "settings", lambda: given)
    assert jobs.read_forwarded() == NOTHING | {OUT_OF_REACH: 1}


def test_without_a_mailbox_nothing_is_read(settings, monkeypatch):
    given = settings.model_copy(update={"embedded": False})
    monkeypatch.setattr(jobs, "settings", lambda: given)
    assert given.forward_to == ""
    assert jobs.read_forwarded() == NOTHING


@pytest.mark.usefixtures("delegate")
def test_mails_to_the_embedded_server_are_read_from_its_folder(settings, monkeypatch, tmp_path):
    given = settings.model_copy(update={"mailbox_dir": tmp_path})
    assert given.forward_to == BOX
    monkeypatch.setattr(jobs, "settings", lambda: given)
    for number, to in enumerate([BOX, f"other@x.example, {BOX}", f"un{BOX}", f"{BOX}.fr"]):
        head = f"X-Envelope-From: {ME}\r\nX-Envelope-To: {to}\r\n".encode()
        content = mail(ME, f"Objet : Marché {number}", number=number)
        (tmp_path / f"{number}.eml").write_bytes(head + content)
    assert jobs.read_forwarded() == NOTHING | {"drafts": 2}
    assert jobs.read_forwarded() == NOTHING
    assert [one.state for one in db.session.scalars(select(ForwardedMail))] == [MailState.TAKEN] * 2
