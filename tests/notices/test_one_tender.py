"""One tender from two sources: the same procedure is one, what looks alike is proposed, the rest stays apart."""

import io
import json
import re
from datetime import datetime

import pytest
from sqlalchemy import func, select

from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import Conflict, Forbidden, NotFound
from procurement.core.policy import SYSTEM, VISITOR
from procurement.deadlines.models import DeadlineKind
from procurement.notices.models import Notice, Twin
from procurement.notices.operations import import_notices
from procurement.notices.reading.markup import record_of
from procurement.notices.ted.reader import read_notice
from procurement.notices.twins import settle_twin
from procurement.tenders.facts import DeadlineFacts, TenderFacts
from procurement.tenders.models import Tender
from procurement.tenders.operations import create_tender, publish_tender
from tests.factories import actor_of, make_delegate, paris
from tests.notices.conftest import SAMPLES

pytestmark = pytest.mark.usefixtures("session")
NOW = paris(2026, 9, 12)


@pytest.fixture(autouse=True)
def _present():
    with clock.at(NOW):
        yield


def count(table) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def ted(**changes: str) -> dict:
    """The European notice of two lots, with some texts replaced."""
    data = (SAMPLES / "ted_two_lots.xml").read_text(encoding="utf-8")
    for before, after in changes.items():
        data = data.replace(before, after)
    return record_of(io.BytesIO(data.encode()))


def typed(title: str, buyer_name: str, due_at: datetime) -> Tender:
    """A tender that the delegate typed in."""
    dates = {DeadlineKind.SUBMISSION: DeadlineFacts(due_at=due_at)}
    return create_tender(SYSTEM, TenderFacts(title=title, buyer_name=buyer_name, deadlines=dates))


def folder_of(record: dict) -> str:
    return read_notice(record).folder_id


def import_ted(record: dict):
    return import_notices(SYSTEM, [record], source="ted", read=read_notice)


def test_the_same_procedure_is_one_tender_with_two_notices(sample) -> None:
    record = ted()
    import_notices(SYSTEM, [sample("eforms_two_lots") | {"contractfolderid": folder_of(record)}])
    report = import_ted(record)
    assert count(Tender) == 1
    assert report.new[0].tender_id == db.session.scalars(select(Tender.id)).one()
    notices = db.session.scalars(select(Notice).order_by(Notice.id)).all()
    assert {notice.source for notice in notices} == {"boamp", "ted"}
    assert len({notice.tender_id for notice in notices}) == 1
    # Both say 16 October at noon: nothing is to be compared.
    assert [notice.look for notice in notices] == [False, False]
    assert import_ted(record).same == 1


def test_two_of_one_procedure_in_one_page_are_one(sample) -> None:
    two = [sample("eforms_two_lots"), sample("eforms_two_lots") | {"idweb": "26-900099"}]
    import_notices(SYSTEM, two)
    assert (count(Tender), count(Notice)) == (1, 2)


def test_other_dates_of_the_same_procedure_are_shown_to_the_delegate(sample) -> None:
    record = ted()
    later = re.sub(r"2026-10-16", "2026-10-23", record["xml"])
    import_notices(SYSTEM, [sample("eforms_two_lots") | {"contractfolderid": folder_of(record)}])
    import_ted({"xml": later})
    assert db.session.scalars(select(Notice.look).where(Notice.source == "ted")).one() is True
    assert db.session.scalars(select(Tender.due_at)).one() == paris(2026, 10, 16)


@pytest.fixture
def pair(sample):
    """A draft that looks like a tender typed in: the other's number, then the pair's."""
    record = sample("fnsimple_one_lot")
    import_notices(SYSTEM, [record])
    draft = db.session.scalars(select(Tender)).one()
    assert draft.due_at is not None
    other = typed(title=draft.title.upper(), buyer_name="Commune d'Essai sur Mer", due_at=draft.due_at)
    publish_tender(SYSTEM, other.id)
    assert count(Twin) == 0
    fresh = json.loads(json.dumps(record)) | {"idweb": "26-900055"}
    import_notices(SYSTEM, [fresh])
    return other, db.session.scalars(select(Twin)).one()


def test_what_looks_alike_is_proposed_and_never_put_together_unasked(pair) -> None:
    kept, twin = pair
    assert twin.tender_id == kept.id
    assert count(Tender) == 3
    assert db.session.get_one(Tender, twin.draft_id).cancelled_at is None


def test_the_delegate_puts_them_together(pair) -> None:
    kept, twin = pair
    with pytest.raises(Forbidden):
        settle_twin(VISITOR, twin.id, same=True)
    assert settle_twin(actor_of(make_delegate()), twin.id, same=True).id == kept.id
    gone = db.session.get_one(Tender, twin.draft_id)
    assert gone.cancelled_at == NOW
    assert "réunie avec elle" in gone.cancel_reason
    assert (
        db.session.scalars(select(Notice.tender_id).where(Notice.source_id == "26-900055")).one() == kept.id
    )
    with pytest.raises(NotFound):
        settle_twin(actor_of(make_delegate()), twin.id, same=True)


def test_or_says_that_they_are_two(pair) -> None:
    _, twin = pair
    settle_twin(actor_of(make_delegate()), twin.id, same=False)
    assert twin.same is False
    assert db.session.get_one(Tender, twin.draft_id).cancelled_at is None


def test_two_that_are_published_stay_until_one_is_cancelled(pair) -> None:
    _, twin = pair
    publish_tender(actor_of(make_delegate()), twin.draft_id)
    with pytest.raises(Conflict):
        settle_twin(actor_of(make_delegate()), twin.id, same=True)


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Tout autre chose"},
        {"due_at": paris(2026, 12, 24)},
        {"buyer_name": "Commune d'Ailleurs"},
    ],
)
def test_what_differs_in_buyer_title_or_date_is_another_tender(sample, other) -> None:
    model = {
        "title": "Nettoyage des locaux de la mairie & de l'école",
        "buyer_name": "Commune d'Essai-sur-Mer",
        "due_at": paris(2026, 11, 2),
    }
    typed(**(model | other))
    import_notices(SYSTEM, [sample("fnsimple_one_lot")])
    assert count(Twin) == 0


def test_the_page_of_the_tender_shows_all_of_it(pair, browser_of) -> None:
    kept, twin = pair
    browser = browser_of(make_delegate())
    page = browser.get(f"/marches/{kept.id}").text
    assert "Est-ce la même consultation" in page
    answer = browser.post(f"/sources/semblables/{twin.id}/reunir", follow_redirects=True)
    assert "Réunies" in answer.text
    assert "26-900055" in answer.text
    notice = db.session.scalars(select(Notice).where(Notice.source_id == "26-900055")).one()
    notice.look, notice.correction, notice.reason = True, "<b>Reporté</b>", "Correction"
    db.session.flush()
    page = browser.get(f"/marches/{kept.id}").text
    assert "&lt;b&gt;Reporté&lt;/b&gt;" in page
    assert "Un avis officiel a changé" in browser.get("/").text
    browser.post(f"/sources/avis/{notice.id}/vu")
    assert "Reporté" not in browser.get(f"/marches/{kept.id}").text
