"""A person of whom each table that may name somebody says something, in words that only they have."""

from datetime import timedelta
from uuid import uuid4

from procurement.accounts import calendar_address, operations
from procurement.accounts.models import (
    AddressChange,
    PasswordReset,
    RoleGrant,
    SecondFactor,
    SignIn,
    SignInLink,
    User,
)
from procurement.bids.models import Waiver
from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.forms_sent import FormReceipt
from procurement.core.policy import SYSTEM, MembershipRole, Role
from procurement.members.models import Invitation, Membership
from procurement.notices.models import ForwardedMail, ImportRun
from procurement.notifications.categories import Category, Rhythm
from procurement.notifications.models import Absence, Bounce, Preference
from procurement.notifications.queries.told import MessageState
from procurement.privacy.models import Erasure
from procurement.tenders.models import Following, Handling, SavedSearch, Summary
from tests.factories import (
    actor_of,
    make_bid,
    make_certificate,
    make_file,
    make_member,
    make_seat,
    make_tender,
    make_user,
)
from tests.factories.messages import make_message


def make_known(mark: str, **fields: object) -> User:
    """A person with a row of each kind; `mark`, in small letters, stands in every word of theirs."""
    user = make_user(name=f"Name {mark}", email=f"{mark}@example.org", phone=f"02 {mark}", **fields)
    _account(user, mark)
    _messages(user, mark)
    _deeds(user, mark)
    db.session.flush()
    return user


def _account(user: User, mark: str) -> None:
    now, me = clock.now(), user.id
    structure, other = make_member(), make_user()
    over = {"granted_at": now, "ended_at": now, "granted_by": me, "ended_by": me}
    add(RoleGrant(user_id=me, role=Role.OBSERVER, **over))
    add(Membership(user_id=me, member_id=structure.id, role=MembershipRole.CONTRIBUTOR, **over))
    link = {"user_id": me, "created_at": now, "expires_at": now + timedelta(minutes=15)}
    add(SignInLink(**link, next_path=f"/{mark}"))
    add(PasswordReset(**link))
    calendar_address.renew(actor_of(user), user)
    add(SignIn(user_id=me, browser=f"Browser of {mark}", via="link", began_at=now, seen_at=now))
    add(SecondFactor(user_id=me, secret="A" * 32, recovery_codes="", last_step=0, since=now))
    add(AddressChange(**link, email=f"new-{mark}@example.org", former=user.email))
    add(FormReceipt(number=uuid4(), actor_id=me, taken_at=now, location=f"/{mark}"))
    invitation = {
        "member_id": structure.id,
        "membership_role": MembershipRole.CONTRIBUTOR,
        "created_at": now,
        "expires_at": now + timedelta(days=7),
    }
    add(
        Invitation(
            **invitation, email=user.email, name=user.name, invited_by=other.id, user_id=me, used_at=now
        )
    )
    add(Invitation(**invitation, email=f"somebody{me}@example.org", invited_by=me))
    add(Erasure(user_id=me, asked_at=now, done_at=now, done_by=me))
    operations.edit_profile(
        actor_of(user),
        user,
        name=f"Name {mark} again",
        phone="",
        locale=user.locale,
        digest_hour=user.digest_hour,
        working_days=user.working_days,
    )
    user.phone = f"02 {mark}"  # a number wouldn't hold the mark


def _messages(user: User, mark: str) -> None:
    tender, other = make_tender(), make_user()
    told = make_message(tender, user, MessageState.RETURNED, subject=f"For {mark}", text=f"Dear {mark}")
    make_message(tender, address=user.email, subject=f"For {mark}", text=f"Come, {mark}")
    add(
        Bounce(
            at=clock.now(),
            verdict="delayed",
            delivery_id=told.delivery_id,
            user_id=user.id,
            address=user.email,
            said=f"no {mark}",
            digest=f"test:about:{user.id}",
        )
    )
    db.session.add(Preference(user_id=user.id, category=Category.GROUPS, rhythm=Rhythm.WEEKLY))
    today = clock.today()
    add(Absence(user_id=user.id, stand_in_id=other.id, first_day=today, last_day=today))
    add(Absence(user_id=other.id, stand_in_id=user.id, first_day=today, last_day=today))
    db.session.add(Following(user_id=user.id, tender_id=tender.id, muted=False, since=clock.now()))
    add(SavedSearch(user_id=user.id, name=f"Search {mark}", text=mark, created_at=clock.now()))


def _deeds(user: User, mark: str) -> None:
    now, me = clock.now(), user.id
    tender = make_tender(created_by=user)
    add(ImportRun(source="boamp", way="files", wanted_by=me, began_at=now, ended_at=now))
    mail = {"came_at": now, "subject": f"Notice for {mark}", "tender_id": tender.id, "state": "taken"}
    add(ForwardedMail(key=b"%d" % me, sender=user.email, forwarded_by=me, settled_by=me, **mail))
    add(Summary(tender_id=tender.id, parts={}, version=1, updated_at=now, updated_by=me))
    add(
        Handling(
            tender_id=tender.id,
            assigned_to=me,
            ignored_at=now,
            ignored_by=me,
            ignored_reason=f"{mark} passes",
        )
    )
    bid = make_bid(tender, created_by=me, coordinator_id=me, withdrawn_at=now)
    make_seat(bid, make_member(), proposed_by=me)
    db.session.add(Waiver(bid_id=bid.id, code="one", reason=f"as {mark} says", waived_at=now, waived_by=me))
    make_file(tender, name=f"{mark}.pdf").versions[0].uploaded_by = me
    certificate = make_certificate(make_member())
    certificate.recorded_by = certificate.checked_by = me
    certificate.checked_at, certificate.note = now, f"note of {mark}"
    events.record(actor_of(user), "tender_cancelled", tender, values={"reason": f"{mark} said so"})
    events.record(SYSTEM, "sessions_ended", user)
