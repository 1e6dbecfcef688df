"""What is over is ended by the daily task, at the durations that the register says: no sooner, and not much later."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from dateutil.relativedelta import relativedelta
from sqlalchemy import func, select

from procurement.accounts import operations as accounts
from procurement.accounts.models import PasswordReset, SignIn, SignInLink
from procurement.core import clock, events, storage
from procurement.core.db import add
from procurement.core.events import EventDetail
from procurement.core.forms_sent import FormReceipt
from procurement.core.policy import SYSTEM, MembershipRole
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.dossiers.models import Reference
from procurement.files.models import File, FileVersion
from procurement.members.models import Invitation
from procurement.notices.models import ForwardedMail, MailState, Notice, NoticeState
from procurement.notifications.models import Absence, Bounce, Delivery, Notification
from procurement.notifications.queries.told import MessageState
from procurement.privacy import register, retention, terms
from procurement.privacy.models import Erasure, RetentionRun
from procurement.privacy.terms import By
from tests.factories import (
    a_pdf,
    make_bid,
    make_certificate,
    make_delegate,
    make_file,
    make_member,
    make_tender,
    make_user,
    paris,
)
from tests.factories.messages import make_message
from workers import privacy as jobs

NOW = paris(2026, 3, 10, 9)


def count(session, model, *where):
    return session.scalar(select(func.count()).select_from(model).where(*where))


def after(term):
    """Just after a term that began at NOW."""
    return NOW + relativedelta(months=term.months, days=term.days) + timedelta(days=1, minutes=1)


def before(term):
    return NOW + relativedelta(months=term.months, days=term.days) - timedelta(days=1)


def links(session):
    user = make_user()
    link = {"user_id": user.id, "created_at": NOW, "expires_at": NOW}
    add(SignInLink(**link))
    add(PasswordReset(**link))
    return lambda: count(session, SignInLink) + count(session, PasswordReset)


def sign_ins(session):
    add(SignIn(user_id=make_user().id, browser="Firefox", via="link", began_at=NOW, seen_at=NOW))
    return lambda: count(session, SignIn)


def receipts(session):
    add(FormReceipt(number=uuid4(), actor_id=make_user().id, taken_at=NOW))
    return lambda: count(session, FormReceipt)


def closed_accounts(session):
    user = make_user()
    accounts.close_account(SYSTEM, user)
    make_user()
    return lambda: int(user.erased_at is None)


def account_values(session):
    user = make_user()
    event = events.record(SYSTEM, "account_edited", user, values={"before": {"name": "Old"}})
    return lambda: count(session, EventDetail, EventDetail.event_id == event.id)


def trail_values(session):
    event = events.record(SYSTEM, "tender_cancelled", make_tender(), values={"reason": "No money"})
    return lambda: count(session, EventDetail, EventDetail.event_id == event.id)


def invitations(session):
    add(
        Invitation(
            email="new@example.org",
            member_id=make_member().id,
            membership_role=MembershipRole.CONTRIBUTOR,
            invited_by=make_user().id,
            created_at=NOW - timedelta(days=7),
            expires_at=NOW,
        )
    )
    return lambda: count(session, Invitation)


def security_mails(session):
    mail = make_message(make_tender(), make_user(), kind="sign_in_link", at=NOW).delivery_id
    return lambda: count(session, Delivery, Delivery.id == mail)


def mails(session):
    make_message(make_tender(), make_user(), MessageState.RETURNED, at=NOW)
    return lambda: count(session, Delivery) and count(session, Notification) and count(session, Bounce)


def bounces(session):
    make_message(make_tender(), make_user(), MessageState.RETURNED, at=NOW)
    return lambda: count(session, Bounce, Bounce.address != "", Bounce.said != "")


def absences(session):
    day = NOW.date()
    add(Absence(user_id=make_user().id, stand_in_id=make_user().id, first_day=day, last_day=day))
    return lambda: count(session, Absence)


def lost_files(session):
    tender = make_tender(deadlines={DeadlineKind.SUBMISSION: NOW - timedelta(days=60)})
    make_file(tender)
    make_bid(tender, submitted_at=NOW - timedelta(days=61), receipt_number="1", lost_at=NOW)
    return lambda: count(session, FileVersion) + count(session, File)


def won_files(session):
    tender = make_tender(deadlines={DeadlineKind.SUBMISSION: NOW - timedelta(days=900)})
    make_file(tender)
    won = NOW - timedelta(days=800)
    bid = make_bid(tender, submitted_at=won, receipt_number="1", awarded_at=won)
    add(
        Deadline(
            subject_type="bid", subject_id=bid.id, kind=DeadlineKind.CONTRACT_END, due_at=NOW, remind_at=NOW
        )
    )
    return lambda: count(session, FileVersion) + count(session, File)


def replaced_scans(session):
    certificate = make_certificate(make_member())
    certificate.superseded_at = NOW
    return lambda: count(session, FileVersion) + count(session, File)


def left_members(session):
    member = make_member()
    member.left_at = NOW
    add(Reference(member_id=member.id, client="Town", subject="Cleaning", from_year=2020, version=1))
    return lambda: count(session, Reference)


def notices(session):
    add(
        Notice(
            source="boamp",
            source_id="26-1",
            raw="{}",
            digest=b"x",
            first_seen_at=NOW,
            changed_at=NOW,
            state=NoticeState.SKIPPED,
            reason="an award",
        )
    )
    return lambda: count(session, Notice, Notice.raw != "")


def forwarded_mails(session):
    mail = {"came_at": NOW, "state": "aside", "why": "stranger", "subject": "Hello"}
    add(ForwardedMail(key=b"1", sender="somebody@example.org", text="Hello", **mail))
    waiting = (ForwardedMail.text != "", ForwardedMail.sender != "", ForwardedMail.state == MailState.ASIDE)
    return lambda: count(session, ForwardedMail, *waiting)


def requests(session):
    add(Erasure(user_id=make_user().id, asked_at=NOW - timedelta(days=20), done_at=NOW))
    return lambda: count(session, Erasure)


MADE = [
    links, sign_ins, receipts, closed_accounts, account_values, trail_values, invitations, security_mails, mails, bounces,
    absences, lost_files, won_files, replaced_scans, left_members, notices, forwarded_mails, requests,
]  # fmt: skip
TERMS = {term.name: term for term in register.ALL_TERMS if term.by is By.JOB}


def test_every_term_of_the_job_has_its_rule_and_its_test():
    assert {term.name for term in retention.RULES} | {terms.SPARE_FILES.name} == set(TERMS)
    assert {make.__name__ for make in MADE} | {terms.SPARE_FILES.name} == set(TERMS)


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_it_ends_when_the_register_says(session, make):
    term = TERMS[make.__name__]
    with clock.at(NOW):
        left = make(session)
    session.flush()
    with clock.at(before(term)):
        jobs.retain()
    session.expire_all()
    assert left(), "not before its time"
    with clock.at(after(term)):
        jobs.retain()
    session.expire_all()
    assert left() == 0
    run = session.scalars(select(RetentionRun).order_by(RetentionRun.day.desc()).limit(1)).one()
    assert run.counts[term.name] >= 1
    assert run.ended_at == after(term)


def test_a_run_is_written_in_the_trail_with_its_counts_once_a_day(session):
    with clock.at(NOW):
        links(session)
    with clock.at(after(terms.LINKS)):
        assert jobs.retain() == {"ended": 2}
        assert jobs.retain() == {"ended": 0}
        run = session.scalars(select(RetentionRun)).one()
        (told,) = events.history([("retention_run", run.id)])
        assert (told.verb, told.actor_id, told.facts) == ("retention_done", None, {"counts": {"links": 2}})
    with clock.at(after(terms.LINKS) + timedelta(days=1)):
        jobs.retain()
    assert count(session, RetentionRun) == 2


def test_a_run_cut_short_is_taken_up_where_it_was(session):
    with clock.at(NOW):
        user = make_user()
        for _ in range(3):
            add(SignInLink(user_id=user.id, created_at=NOW, expires_at=NOW))
    with clock.at(after(terms.LINKS)):
        assert retention.step(2) == 2
        assert session.scalars(select(RetentionRun)).one().ended_at is None
        assert jobs.retain() == {"ended": 1}
        assert session.scalars(select(RetentionRun)).one().counts == {"links": 3}


def test_what_still_waits_for_its_end_is_left_alone(session):
    """A mail in flight, a contract whose end nobody knows, an invitation that was accepted."""
    with clock.at(NOW):
        make_message(make_tender(), make_user(), MessageState.LEAVING, at=NOW)
        tender = make_tender()
        make_file(tender)
        make_bid(tender, submitted_at=NOW, receipt_number="1", awarded_at=NOW)
        add(
            Invitation(
                email="here@example.org",
                member_id=make_member().id,
                membership_role=MembershipRole.CONTRIBUTOR,
                invited_by=make_user().id,
                created_at=NOW,
                expires_at=NOW,
                used_at=NOW,
            )
        )
    with clock.at(NOW + timedelta(days=40 * 365)):
        jobs.retain()
    assert (count(session, Delivery), count(session, File), count(session, Invitation)) == (1, 1, 1)


def test_trails_still_verify_after_their_values_are_gone(session):
    with clock.at(NOW):
        tender = make_tender()
        events.record(SYSTEM, "tender_cancelled", tender, values={"reason": "No money"})
    with clock.at(after(terms.TRAIL_VALUES)):
        jobs.retain()
    assert count(session, EventDetail) == 0
    assert events.verify("tender", tender.id) is None


def test_the_store_forgets_what_nothing_names_and_keeps_the_rest(session):
    sent = storage.take_in(BytesIO(a_pdf("never used")), "spare.pdf")
    kept = make_file(make_tender()).versions[0].digest
    shared = storage.take_in(BytesIO(a_pdf("shared")), "one.pdf")
    with clock.at(clock.now() + timedelta(days=29)):
        jobs.retain()
        storage.open_kept(sent.digest).close()
    with clock.at(clock.now() + timedelta(days=31)):
        make_file(make_tender(), a_pdf("shared"))
        jobs.retain()
    with pytest.raises(FileNotFoundError):
        storage.open_kept(sent.digest)
    for digest in (kept, shared.digest):
        storage.open_kept(digest).close()


def test_the_page_shows_what_was_ended(session, browser_of):
    with clock.at(NOW):
        links(session)
    with clock.at(after(terms.LINKS)):
        jobs.retain()
        page = browser_of(make_delegate(locale="en")).get("/donnees-personnelles/registre").text
    assert "Requests to sign in by a link, to choose a new password or to change the address: 2" in page
