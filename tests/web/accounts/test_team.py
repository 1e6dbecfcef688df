"""Who belongs to a structure; invitations and the page they open."""

import pytest
from sqlalchemy import select

from procurement.accounts.models import User
from procurement.core.policy import MembershipRole, Role
from procurement.members import invitations
from procurement.members.models import Invitation, Membership
from tests.factories import actor_of, make_delegate, make_manager, make_member, make_user
from tests.web.accounts.conftest import path_of

GOOD = "quatre chevaux sans selle"


@pytest.fixture
def structure(session):
    return make_member(name="AI Caen (demo)")


@pytest.fixture
def manager(structure):
    return make_manager(structure, name="Manager")


@pytest.fixture
def invited(structure, manager):
    return invitations.invite(
        actor_of(manager),
        email="new@demo.example",
        name="New one",
        member=structure,
        role=MembershipRole.CONTRIBUTOR,
    )


def team(structure):
    return f"/structures/{structure.id}/personnes"


def test_who_sees_the_team(browser_of, client, structure, manager):
    contributor = make_user(memberships={structure: MembershipRole.CONTRIBUTOR})
    assert client.get(team(structure)).status_code == 302
    assert browser_of(make_user(roles=[Role.OBSERVER])).get(team(structure)).status_code == 403
    assert browser_of(make_manager()).get(team(structure)).status_code == 403
    for user, invites in ((contributor, False), (manager, True), (make_delegate(), True)):
        page = browser_of(user).get(team(structure))
        assert page.status_code == 200
        assert ('name="email"' in page.text) is invites
    assert browser_of(manager).get("/structures/999999999/personnes").status_code == 404


def test_a_manager_invites_a_colleague(browser_of, structure, manager, session):
    data = {"email": "New@demo.example", "name": "New", "role": "contributor", "locale": "en"}
    assert browser_of(manager).post(team(structure), data=data).location == team(structure)
    invitation = session.scalars(select(Invitation)).one()
    assert (invitation.email, invitation.member_id, invitation.locale) == (
        "new@demo.example",
        structure.id,
        "en",
    )
    assert "new@demo.example" in browser_of(manager).get(team(structure)).text


def test_others_invite_nobody(browser_of, structure, session):
    contributor = make_user(memberships={structure: MembershipRole.CONTRIBUTOR})
    data = {"email": "new@demo.example", "role": "manager", "locale": "fr"}
    for user in (contributor, make_manager(), make_user(roles=[Role.OBSERVER])):
        assert browser_of(user).post(team(structure), data=data).status_code == 403
    assert session.scalars(select(Invitation)).all() == []


@pytest.mark.parametrize(
    "wrong", [{"email": "x"}, {"role": "king"}, {"role": "observer"}, {"locale": "x"}, {"name": "x" * 200}]
)
def test_what_cannot_be_sent_is_said(browser_of, structure, manager, session, wrong):
    data = {"email": "new@demo.example", "role": "manager", "locale": "fr"} | wrong
    answer = browser_of(manager).post(team(structure), data=data)
    assert answer.status_code == 422
    assert session.scalars(select(Invitation)).all() == []


def test_opening_an_invitation_changes_nothing(client, invited, session):
    for _ in range(2):
        page = client.get(path_of(invited))
        assert page.status_code == 200
    assert "AI Caen (demo)" in page.text
    assert "Manager" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert invited.used_at is None


def test_accepting_opens_the_account_and_signs_in(app, client, invited, structure, session):
    answer = client.post(path_of(invited), data={"name": "New name", "password": GOOD})
    assert (answer.status_code, answer.location) == (302, "/")
    user = session.scalars(select(User).where(User.email == "new@demo.example")).one()
    assert actor_of(user).memberships == {structure.id: MembershipRole.CONTRIBUTOR}
    assert client.get("/compte").status_code == 200
    other = app.test_client()
    assert other.get(path_of(invited)).status_code == 410
    assert other.post(path_of(invited), data={"name": "x"}).status_code == 410


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"password": "password1234"}, {"password": "short"}, {"name": "a\x00"}]
)
def test_a_refused_name_or_password_leaves_the_link_good(client, invited, session, wrong):
    answer = client.post(path_of(invited), data={"name": "New name", "password": GOOD} | wrong)
    assert answer.status_code in {400, 422}
    assert client.get("/compte").status_code == 302
    assert client.post(path_of(invited), data={"name": "New name", "password": ""}).status_code == 302


