"""Filling in from the public register: against a server that speaks as it does, over real HTTP."""

import re

import pytest
from sqlalchemy import select

from procurement.core import events
from procurement.dossiers.models import LegalForm, MemberFile, NafVersion
from tests.factories import make_manager, make_member
from tests.web.dossiers.register import running, undertaking


@pytest.fixture
def register(app):
    """The register, running; the application asks it."""
    before = app.config["SETTINGS"]
    with running() as server:
        app.config["SETTINGS"] = before.model_copy(update={"register_url": server.url})
        yield server
    app.config["SETTINGS"] = before


@pytest.fixture
def member(app):
    """A structure that nothing is said of yet."""
    return make_member()


def said(page: str) -> str:
    """What the page would send back."""
    return re.search(r'name="said"[^>]*value="([^"]*)"', page)[1]


def test_what_is_missing_is_filled_in_and_marked_what_was_typed_stays(browser_of, session, register, member):
    register.results = [undertaking("111111111"), undertaking(member.siret[:9])]
    browser = browser_of(make_manager(member))
    base = f"/structures/{member.id}/dossier"
    browser.post(f"{base}/identite", data={"version": 0, "legal_name": "Emplois du Bocage", "town": "Vire"})
    page = browser.get(f"{base}/registre").text
    assert register.asked == [member.siret]
    assert "EMPLOIS DU BOCAGE" in page
    assert session.scalars(select(MemberFile)).one().street == ""
    assert browser.post(f"{base}/registre", data={"said": said(page)}).status_code == 302
    file = session.scalars(select(MemberFile)).one()
    assert (file.legal_name, file.town) == ("Emplois du Bocage", "Vire")
    assert (file.street, file.postcode, file.idcc) == ("12 RUE DES ECOLES", "14500", "3016")
    assert (file.legal_form, file.naf, file.is_sme) == (LegalForm.ASSOCIATION, NafVersion.REV2, True)
    assert "street" in file.prefilled
    assert "town" not in file.prefilled
    assert events.history([("member", member.id)])[0].verb == "file_prefilled"
    assert "®" in browser.get(base).text
    # What a person corrects is no longer the register's.
    form = {"version": file.version, "legal_name": "Emplois du Bocage", "street": "14 rue des Écoles"}
    browser.post(f"{base}/identite", data=form)
    assert "street" not in session.scalars(select(MemberFile)).one().prefilled


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, b"{}"),
        (500, b"oops"),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"results": 3}'),
        (302, b""),
        (200, b"x" * 1_100_000),
    ],
)
def test_a_register_that_says_nothing_useful_is_told_and_changes_nothing(
    browser_of, session, register, member, status, body
):
    register.status, register.body = status, body
    page = browser_of(make_manager(member)).get(f"/structures/{member.id}/dossier/registre")
    assert page.status_code == 200
    assert "ne répond pas" in page.text
    assert session.scalar(select(MemberFile)) is None


def test_nobody_listening_is_told(browser_of, member):
    page = browser_of(make_manager(member)).get(f"/structures/{member.id}/dossier/registre").text
    assert "ne répond pas" in page


def test_an_unknown_siret_and_an_ended_undertaking_are_told(browser_of, register, member):
    browser = browser_of(make_manager(member))
    address = f"/structures/{member.id}/dossier/registre"
    assert "ne connaît pas ce SIRET" in browser.get(address).text
    register.results = [undertaking(member.siret[:9], etat_administratif="C")]
    assert "a cessé" in browser.get(address).text


@pytest.mark.parametrize(
    "odd",
    [
        {"siege": None},
        {"siege": []},
        {"complements": 3},
        {"nature_juridique": 9220},
        {"activite_principale": None},
    ],
)
def test_fields_of_another_shape_are_left_out(browser_of, session, register, member, odd):
    register.results = ["odd", None, undertaking(member.siret[:9], **odd)]
    browser = browser_of(make_manager(member))
    address = f"/structures/{member.id}/dossier/registre"
    assert browser.post(address, data={"said": said(browser.get(address).text)}).status_code == 302
    assert session.scalars(select(MemberFile)).one().legal_name == "EMPLOIS DU BOCAGE"


def test_only_the_registers_own_words_are_taken(browser_of, session, register, member):
    other = make_member()
    register.results = [undertaking(member.siret[:9])]
    browser = browser_of(make_manager(member))
    token = said(browser.get(f"/structures/{member.id}/dossier/registre").text)
    assert (
        browser.post(f"/structures/{member.id}/dossier/registre", data={"said": token + "x"}).status_code
        == 422
    )
    theirs = browser_of(make_manager(other))
    assert theirs.post(f"/structures/{other.id}/dossier/registre", data={"said": token}).status_code == 422
    assert session.scalar(select(MemberFile)) is None
