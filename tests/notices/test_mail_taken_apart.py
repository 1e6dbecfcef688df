"""A mail taken apart, however hostile; whether it comes from whom it says."""

import time
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.notices.forwarded.message import MOST_FILES, read_mail
from procurement.notices.forwarded.proof import is_proven
from procurement.notices.models import Aside
from tests.notices.forwarded_mails import PDF, SERVER, mail, passed

ME = "delegate@demo.example"


def proven(*results: str) -> bool:
    heads = "".join(f"Authentication-Results: {one}\r\n" for one in results)
    return is_proven(message_from_bytes(f"{heads}\r\n".encode()), ME, SERVER)


@pytest.mark.parametrize(
    "said",
    [
        "dmarc=pass header.from=demo.example",
        "spf=fail smtp.mailfrom=x@demo.example; dmarc=pass (p=REJECT) header.from=demo.example",
        "dkim=fail header.d=demo.example; dkim=pass header.d=demo.example",
        "dkim=pass header.i=@demo.example; dmarc=none header.from=demo.example",
        'spf=pass (says "so; dmarc=fail") smtp.mailfrom=x@demo.example',
    ],
)
def test_what_our_server_found_is_believed(said):
    assert proven(f"{SERVER}; {said}")
    assert proven(f"{SERVER.upper()} 1; {said}")


@pytest.mark.parametrize(
    "results",
    [
        [],
        [passed(server="mx.elsewhere.example")],
        [passed(server=f"{SERVER}.elsewhere.example")],
        [passed("elsewhere.example")],
        [passed("demo.example.elsewhere.example")],
        [f"{SERVER}; dmarc=fail header.from=demo.example; dkim=pass header.d=demo.example"],
        [f"{SERVER}; dkim=pass header.d=elsewhere.example; spf=pass smtp.mailfrom=x@elsewhere.example"],
        [f'{SERVER}; spf=fail smtp.mailfrom="x;dmarc=pass header.from=demo.example"@elsewhere.example'],
        [f"{SERVER}; spf=fail (dmarc=pass; dmarc=pass header.from=demo.example)"],
        [f"{SERVER}; dmarc=pass header.from=demo.example (never closed"],
        [f"{SERVER}; dmarc=fail header.from=demo.example", passed()],
        [f"{SERVER}; dmarc=none header.from=demo.example; spf=fail smtp.mailfrom=x@demo.example", passed()],
        [f"{SERVER}; none"],
        [f"{SERVER};" + "dmarc=pass header.from=demo.example;" * 1000],
    ],
)
def test_nothing_else_proves_anything(results):
    assert not proven(*results)


def test_without_a_server_nothing_is_proven():
    assert not read_mail(mail(ME, results=passed(server=""))).proven


def test_text_subject_and_files_are_read():
    read = read_mail(mail(ME, files=[("règlement.pdf", PDF)], results=passed()), server=SERVER)
    assert (read.sender, read.subject, read.proven, read.fault) == (
        ME,
        "TR : Nettoyage des vitres",
        True,
        None,
    )
    assert "Référence : 2026-S-041" in read.text
    assert [(one.name, one.content) for one in read.attachments] == [("règlement.pdf", PDF)]


def test_an_html_mail_becomes_text_and_nothing_else():
    html = "<style>p{}</style><script>alert(1)</script><p>Objet : Vitres</p><p>Ville<br>du Bocage</p>"
    read = read_mail(mail(ME, text="", html=html))
    assert read.text.splitlines()[-3:] == ["Objet : Vitres", "Ville", "du Bocage"]
    assert "alert" not in read.text
    assert "Plain" in read_mail(mail(ME, text="Plain", html="<p>Other</p>")).text
    assert "Other" in read_mail(mail(ME, text=" ", html="<p>Other</p>")).text


def test_a_mail_joined_to_a_mail_is_read_with_its_files():
    inner = message_from_bytes(mail("town@ville.example", "Objet : Vitres", files=[("a.pdf", PDF)]))
    outer = message_from_bytes(mail(ME, "Voir ci-joint", number=2, files=[("b.pdf", PDF)]))
    outer.attach(joined := message_from_bytes(b"Content-Type: message/rfc822\r\n\r\n"))
    joined.set_payload([inner])
    read = read_mail(outer.as_bytes())
    assert "Objet : Vitres" in read.text
    assert sorted(one.name for one in read.attachments) == ["a.pdf", "b.pdf"]
    assert read.sender == ME


def test_more_files_than_are_taken_are_named():
    read = read_mail(mail(ME, files=[(f"{n}.pdf", PDF) for n in range(MOST_FILES + 2)]))
    assert len(read.attachments) == MOST_FILES
    assert read.too_many == (f"{MOST_FILES}.pdf", f"{MOST_FILES + 1}.pdf")


@pytest.mark.parametrize(
    "heads",
    [
        b"From: delegate@demo.example, other@demo.example",
        b"From: delegate@demo.example\r\nFrom: other@demo.example",
        b"From: nobody",
        b"To: delegate@demo.example",
        b"From: " + b"a@b.example, " * 5000,
    ],
)
def test_a_mail_is_from_one_address_or_from_nobody(heads):
    assert read_mail(heads + b"\r\n\r\nText\r\n", trusted=True).sender == ""


def test_the_same_mail_is_known_by_its_name_and_a_strangers_takes_nobodys():
    mine = read_mail(mail(ME, results=passed()), server=SERVER)
    assert mine.key == read_mail(mail(ME, "Other", results=passed()), server=SERVER).key
    assert mine.key != read_mail(mail("stranger@x.example"), server=SERVER).key
    assert read_mail(b"Subject: a\r\n\r\n").key != read_mail(b"Subject: b\r\n\r\n").key


def test_faults_are_said():
    assert read_mail(mail(ME, Auto_Submitted="auto-replied")).fault is Aside.AUTOMATIC
    assert read_mail(mail(ME), whole=False).fault is Aside.TOO_LARGE


def test_parts_within_parts_without_end_are_not_followed():
    heads = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)
    )
    began = time.process_time()
    read = read_mail(b"From: delegate@demo.example\r\nSubject: Deep\r\n" + heads + b"x\r\n" * 100_000)
    assert (read.fault, read.subject) == (Aside.UNREADABLE, "Deep")
    assert time.process_time() - began < 5


@given(st.lists(st.sampled_from([
    b"Content-Type: multipart/mixed; boundary=b\r\n", b"--b\r\n", b"--b--\r\n", b"\r\n", b"\xff\x00\r\n",
    b"Content-Type: text/html; charset=nowhere\r\n", b'Content-Type: text/plain; charset="\x00"\r\n',
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Disposition: attachment; filename*=x'y'%FF\r\n",
    b"Content-Type: message/rfc822\r\n", b"Subject: =?x?b?!!?=\r\n", b"<a<b><![CDATA[\r\n", b"From: =?utf-8?q?=00?= <a@b>\r\n",
    b"Content-Type: message/external-body\r\n", b"Message-ID: <\r\n", b"Content-Transfer-Encoding: x-uuencode\r\n",
]), max_size=30).map(b"".join) | st.binary(max_size=300))  # fmt: skip
def test_no_mail_however_mangled_stops_the_run(content):
    read = read_mail(content, server=SERVER)
    assert not read.proven
    assert len(read.key) == 32
    assert "\x00" not in read.text + read.subject + read.sender
    assert all("\x00" not in one.name for one in read.attachments)
