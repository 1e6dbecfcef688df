"""Certificates that lapse, are refused or are wanted: told to the managers of the structure, until it is done."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from procurement.certificates import operations
from procurement.certificates.models import CertificateKind
from procurement.core import clock
from procurement.core.policy import MembershipRole
from procurement.members.invitations import end_membership
from procurement.members.models import MemberKind, Membership
from tests.factories import (
    actor_of,
    make_certificate,
    make_delegate,
    make_manager,
    make_member,
    make_user,
    paris,
)
from tests.worker import recipients, subject_of, text_of

END = date(2027, 5, 21)
"""A Friday: J-60 is a Monday, J-30 a Wednesday, J-7 a Friday."""
ISSUED = date(2026, 11, 22)
J60, J30, J7 = (paris(2027, *day, 8) for day in ((3, 22), (4, 21), (5, 14)))


@pytest.fixture(autouse=True)
def _tuesday(app):
    with clock.at(paris(2026, 11, 24, 10)):
        yield


@pytest.fixture
def structure(session):
    class Structure:
        member = make_member(name="AI Bayeux")
        manager = make_manager(member, email="manager@example.org")
        contributor = make_user(memberships={member: MembershipRole.CONTRIBUTOR})
        outsider = make_manager()
        delegate = actor_of(make_delegate())

    return Structure()


def told(worker, moment):
    with clock.at(moment):
        return worker.tick()


def test_its_managers_are_reminded_sixty_thirty_and_seven_days_before(structure, worker):  # N7
    certificate = make_certificate(structure.member, issued_on=ISSUED)
    assert certificate.expires_on == END
    assert told(worker, paris(2026, 11, 24, 10)) == []
    for moment in (J60, J30, J7):
        [mail] = told(worker, moment)
        assert recipients([mail]) == ["manager@example.org"]
        assert "AI Bayeux" in subject_of(mail)
        assert "vendredi 21 mai 2027" in text_of(mail)
        assert f"/attestations/structures/{structure.member.id}/vigilance" in text_of(mail)
        assert told(worker, moment + timedelta(days=1)) == []


def test_nobody_is_reminded_once_another_is_here(structure, worker):  # N14
    make_certificate(structure.member, issued_on=ISSUED)
    assert len(told(worker, J60)) == 1
    with clock.at(paris(2027, 4, 1)):
        make_certificate(structure.member, checked=False)
    assert told(worker, J30) == []
    assert told(worker, J7) == []


def test_nobody_is_reminded_of_one_that_was_refused_but_told_so_at_once(structure, worker):
    certificate = make_certificate(structure.member, issued_on=ISSUED, checked=False)
    operations.refuse(structure.delegate, certificate.id, "La page 2 manque.")
    [mail] = told(worker, paris(2026, 11, 24, 10))
    assert recipients([mail]) == ["manager@example.org"]
    assert "La page 2 manque." in text_of(mail)
    assert told(worker, J60) == []


def test_a_refusal_that_another_has_answered_isn_t_told(structure, worker):  # N15
    certificate = make_certificate(structure.member, issued_on=ISSUED, checked=False)
    operations.refuse(structure.delegate, certificate.id, "La page 2 manque.")
    make_certificate(structure.member, checked=False)
    assert told(worker, paris(2026, 11, 24, 10)) == []


def test_who_left_the_structure_hears_nothing_of_it(structure, worker, session):  # N19
    make_certificate(structure.member, issued_on=ISSUED)
    other = make_manager(structure.member, email="other@example.org")
    place = select(Membership).where(Membership.user_id == structure.manager.id)
    end_membership(structure.delegate, session.scalars(place).one())
    assert recipients(told(worker, J60)) == [other.email]


def test_a_structure_that_is_asked_reads_what_it_owes_still(structure, worker):  # N16
    member = make_member(MemberKind.GES, name="GES Bocage")
    make_manager(member, email="ges@example.org")
    make_certificate(member, CertificateKind.TAX)
    make_certificate(member, CertificateKind.INSURANCE)
    operations.chase(structure.delegate, member.id)
    make_certificate(member, CertificateKind.REGISTRATION, checked=False)
    sent = told(worker, paris(2026, 11, 24, 10))
    [mail] = [one for one in sent if subject_of(one) == "GES Bocage : 1 attestation à envoyer"]
    assert recipients([mail]) == ["ges@example.org"]
    assert "vigilance" in text_of(mail)
    assert "Immatriculation" not in text_of(mail)


def test_nobody_is_asked_for_what_is_all_here(structure, worker):  # N15
    member = make_member(MemberKind.GES)
    make_manager(member, email="ges@example.org")
    kinds = operations.chase(structure.delegate, member.id)
    for kind in kinds:
        make_certificate(member, kind, checked=False)
    assert [one for one in told(worker, paris(2026, 11, 24, 10)) if "à envoyer" in subject_of(one)] == []


def test_several_ends_of_a_day_are_one_mail(structure, worker):  # N20
    make_certificate(structure.member, issued_on=ISSUED)
    make_certificate(structure.member, CertificateKind.INSURANCE, expires_on=END)
    [mail] = told(worker, J60)
    assert subject_of(mail).startswith("2 ")
    for words in ("Attestation de vigilance", "Assurance responsabilité civile"):
        assert words in text_of(mail)
