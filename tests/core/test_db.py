"""The one transaction at the edge."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from procurement.core import clock, forms_sent
from procurement.core.db import db, transaction
from procurement.tenders.models import Buyer


def _buyer() -> Buyer:
    return Buyer(name="CCAS", match_name="ccas", created_at=clock.now())


def test_what_is_written_in_a_transaction_stands(app):
    with transaction():
        db.session.add(_buyer())
    db.session.rollback()
    assert db.session.scalar(select(Buyer.name)) == "CCAS"


def test_a_fault_leaves_nothing(app):
    def work() -> None:
        with transaction():
            db.session.add(_buyer())
            db.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert db.session.scalar(select(Buyer.id)) is None


def test_two_edges_cannot_both_decide(app):
    with transaction(), pytest.raises(RuntimeError, match="already open"), transaction():
        pass


def test_a_form_is_taken_once(app):
    number = uuid4()
    assert forms_sent.take(number, actor_id=1) is None
    forms_sent.remember_location(number, "/marches/1")
    again = forms_sent.take(number, actor_id=1)
    assert again is not None
    assert again.location == "/marches/1"