def test_who_has_an_account_accepts_with_one_button(client, structure, manager, session):
    user = make_user(email="known@demo.example", name="Known")
    invitation = invitations.invite(
        actor_of(manager), email="known@demo.example", member=structure, role=MembershipRole.CONTRIBUTOR
    )
    page = client.get(path_of(invitation)).text
    assert 'type="password"' not in page
    assert client.post(path_of(invitation), data={"name": "Forged", "password": GOOD}).status_code == 302
    session.refresh(user)
    assert (user.name, user.password) == ("Known", None)
    assert actor_of(user).memberships == {structure.id: MembershipRole.CONTRIBUTOR}


def test_a_withdrawn_invitation_opens_nothing(browser_of, client, manager, invited, structure):
    assert browser_of(make_manager()).post(f"/invitations/{invited.id}/retirer").status_code == 404
    assert browser_of(manager).post(f"/invitations/{invited.id}/retirer").location == team(structure)
    assert client.get(path_of(invited)).status_code == 410
    assert browser_of(manager).post("/invitations/999999999/retirer").status_code == 404


def test_a_manager_changes_and_ends_places(browser_of, structure, manager, session):
    user = make_user(name="Colleague", memberships={structure: MembershipRole.CONTRIBUTOR})
    place = session.scalars(select(Membership).where(Membership.user_id == user.id)).one()
    browser = browser_of(manager)
    assert browser_of(make_manager()).post(f"/appartenances/{place.id}/fin").status_code == 404
    assert browser_of(make_manager()).post(f"/appartenances/{place.id}/role").status_code == 404
    assert browser.post(f"/appartenances/{place.id}/role").status_code == 400
    assert browser.post(f"/appartenances/{place.id}/role", data={"role": "manager"}).location == team(
        structure
    )
    assert actor_of(user).manages(structure.id)
    now = session.scalars(
        select(Membership).where(Membership.user_id == user.id, Membership.ended_at.is_(None))
    ).one()
    assert browser.post(f"/appartenances/{now.id}/fin").location == team(structure)
    assert actor_of(user).memberships == {}
    assert "Départ" in browser.get(team(structure)).text
    assert browser_of(user).get(team(structure)).status_code == 403


def test_a_contributor_makes_nobody_a_manager(browser_of, structure, session):
    user = make_user(memberships={structure: MembershipRole.CONTRIBUTOR})
    place = session.scalars(select(Membership).where(Membership.user_id == user.id)).one()
    assert browser_of(user).post(f"/appartenances/{place.id}/role").status_code == 403
    assert not actor_of(user).manages(structure.id)


def test_the_only_manager_cannot_leave_the_structure_without_one(browser_of, structure, manager, session):
    place = session.scalars(select(Membership).where(Membership.user_id == manager.id)).one()
    here = browser_of(manager)
    led = here.post(f"/appartenances/{place.id}/fin")
    assert led.location == f"/appartenances/{place.id}/passation"
    answer = here.post(f"/appartenances/{place.id}/role", data={"role": "contributor"})
    assert answer.status_code == 409
    assert "plus de responsable" in answer.text
    assert actor_of(manager).manages(structure.id)
    make_manager(structure)
    assert here.post(f"/appartenances/{place.id}/fin").status_code == 302


def test_the_office_goes_back_to_the_person(browser_of, structure, manager, session):
    place = session.scalars(select(Membership).where(Membership.user_id == manager.id)).one()
    answer = browser_of(make_delegate()).post(f"/appartenances/{place.id}/fin", data={"back": "person"})
    assert answer.location == f"/personnes/{manager.id}"


def test_invitations_of_one_person_are_limited(browser_of, structure, manager, limits):
    browser = browser_of(manager)
    statuses = [
        browser.post(
            team(structure), data={"email": f"n{number}@demo.example", "role": "contributor", "locale": "fr"}
        ).status_code
        for number in range(61)
    ]
    assert statuses == [302] * 60 + [429]
