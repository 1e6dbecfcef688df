"""Opening accounts, roles with dates, links that open once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from procurement.accounts import operations, queries, tokens
from procurement.accounts.models import PasswordReset, RoleGrant, SignInLink
from procurement.accounts.passwords import verify_password
from procurement.accounts.tokens import LinkKind
from procurement.core import clock, events
from procurement.core.errors import Conflict, Forbidden, Invalid, NotFound, TooLate
from procurement.core.policy import SYSTEM, VISITOR, Role
from tests.factories import actor_of, make_delegate, make_manager, make_user

GOOD = "quatre chevaux sans selle"


def token_of(row):
    kind = LinkKind.SIGN_IN if isinstance(row, SignInLink) else LinkKind.RESET
    return tokens.mint(kind, row.id, row.created_at)


def verbs(user):
    return [event.verb for event in events.history([("user_account", user.id)])]


def test_an_account_is_opened_once_for_an_address(session):
    user = operations.create_user(SYSTEM, email="Accueil@Demo.example", name=" Accueil ", password=GOOD)
    assert (user.email, user.name, user.held_roles) == ("accueil@demo.example", "Accueil", frozenset())
    assert verify_password(GOOD, user.password)
    assert verbs(user) == ["account_created"]
    with pytest.raises(Conflict):
        operations.create_user(SYSTEM, email="ACCUEIL@demo.example", name="Other")


@pytest.mark.parametrize("wrong", [{"email": "x"}, {"name": ""}, {"password": "short"}, {"locale": "de"}])
def test_what_cannot_be_taken_opens_nothing(session, wrong):
    with pytest.raises(Invalid) as refusal:
        operations.create_user(SYSTEM, **({"email": "new@demo.example", "name": "New"} | wrong))
    assert refusal.value.field == next(iter(wrong))
    assert queries.find_by_email("new@demo.example") is None


def test_only_the_office_opens_accounts(session):
    for actor in (VISITOR, actor_of(make_user()), actor_of(make_manager())):
        with pytest.raises(Forbidden):
            operations.create_user(actor, email="new@demo.example", name="New")
    operations.create_user(actor_of(make_delegate()), email="new@demo.example", name="New")


def test_a_role_has_its_dates_and_its_givers(session):
    admin, user = make_user(roles=[Role.NETWORK_ADMIN], name="Admin"), make_user()
    operations.grant_role(actor_of(admin), user, Role.OBSERVER)
    with pytest.raises(Conflict):
        operations.grant_role(actor_of(admin), user, Role.OBSERVER)
    assert user.held_roles == {Role.OBSERVER}
    operations.end_role(actor_of(admin), user, Role.OBSERVER)
    assert user.held_roles == frozenset()
    operations.grant_role(actor_of(admin), user, Role.OBSERVER)
    rows = session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id).order_by(RoleGrant.id)).all()
    assert [(row.ended_at is None, row.granted_by) for row in rows] == [(False, admin.id), (True, admin.id)]
    assert [(one.role, one.granted_by, one.ended_by) for one in queries.roles_of(user.id)] == [
        (Role.OBSERVER, "Admin", None),
        (Role.OBSERVER, "Admin", "Admin"),
    ]
    assert verbs(user) == ["role_granted", "role_ended", "role_granted"]
    assert events.verify("user_account", user.id) is None


def test_only_the_administrator_gives_and_ends_roles(session):
    user = make_user(roles=[Role.OBSERVER])
    for actor in (VISITOR, actor_of(user), actor_of(make_delegate()), actor_of(make_manager())):
        with pytest.raises(Forbidden):
            operations.grant_role(actor, user, Role.NETWORK_ADMIN)
        with pytest.raises(Forbidden):
            operations.end_role(actor, user, Role.OBSERVER)
        with pytest.raises(Forbidden):
            operations.close_account(actor, user)
    with pytest.raises(NotFound):
        operations.end_role(SYSTEM, user, Role.LEGAL_DELEGATE)


def test_the_last_administrator_stays(session):
    admin = make_user(roles=[Role.NETWORK_ADMIN])
    closed = make_user(roles=[Role.NETWORK_ADMIN], active=False)
    assert closed.held_roles
    with pytest.raises(Conflict):
        operations.end_role(actor_of(admin), admin, Role.NETWORK_ADMIN)
    with pytest.raises(Conflict):
        operations.close_account(actor_of(admin), admin)
    make_user(roles=[Role.NETWORK_ADMIN])
    operations.end_role(actor_of(admin), admin, Role.NETWORK_ADMIN)


def test_a_link_signs_in_once(session):
    user = make_user(email="a@demo.example")
    link = operations.request_sign_in_link("A@Demo.example", "/marches/3")
    assert link is not None
    assert (link.user_id, link.next_path) == (user.id, "/marches/3")
    assert link.expires_at - link.created_at == timedelta(minutes=15)
    token = token_of(link)
    assert queries.open_sign_in_link(token) is link
    assert operations.use_sign_in_link(token) is user
    with pytest.raises(TooLate):
        operations.use_sign_in_link(token)
    session.expire_all()
    assert queries.open_sign_in_link(token) is None


def test_a_link_is_over_after_a_quarter_of_an_hour(session):
    make_user(email="a@demo.example")
    link = operations.request_sign_in_link("a@demo.example")
    with clock.at(link.created_at + timedelta(minutes=14, seconds=59)):
        assert queries.open_sign_in_link(token_of(link)) is link
        assert queries.sign_in_mail(link.id).path == "/connexion/lien/" + token_of(link)
    with clock.at(link.created_at + timedelta(minutes=15)):
        assert queries.open_sign_in_link(token_of(link)) is None
        assert queries.sign_in_mail(link.id) is None, "a mail that comes too late isn't sent"
        with pytest.raises(TooLate):
            operations.use_sign_in_link(token_of(link))


def test_a_link_of_another_row_made_under_the_same_number_opens_nothing(session):
    make_user(email="a@demo.example")
    link = operations.request_sign_in_link("a@demo.example")
    before = tokens.mint(LinkKind.SIGN_IN, link.id, link.created_at - timedelta(days=3))
    assert queries.open_sign_in_link(before) is None
    with pytest.raises(TooLate):
        operations.use_sign_in_link(before)


def test_nobody_gets_a_link_without_an_open_account(session):
    user = make_user(email="a@demo.example")
    assert operations.request_sign_in_link("nobody@demo.example") is None
    assert operations.request_password_reset("nobody@demo.example") is None
    link = operations.request_sign_in_link("a@demo.example")
    reset = operations.request_password_reset("a@demo.example")
    operations.close_account(SYSTEM, user)
    assert operations.request_sign_in_link("a@demo.example") is None
    assert queries.sign_in_mail(link.id) is None
    assert queries.reset_mail(reset.id) is None
    with pytest.raises(TooLate):
        operations.use_sign_in_link(token_of(link))
    with pytest.raises(TooLate):
        operations.reset_password(token_of(reset), GOOD)


def test_a_reset_takes_the_password_ends_sessions_and_other_links(session):
    user = make_user(email="a@demo.example", password="another horse entirely")
    link = operations.request_sign_in_link("a@demo.example")
    first, second = (operations.request_password_reset("a@demo.example") for _ in range(2))
    assert first.expires_at - first.created_at == timedelta(hours=1)
    session_before = user.fs_uniquifier
    assert operations.reset_password(token_of(first), GOOD) is user
    assert verify_password(GOOD, user.password)
    assert user.fs_uniquifier != session_before
    for use in (
        lambda: operations.reset_password(token_of(first), GOOD),
        lambda: operations.reset_password(token_of(second), GOOD),
        lambda: operations.use_sign_in_link(token_of(link)),
    ):
        with pytest.raises(TooLate):
            use()
    assert verbs(user)[0] == "password_changed"


def test_a_reset_is_over_after_an_hour(session):
    make_user(email="a@demo.example")
    reset = operations.request_password_reset("a@demo.example")
    with clock.at(reset.created_at + timedelta(hours=1)), pytest.raises(TooLate):
        operations.reset_password(token_of(reset), GOOD)


def test_no_secret_stands_in_the_trail_nor_in_a_row(session):
    user = make_user(email="a@demo.example")
    link = operations.request_sign_in_link("a@demo.example")
    reset = operations.request_password_reset("a@demo.example")
    secrets = [token_of(link), token_of(reset), GOOD]
    operations.reset_password(secrets[1], GOOD)
    kept = [
        str({column.name: getattr(row, column.key) for column in row.__table__.columns})
        for table in (SignInLink, PasswordReset)
        for row in session.scalars(select(table))
    ]
    told = [f"{e.facts} {e.detail and e.detail.values}" for e in events.history([("user_account", user.id)])]
    told += [user.password, user.email, user.name]
    for text in kept + told:
        assert not any(secret in text or secret.rpartition(".")[2] in text for secret in secrets)


def test_only_oneself_changes_ones_password_and_profile(session):
    user = make_user()
    for actor in (VISITOR, actor_of(make_user()), actor_of(make_user(roles=[Role.NETWORK_ADMIN]))):
        with pytest.raises(Forbidden):
            operations.set_password(actor, user, GOOD)
        with pytest.raises(Forbidden):
            operations.end_sessions(actor, user)
    with pytest.raises(Invalid):
        operations.set_password(actor_of(user), user, "password1234")
    operations.set_password(actor_of(user), user, GOOD)


def test_a_profile_unchanged_leaves_no_event(session):
    user = make_user()
    same = {
        field: getattr(user, field) for field in ("name", "phone", "locale", "digest_hour", "working_days")
    }
    operations.edit_profile(actor_of(user), user, **same)
    assert verbs(user) == []
    operations.edit_profile(actor_of(user), user, **(same | {"phone": "02 31 00 00 00"}))
    (event,) = events.history([("user_account", user.id)])
    assert (event.verb, event.facts) == ("account_edited", {"fields": ["phone"]})


def test_closing_ends_sessions_and_reopening_gives_all_back(session):
    user = make_user(roles=[Role.OBSERVER])
    before = user.fs_uniquifier
    operations.close_account(SYSTEM, user)
    assert not user.active
    assert user.fs_uniquifier != before
    operations.reopen_account(SYSTEM, user)
    assert user.active
    assert user.held_roles == {Role.OBSERVER}
    assert verbs(user) == ["account_reopened", "account_closed"]
