"""Hours asked that structures can give, each hour once."""

from decimal import Decimal
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from procurement.bids.rules import hours_covered

hours = st.integers(0, 60).map(Decimal)
FEW = 4


def covered(asked: dict[frozenset[int], int], offered: list[int]) -> int:
    return int(
        hours_covered(
            {who: Decimal(number) for who, number in asked.items()}, [Decimal(one) for one in offered]
        )
    )


def test_a_structure_gives_no_more_than_it_offers() -> None:
    assert covered({frozenset({0}): 77}, [60]) == 60
    assert covered({frozenset({0}): 40, frozenset(): 20}, [60]) == 40
    assert covered({frozenset({0, 1}): 100}, [60, 20]) == 80


def test_an_hour_given_to_one_site_is_not_there_for_another() -> None:
    shared, first = frozenset({0, 1}), frozenset({0})
    assert covered({shared: 30, first: 30}, [30, 30]) == 60
    assert covered({shared: 30, first: 30}, [30, 0]) == 30
    assert covered({shared: 30, frozenset({1}): 30, first: 30}, [30, 30]) == 60


def test_hours_move_along_a_chain_where_that_serves_more() -> None:
    chain = {frozenset({0, 1}): 10, frozenset({1, 2}): 10, frozenset({0, 2}): 10, frozenset({0}): 10}
    assert covered(chain, [20, 10, 10]) == 40


@given(
    st.dictionaries(st.frozensets(st.integers(0, FEW - 1), max_size=FEW), hours, max_size=8),
    st.lists(hours, min_size=FEW, max_size=FEW),
)
def test_it_is_the_most_that_can_be_given(
    asked: dict[frozenset[int], Decimal], offered: list[Decimal]
) -> None:
    """What bounds it is some set of structures: their hours, and what is asked of nobody but the others (a cut)."""
    bounds = [
        sum((offered[one] for one in some), Decimal(0))
        + sum((number for who, number in asked.items() if who - set(some)), Decimal(0))
        for size in range(FEW + 1)
        for some in combinations(range(FEW), size)
    ]
    reachable = sum((number for who, number in asked.items() if not who), Decimal(0))
    assert hours_covered(asked, offered) == min(bounds)
    assert hours_covered(asked, offered) <= sum(asked.values(), Decimal(0)) - reachable
