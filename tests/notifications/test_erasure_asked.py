"""A request to be erased reaches the administrators, and nobody else."""

from procurement.core import clock
from procurement.core.policy import Role
from procurement.privacy import operations
from tests.factories import actor_of, make_delegate, make_user, paris
from tests.worker import recipients, text_of


def test_the_administrators_are_told_with_the_page_to_answer_on(worker, session):
    admins = [make_user(roles=[Role.NETWORK_ADMIN], locale="en") for _ in range(2)]
    make_delegate()
    user = make_user(name="Responsable – AI Caen")
    with clock.at(paris(2026, 12, 2, 10)):
        operations.ask(actor_of(user))
        mails = worker.tick()
    assert recipients(mails) == sorted(admin.email for admin in admins)
    assert f"/personnes/{user.id}/effacer" in text_of(mails[0])


def test_who_is_erased_before_the_mail_leaves_is_asked_about_no_more(worker, session):
    admin, user = make_user(roles=[Role.NETWORK_ADMIN]), make_user()
    with clock.at(paris(2026, 12, 2, 10)):
        operations.ask(actor_of(user))
        worker.prepare()
        operations.erase(actor_of(admin), user.id)
        assert worker.tick() == []
