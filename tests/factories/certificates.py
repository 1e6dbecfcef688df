"""Certificates of structures."""

from datetime import date, timedelta
from io import BytesIO

from procurement.certificates.models import Certificate, CertificateKind
from procurement.certificates.operations import check, record
from procurement.certificates.rules import RULES
from procurement.core import clock
from procurement.core.policy import SYSTEM, Actor, MembershipRole
from procurement.core.storage import take_in
from procurement.members.models import Member
from tests.factories.files import a_pdf


def make_certificate(
    member: Member,
    kind: CertificateKind = CertificateKind.VIGILANCE,
    *,
    issued_on: date | None = None,
    expires_on: date | None = None,
    checked: bool = True,
    actor: Actor | None = None,
) -> Certificate:
    """A certificate of `member`, sent by its own people; issued yesterday and valid half a year unless told otherwise."""
    issued = issued_on or clock.today() - timedelta(days=1)
    if expires_on is None and RULES[kind].says_its_end:
        expires_on = issued + timedelta(days=180)
    sender = actor or Actor(memberships={member.id: MembershipRole.MANAGER})
    scan = take_in(BytesIO(a_pdf(f"{member.id} {kind} {issued}")), "scan.pdf")
    certificate = record(sender, member.id, kind, issued_on=issued, expires_on=expires_on, scans=[scan])
    return check(SYSTEM, certificate.id) if checked else certificate
