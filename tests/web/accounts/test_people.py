"""The network's people, for its office."""

import pytest
from sqlalchemy import select

from procurement.core.policy import MembershipRole, Role
from procurement.members import people as readings
from procurement.members.models import Invitation
from tests.factories import actor_of, make_delegate, make_manager, make_member, make_user


@pytest.fixture
def admin(session):
    return make_user(roles=[Role.NETWORK_ADMIN], name="Admin")


def test_who_may_see_the_people(browser_of, client, session, admin):
    other = make_user(name="Somebody")
    assert client.get("/personnes").status_code == 302
    for user in (make_manager(), make_user(roles=[Role.OBSERVER]), make_user()):
        for page in ("/personnes", f"/personnes/{other.id}", "/personnes/inviter"):
            assert browser_of(user).get(page).status_code == 403
    for user in (make_delegate(), admin):
        for page in ("/personnes", f"/personnes/{other.id}", "/personnes/inviter"):
            assert browser_of(user).get(page).status_code == 200
        assert browser_of(user).get("/personnes/999999999").status_code == 404
        assert browser_of(user).get("/personnes/99999999999999999999999").status_code == 404


def test_the_search_asks_for_nothing_and_speaks_of_structures(browser_of, admin):
    page = browser_of(admin).get("/personnes").text
    structures = page.partition('name="structure"')[2].partition("</select>")[0]
    assert "Toutes" in structures
    assert page.count("Toutes<") == 1
    assert "(facultatif)" not in page


def test_the_list_is_searched(browser_of, session, admin):
    make_manager(make_member(name="ACI Alençon (demo)"), name="Éloïse test", email="findme@demo.example")
    for words, found in (
        ("eloise", True),
        ("alencon", True),
        ("findme@", True),
        ("zzz", False),
        ("\x00", False),
    ):
        page = browser_of(admin).get("/personnes", query_string={"q": words})
        if "\x00" in words:
            assert page.status_code in {200, 400}
        else:
            assert ("findme@demo.example" in page.text) is found
    assert browser_of(admin).get("/personnes?after=9999999999999999999999").status_code == 200


def test_the_list_asks_the_database_little_whatever_its_length(browser_of, session, admin, statements):
    browser = browser_of(admin)

    def asked():
        with statements() as seen:
            assert browser.get("/personnes").status_code == 200
        return len(seen)

    asked()
    before = asked()
    for _ in range(15):
        make_manager(roles=[Role.OBSERVER])
    assert asked() == before <= 10


def test_the_list_is_narrowed_and_what_cannot_be_read_narrows_nothing(browser_of, session, admin):
    structure = make_member()
    make_manager(structure, name="Manager of it")
    make_user(name="Closed one", active=False)
    browser = browser_of(admin)
    page = browser.get(f"/personnes?role=manager&structure={structure.id}").text
    assert "Manager of it" in page
    assert "Closed one" not in page
    assert "Closed one" in browser.get("/personnes?compte=closed").text
    for strange in ("role=king", "structure=x", "structure=99999999999999999999", "compte=x", "structure=²"):
        assert browser.get(f"/personnes?{strange}").status_code == 200


def test_roles_are_given_and_ended_with_their_history(browser_of, session, admin):
    user = make_user(name="Somebody")
    browser = browser_of(admin)
    where = f"/personnes/{user.id}"
    assert browser.post(where + "/roles", data={"role": "observer"}).location == where
    assert actor_of(user).is_observer
    assert browser.post(where + "/roles", data={"role": "observer"}).status_code == 409
    for wrong in ("", "king", "\x00"):
        assert browser.post(where + "/roles", data={"role": wrong}).status_code in {400, 422}
    assert browser.post(where + "/roles/observer/fin").status_code == 302
    assert browser.post(where + "/roles/observer/fin").status_code == 302
    assert browser.post(where + "/roles/king/fin").status_code == 404
    page = browser.get(where).text
    assert "Rôle terminé" in page
    assert page.count("par Admin") == 2


