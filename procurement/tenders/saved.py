"""Searches that people keep: said how much they bring before they are kept (N24), matched with each new tender."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from sqlalchemy import (
    ColumnElement,
    Integer,
    Text,
    and_,
    any_,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from procurement.accounts.models import User
from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.errors import Conflict, Invalid, NotFound
from procurement.core.i18n import N_
from procurement.core.policy import Actor, in_network, require
from procurement.core.text import one_line
from procurement.tenders.models import Lot, SavedSearch, Tender
from procurement.tenders.policy import visible_to
from procurement.tenders.queries.listing import TenderSearch
from procurement.tenders.queries.words import asked_words

NAME_MAX = 80
MOST = 50
"""Searches a person keeps at most."""
WEEKS = 12
"""Over how many weeks one is told what a search would have brought."""
MUCH_A_DAY = 3
"""From so many a working day on, a search is said to bring much."""
WORKING_DAYS = 5


@dataclass(frozen=True, slots=True)
class Yield:
    """What a search would have brought within the last `WEEKS` weeks."""

    found: int

    @property
    def a_week(self) -> float:
        """On average."""
        return self.found / WEEKS

    @property
    def a_day(self) -> int:
        """A working day, rounded."""
        return round(self.found / WEEKS / WORKING_DAYS)

    @property
    def much(self) -> bool:
        """Whether that is more than one reads."""
        return self.a_day >= MUCH_A_DAY


def fits(asked: Any = SavedSearch) -> ColumnElement[bool]:
    """Whether a published tender fits a search, as a condition on `Tender` and on what is `asked`: as the list's filters.

    "Due within so many days" counts from its publication. A search's state is no part of it: what is new is open.
    """
    of_a_lot = exists().where(Lot.tender_id == Tender.id, Lot.reservation == asked.reservation)
    return and_(
        or_(asked.words.is_(None), Tender.search.op("@@")(asked.words)),
        or_(asked.department == "", asked.department == any_(Tender.departments)),
        or_(asked.kind.is_(None), asked.kind == Tender.kind),
        or_(
            asked.within_days.is_(None),
            and_(
                Tender.due_at.is_not(None),
                Tender.sort_at <= Tender.published_at + func.make_interval(0, 0, 0, asked.within_days),
            ),
        ),
        or_(asked.reservation.is_(None), asked.reservation == Tender.reservation, of_a_lot),
    )


@dataclass(frozen=True, slots=True)
class _Values:
    """One search's values, as SQL."""

    words: Any
    department: Any
    kind: Any
    within_days: Any
    reservation: Any

    @classmethod
    def of(cls, search: TenderSearch) -> Self:
        """Those of a search that isn't kept yet."""
        words = asked_words(search.text)
        return cls(
            words=cast(null(), TSQUERY) if words is None else words,
            department=literal(search.department),
            kind=cast(literal(search.kind and search.kind.value), Text),
            within_days=cast(literal(search.within_days), Integer),
            reservation=cast(literal(search.reservation and search.reservation.value), Text),
        )


def would_bring(actor: Actor, search: TenderSearch) -> Yield:
    """How many tenders of the last weeks `search` would have told of (N24). One statement."""
    recent = Tender.published_at >= clock.now() - timedelta(weeks=WEEKS)
    query = select(func.count()).select_from(Tender)
    return Yield(db.session.scalar(query.where(visible_to(actor), recent, fits(_Values.of(search)))) or 0)


def save_search(actor: Actor, name: str, search: TenderSearch) -> SavedSearch:
    """Keep a search under a name. Its state is left out: what is told of is newly published.

    Records `search_saved` on the person's own trail. Raises Forbidden outside the network, Invalid for a name that
    is missing, too long or taken, or a search that asks for nothing; Conflict beyond `MOST`.
    """
    require(in_network(actor))
    person = _person(actor)
    if _asks_nothing(search):
        raise Invalid(N_("Write words or choose a filter: a search for everything would tell of everything."))
    if len(saved_of(actor)) >= MOST:
        raise Conflict(N_("You keep as many searches as one can: delete one first."))
    saved: SavedSearch = add(
        SavedSearch(
            user_id=person.id,
            name=_name(person.id, name),
            text=search.text,
            words=asked_words(search.text),
            department=search.department,
            kind=search.kind,
            within_days=search.within_days,
            reservation=search.reservation,
            created_at=clock.now(),
        )
    )
    events.record(actor, "search_saved", person, facts={"search_id": saved.id})
    return saved


def rename_search(actor: Actor, search_id: int, name: str) -> SavedSearch:
    """Give it another name. Raises NotFound for anybody else's, Invalid as `save_search`."""
    saved = find_search(actor, search_id)
    saved.name = _name(saved.user_id, name, but=saved.id)
    db.session.flush()
    return saved


def pause_search(actor: Actor, search_id: int, *, paused: bool) -> SavedSearch:
    """Have nothing told of it for a while, or again. Raises NotFound for anybody else's."""
    saved = find_search(actor, search_id)
    saved.paused_at = clock.now() if paused else None
    db.session.flush()
    return saved


def delete_search(actor: Actor, search_id: int) -> None:
    """Keep it no more. Records `search_deleted`. Raises NotFound for anybody else's."""
    saved = find_search(actor, search_id)
    db.session.delete(saved)
    events.record(actor, "search_deleted", _person(actor), facts={"search_id": search_id})


def saved_of(actor: Actor) -> Sequence[SavedSearch]:
    """The searches that this person keeps, by name."""
    own = select(SavedSearch).where(SavedSearch.user_id == actor.user_id)
    return db.session.scalars(own.order_by(func.lower(SavedSearch.name))).all()


def find_search(actor: Actor, search_id: int) -> SavedSearch:
    """One of one's own. Raises NotFound."""
    saved = db.session.get(SavedSearch, search_id)
    if saved is None or saved.user_id != actor.user_id:
        raise NotFound
    return saved


def asked_of(saved: SavedSearch) -> TenderSearch:
    """What a saved search asks, as the list takes it."""
    return TenderSearch(
        text=saved.text,
        department=saved.department,
        kind=saved.kind,
        within_days=saved.within_days,
        reservation=saved.reservation,
    )


def _asks_nothing(search: TenderSearch) -> bool:
    stateless = TenderSearch(
        text=search.text if asked_words(search.text) is not None else "",
        department=search.department,
        kind=search.kind,
        within_days=search.within_days,
        reservation=search.reservation,
    )
    return stateless.empty


def _name(user_id: int, name: str, but: int = 0) -> str:
    name = one_line(name)
    if not name:
        raise Invalid(N_("Give it a name."), field="name")
    if len(name) > NAME_MAX:
        raise Invalid(
            N_("The name is too long: %(longest)s characters at most."), field="name", longest=NAME_MAX
        )
    taken = exists().where(
        SavedSearch.user_id == user_id, func.lower(SavedSearch.name) == name.lower(), SavedSearch.id != but
    )
    if db.session.scalar(select(taken)):
        raise Invalid(N_("You have a search of this name already."), field="name")
    return name


def _person(actor: Actor) -> User:
    """Locked: two forms sent at once keep no more than one search of a name."""
    return db.session.get_one(User, actor.user_id, with_for_update=True)
