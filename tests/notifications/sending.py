"""Mails written to be sent, and how they stand."""

from sqlalchemy import func, select

from procurement.core import clock
from procurement.core.db import db
from procurement.deadlines.models import DeadlineKind
from procurement.notifications.letters import Office
from procurement.notifications.models import Delivery
from tests.factories import make_manager, make_member, make_tender, paris
from tests.worker import Worker

NOON = paris(2026, 12, 9)
MORNING = paris(2026, 12, 2, 8)
OFFICE = Office("http://localhost", "Marchés groupés <nobody@marches.example>")


def people_to_remind(count: int) -> list[str]:
    """So many managers, all to be reminded on MORNING; their addresses."""
    member = make_member()
    with clock.at(paris(2026, 11, 24)):
        make_tender(deadlines={DeadlineKind.REGISTRATION_CLOSE: NOON})
        return sorted(make_manager(member).email for _ in range(count))


def written(worker: Worker, count: int) -> list[str]:
    """So many people whose reminder is written down and due now."""
    people = people_to_remind(count)
    worker.prepare()
    return people


def states() -> dict[str, int]:
    rows = db.session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
    return {row.state.value: row.count for row in rows}


def the_delivery() -> Delivery:
    return db.session.scalars(select(Delivery).execution_options(populate_existing=True)).one()


def the_first() -> Delivery:
    return db.session.scalars(
        select(Delivery).order_by(Delivery.id).limit(1).execution_options(populate_existing=True)
    ).one()


class Killed(BaseException):
    """What stands for kill -9: nothing of ours catches it."""
