"""A draft that is handed over: its new keeper hears of it, as long as it is theirs and still to be sorted."""

import pytest

from procurement.core import clock
from procurement.tenders.intake import assign, ignore
from procurement.tenders.operations import publish_tender
from tests.factories import actor_of, make_delegate, make_tender, paris
from tests.worker import recipients, subject_of, text_of


@pytest.fixture(autouse=True)
def _tuesday(app):
    with clock.at(paris(2026, 11, 24, 10)):
        yield


@pytest.fixture
def colleagues():
    return make_delegate(email="one@demo.example"), make_delegate(email="other@demo.example")


@pytest.fixture
def draft():
    return make_tender(published=False, source="boamp", title="Nettoyage des écoles")


def test_the_colleague_gets_one_mail_that_leads_to_it(colleagues, draft, worker):
    one, other = colleagues
    assign(actor_of(one), draft.id, other.id)
    worker.prepare()
    [sent] = worker.tick()
    assert recipients([sent]) == [other.email]
    assert subject_of(sent) == "À trier par vos soins : Nettoyage des écoles"
    assert f"/arrivees?pour=moi#arrivee-{draft.id}" in text_of(sent)


def test_who_takes_it_on_alone_hears_nothing(colleagues, draft, worker):
    one, _ = colleagues
    assign(actor_of(one), draft.id, one.id)
    worker.prepare()
    assert worker.tick() == []


@pytest.mark.parametrize("settled", ["given to another", "left aside", "published"])
def test_nothing_leaves_once_it_is_settled(colleagues, draft, worker, settled):
    one, other = colleagues
    assign(actor_of(one), draft.id, other.id)
    worker.prepare()
    if settled == "given to another":
        assign(actor_of(one), draft.id, None)
    elif settled == "left aside":
        ignore(actor_of(one), draft.id, "Too far away")
    else:
        publish_tender(actor_of(one), draft.id)
    worker.prepare()
    assert "À trier" not in "".join(subject_of(sent) for sent in worker.tick())
