"""What two requests do at the same moment: one of them does it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from procurement.accounts import operations, tokens
from procurement.accounts.models import User
from procurement.accounts.tokens import LinkKind
from procurement.core.db import db, transaction
from procurement.core.errors import Conflict, Refusal, TooLate
from procurement.core.policy import SYSTEM, MembershipRole, Role
from procurement.members import invitations
from tests.factories import actor_of, make_manager, make_member, make_user

pytestmark = pytest.mark.committing


def at_once(app: Flask, *works: Callable[[], object]) -> list[type | None]:
    """Run `works` together, each in its own transaction; for each what it was refused with, None if it went through."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> type | None:
        with app.app_context():
            try:
                with transaction():
                    start.wait(timeout=10)
                    work()
            except Refusal as refusal:
                return type(refusal)
            finally:
                db.session.remove()
            return None

    with ThreadPoolExecutor(len(works)) as pool:
        return sorted(pool.map(run, works), key=str)


def test_a_link_pressed_twice_signs_in_once(app):
    with transaction():
        make_user(email="a@demo.example")
        link = operations.request_sign_in_link("a@demo.example")
        token = tokens.mint(LinkKind.SIGN_IN, link.id, link.created_at)
    assert at_once(app, *[lambda: operations.use_sign_in_link(token)] * 4) == [TooLate] * 3 + [None]


def test_a_reset_sent_twice_is_taken_once(app):
    with transaction():
        make_user(email="a@demo.example")
        reset = operations.request_password_reset("a@demo.example")
        token = tokens.mint(LinkKind.RESET, reset.id, reset.created_at)
    works = [lambda: operations.reset_password(token, "quatre chevaux sans selle")] * 2
    assert at_once(app, *works) == [TooLate, None]


def test_an_invitation_accepted_twice_opens_one_account(app):
    with transaction():
        structure = make_member()
        invitation = invitations.invite(
            actor_of(make_manager(structure)),
            email="new@demo.example",
            member=structure,
            role=MembershipRole.MANAGER,
        )
        token = tokens.mint(LinkKind.INVITATION, invitation.id, invitation.created_at)
    assert at_once(app, *[lambda: invitations.accept_invitation(token, "New")] * 2) == [TooLate, None]


def test_two_administrators_who_end_each_other_leave_one(app):
    with transaction():
        ids = [make_user(roles=[Role.NETWORK_ADMIN]).id for _ in range(2)]

    def end(user_id: int) -> Callable[[], object]:
        return lambda: operations.end_role(SYSTEM, db.session.get_one(User, user_id), Role.NETWORK_ADMIN)

    assert at_once(app, *(end(user_id) for user_id in ids)) == [Conflict, None]


def test_an_account_opened_twice_is_one(app):
    works = [lambda: operations.create_user(SYSTEM, email="new@demo.example", name="New")] * 2
    assert at_once(app, *works) == [Conflict, None]
