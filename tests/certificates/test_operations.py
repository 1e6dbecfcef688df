"""Recording, checking, refusing certificates, and asking for them; whose they are, what reminds of them."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from procurement.certificates import operations, queries
from procurement.certificates.models import Certificate, CertificateKind
from procurement.certificates.rules import CertificateState
from procurement.core import clock
from procurement.core.errors import Conflict, Forbidden, Invalid, NotFound, TooLate
from procurement.core.events import Event, verify
from procurement.core.policy import MembershipRole, Role
from procurement.core.storage import take_in
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.members.models import MemberKind
from tests.counting import counted
from tests.factories import (
    a_pdf,
    actor_of,
    make_certificate,
    make_delegate,
    make_manager,
    make_member,
    make_user,
    paris,
)

TODAY = date(2026, 11, 24)
VIGILANCE = CertificateKind.VIGILANCE


@pytest.fixture(autouse=True)
def _tuesday(app):
    with clock.at(paris(2026, 11, 24, 10)):
        yield


def scans(*marks):
    return [take_in(BytesIO(a_pdf(mark)), f"{mark}.pdf") for mark in marks or ("scan",)]


def end_of(session, certificate) -> Deadline:
    return session.scalars(
        select(Deadline).where(
            Deadline.subject_type == "certificate",
            Deadline.subject_id == certificate.id,
            Deadline.kind == DeadlineKind.CERTIFICATE_EXPIRY,
        )
    ).one()


def states(actor, member) -> dict[str, str]:
    papers = queries.member_papers(actor, member.id, clock.today()).papers
    return {paper.kind.value: paper.state.value for paper in papers}


def test_what_is_sent_waits_to_be_checked_and_its_end_is_a_date_that_binds(session):
    member = make_member()
    actor = actor_of(make_manager(member))
    sent = operations.record(
        actor, member.id, VIGILANCE, issued_on=TODAY, expires_on=None, note=" 2026-A ", scans=scans(1, 2)
    )
    assert (sent.expires_on, sent.note, sent.checked_at) == (date(2027, 5, 23), "2026-A", None)
    assert end_of(session, sent).due_at == paris(2027, 5, 23, 23, 59)
    assert states(actor, member)["vigilance"] == "to_check"
    operations.check(actor_of(make_delegate()), sent.id)
    assert states(actor, member)["vigilance"] == "valid"
    [paper] = [p for p in queries.member_papers(actor, member.id, TODAY).papers if p.kind is VIGILANCE]
    assert [file.versions[0].name for file in paper.files] == ["1.pdf", "2.pdf"]
    verbs = session.scalars(
        select(Event.verb).where(Event.subject_type == "certificate").order_by(Event.rank)
    )
    assert list(verbs) == [
        "file_added", "file_added", "certificate_recorded", "deadline_set", "certificate_checked",
    ]  # fmt: skip
    assert verify("certificate", sent.id) is None


def test_a_newer_one_takes_its_place_and_the_old_end_no_longer_reminds(session):
    member = make_member()
    old = make_certificate(member, issued_on=TODAY - timedelta(days=150))
    new = make_certificate(member, issued_on=TODAY)
    session.refresh(old)
    assert old.superseded_at is not None
    assert end_of(session, old).closed_at is not None
    assert end_of(session, new).closed_at is None
    with pytest.raises(Conflict, match="newer"):
        operations.check(actor_of(make_delegate()), old.id)


def test_what_the_delegate_records_counts_as_checked():
    member, delegate = make_member(), make_delegate()
    sent = operations.record(
        actor_of(delegate), member.id, VIGILANCE, issued_on=TODAY, expires_on=None, scans=scans()
    )
    assert (sent.checked_at, sent.checked_by) == (clock.now(), delegate.id)


def test_a_refusal_has_a_reason_ends_the_date_and_can_be_taken_back(session):
    member, delegate = make_member(), actor_of(make_delegate())
    sent = make_certificate(member, checked=False)
    for reason in ("", "  ", "x" * 501):
        with pytest.raises(Invalid) as refused:
            operations.refuse(delegate, sent.id, reason)
        assert refused.value.field == "reason"
    operations.refuse(delegate, sent.id, "Page 2 is missing.")
    assert queries.standing(sent, TODAY) is CertificateState.REFUSED
    assert end_of(session, sent).closed_at is not None
    operations.check(delegate, sent.id)
    assert queries.standing(sent, TODAY) is CertificateState.VALID
    assert end_of(session, sent).closed_at is None


def test_a_certificate_s_only_end_is_its_own(session):
    member = make_member()
    sent = make_certificate(member, CertificateKind.SIGNING_POWER)
    assert sent.expires_on is None
    assert session.scalars(select(Deadline)).all() == []
    assert states(actor_of(make_manager(member)), member)["signing_power"] == "valid"


@pytest.mark.parametrize("who", ["outsider", "observer", "admin", "visitor"])
def test_a_structure_s_certificates_don_t_exist_for_others(who):
    member = make_member()
    sent = make_certificate(member)
    actor = {
        "outsider": lambda: actor_of(make_manager()),
        "observer": lambda: actor_of(make_user(roles=[Role.OBSERVER])),
        "admin": lambda: actor_of(make_user(roles=[Role.NETWORK_ADMIN])),
        "visitor": lambda: actor_of(None),
    }[who]()
    with pytest.raises(NotFound):
        operations.record(actor, member.id, VIGILANCE, issued_on=TODAY, expires_on=None, scans=scans())
    with pytest.raises(NotFound):
        queries.member_papers(actor, member.id, TODAY)
    with pytest.raises(NotFound):
        queries.certificate_page(actor, sent.id, TODAY)
    assert not queries.may_read(actor, sent.id)
    assert queries.grid(actor, TODAY).lines == []
    assert queries.next_to_check(actor) is None
    for verdict in (operations.check, lambda a, i: operations.refuse(a, i, "No."), operations.chase):
        with pytest.raises(Forbidden):
            verdict(actor, sent.id)


def test_a_contributor_sends_but_gives_no_verdict():
    member = make_member()
    actor = actor_of(make_user(memberships={member: MembershipRole.CONTRIBUTOR}))
    sent = operations.record(actor, member.id, VIGILANCE, issued_on=TODAY, expires_on=None, scans=scans())
    with pytest.raises(Forbidden):
        operations.check(actor, sent.id)


def test_a_certificate_without_its_document_isn_t_taken(session):
    member = make_member()
    with pytest.raises(Invalid) as refused:
        operations.record(
            actor_of(make_manager(member)), member.id, VIGILANCE, issued_on=TODAY, expires_on=None, scans=[]
        )
    assert refused.value.field == "scans"
    assert session.scalars(select(Certificate)).all() == []


def test_a_structure_is_asked_once_a_day_for_what_it_has_nothing_to_show_for():
    member, delegate = make_member(MemberKind.GES), actor_of(make_delegate())
    make_certificate(member, CertificateKind.TAX)
    make_certificate(member, CertificateKind.INSURANCE, checked=False)
    operations.refuse(
        delegate, make_certificate(member, CertificateKind.REGISTRATION, checked=False).id, "Unreadable."
    )
    asked = [CertificateKind.VIGILANCE, CertificateKind.REGISTRATION]
    assert operations.chase(delegate, member.id) == asked
    with pytest.raises(Conflict, match="already"):
        operations.chase(delegate, member.id)
    with clock.at(paris(2026, 11, 25, 9)):
        assert operations.chase(delegate, member.id) == asked
        assert queries.last_chased(member.id) == clock.now()
        make_certificate(member, VIGILANCE)
        make_certificate(member, CertificateKind.REGISTRATION)
    with clock.at(paris(2026, 11, 26, 9)), pytest.raises(TooLate, match="nothing"):
        operations.chase(delegate, member.id)


def test_the_grid_shows_who_owes_most_first_and_asks_the_same_for_many():
    delegate = actor_of(make_delegate())
    for number in range(3):
        member = make_member(MemberKind.GES, name=f"GES {number}")
        for kind in (CertificateKind.TAX, CertificateKind.INSURANCE, CertificateKind.REGISTRATION, VIGILANCE)[
            number:
        ]:
            make_certificate(member, kind)
    make_certificate(member, CertificateKind.TAX, checked=False)
    with counted() as few:
        grid = queries.grid(delegate, TODAY)
    assert [line.red for line in grid.lines] == [0, 1, 1]
    assert (grid.red, grid.to_check) == (2, 1)
    assert [line.member.name for line in queries.grid(delegate, TODAY, only_red=True).lines] == [
        "GES 1",
        "GES 2",
    ]
    for _ in range(12):
        make_certificate(make_member())
    with counted() as many:
        queries.grid(delegate, TODAY)
    assert len(few) == len(many) == 3
    line = queries.grid(delegate, TODAY).lines[-1]
    assert [cell.state.value if cell else None for cell in line.cells][-1] is None


def test_those_that_wait_come_one_after_the_other_the_longest_first():
    delegate = actor_of(make_delegate())
    first, second = (make_certificate(make_member(), checked=False) for _ in range(2))
    assert queries.next_to_check(delegate) == first.id
    assert queries.next_to_check(delegate, after=first.id) == second.id
    operations.check(delegate, second.id)
    assert queries.next_to_check(delegate, after=second.id) == first.id
    operations.check(delegate, first.id)
    assert queries.next_to_check(delegate) is None


def test_a_certificate_lapses_by_itself():
    member = make_member()
    make_certificate(member, issued_on=TODAY)
    actor = actor_of(make_manager(member))
    for day, expected in ((23, "lapsing"), (24, "lapsed")):
        with clock.at(paris(2027, 5, day, 12)):
            assert states(actor, member)["vigilance"] == expected
