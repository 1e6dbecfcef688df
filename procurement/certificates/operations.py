"""Verbs on certificates: record one in place of the last, check it, refuse it, chase a structure for what it owes."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from procurement.certificates import policy
from procurement.certificates.models import Certificate, CertificateKind
from procurement.certificates.queries import owing, visible_member
from procurement.certificates.rules import RED, check_dates, due_at
from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.errors import Conflict, Invalid, NotFound, TooLate
from procurement.core.i18n import N_
from procurement.core.policy import Actor, require
from procurement.core.storage import Kept
from procurement.deadlines.models import DeadlineKind
from procurement.deadlines.operations import close_deadlines, set_deadline
from procurement.files.operations import attach
from procurement.members.models import Member

NOTE_LENGTH = 500
REASON_LENGTH = 500

AGAIN = timedelta(hours=20)
"""Before that long nobody is chased a second time."""


def record(
    actor: Actor,
    member_id: int,
    kind: CertificateKind,
    *,
    issued_on: date,
    expires_on: date | None,
    note: str = "",
    scans: Sequence[Kept],
) -> Certificate:
    """Record a structure's certificate with its scans (one file, or a photograph of each page).

    It takes the place of the one before, whose end no longer reminds; its own end is a deadline of the kind
    CERTIFICATE_EXPIRY. `expires_on` is what the paper says; None: counted by the rule. What the delegate records is
    checked by that. Records `certificate_recorded`. Raises NotFound, Forbidden, Invalid with the field.
    """
    member = visible_member(actor, member_id, lock=True)
    require(policy.record(actor, member.id))
    if not scans:
        raise Invalid(N_("Add the document: a PDF, or a photograph of each page."), field="scans")
    kept_note = note.strip()
    if len(kept_note) > NOTE_LENGTH:
        raise Invalid(N_("This is too long: %(limit)s characters at most."), field="note", limit=NOTE_LENGTH)
    now = clock.now()
    end = check_dates(kind, issued_on, expires_on, clock.today())
    before = _live(member.id, kind)
    if before is not None:
        before.superseded_at = now
        db.session.flush()
        close_deadlines(actor, before)
    certificate: Certificate = add(
        Certificate(
            member_id=member.id,
            kind=kind,
            issued_on=issued_on,
            expires_on=end,
            note=kept_note,
            recorded_at=now,
            recorded_by=actor.user_id,
            checked_at=now if actor.is_delegate else None,
            checked_by=actor.user_id if actor.is_delegate else None,
            refused_at=None,
            refusal_reason="",
            superseded_at=None,
        )
    )
    for scan in scans:
        attach(actor, certificate, scan)
    _tell(actor, "certificate_recorded", certificate)
    if end is not None:
        set_deadline(actor, certificate, DeadlineKind.CERTIFICATE_EXPIRY, due_at(end))
    return certificate


def check(actor: Actor, certificate_id: int) -> Certificate:
    """The delegate has looked at it: it is what it says. Doing it twice changes nothing.

    Records `certificate_checked`. Raises NotFound, Forbidden, Conflict when another has taken its place.
    """
    certificate = _waiting(actor, certificate_id)
    if certificate.checked_at is None:
        certificate.checked_at, certificate.checked_by = clock.now(), actor.user_id
        if certificate.refused_at is not None:
            certificate.refused_at, certificate.refusal_reason = None, ""
            if certificate.expires_on is not None:
                set_deadline(
                    actor, certificate, DeadlineKind.CERTIFICATE_EXPIRY, due_at(certificate.expires_on)
                )
        db.session.flush()
        _tell(actor, "certificate_checked", certificate)
    return certificate


def refuse(actor: Actor, certificate_id: int, reason: str) -> Certificate:
    """It can't be used, for a reason that the structure reads; its end no longer reminds, it is owed at once.

    Records `certificate_refused` with the reason among the values. Raises NotFound, Forbidden, Invalid without a
    reason, Conflict when another has taken its place.
    """
    certificate = _waiting(actor, certificate_id)
    said = reason.strip()
    if not said or len(said) > REASON_LENGTH:
        raise Invalid(
            N_("Say why in a sentence: the structure reads it, and knows what to send."), field="reason"
        )
    certificate.checked_at = certificate.checked_by = None
    certificate.refused_at, certificate.refusal_reason = clock.now(), said
    db.session.flush()
    close_deadlines(actor, certificate)
    _tell(actor, "certificate_refused", certificate, reason=said)
    return certificate


def chase(actor: Actor, member_id: int) -> list[CertificateKind]:
    """Ask a structure for what it has nothing to show for: missing, lapsed or refused. Its managers get one mail.

    Records `certificates_chased` on the structure, with the fact `kinds`. Returns these. Raises NotFound, Forbidden,
    TooLate where nothing is owed, Conflict where it was chased within the day.
    """
    require(policy.check(actor))
    member = visible_member(actor, member_id, lock=True)
    kinds = [one.kind for one in owing(member, clock.today()) if one.state in RED]
    if not kinds:
        raise TooLate(N_("%(member)s owes nothing any more: nobody was written to."), member=member.name)
    last = db.session.scalar(
        select(events.Event.at)
        .where(
            events.Event.subject_type == "member",
            events.Event.subject_id == member.id,
            events.Event.verb == "certificates_chased",
        )
        .order_by(events.Event.rank.desc())
        .limit(1)
    )
    if last is not None and clock.now() - last < AGAIN:
        raise Conflict(
            N_("%(member)s has been written to already today: nobody was written to again."),
            member=member.name,
        )
    events.record(
        actor,
        "certificates_chased",
        member,
        facts={"member_id": member.id, "certificate_kinds": [kind.value for kind in kinds]},
    )
    return kinds


def _live(member_id: int, kind: CertificateKind) -> Certificate | None:
    """The certificate that stands, locked; its member is locked already."""
    return db.session.scalar(
        select(Certificate)
        .where(
            Certificate.member_id == member_id,
            Certificate.kind == kind,
            Certificate.superseded_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _waiting(actor: Actor, certificate_id: int) -> Certificate:
    """A certificate that the delegate gives a verdict on, locked, its structure before it."""
    require(policy.check(actor))
    member_id = db.session.scalar(select(Certificate.member_id).where(Certificate.id == certificate_id))
    if member_id is None:
        raise NotFound
    db.session.execute(select(Member.id).where(Member.id == member_id).with_for_update())
    certificate = db.session.scalars(
        select(Certificate)
        .where(Certificate.id == certificate_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if certificate.superseded_at is not None:
        raise Conflict(N_("A newer one has been sent in its place meanwhile: look at that one."))
    return certificate


def _tell(actor: Actor, verb: str, certificate: Certificate, *, reason: str = "") -> None:
    events.record(
        actor,
        verb,
        certificate,
        facts={"member_id": certificate.member_id, "certificate_kind": certificate.kind.value},
        values={"reason": reason} if reason else None,
        on_behalf_of=None if certificate.member_id in actor.memberships else certificate.member_id,
    )
