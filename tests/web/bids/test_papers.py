"""The certificates that members lack, on the page of their answer."""

from datetime import timedelta

import pytest

from procurement.bids.models import Bid
from procurement.certificates.models import CertificateKind
from procurement.core import clock
from procurement.core.db import db
from procurement.members.models import Member
from procurement.tenders.models import Tender
from tests.factories import make_certificate
from tests.web.bids.conftest import People, fields_of

OF_AN_AI = (
    CertificateKind.VIGILANCE,
    CertificateKind.TAX,
    CertificateKind.INSURANCE,
    CertificateKind.REGISTRATION,
    CertificateKind.IAE_AGREEMENT,
    CertificateKind.IAE_ANNEX,
)
LACKS = "n’a pas toutes ses attestations"
STILL_LACKS = "n’a toujours pas toutes ses attestations"


def certify(*members: Member, but: CertificateKind | None = None) -> None:
    """All that these structures owe, valid beyond any answer of these tests."""
    far = clock.today() + timedelta(days=300)
    for member in members:
        for kind in OF_AN_AI:
            if kind is not but:
                make_certificate(member, kind, expires_on=far)


def checklist(html: str) -> str:
    return html.split('id="checklist"')[1].split("</section>", maxsplit=1)[0].replace("\xa0", " ")


def due_in(group: Bid, days: int):
    """The clock so many days before the answer is due."""
    return clock.at(db.session.get_one(Tender, group.tender_id).due_at - timedelta(days=days))


def test_a_missing_certificate_is_one_line_linked_to_where_it_is_sent(people: People, group: Bid) -> None:
    certify(people.first, but=CertificateKind.VIGILANCE)
    certify(people.second)
    where = f"/attestations/structures/{people.first.id}"
    delegate = checklist(people.delegate.get(f"/reponses/{group.id}").text)
    assert f"AI de Caen {LACKS}" in delegate
    assert f'href="{where}"' in delegate
    assert delegate.count("– manquante") == 1
    assert "R2144-4" in delegate
    own = checklist(people.manager.get(f"/reponses/{group.id}").text)
    assert f"AI de Caen {LACKS}" in own
    assert f'href="{where}/vigilance"' in own
    assert people.manager.get(f"{where}/vigilance").status_code == 200


def test_another_member_hears_nothing_of_them(people: People, group: Bid) -> None:
    """Certificates exist for their structure and the delegate only."""
    certify(people.second)
    page = people.rival.get(f"/reponses/{group.id}").text
    assert LACKS not in page
    assert "attestation" not in checklist(page)
    assert "attestations" in checklist(people.manager.get(f"/reponses/{group.id}").text)


def test_one_that_lapses_before_the_answer_is_lacking_and_one_of_that_day_is_not(
    people: People, group: Bid
) -> None:
    due = db.session.get_one(Tender, group.tender_id).due_at.astimezone(clock.PARIS).date()
    certify(people.first, people.second, but=CertificateKind.TAX)
    make_certificate(people.first, CertificateKind.TAX, expires_on=due - timedelta(days=1))
    make_certificate(people.second, CertificateKind.TAX, expires_on=due)
    page = checklist(people.delegate.get(f"/reponses/{group.id}").text)
    assert "avant la date de la réponse" in page
    assert f"AI de Caen {LACKS}" in page
    assert f"AI de Lisieux {LACKS}" not in page


def test_in_order_is_said_to_the_delegate_alone(people: People, group: Bid) -> None:
    certify(people.first, people.second)
    words = "Chaque membre a ses attestations"
    assert words in people.delegate.get(f"/reponses/{group.id}").text
    assert words not in people.manager.get(f"/reponses/{group.id}").text


@pytest.mark.parametrize(("days", "weight"), [(11, "warning"), (10, "error"), (1, "error")])
def test_it_weighs_more_as_the_deposit_nears_and_never_blocks(
    people: People, group: Bid, days: int, weight: str
) -> None:
    """Documents together at J-10 (domain 4); asked of the winner only (R2144-4)."""
    with due_in(group, days):
        page = people.delegate.get(f"/reponses/{group.id}").text
        words = LACKS if weight == "warning" else STILL_LACKS
        line = next(one for one in checklist(page).split("<li ") if words in one)
        assert f"check-{weight}" in line
        assert "à régler avant" not in line
        assert "Il manque des attestations à 2 membres" in page.split('id="seats"')[0].replace("\xa0", " ")
        assert people.delegate.post(f"/reponses/{group.id}/annoncer").status_code == 302
        own = people.manager.get(f"/reponses/{group.id}").text.replace("\xa0", " ")
        assert "Il manque des attestations à votre structure : vous pouvez déposer sans elles" in own
        today = clock.today().isoformat()
        moment = {"at-date": today, "at-time": "00:00", "receipt_number": "R1"}
        assert people.manager.post(f"/reponses/{group.id}/depot", data=moment).status_code == 302


def test_it_is_set_aside_with_a_reason(people: People, group: Bid) -> None:
    certify(people.second)
    where = f"/reponses/{group.id}"
    sent = fields_of(people.delegate.get(where).text, "/derogation")
    assert (sent["code"], sent["member"]) == (["papers"], [str(people.first.id)])
    reason = "L’acheteur les a déjà"
    assert people.delegate.post(f"{where}/derogation", data=sent | {"reason": reason}).status_code == 302
    page = people.delegate.get(where).text.replace("\xa0", " ")
    assert f"Écartée : {reason}" in page
    assert "Il manque des attestations" not in page


def test_what_is_decided_asks_for_no_certificate(people: People, group: Bid) -> None:
    group.submitted_at = group.lost_at = clock.now()
    group.receipt_number = "R1"
    db.session.flush()
    assert "attestations" not in checklist(people.delegate.get(f"/reponses/{group.id}").text)
