"""Contracts that were won, or that end: the last day of the standstill, and the months before the end."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from procurement.bids import operations as bids
from procurement.bids.models import GroupForm
from procurement.bids.rules import BidState
from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import Invalid
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.tenders.models import LegalRegime, Procedure, TenderKind
from procurement.tenders.operations import cancel_tender
from tests.factories import (
    actor_of,
    make_bid,
    make_deadline,
    make_delegate,
    make_manager,
    make_member,
    make_tender,
    paris,
)
from tests.worker import recipients, subject_of, text_of

TUESDAY = paris(2026, 11, 24, 10)


@pytest.fixture(autouse=True)
def _tuesday():
    with clock.at(TUESDAY):
        yield


@pytest.fixture
def group(session):
    """A group of two whose answer is deposited, after an open procedure."""

    class Group:
        delegate = make_delegate()
        lead, other = make_member(name="Lead"), make_member(name="Other")
        of_lead, of_other = make_manager(lead), make_manager(other)
        tender = make_tender(title="Schools", procedure=Procedure.OPEN)
        bid = make_bid(
            tender,
            members=[other],
            lead=lead,
            form=GroupForm.JOINT,
            submitted_at=TUESDAY - timedelta(days=1),
            receipt_number="R-1",
        )

        def ends(self):
            """The bid's standstill, if it has one."""
            return db.session.scalar(
                select(Deadline).filter_by(
                    subject_type="bid", subject_id=self.bid.id, kind=DeadlineKind.STANDSTILL
                )
            )

        def wins(self, **said):
            bids.record_result(actor_of(self.delegate), self.bid.id, BidState.AWARDED, **said)

    return Group()


def told_of_standstill(worker, *moments):
    """Who hears of the standstill at these moments."""
    found = []
    for moment in moments:
        with clock.at(moment):
            found.append(recipients([one for one in worker.tick() if "standstill" in subject_of(one)]))
    return found


def test_the_eleventh_day_is_told_to_the_lead_and_the_delegate_that_morning(worker, group):
    group.wins(sent_on=date(2026, 11, 23))
    assert group.ends().due_at == paris(2026, 12, 4, 23, 59)
    people = sorted([group.of_lead.email, group.delegate.email])
    moments = [paris(2026, 12, day, hour) for day, hour in ((3, 8), (4, 7), (4, 8), (4, 9), (5, 8))]
    assert told_of_standstill(worker, *moments) == [[], [], people, [], []]
    mail = worker.smtp.messages[-1]
    assert (
        subject_of(mail)
        == "Délai de suspension (standstill) jusqu’au ven. 4 déc., 23 h 59 (heure de Paris) : Schools"
    )
    assert f"/reponses/{group.bid.id}" in text_of(mail)
    assert mail.message["List-Id"] == f"<marche-{group.tender.id}.marches-groupes.example>"


def test_a_day_off_is_told_the_working_day_before(worker, group):  # N11
    group.wins()
    assert group.ends().due_at == paris(2026, 12, 5, 23, 59)
    assert [len(one) for one in told_of_standstill(worker, paris(2026, 12, 4, 8), paris(2026, 12, 5, 8))] == [
        2,
        0,
    ]


def test_by_post_it_is_sixteen_days(group):
    group.wins(sent_on=date(2026, 11, 20), on_paper=True)
    assert group.ends().due_at == paris(2026, 12, 6, 23, 59)


@pytest.mark.parametrize(
    ("regime", "procedure"),
    [
        (LegalRegime.PUBLIC_CONTRACT, Procedure.ADAPTED),
        (LegalRegime.PUBLIC_CONTRACT, Procedure.UNKNOWN),
        (LegalRegime.UNDETERMINED, Procedure.OPEN),
    ],
)
def test_no_standstill_is_made_up_where_the_law_asks_for_none(group, regime, procedure):
    """R2182-1: formalised procedures only; nothing is inferred of a regime that isn't settled (domain 3.14)."""
    group.tender.legal_regime, group.tender.legal_reason = regime, "said so"
    group.tender.procedure = procedure
    db.session.flush()
    group.wins()
    assert group.ends() is None


def test_a_decision_sent_tomorrow_is_refused_and_one_lost_has_no_standstill(group):
    with pytest.raises(Invalid) as refused:
        group.wins(sent_on=date(2026, 11, 25))
    assert refused.value.field == "sent_on"
    bids.record_result(actor_of(group.delegate), group.bid.id, BidState.LOST)
    assert group.ends() is None


def test_a_standstill_of_a_tender_that_is_cancelled_is_void(worker, group):  # N14
    group.wins(sent_on=date(2026, 11, 23))
    with clock.at(paris(2026, 12, 4, 7, 50)):
        worker.prepare()
        cancel_tender(SYSTEM, group.tender.id, "Declared without effect.")
    assert told_of_standstill(worker, paris(2026, 12, 4, 8)) == [[]]


# The end of the contract


def renewal(worker, *moments):
    """Who hears that a contract ends, at these moments."""
    found = []
    for moment in moments:
        with clock.at(moment):
            found.append(recipients([one for one in worker.tick() if "se termine le" in subject_of(one)]))
    return found


def test_twelve_nine_six_and_three_months_before_the_end_the_delegate_and_the_lead_hear_of_it(worker, group):
    group.wins()
    make_deadline(group.tender, DeadlineKind.CONTRACT_END, paris(2028, 3, 31, 23, 59))
    people = sorted([group.of_lead.email, group.delegate.email])
    days = [paris(2026, 11, 25, 8) + timedelta(days=n) for n in range(500)]
    # 31 March; 30 June; 30 September; 31 December 2027: all working days.
    told = {day: who for day, who in zip(days, renewal(worker, *days), strict=True) if who}
    assert told == {paris(2027, *day, 8): people for day in ((3, 31), (6, 30), (9, 30), (12, 31))}
    assert "Préparez la réponse suivante" in text_of(worker.smtp.messages[-1])


def test_an_end_that_is_learnt_late_is_told_once(worker, group):  # N7, N17
    group.wins()
    worker.tick()
    make_deadline(group.tender, DeadlineKind.CONTRACT_END, paris(2027, 4, 12))
    told = renewal(worker, TUESDAY, *(paris(2026, 11, day, 8) for day in range(25, 31)))
    assert [len(one) for one in told] == [2, 0, 0, 0, 0, 0, 0]


def test_the_end_of_what_others_won_and_of_an_agreement_is_for_the_delegate(worker, group):
    bids.record_result(actor_of(group.delegate), group.bid.id, BidState.LOST)
    make_deadline(group.tender, DeadlineKind.CONTRACT_END, paris(2027, 5, 25))
    agreement = make_tender(kind=TenderKind.AGREEMENT, title="Agreement")
    make_deadline(agreement, DeadlineKind.CONTRACT_END, paris(2027, 5, 25))
    draft = make_tender(published=False)
    make_deadline(draft, DeadlineKind.CONTRACT_END, paris(2027, 5, 25))
    with clock.at(paris(2026, 11, 25, 8)):
        reminders = [one for one in worker.tick() if "échéance" in subject_of(one)]
    assert recipients(reminders) == [group.delegate.email]
    assert text_of(reminders[0]).count("Préparez la réponse suivante") == 2
