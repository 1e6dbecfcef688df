"""Pages of certificates, as people use them: a member sends, the delegate looks, checks, refuses, asks."""

import re
from io import BytesIO

import pytest

from procurement.certificates.models import CertificateKind
from procurement.core import clock
from procurement.members.models import MemberKind
from tests.counting import counted
from tests.factories import (
    a_pdf,
    make_certificate,
    make_delegate,
    make_manager,
    make_member,
    paris,
)


@pytest.fixture(autouse=True)
def _tuesday(app):
    with clock.at(paris(2026, 11, 24, 10)):
        yield


def sent(**changed):
    return {"scans": [(BytesIO(a_pdf("scan")), "Vigilance.pdf")], "issued_on": "20/11/2026"} | changed


def page_of(member) -> str:
    return f"/attestations/structures/{member.id}"


def test_a_member_sees_what_it_owes_and_by_when_and_sends_it(browser_of):
    member = make_member()
    make_certificate(member, CertificateKind.TAX)
    browser = browser_of(make_manager(member))
    assert browser.get("/attestations").location == page_of(member)
    page = browser.get(page_of(member)).text
    assert "5 attestations à envoyer maintenant" in page
    assert "D8222-5" in page
    assert "jeudi 31 décembre 2026" in page
    assert 'capture="environment"' in browser.get(page_of(member) + "/vigilance").text
    assert browser.post(page_of(member) + "/vigilance", data=sent()).location == page_of(member)
    page = browser.get(page_of(member)).text
    assert "4 attestations à envoyer maintenant" in page
    assert "À vérifier" in page
    assert "Vigilance.pdf" in page
    assert "La déléguée juridique la regarde" in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"scans": []}, "une photo de chaque page"),
        ({"issued_on": ""}, "le jour où elle a été délivrée"),
        ({"issued_on": "25/11/2026"}, "après aujourd’hui"),
        ({"issued_on": "20/05/2026"}, "déjà périmée"),
        ({"issued_on": "31/02/2026"}, "n’existe pas"),
        ({"expires_on": "19/11/2026"}, "avant d’avoir été délivrée"),
        ({"note": "x" * 501}, "501"),
        ({"scans": [(BytesIO(a_pdf(password="x")), "secret.pdf")]}, "mot de passe"),
        ({"scans": [(BytesIO(b"lot;prix"), "prix.csv")]}, "PDF, JPG"),
    ],
)
def test_what_is_refused_is_told_and_the_document_needn_t_be_sent_again(browser_of, changed, words):
    member = make_member()
    browser = browser_of(make_manager(member))
    answer = browser.post(page_of(member) + "/vigilance", data=sent(**changed))
    assert answer.status_code == 422
    assert words in answer.text
    if "scans" not in changed:
        token = re.search(r'name="scans-kept" value="([^"]+)"', answer.text)[1]
        again = browser.post(
            page_of(member) + "/vigilance", data={"scans-kept": token, "issued_on": "20/11/2026"}
        )
        assert again.status_code == 302


def test_an_end_that_the_paper_says_must_be_given(browser_of):
    member = make_member()
    browser = browser_of(make_manager(member))
    answer = browser.post(page_of(member) + "/insurance", data=sent())
    assert answer.status_code == 422
    assert "dernier jour" in answer.text


def test_a_kind_that_doesn_t_exist_is_nowhere(browser_of):
    member = make_member()
    browser = browser_of(make_manager(member))
    assert browser.get(page_of(member) + "/nothing").status_code == 404


def test_the_delegate_checks_one_after_the_other(browser_of, session):
    member = make_member()
    first, second = (make_certificate(one, checked=False) for one in (make_member(), member))
    delegate = browser_of(make_delegate(name="Déléguée"))
    grid = delegate.get("/attestations").text
    assert f"/attestations/{first.id}" in grid
    page = delegate.get(f"/attestations/{first.id}").text
    assert re.search(r"<button[^>]*autofocus", page)
    picture = re.search(r'src="(/fichiers/\d+/apercu)"', page)[1]
    assert delegate.get(picture).headers["Content-Type"] == "image/jpeg"
    assert delegate.post(f"/attestations/{first.id}/verifier").location == f"/attestations/{second.id}"
    without = delegate.post(f"/attestations/{second.id}/refuser", data={"reason": " "})
    assert without.status_code == 422
    refused = delegate.post(f"/attestations/{second.id}/refuser", data={"reason": "La page 2 manque."})
    assert refused.location == "/attestations"
    session.refresh(second)
    assert "La page 2 manque." in browser_of(make_manager(member)).get(page_of(member)).text
    assert "Déléguée" in delegate.get(f"/attestations/{first.id}").text


def test_a_verdict_on_one_that_was_replaced_meanwhile_changes_nothing(browser_of, session):
    member = make_member()
    old = make_certificate(member, checked=False)
    make_certificate(member, checked=False)
    delegate = browser_of(make_delegate())
    assert delegate.post(f"/attestations/{old.id}/verifier").status_code == 409
    assert delegate.post(f"/attestations/{old.id}/refuser", data={"reason": "No."}).status_code == 409
    session.refresh(old)
    assert (old.checked_at, old.refused_at) == (None, None)
    assert "remplacée" in delegate.get(f"/attestations/{old.id}").text


def test_the_delegate_asks_in_one_click_and_sees_when(browser_of):
    member = make_member(MemberKind.GES, name="GES Bocage")
    full = make_member(MemberKind.GES, name="GES Caux")
    for kind in ("vigilance", "tax", "insurance", "registration"):
        make_certificate(full, CertificateKind(kind))
    delegate = browser_of(make_delegate())
    red = delegate.get("/attestations?etat=rouge").text
    assert "GES Bocage" in red
    assert "GES Caux" not in red
    assert "jamais" in red
    answer = delegate.post(page_of(member) + "/relancer", data={"etat": "rouge"})
    assert answer.location == f"/attestations?etat=rouge#structure-{member.id}"
    assert "24 nov., 10" in delegate.get("/attestations").text.replace("\u00a0", " ")
    again = delegate.post(page_of(member) + "/relancer", follow_redirects=True)
    assert "déjà été relancée" in again.text


def test_the_grid_asks_the_same_for_many_structures(browser_of):
    delegate = browser_of(make_delegate())
    make_certificate(make_member())
    with counted() as few:
        delegate.get("/attestations")
    for _ in range(10):
        make_certificate(make_member(MemberKind.ETTI), CertificateKind.ETTI_GUARANTEE)
    with counted() as many:
        delegate.get("/attestations")
    assert len(few) == len(many)


def test_a_person_of_several_structures_chooses(browser_of):
    first, second = make_member(name="AI Alençon"), make_member(MemberKind.ETTI, name="ETTI Alençon")
    user = make_manager(first)
    from_both = browser_of(user)
    assert from_both.get("/attestations").location == page_of(first)
    other = make_manager(second)
    assert "AI Alençon" not in browser_of(other).get(page_of(second)).text
