"""How well a tender suits: the table of points, line by line, and its order."""

from datetime import timedelta

import pytest

from procurement.tenders.fit import BASE, Asked, Band, Offered, fit
from procurement.tenders.models import ClauseKind, Procedure, Reservation, ServiceNature
from tests.factories import paris

NOW = paris(2026, 11, 24, 10)
OURS = Offered(departments=frozenset({"14", "61"}), trades=frozenset({"7731", "909"}))


def points(asked: Asked, offered: Offered = OURS) -> dict[str, int]:
    return {reason.message: reason.points for reason in fit(asked, offered, NOW).reasons}


def after(days: int) -> Asked:
    return Asked(due_at=NOW + timedelta(days=days, minutes=1))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked(reservation=Reservation.SIAE), 40),
        (Asked(reservation=Reservation.EA_ESAT_SIAE), 40),
        (Asked(lot_reservations=frozenset({Reservation.SIAE})), 40),
        (Asked(reservation=Reservation.PRISON, lot_reservations=frozenset({Reservation.SIAE})), 40),
        (Asked(reservation=Reservation.ESS), 15),
        (Asked(reservation=Reservation.EA_ESAT), -40),
        (Asked(reservation=Reservation.EA_ESAT, lot_reservations=frozenset({Reservation.NONE})), 0),
        (Asked(reservation=Reservation.PRISON), -40),
        (Asked(reservation=Reservation.NONE), 0),
        (Asked(nature=ServiceNature.INSERTION), 25),
        (Asked(clauses=frozenset({ClauseKind.INSERTION_SERVICE})), 25),
        (Asked(clauses=frozenset({ClauseKind.AWARD_CRITERION, ClauseKind.EXECUTION_CONDITION})), 15),
        (Asked(clauses=frozenset({ClauseKind.EXECUTION_CONDITION})), 15),
        (Asked(clauses=frozenset({ClauseKind.RESERVED})), 15),
        (Asked(departments=("14", "75")), 15),
        (Asked(departments=("75",)), -30),
        (Asked(cpv=("77310000",)), 20),
        (Asked(cpv=("33100000",)), -15),
        (Asked(procedure=Procedure.ADAPTED), 5),
        (after(2), -25),
        (after(3), -10),
        (after(9), -10),
        (after(10), 0),
        (after(20), 0),
        (after(21), 10),
    ],
)
def test_each_line_of_the_table(asked, expected):
    found = fit(asked, OURS, NOW)
    assert sum(reason.points for reason in found.reasons) == expected
    assert found.score == min(max(BASE + expected, 0), 100)


def test_what_isn_t_known_adds_nothing():
    assert fit(Asked(), Offered(), NOW).score == BASE
    assert points(Asked(cpv=("33100000",)), Offered()) == points(Asked())


def test_a_reason_says_where_and_which_work():
    found = fit(Asked(departments=("61", "75"), cpv=("77310000", "90910000")), OURS, NOW)
    said = {reason.message: reason.params for reason in found.reasons}
    assert said["Where structures work: %(places)s"] == {"places": "Orne"}
    assert said["Work that structures do: %(trades)s"] == {"trades": "7731, 909"}


def test_the_score_stays_within_its_bounds_and_gives_its_band():
    best = Asked(
        reservation=Reservation.SIAE,
        nature=ServiceNature.INSERTION,
        clauses=frozenset({ClauseKind.AWARD_CRITERION}),
        departments=("14",),
        cpv=("77310000",),
    )
    worst = Asked(reservation=Reservation.PRISON, departments=("75",), due_at=NOW)
    assert (fit(best, OURS, NOW).score, fit(best, OURS, NOW).band) == (100, Band.STRONG)
    assert (fit(worst, OURS, NOW).score, fit(worst, OURS, NOW).band) == (0, Band.WEAK)
    assert fit(Asked(procedure=Procedure.ADAPTED), OURS, NOW).band is Band.POSSIBLE
    assert [reason.points for reason in fit(best, OURS, NOW).reasons] == [40, 25, 20, 15, 15, 0]
