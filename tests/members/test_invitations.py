"""Invitations and places in structures: who may, once, seven days, dated rows that stay."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from procurement.accounts import operations as accounts
from procurement.accounts import tokens
from procurement.accounts.passwords import verify_password
from procurement.accounts.tokens import LinkKind
from procurement.core import clock, events
from procurement.core.errors import Conflict, Forbidden, Invalid, NotFound, TooLate
from procurement.core.policy import SYSTEM, VISITOR, MembershipRole, Role
from procurement.members import invitations, people
from procurement.members.models import Membership
from tests.factories import actor_of, make_delegate, make_manager, make_member, make_user

MANAGER, CONTRIBUTOR = MembershipRole.MANAGER, MembershipRole.CONTRIBUTOR


def token_of(invitation):
    return tokens.mint(LinkKind.INVITATION, invitation.id, invitation.created_at)


@pytest.fixture
def structure(session):
    return make_member(name="AI Caen (demo)")


@pytest.fixture
def manager(structure):
    return make_manager(structure, name="Manager")


def sent(actor, structure, email="new@demo.example", role=CONTRIBUTOR, **more):
    return invitations.invite(actor_of(actor), email=email, member=structure, role=role, **more)


def test_an_invitation_opens_an_account_and_a_place(session, structure, manager):
    invitation = sent(manager, structure, email="New@Demo.example", name="New one", locale="en")
    assert invitation.expires_at - invitation.created_at == timedelta(days=7)
    mail = people.invitation_mail(invitation.id)
    assert (mail.inviter, mail.member.name, mail.purpose) == ("Manager", "AI Caen (demo)", CONTRIBUTOR)
    assert mail.path == "/invitation/" + token_of(invitation)
    user = invitations.accept_invitation(token_of(invitation), "New name", "quatre chevaux sans selle")
    assert (user.email, user.name, user.locale) == ("new@demo.example", "New name", "en")
    assert verify_password("quatre chevaux sans selle", user.password)
    assert actor_of(user).memberships == {structure.id: CONTRIBUTOR}
    assert invitation.user_id == user.id
    trail = [event.verb for event in events.history([("invitation", invitation.id)])]
    assert trail == ["invitation_accepted", "invitation_sent"]
    with pytest.raises(TooLate):
        invitations.accept_invitation(token_of(invitation), "Again")
    assert people.invitation_mail(invitation.id) is None


def test_an_invitation_is_over_after_seven_days(session, structure, manager):
    invitation = sent(manager, structure)
    with clock.at(invitation.created_at + timedelta(days=7)):
        assert people.open_invitation(token_of(invitation)) is None
        with pytest.raises(TooLate):
            invitations.accept_invitation(token_of(invitation), "New")
        (pending,) = people.pending_invitations(actor_of(manager), structure.id)
        assert pending.over
    with clock.at(invitation.created_at + timedelta(days=6, hours=23)):
        assert people.open_invitation(token_of(invitation)).invitation is invitation


def test_who_may_invite_where(session, structure, manager):
    other = make_member()
    contributor = make_user(memberships={structure: CONTRIBUTOR})
    for user in (None, contributor, make_user(roles=[Role.OBSERVER]), make_manager(other)):
        with pytest.raises(Forbidden):
            sent(user, structure)
    sent(make_delegate(), structure, email="a@demo.example")
    sent(make_user(roles=[Role.NETWORK_ADMIN]), structure, email="b@demo.example")
    sent(manager, structure, email="c@demo.example", role=MANAGER)


def test_only_the_administrator_invites_into_a_role(session, structure, manager):
    def into_role(user):
        return invitations.invite(
            actor_of(user), email="board@demo.example", name="Board", role=Role.OBSERVER
        )

    for user in (manager, make_delegate()):
        with pytest.raises(Forbidden):
            into_role(user)
    invitation = into_role(make_user(roles=[Role.NETWORK_ADMIN]))
    user = invitations.accept_invitation(token_of(invitation), "Board")
    assert user.held_roles == {Role.OBSERVER}
    assert user.password is None


@pytest.mark.parametrize("left", ["role", "account"])
def test_what_an_administrator_who_left_had_sent_opens_nothing(session, left):
    stays, leaves = (make_user(roles=[Role.NETWORK_ADMIN]) for _ in range(2))
    rogue = invitations.invite(
        actor_of(leaves), email="board@demo.example", name="Board", role=Role.NETWORK_ADMIN
    )
    if left == "role":
        accounts.end_role(actor_of(stays), leaves, Role.NETWORK_ADMIN)
    else:
        accounts.close_account(actor_of(stays), leaves)
    assert people.open_invitation(token_of(rogue)) is None
    with pytest.raises(TooLate):
        invitations.accept_invitation(token_of(rogue), "Board")


@pytest.mark.parametrize("role", [None, Role.OBSERVER])
def test_a_place_in_a_structure_is_no_role_in_the_network(session, structure, manager, role):
    with pytest.raises(Invalid):
        sent(manager, structure, role=role)


def test_an_address_that_has_an_account_gets_the_place_and_keeps_the_rest(session, structure, manager):
    user = make_user(email="known@demo.example", name="Known", password="another horse entirely")
    invitation = sent(manager, structure, email="known@demo.example")
    kept = (user.name, user.password)
    assert invitations.accept_invitation(token_of(invitation), "Forged", "quatre chevaux sans selle") is user
    assert (user.name, user.password) == kept
    assert actor_of(user).memberships == {structure.id: CONTRIBUTOR}
    with pytest.raises(Conflict):
        sent(manager, structure, email="KNOWN@demo.example")


def test_a_closed_account_is_not_reopened_by_an_invitation(session, structure, manager):
    user = make_user(email="closed@demo.example")
    accounts.close_account(SYSTEM, user)
    invitation = sent(manager, structure, email="closed@demo.example")
    with pytest.raises(TooLate):
        invitations.accept_invitation(token_of(invitation), "X")


def test_an_invitation_sent_again_replaces_the_one_before(session, structure, manager):
    first, second = sent(manager, structure), sent(manager, structure, role=MANAGER)
    assert first.revoked_at is not None
    with pytest.raises(TooLate):
        invitations.accept_invitation(token_of(first), "New")
    assert [one.id for one in people.pending_invitations(actor_of(manager), structure.id)] == [second.id]


def test_an_invitation_is_withdrawn_by_who_could_send_it(session, structure, manager):
    invitation = sent(manager, structure)
    contributor = make_user(memberships={structure: CONTRIBUTOR})
    for user in (None, contributor, make_manager()):
        with pytest.raises(NotFound):
            invitations.revoke_invitation(actor_of(user), invitation.id)
    with pytest.raises(NotFound):
        invitations.revoke_invitation(actor_of(manager), 0)
    invitations.revoke_invitation(actor_of(make_delegate()), invitation.id)
    with pytest.raises(TooLate):
        invitations.accept_invitation(token_of(invitation), "New")
    used = sent(manager, structure)
    invitations.accept_invitation(token_of(used), "New")
    with pytest.raises(TooLate):
        invitations.revoke_invitation(actor_of(manager), used.id)


def test_who_leaves_takes_their_invitations_along(session, structure, manager):
    mine = sent(manager, structure, email="second-address@demo.example", role=MANAGER)
    other = sent(make_delegate(), structure, email="other@demo.example")
    place = session.scalars(select(Membership).where(Membership.user_id == manager.id)).one()
    invitations.end_membership(actor_of(make_delegate()), place)
    assert mine.revoked_at is not None
    assert other.revoked_at is None
    assert actor_of(manager).memberships == {}
    with pytest.raises(TooLate):
        invitations.accept_invitation(token_of(mine), "Back again")


def test_places_stay_with_their_dates(session, structure, manager):
    user = make_user(name="Colleague")
    place = invitations.start_membership(actor_of(manager), user, structure, CONTRIBUTOR)
    with pytest.raises(Conflict):
        invitations.start_membership(actor_of(manager), user, structure, MANAGER)
    again = invitations.change_place(actor_of(manager), place, MANAGER)
    assert again.id != place.id
    invitations.end_membership(actor_of(user), again)
    told = [(p.role, p.granted_by, p.ended_by) for p in people.places_of(user.id)]
    assert told == [(MANAGER, "Manager", "Colleague"), (CONTRIBUTOR, "Manager", "Manager")]
    with pytest.raises(TooLate):
        invitations.change_place(actor_of(manager), again, CONTRIBUTOR)
    trail = [event.verb for event in events.history([("member", structure.id)])]
    assert trail[:4] == ["membership_ended", "membership_started", "membership_ended", "membership_started"]
    assert events.verify("member", structure.id) is None


def test_who_may_end_a_place(session, structure, manager):
    user = make_user()
    place = invitations.start_membership(SYSTEM, user, structure, CONTRIBUTOR)
    colleague = make_user(memberships={structure: CONTRIBUTOR})
    for other in (None, colleague, make_manager(), make_user(roles=[Role.OBSERVER])):
        with pytest.raises(Forbidden):
            invitations.end_membership(actor_of(other), place)
        with pytest.raises(NotFound):
            people.find_place(actor_of(other), place.id)
    invitations.end_membership(actor_of(manager), place)
    ended = place.ended_at
    invitations.end_membership(actor_of(manager), place)
    assert place.ended_at == ended


def test_nobody_joins_a_structure_that_left(session, structure, manager):
    structure.left_at = clock.now()
    session.flush()
    with pytest.raises(TooLate):
        sent(manager, structure)
    with pytest.raises(TooLate):
        invitations.start_membership(SYSTEM, make_user(), structure, MANAGER)


def test_who_sees_who_belongs_where(session, structure, manager):
    sent(manager, structure)
    colleague = make_user(memberships={structure: CONTRIBUTOR})
    for user in (None, make_manager(), make_user(roles=[Role.OBSERVER])):
        assert people.team(actor_of(user), structure.id) == []
        assert people.pending_invitations(actor_of(user), structure.id) == []
        assert people.pending_invitations(actor_of(user)) == []
        assert people.people(actor_of(user)).people == []
    for user in (colleague, manager, make_delegate()):
        assert {place.user_name for place in people.team(actor_of(user), structure.id)} >= {"Manager"}
        assert len(people.pending_invitations(actor_of(user), structure.id)) == 1
    assert people.structures_to_invite_into(VISITOR) == []
    assert people.structures_to_invite_into(actor_of(manager)) == [(structure.id, structure.name)]


def test_the_list_of_people_is_searched_by_name_address_and_structure(session, structure, manager):
    office = actor_of(make_delegate(name="Déléguée", email="office@demo.example"))
    assert [one.user.name for one in people.people(office, people.Filters(words="deleguee")).people] == [
        "Déléguée"
    ]
    assert [one.user.id for one in people.people(office, people.Filters(words="ai caen")).people] == [
        manager.id
    ]
    assert [one.user.name for one in people.people(office, people.Filters(words="OFFICE@")).people] == [
        "Déléguée"
    ]
    assert people.people(office, people.Filters(words="100%_\\")).people == []


def test_the_list_of_people_goes_page_by_page(session, monkeypatch):
    monkeypatch.setattr(people, "PAGE", 2)
    office = actor_of(make_delegate(name="a"))
    for name in ("É", "e", "Z", "b"):
        make_user(name=name)
    seen, after = [], None
    while True:
        page = people.people(office, people.Filters(words=""), after)
        seen += [one.user.name for one in page.people]
        after = page.following
        if after is None:
            break
    assert seen == ["a", "b", *sorted(["É", "e"], key=seen.index), "Z"]
    assert page.total == 5
