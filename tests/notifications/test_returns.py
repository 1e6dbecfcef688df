"""Mail that comes back: attributed by its own address, counted once, suspended, told, revived (N30)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from procurement.accounts.operations import request_sign_in_link
from procurement.bids import operations as bids
from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import Forbidden
from procurement.deadlines.models import DeadlineKind
from procurement.embedded.smtp import Reply, Stage
from procurement.notifications import returns
from procurement.notifications.models import Bounce, Delivery, Notification, Outcome
from procurement.notifications.operations import returning
from procurement.notifications.queries.told import MessageState
from procurement.notifications.returns import Verdict
from tests.factories import (
    actor_of,
    make_bid,
    make_delegate,
    make_manager,
    make_member,
    make_participation,
    make_tender,
    paris,
)
from tests.factories.messages import make_message
from tests.returned import BOX, NOON, mailed, report, verbs, verdicts
from tests.worker import recipients, subject_of, text_of

CLOSE = DeadlineKind.REGISTRATION_CLOSE


@pytest.fixture(autouse=True)
def _noon(app):
    with clock.at(NOON):
        yield


# Bad input


def test_what_a_server_says_is_kept_on_one_line_without_what_cannot_be_stored(worker):
    _, mail = mailed(worker)
    returning.take(report(mail.sender, said="smtp; 550\x00 5.1.1\n no such user"), BOX)
    assert db.session.scalar(select(Bounce.said)) == "smtp; 550 5.1.1 no such user"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00garbage",
        b"To: somebody@else.example\r\n\r\nHello",
        b"To: retours@marches-groupes.example\r\n\r\nHello",
        report("retours+1@marches-groupes.example"),
        report("retours+x-0123456789abcdef@marches-groupes.example"),
        b"To: retours+1-0123456789abcdef@marches-groupes.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b",
        b"x" * (returns.MAX_BYTES + 1),
    ],
)
def test_what_cannot_be_understood_counts_against_nobody(worker, content):
    user, _ = mailed(worker)
    assert returning.take(content, BOX) in {Verdict.UNREAD, Verdict.FORGED}
    assert db.session.scalars(select(Bounce.user_id)).all() == [None]
    assert verbs(user) == []


def test_a_report_forged_for_somebody_else_counts_against_nobody(worker):
    """It may name any mail: without our signature in the address it came to, it proves nothing."""
    user, mail = mailed(worker)
    path, _, domain = mail.sender.partition("@")
    forged = [
        f"{path[:-1]}{'0' if path[-1] != '0' else '1'}@{domain}",
        f"retours+999999-{path[-16:]}@{domain}",
        f"retours+{int(path.split('+')[1].split('-')[0]) + 1}-{path[-16:]}@{domain}",
    ]
    for address in forged:
        assert returning.take(report(address, body=mail.sender), BOX) is Verdict.FORGED
    assert verdicts() == [Verdict.FORGED] * 3
    assert verbs(user) == []


def test_the_same_report_twice_counts_once_and_so_does_one_mail(worker):
    user, mail = mailed(worker)
    for body in ("Sorry.", "Sorry.", "Sorry, once more."):
        returning.take(report(mail.sender, body=body), BOX)
    assert verdicts() == [Verdict.HARD]
    assert user.mail_suspended_at is None


def test_of_one_mail_one_report_counts_and_what_is_no_verdict_counts_nothing(worker):
    user, mail = mailed(worker)
    returning.take(report(mail.sender, "delayed", "4.4.1"), BOX)
    returning.take(report(mail.sender, "relayed", "2.0.0"), BOX)
    returning.take(report(mail.sender), BOX)
    returning.take(report(mail.sender, status="4.2.2"), BOX)
    assert verdicts() == [Verdict.DELAYED, Verdict.UNREAD, Verdict.HARD]
    assert verbs(user) == ["mail_undeliverable"]


def test_a_mail_sent_again_to_another_address_is_not_blamed_for_the_first(worker):
    user, mail = mailed(worker)
    delivery = db.session.scalars(select(Delivery)).one()
    user.email = delivery.sent_to = "new@example.org"
    db.session.flush()
    assert returning.take(report(mail.sender), BOX) is Verdict.FORGED
    assert verbs(user) == []


def test_an_address_that_was_changed_since_is_not_to_blame(worker):
    user, mail = mailed(worker)
    user.email = "new@example.org"
    db.session.flush()
    returning.take(report(mail.sender), BOX)
    assert verbs(user) == []


# Scores


def test_two_hard_ones_suspend_and_nothing_is_lost(worker):  # N30
    user = make_manager()
    for _ in range(2):
        _, mail = mailed(worker, user)
        returning.take(report(mail.sender), BOX)
    db.session.refresh(user)
    assert user.mail_suspended_at == NOON
    assert user.mail_fault == "smtp; 550 5.1.1 no such user"
    assert verbs(user) == ["mail_undeliverable", "address_suspended"]
    before = len(worker.smtp.messages)
    make_tender(deadlines={CLOSE: paris(2026, 12, 9)})
    worker.tick()
    assert [mail for mail in worker.smtp.messages[before:] if mail.recipients == (user.email,)] == []
    last = db.session.scalars(
        select(Notification).where(Notification.recipient_id == user.id).order_by(Notification.id.desc())
    ).first()
    assert (last.outcome, last.reason) == (Outcome.IN_APP, "suspended")


def test_four_soft_ones_suspend_and_three_do_not(worker):
    user = make_manager()
    for count in range(1, 5):
        _, mail = mailed(worker, user)
        returning.take(report(mail.sender, status="4.2.2"), BOX)
        db.session.refresh(user)
        assert (user.mail_suspended_at is not None) is (count == 4)


def test_what_is_older_than_a_month_counts_no_more(worker):
    user, mail = mailed(worker)
    returning.take(report(mail.sender), BOX)
    with clock.at(NOON + timedelta(days=31)):
        _, mail = mailed(worker, user)
        returning.take(report(mail.sender), BOX)
    db.session.refresh(user)
    assert user.mail_suspended_at is None


def test_a_refusal_at_our_own_server_counts_like_a_report(worker):
    user = make_manager()
    worker.smtp.fail(user.email, Stage.RCPT, Reply(550, "5.1.1 no such user"))
    for _ in range(2):
        request_sign_in_link(user.email)
        worker.tick()
        worker.prepare()
    db.session.refresh(user)
    assert user.mail_suspended_at == NOON


def test_a_link_to_sign_in_is_sent_even_to_a_suspended_address(worker):
    user = make_manager()
    user.mail_suspended_at = clock.now()
    db.session.flush()
    request_sign_in_link(user.email)
    assert recipients(worker.tick()) == [user.email]


def test_a_mail_server_that_refuses_us_suspends_nobody(worker):
    user = make_manager()
    worker.smtp.fail(user.email, Stage.RCPT, Reply(550, "relaying denied"))
    for _ in range(5):
        request_sign_in_link(user.email)
        worker.tick()
        worker.prepare()
    db.session.refresh(user)
    assert user.mail_suspended_at is None
    assert set(verdicts()) == {Verdict.BLAMELESS}


# Who is told


def test_the_delegate_hears_at_once_of_a_member_in_a_live_answer_with_the_phone(worker):  # N30
    delegate, member = make_delegate(), make_member(name="AI Bayeux", phone="0231000014")
    manager = make_manager(member, name="Manager of Bayeux")
    make_bid(make_tender(), members=[member])
    with clock.at(paris(2026, 12, 6, 22)):  # a Sunday night
        _, mail = mailed(worker, manager)
        returning.take(report(mail.sender), BOX)
        [told] = [one for one in worker.tick() if one.recipients == (delegate.email,)]
    assert subject_of(told) == "Appelez Manager of Bayeux : nos messages n’arrivent pas"
    assert "0231000014" in text_of(told).replace(" ", "")


DEPOSITED = {"submitted_at": NOON, "under_review_at": NOON, "receipt_number": "R-1"}


def in_answer(**fields):
    """A tender and a manager whose structure has a place in an answer to it; `fields` of the answer."""
    member = make_member(name="AI Bayeux", phone="0231000014")
    tender = make_tender(deadlines={DeadlineKind.SUBMISSION: paris(2027, 2, 1, 12)})
    make_bid(tender, members=[member], **fields)
    return tender, make_manager(member, name="Manager of Bayeux")


def came_back(told, **said):
    """A report on the mail that told this."""
    mail = db.session.get(Delivery, told.delivery_id)
    to = returns.return_path(BOX, mail.id, mail.created_at, mail.sent_to)
    return returning.take(report(to, **said), BOX)


def calls(worker, delegate):
    return [subject_of(one) for one in worker.tick() if one.recipients == (delegate.email,)]


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "4.4.7"])
def test_the_delegate_hears_of_every_mail_about_a_live_answer_that_is_lost_once_a_day(worker, status):  # N30
    """Whatever the reason: the mailbox is full, or our mail is taken for spam; the address is none the worse."""
    delegate = make_delegate()
    tender, manager = in_answer()
    worker.tick()
    call = ["Appelez Manager of Bayeux : nos messages n’arrivent pas"]
    for hours, told in ((0, call), (3, []), (25, call)):
        with clock.at(NOON + timedelta(hours=hours)):
            came_back(make_message(tender, manager), status=status)
            assert calls(worker, delegate) == told
    assert manager.mail_suspended_at is None


def test_of_a_lost_mail_about_another_tender_the_delegate_does_not_hear(worker):
    delegate = make_delegate()
    _, manager = in_answer()
    worker.tick()
    came_back(make_message(make_tender(), manager), status="5.2.2")
    assert calls(worker, delegate) == []


def test_a_mail_given_up_after_all_its_attempts_is_a_lost_one(worker):
    delegate = make_delegate()
    tender, manager = in_answer()
    worker.tick()
    told = make_message(tender, manager, MessageState.FAILED)
    db.session.get(Delivery, told.delivery_id).error = "Connection unexpectedly closed"
    assert len(calls(worker, delegate)) == 1
    assert verdicts() == [Verdict.BLAMELESS]


@pytest.mark.parametrize(
    "gone",
    [
        {"withdrawn_at": NOON},
        DEPOSITED | {"lost_at": NOON},
        DEPOSITED | {"awarded_at": NOON},
    ],
)
def test_of_an_answer_that_is_decided_the_delegate_does_not_hear(worker, gone):
    delegate = make_delegate()
    tender, manager = in_answer(**gone)
    worker.tick()
    came_back(make_message(tender, manager))
    assert calls(worker, delegate) == []


def test_a_registration_counts_as_long_as_the_answer_is_due(worker):
    delegate, member = make_delegate(), make_member()
    tender = make_tender(deadlines={DeadlineKind.SUBMISSION: paris(2026, 12, 10, 12)})
    manager = make_manager(member)
    make_participation(tender, member)
    worker.tick()
    came_back(make_message(tender, manager), status="5.2.2")
    assert len(calls(worker, delegate)) == 1
    with clock.at(paris(2026, 12, 11, 12)):
        came_back(make_message(tender, manager), status="5.2.2")
        assert calls(worker, delegate) == []


def test_an_address_suspended_before_is_told_of_when_its_owner_comes_into_an_answer(worker):  # N30
    delegate, member = make_delegate(), make_member(name="AI Bayeux")
    manager = make_manager(member, name="Manager of Bayeux")
    manager.mail_suspended_at = NOON - timedelta(days=40)
    db.session.flush()
    make_message(make_tender(), manager, MessageState.IN_APP, reason="suspended")
    assert calls(worker, delegate) == []
    tender = make_tender(title="Schools")
    make_participation(tender, member)
    worker.tick()
    bids.propose(actor_of(delegate), make_bid(tender).id, member.id)
    worker.tick()
    assert "Appelez Manager of Bayeux : nos messages n’arrivent pas" in calls(worker, delegate)
    assert calls(worker, delegate) == []


def test_of_somebody_without_a_live_answer_nobody_hears(worker):
    delegate = make_delegate()
    _, mail = mailed(worker)
    returning.take(report(mail.sender), BOX)
    assert [one for one in worker.tick() if one.recipients == (delegate.email,)] == []


# Revival


def test_a_person_or_the_office_revives_the_address(worker):  # N30
    delegate = make_delegate()
    for actor_of_whom in ("self", "office"):
        user = make_manager()
        for _ in range(2):
            _, mail = mailed(worker, user)
            returning.take(report(mail.sender), BOX)
        with pytest.raises(Forbidden):
            returning.revive(actor_of(make_manager()), user)
        returning.revive(actor_of(user if actor_of_whom == "self" else delegate), user)
        assert user.mail_suspended_at is None
        assert verbs(user)[-1] == "address_revived"
        _, mail = mailed(worker, user)
        returning.take(report(mail.sender), BOX)  # what it refused before counts no more
        db.session.refresh(user)
        assert user.mail_suspended_at is None
