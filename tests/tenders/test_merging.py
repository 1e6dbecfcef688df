"""Two people writing one tender: what the other changed is taken in, what both changed is kept and told."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from procurement.core import clock
from procurement.core.policy import SYSTEM
from procurement.deadlines.models import DeadlineKind
from procurement.tenders.facts import DeadlineFacts, LotFacts, TenderFacts
from procurement.tenders.merging import as_seen, merge
from procurement.tenders.operations import create_tender, edit_tender, move_deadline
from procurement.tenders.queries import events_since, facts_of, last_rank, whole_tender
from tests.factories import paris

NOW = paris(2026, 11, 23, 9)
DUE = paris(2027, 1, 15)
SUBMISSION = DeadlineKind.SUBMISSION


@pytest.fixture(autouse=True)
def _clock():
    with clock.at(NOW):
        yield


@pytest.fixture
def seen(session):
    """A tender as both opened it: its id, what it said, the rank of its last event."""
    facts = TenderFacts(
        title="Titre",
        buyer_name="Orne",
        reference="A",
        lots=(LotFacts(title="Un"), LotFacts(title="Deux")),
        deadlines={SUBMISSION: DeadlineFacts(due_at=DUE)},
    )
    tender = create_tender(SYSTEM, facts)
    return tender.id, facts_of(whole_tender(tender.id)), last_rank(tender.id)


def second(seen, typed):
    tender_id, _, rank = seen
    stands = facts_of(whole_tender(tender_id, fresh=True))
    return merge(typed, stands, as_seen(stands, events_since(tender_id, rank)))


def test_what_was_left_alone_is_taken_in(seen):
    tender_id, opened, _ = seen
    edit_tender(SYSTEM, tender_id, replace(opened, title="Le leur", lots=opened.lots[:1]), 1)
    merged, changes = second(seen, replace(opened, reference="Le mien"))
    assert (merged.title, merged.reference, len(merged.lots)) == ("Le leur", "Le mien", 1)
    assert {(change.field, change.clash) for change in changes} == {("title", False), ("lots", False)}


def test_what_both_changed_stays_as_typed_and_is_told(seen):
    tender_id, opened, _ = seen
    edit_tender(SYSTEM, tender_id, replace(opened, title="Le leur"), 1)
    merged, [change] = second(seen, replace(opened, title="Le mien"))
    assert merged.title == "Le mien"
    assert (change.before, change.theirs, change.mine, change.clash) == ("Titre", "Le leur", "Le mien", True)


def test_the_same_change_is_no_clash(seen):
    tender_id, opened, _ = seen
    edit_tender(SYSTEM, tender_id, replace(opened, title="Pareil"), 1)
    merged, [change] = second(seen, replace(opened, title="Pareil"))
    assert (merged.title, change.clash) == ("Pareil", False)


def test_through_several_changes(seen):
    tender_id, opened, _ = seen
    edit_tender(SYSTEM, tender_id, replace(opened, title="Un"), 1)
    edit_tender(SYSTEM, tender_id, replace(facts_of(whole_tender(tender_id)), title="Deux", reference="B"), 2)
    move_deadline(SYSTEM, tender_id, SUBMISSION, DUE + timedelta(days=7), 3)
    merged, changes = second(seen, opened)
    assert (merged.title, merged.reference) == ("Deux", "B")
    assert merged.deadlines[SUBMISSION].due_at == DUE + timedelta(days=7)
    assert {change.field: change.before for change in changes} == {
        "title": "Titre",
        "reference": "A",
        "deadline_submission": DUE.astimezone(UTC).isoformat(),
    }


def test_back_to_where_it_was_is_no_change(seen):
    tender_id, opened, _ = seen
    edit_tender(SYSTEM, tender_id, replace(opened, title="Essai"), 1)
    edit_tender(SYSTEM, tender_id, replace(facts_of(whole_tender(tender_id)), title="Titre"), 2)
    assert second(seen, replace(opened, reference="B"))[1] == []


@pytest.mark.parametrize("mine", [DUE, DUE + timedelta(days=1)])
def test_dates_set_and_taken_away(seen, mine):
    tender_id, opened, _ = seen
    edit_tender(SYSTEM, tender_id, replace(opened, deadlines={}), 1)
    typed = replace(opened, deadlines={SUBMISSION: DeadlineFacts(due_at=mine)})
    merged, [change] = second(seen, typed)
    assert change.clash is (mine != DUE)
    assert (SUBMISSION in merged.deadlines) is change.clash
