"""Rows written by the thousand: defaults, refusals, and objects that go on as if the session had written them."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DataError, IntegrityError

from procurement.accounts.models import SecondFactor
from procurement.core import clock
from procurement.core.bulk import insert_new, insert_rows, new_ids
from procurement.core.db import db
from procurement.tenders.models import Buyer, Lot, Site, Tender
from tests.factories import make_tender, make_user


@pytest.fixture
def one(session):
    """A tender with one lot, as it comes from the database."""
    tender = make_tender()
    session.flush()
    return tender


def a_buyer(name: str, **values) -> Buyer:
    return Buyer(name=name, match_name=name.lower(), created_at=clock.now(), **values)


def test_what_a_row_does_not_say_gets_its_default(one):
    lot = db.session.scalar(select(Lot.id).where(Lot.tender_id == one.id))
    insert_rows(
        Site, [{"lot_id": lot, "rank": 1, "name": "Collège « Été »", "weekly_hours": Decimal("17.50")}]
    )
    site = db.session.scalars(select(Site).where(Site.lot_id == lot, Site.rank == 1)).all()[-1]
    assert (site.name, site.town, site.weekly_hours) == ("Collège « Été »", "", Decimal("17.50"))


def test_each_kind_of_column_comes_back_as_it_was_said(one):
    said = {
        "buyer_id": one.buyer_id,
        "title": 'Quotes " \\ and\nlines',
        "departments": ["14", "2A"],
        "cpv_codes": [],
        "notice_published_on": date(2026, 9, 12),
        "created_at": clock.now(),
        "updated_at": clock.now(),
        "created_by": None,
    }
    [number] = new_ids(Tender, 1)
    insert_rows(Tender, [said | {"id": number}])
    tender = db.session.get(Tender, number)
    assert {name: getattr(tender, name) for name in said} == said
    assert (tender.version, tender.source) == (1, "typed")


@pytest.mark.parametrize(("name", "refusal"), [("NUL \x00", DataError), ("Half a sign \ud800", DataError)])
def test_what_no_column_takes_is_refused_and_nothing_stands(session, name, refusal):
    values = {"match_name": "x", "created_at": clock.now()}
    with pytest.raises(refusal), session.begin_nested():
        insert_rows(Buyer, [values | {"name": "Sound"}, values | {"name": name}])
    assert session.scalar(select(func.count()).select_from(Buyer)) == 0


def test_a_number_that_is_taken_is_refused(session):
    same = {"name": "CCAS", "match_name": "ccas", "siret": "99900011000018", "created_at": clock.now()}
    with pytest.raises(IntegrityError), session.begin_nested():
        insert_rows(Buyer, [same, same])


def test_what_is_sealed_is_never_written_in_the_clear(session):
    with pytest.raises(TypeError, match="second_factor"):
        insert_rows(SecondFactor, [{"user_id": make_user().id}])


def test_what_has_no_form_in_json_is_a_fault_of_the_program(session):
    with pytest.raises(TypeError, match="object"):
        insert_rows(Buyer, [{"name": object(), "match_name": "x", "created_at": clock.now()}])


def test_objects_go_on_in_the_session(session):
    first, second = a_buyer("CCAS"), a_buyer("Ville", town="Caen")
    insert_new([first, second])
    assert first.id < second.id
    assert (first.town, second.town) == ("", "Caen")
    first.town = "Bayeux"
    session.flush()
    session.expire_all()
    assert session.execute(select(Buyer.name, Buyer.town).order_by(Buyer.id)).all() == [
        ("CCAS", "Bayeux"),
        ("Ville", "Caen"),
    ]


def test_nothing_is_no_statement(session):
    assert new_ids(Buyer, 0) == []
    insert_rows(Buyer, [])
    insert_new([])
    assert session.scalar(select(func.count()).select_from(Buyer)) == 0
