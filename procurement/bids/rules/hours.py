"""How many of the hours asked a group can give, each counted once. Pure: numbers only."""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

Served = frozenset[int]
"""Which structures, by their place in the list, would serve a site."""

_NOTHING = Decimal(0)


def hours_covered(asked: Mapping[Served, Decimal], offered: Sequence[Decimal]) -> Decimal:
    """The most hours that structures can give to sites: an hour given to one isn't there for another.

    `asked`: hours by who would serve the sites that ask for them. `offered`: hours of each structure. The largest flow
    from structures to sites (Ford and Fulkerson): the most constrained sites are served first, then hours are moved
    from site to site as long as that frees some for one that lacks them.
    """
    left = dict(asked)
    spare = list(offered)
    given: defaultdict[tuple[int, Served], Decimal] = defaultdict(Decimal)
    for who in sorted(left, key=lambda one: (len(one), sorted(one))):
        while left[who] and (path := _path(who, spare, given)):
            _move(path, left, spare, given)
    return sum(asked.values(), _NOTHING) - sum(left.values(), _NOTHING)


def _path(
    start: Served, spare: Sequence[Decimal], given: Mapping[tuple[int, Served], Decimal]
) -> list[tuple[int, Served]]:
    """By whom `start` could be served if each gave up other sites to the next, who has hours left; empty if nobody.

    Pairs of a structure and the sites that it would take on, from `start` on.
    """
    came: dict[int, tuple[Served, int | None]] = {}
    reached = {start}
    todo: deque[tuple[Served, int | None]] = deque([(start, None)])
    while todo:
        who, by = todo.popleft()
        for structure in sorted(who - came.keys()):
            came[structure] = (who, by)
            if spare[structure]:
                return _steps(structure, came)
            for (giver, other), hours in given.items():
                if giver == structure and hours and other not in reached:
                    reached.add(other)
                    todo.append((other, structure))
    return []


def _steps(last: int, came: Mapping[int, tuple[Served, int | None]]) -> list[tuple[int, Served]]:
    steps: list[tuple[int, Served]] = []
    structure: int | None = last
    while structure is not None:
        who, before = came[structure]
        steps.append((structure, who))
        structure = before
    return steps[::-1]


def _move(
    path: Sequence[tuple[int, Served]],
    left: dict[Served, Decimal],
    spare: list[Decimal],
    given: defaultdict[tuple[int, Served], Decimal],
) -> None:
    """Move hours along `path`: each structure takes its sites on and leaves those of the next one to it."""
    left_to_next = [(giver, who) for (giver, _), (_, who) in pairwise(path)]
    last = path[-1][0]
    hours = min(left[path[0][1]], spare[last], *(given[pair] for pair in left_to_next))
    for pair in path:
        given[pair] += hours
    for pair in left_to_next:
        given[pair] -= hours
    left[path[0][1]] -= hours
    spare[last] -= hours
