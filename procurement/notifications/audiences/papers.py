"""Whom certificates concern: the managers of the structure whose they are, as long as it still owes them."""

from sqlalchemy import Text, and_, cast, func, or_, select

from procurement.certificates.models import Certificate
from procurement.core import clock
from procurement.core.events import Event
from procurement.deadlines.models import Deadline
from procurement.members.models import Member, Membership
from procurement.notifications.audiences.pieces import MANAGES, People, of, of_events

_STANDS = Certificate.superseded_at.is_(None)


def _managers(people: People) -> People:
    """Managers of the structure, if it still belongs to the network."""
    return people.where(Member.left_at.is_(None)).join(
        Membership, and_(Membership.member_id == Member.id, MANAGES)
    )


def must_renew() -> list[People]:
    """Those of the structure whose certificate lapses, until another has taken its place."""
    of_certificate = and_(
        Deadline.subject_type == "certificate", Certificate.id == Deadline.subject_id, _STANDS
    )
    people = (
        of(Deadline, Membership.user_id)
        .select_from(Deadline)
        .join(Certificate, and_(of_certificate, Certificate.refused_at.is_(None)))
        .join(Member, Member.id == Certificate.member_id)
        .where(Deadline.closed_at.is_(None))
    )
    return [_managers(people)]


def refused() -> list[People]:
    """Those of the structure whose certificate was refused, until another has taken its place."""
    of_event = and_(
        Event.subject_type == "certificate",
        Certificate.id == Event.subject_id,
        _STANDS,
        Certificate.refused_at.is_not(None),
    )
    people = of_events(Membership.user_id).join(Certificate, of_event)
    return [_managers(people.join(Member, Member.id == Certificate.member_id))]


def wanted() -> list[People]:
    """Those of the structure that is asked for certificates, as long as one of these is still to be sent."""
    asked = Event.facts["certificate_kinds"]
    shown = (
        select(func.count())
        .where(
            Certificate.member_id == Event.subject_id,
            _STANDS,
            Certificate.refused_at.is_(None),
            or_(Certificate.expires_on.is_(None), Certificate.expires_on >= clock.today()),
            asked.has_key(cast(Certificate.kind, Text)),
        )
        .scalar_subquery()
    )
    of_event = and_(
        Event.subject_type == "member",
        Member.id == Event.subject_id,
        func.jsonb_array_length(asked) > shown,
    )
    return [_managers(of_events(Membership.user_id).join(Member, of_event))]
