"""Files through pages: sent with a form or ahead of it, handed out to whoever has the right, each time."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from sqlalchemy import select, update

from procurement.core import clock
from procurement.core.events import Event
from procurement.core.storage import open_kept
from procurement.core.storage.stores import the_store
from procurement.files.models import File, FileVersion
from procurement.members.models import Membership
from procurement.tenders.operations import cancel_tender
from procurement.web.receiving import read_token
from tests.core.test_storage import a_workbook
from tests.factories import a_pdf, actor_of, make_delegate, make_file, make_manager, make_tender


def sent(*files: tuple[bytes, str], **fields):
    return {"files": [(BytesIO(content), name) for content, name in files], **fields}


def documents(tender) -> str:
    return f"/marches/{tender.id}/documents"


def test_the_delegate_adds_documents_and_a_member_saves_one(browser_of, session):
    tender = make_tender()
    delegate, member = browser_of(make_delegate()), browser_of(make_manager())
    content = a_pdf("rules")
    data = sent((content, "RC – règlement.pdf"), (a_workbook(macros=True), "BPU.xlsm"))
    assert delegate.post(documents(tender), data=data).location == documents(tender)
    page = member.get(documents(tender)).text
    assert "RC – règlement.pdf" in page
    assert "macros" in page
    assert 'type="file"' not in page
    path = re.search(r"/fichiers/\d+", page)[0]
    answer = member.get(path)
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "r%C3%A8glement.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert int(answer.headers["Content-Length"]) == len(content)
    assert {"private", "no-cache"} <= set(re.split(r",\s*", answer.headers["Cache-Control"]))
    verbs = session.scalars(select(Event.verb).where(Event.subject_id == tender.id).order_by(Event.id))
    assert list(verbs)[-2:] == ["file_added", "file_added"]
    assert "RC – règlement.pdf" in member.get(f"/marches/{tender.id}").text


def test_a_download_can_be_taken_up_again_and_isn_t_sent_twice(browser_of):
    version = make_file(make_tender(), content := a_pdf("long")).versions[0]
    member = browser_of(make_manager())
    path = f"/fichiers/{version.id}"
    part = member.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, content[10:20])
    known = member.get(path, headers={"If-None-Match": f'"{version.digest.hex()}"'})
    assert (known.status_code, known.data) == (304, b"")


def test_the_right_is_asked_for_each_time(browser_of, client, session):
    tender = make_tender()
    version = make_file(tender).versions[0]
    member = browser_of(make_manager())
    path = f"/fichiers/{version.id}"
    assert member.get(path).status_code == 200
    session.execute(update(Membership).values(ended_at=clock.now()))
    for address in (path, f"{path}/apercu"):
        assert member.get(address, headers={"If-None-Match": f'"{version.digest.hex()}"'}).status_code == 404
    assert client.get(path).status_code == 302


def test_a_file_of_what_nobody_declared_is_nobody_s(browser_of, session):
    tender = make_tender()
    file = make_file(tender)
    file.subject_type = "user_account"
    session.flush()
    assert browser_of(make_delegate()).get(f"/fichiers/{file.versions[0].id}").status_code == 404


def test_versions_stay_and_the_same_bytes_are_no_new_one(browser_of, session):
    tender = make_tender()
    file = make_file(tender, first := a_pdf(1), "RC.pdf")
    delegate, member = browser_of(make_delegate(name="Déléguée")), browser_of(make_manager())
    path = f"{documents(tender)}/{file.id}"
    for content in (a_pdf(2), a_pdf(2)):
        assert delegate.post(path, data=sent((content, "RC v2.pdf"))).status_code == 302
    versions = session.scalars(
        select(FileVersion).where(FileVersion.file_id == file.id).order_by(FileVersion.number)
    ).all()
    assert [(one.number, one.name) for one in versions] == [(1, "RC.pdf"), (2, "RC v2.pdf")]
    page = member.get(documents(tender)).text
    assert "1 version précédente" in page
    assert "Déléguée" in page
    assert member.get(f"/fichiers/{versions[0].id}").data == first


def test_a_document_taken_away_is_found_by_nobody(browser_of):
    tender = make_tender()
    file = make_file(tender)
    version = file.versions[0]
    delegate = browser_of(make_delegate())
    assert delegate.get(f"/fichiers/{version.id}").status_code == 200
    assert delegate.post(f"{documents(tender)}/{file.id}/retirer").status_code == 302
    assert delegate.get(f"/fichiers/{version.id}").status_code == 404
    assert delegate.post(f"{documents(tender)}/{file.id}/retirer").status_code == 404
    assert delegate.get(f"{documents(tender)}/{file.id}").status_code == 404


def test_a_file_of_another_tender_isn_t_replaced(browser_of, session):
    tender, other = make_tender(), make_tender()
    file = make_file(other)
    delegate = browser_of(make_delegate())
    data = sent((a_pdf("x"), "x.pdf"))
    assert delegate.post(f"{documents(tender)}/{file.id}", data=data).status_code == 404
    session.refresh(file)
    assert file.latest == 1


def test_what_is_refused_is_told_by_name_and_the_others_wait_in_the_form(browser_of, session):
    tender = make_tender()
    delegate = browser_of(make_delegate())
    data = sent((a_pdf("good"), "RC.pdf"), (b"MZ" + b"\0" * 100, "prix.exe"))
    answer = delegate.post(documents(tender), data=data)
    assert answer.status_code == 422
    assert "prix.exe" in answer.text
    assert "n’est pas accepté" in answer.text
    assert session.scalars(select(File)).all() == []
    token = re.search(r'name="files-kept" value="([^"]+)"', answer.text)[1]
    assert delegate.post(documents(tender), data={"files-kept": token}).status_code == 302
    assert session.scalars(select(FileVersion.name)).all() == ["RC.pdf"]
    # Nobody else can use it, nor make one up.
    for browser, given in (
        (browser_of(make_delegate()), token),
        (delegate, token[:-2] + "xx"),
        (delegate, "[]"),
    ):
        assert browser.post(documents(tender), data={"files-kept": given}).status_code == 422


def test_a_file_goes_ahead_of_its_form(browser_of):
    member = browser_of(make_manager())
    answer = member.post("/fichiers", data={"file": (BytesIO(a_pdf()), "scan.pdf")})
    assert (answer.status_code, answer.json["name"]) == (200, "scan.pdf")
    refused = member.post("/fichiers", data={"file": (BytesIO(b"MZ" + b"\0" * 100), "scan.pdf")})
    assert refused.status_code == 422
    assert "n’est pas accepté" in refused.json["error"]
    assert member.post("/fichiers", data={"file": "no file"}).status_code == 422
    assert member.post("/fichiers").status_code == 422


def test_a_page_that_takes_no_file_takes_no_load_either(client):
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    heavy = part + b"x" * 2_000_000 + b"\r\n--x--\r\n"
    answer = client.post("/connexion/lien", data=heavy, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413


def test_a_picture_of_a_page_is_shown_inline_and_is_ours(browser_of):
    version = make_file(make_tender(), a_pdf(pages=2)).versions[0]
    member = browser_of(make_manager())
    answer = member.get(f"/fichiers/{version.id}/apercu?page=2")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.data[:3] == b"\xff\xd8\xff"
    for page in ("3", "0", "-1", "x"):
        expected = 200 if page == "x" else 404
        assert member.get(f"/fichiers/{version.id}/apercu?page={page}").status_code == expected
    text = make_file(make_tender(), b"plain", "a.txt").versions[0]
    assert member.get(f"/fichiers/{text.id}/apercu").status_code == 404


@pytest.mark.parametrize("text", ["<script>", '" onload="x'])
def test_a_name_is_only_text(browser_of, text):
    tender = make_tender()
    make_file(tender, a_pdf(), f"{text}.pdf")
    page = browser_of(make_manager()).get(documents(tender)).text
    assert text not in page


def test_nothing_can_be_put_on_a_cancelled_tender(browser_of, session):
    tender = make_tender()
    make_file(tender)
    cancel_tender(actor_of(make_delegate()), tender.id, "The buyer withdrew.")
    delegate = browser_of(make_delegate())
    assert delegate.post(documents(tender), data=sent((a_pdf("x"), "x.pdf"))).status_code == 422
    assert 'type="file"' not in delegate.get(documents(tender)).text


def test_a_token_stands_for_its_file_for_a_day_and_as_long_as_it_is_there(browser_of, app):
    manager = make_manager()
    answer = browser_of(manager).post("/fichiers", data={"file": (BytesIO(a_pdf("token")), "a.pdf")})
    token = answer.json["token"]
    kept = read_token(token, manager.id)
    assert kept is not None
    assert read_token(token, manager.id + 1) is None
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert read_token(token, manager.id) is None
    the_store().remove(kept.digest.hex())
    assert read_token(token, manager.id) is None


def test_a_request_can_be_the_file_itself(browser_of, session):
    manager = make_manager()
    sent = {
        "content_type": "application/octet-stream",
        "headers": {"X-File-Name": "attestation%20%C3%A9t%C3%A9.pdf"},
    }
    answer = browser_of(manager).post("/fichiers", data=a_pdf("bare"), **sent)
    assert answer.status_code == 200
    assert answer.json["name"] == "attestation été.pdf"
    kept = read_token(answer.json["token"], manager.id)
    with open_kept(kept.digest) as file:
        assert file.read() == a_pdf("bare")
    refused = browser_of(manager).post("/fichiers", data=b"MZ" + b"\0" * 100, **sent)
    assert refused.status_code == 422
    assert browser_of(manager).post("/fichiers", data=b"", **sent).status_code == 422


def test_a_page_that_takes_no_file_takes_no_bare_one(browser_of):
    big = b" " * 2_000_000
    answer = browser_of(make_manager()).post(
        "/deconnexion", data=big, content_type="application/octet-stream"
    )
    assert answer.status_code in {302, 413}


def test_what_is_said_of_a_file_is_punctuated_in_the_reader_s_language(browser_of):
    tender = make_tender()
    page = browser_of(make_delegate()).post(documents(tender), data=sent((b"MZ\x90\x00", "outil.exe")))
    assert page.status_code == 422
    assert "outil.exe\u00a0: " in page.text