def test_only_the_administrator_manages_roles_and_accounts(browser_of, session):
    user = make_user(roles=[Role.OBSERVER])
    browser = browser_of(make_delegate())
    for path in ("roles", "roles/observer/fin", "fermer", "rouvrir"):
        assert browser.post(f"/personnes/{user.id}/{path}", data={"role": "network_admin"}).status_code == 403
    assert actor_of(user).is_observer
    assert "Donner ce rôle" not in browser.get(f"/personnes/{user.id}").text


def test_the_last_administrator_stays(browser_of, session, admin):
    browser = browser_of(admin)
    for path in ("roles/network_admin/fin", "fermer"):
        page = browser.post(f"/personnes/{admin.id}/{path}", follow_redirects=True)
        assert "dernière personne à administrer" in page.text
    assert actor_of(admin).is_admin


def test_an_account_is_closed_and_opened_again(browser_of, session, admin):
    user = make_manager(name="Somebody")
    theirs = browser_of(user)
    browser = browser_of(admin)
    browser.post(f"/personnes/{user.id}/fermer")
    assert theirs.get("/compte").status_code == 302
    assert "Compte fermé" in browser.get("/personnes").text
    browser.post(f"/personnes/{user.id}/rouvrir")
    session.refresh(user)
    assert user.active


def test_the_office_invites_into_any_structure(browser_of, session):
    structure = make_member(name="EI Rouen (demo)")
    delegate = make_delegate()
    browser = browser_of(delegate)
    data = {
        "email": "New@demo.example",
        "name": "New",
        "purpose": "manager",
        "structure": str(structure.id),
        "locale": "fr",
    }
    assert browser.post("/personnes/inviter", data=data).location == "/personnes"
    invitation = session.scalars(select(Invitation)).one()
    assert (invitation.email, invitation.member_id) == ("new@demo.example", structure.id)
    assert invitation.membership_role is MembershipRole.MANAGER
    assert invitation.invited_by == delegate.id
    page = browser.get("/personnes").text
    assert "new@demo.example" in page
    assert browser.post(f"/invitations/{invitation.id}/retirer").location == "/personnes"
    assert readings.pending_invitations(actor_of(delegate)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "x"},
        {"structure": ""},
        {"structure": "999999999"},
        {"structure": "x"},
        {"purpose": "king"},
        {"purpose": ""},
        {"purpose": "observer"},
        {"locale": "de"},
    ],
)
def test_an_invitation_that_cannot_be_sent_is_said(browser_of, session, wrong):
    structure = make_member()
    data = {"email": "new@demo.example", "purpose": "manager", "structure": str(structure.id), "locale": "fr"}
    assert browser_of(make_delegate()).post("/personnes/inviter", data=data | wrong).status_code in {403, 422}
    assert session.scalars(select(Invitation)).all() == []


def test_all_that_is_wrong_with_an_invitation_is_said_at_once(browser_of):
    data = {"email": "not-an-address", "purpose": "manager", "structure": "", "locale": "fr"}
    page = browser_of(make_delegate()).post("/personnes/inviter", data=data)
    assert page.status_code == 422
    assert "Cette adresse n’est pas complète" in page.text
    assert "Choisissez la structure" in page.text


def test_the_administrator_invites_into_a_role(browser_of, session, admin):
    data = {"email": "board@demo.example", "purpose": "observer", "structure": "", "locale": "fr"}
    assert browser_of(admin).post("/personnes/inviter", data=data).status_code == 302
    assert session.scalars(select(Invitation)).one().role is Role.OBSERVER


def test_nothing_is_shown_as_markup(browser_of, session, admin):
    user = make_user(name="<b>Bold</b> %(x)s {{ 7*7 }}", email="m@demo.example")
    page = browser_of(admin).get(f"/personnes/{user.id}").text
    assert "<b>Bold" not in page
    assert "{{ 7*7 }}" in page
