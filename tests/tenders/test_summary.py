"""A tender on one page: lines read, written, told to whom comes second."""

from decimal import Decimal

import pytest

from procurement.core import clock
from procurement.core.errors import Forbidden, Invalid, NotFound, StaleVersion, TooLate
from procurement.core.events import history
from procurement.tenders.summary import (
    Line,
    parts_of,
    read_lines,
    summary_of,
    total_weight,
    write_summary,
    written,
)
from tests.factories import actor_of, make_delegate, make_manager, make_tender


@pytest.mark.parametrize(
    ("text", "weighted", "expected"),
    [
        ("DC1 ; p. 4", False, [Line("DC1", None, "4")]),
        ("DC1;page 4-5\n\n  DC2  ", False, [Line("DC1", None, "4-5"), Line("DC2")]),
        ("Prix ; 40 % ; p. 7", True, [Line("Prix", Decimal(40), "7")]),
        ("Prix ; 37,5", True, [Line("Prix", Decimal("37.5"))]),
        ("Prix ;; 7", True, [Line("Prix", None, "7")]),
        ("Prix", True, [Line("Prix")]),
        ("", True, []),
    ],
)
def test_lines_are_read_as_people_write_them(text, weighted, expected):
    found = read_lines(text, weighted=weighted)
    assert found == expected
    assert read_lines(written(found, weighted=weighted), weighted=weighted) == expected


@pytest.mark.parametrize(
    ("text", "weighted"),
    [
        (";4", False),
        ("a;b;c", False),
        ("a;1;2;3", True),
        ("Prix ; beaucoup", True),
        ("Prix ; 140", True),
        ("Prix ; NaN", True),
        ("x" * 401, False),
        ("a ; " + "9" * 21, False),
        ("a\n" * 61, False),
    ],
)
def test_a_line_that_can_t_be_read_is_named(text, weighted):
    with pytest.raises(Invalid):
        read_lines(text, weighted=weighted)


def test_weights_come_to_a_total_where_all_are_known():
    assert total_weight(read_lines("a;60\nb;40", weighted=True)) == 100
    assert total_weight(read_lines("a;60\nb", weighted=True)) is None
    assert total_weight([]) is None


def test_it_is_written_and_whoever_comes_second_is_told(app):
    tender, actor = make_tender(), actor_of(make_delegate())
    parts = {"pieces": [Line("DC1", None, "4")], "criteria": [Line("Prix", Decimal("37.5"), "7")]}
    assert write_summary(actor, tender.id, parts, 0).version == 1
    assert write_summary(actor, tender.id, parts, 1).version == 1
    with pytest.raises(StaleVersion) as stale:
        write_summary(actor, tender.id, {"pieces": [Line("DC2")]}, 0)
    assert stale.value.current == 1
    assert write_summary(actor, tender.id, {"pieces": [Line("DC2")]}, 1).version == 2
    assert parts_of(summary_of(actor, tender.id))["pieces"] == [Line("DC2")]
    verbs = [event.verb for event in history([("tender", tender.id)])]
    assert verbs == ["summary_written", "summary_written"]


def test_only_the_delegate_writes_and_only_the_network_reads(app):
    tender, actor = make_tender(), actor_of(make_delegate())
    parts = {"pieces": [Line("DC1")]}
    write_summary(actor, tender.id, parts, 0)
    assert summary_of(actor_of(make_manager()), tender.id)
    assert summary_of(actor_of(None), tender.id) is None
    with pytest.raises(Forbidden):
        write_summary(actor_of(make_manager()), tender.id, parts, 1)
    with pytest.raises(NotFound):
        write_summary(actor, 2**40, parts, 0)
    with pytest.raises(Invalid):
        write_summary(actor, make_tender().id, {}, 0)
    gone = make_tender(cancelled_at=clock.now(), cancel_reason="no")
    with pytest.raises(TooLate):
        write_summary(actor, gone.id, parts, 0)
