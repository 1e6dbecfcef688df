"""Searches that people keep: said how much they bring before they are kept (N24), matched with each new tender."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import BigInteger, ColumnElement, and_, exists, func, literal, or_, select, union_all

from procurement.accounts.models import User
from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.errors import Conflict, Invalid, NotFound
from procurement.core.i18n import N_
from procurement.core.policy import Actor, in_network, require
from procurement.core.text import one_line
from procurement.tenders.matching import keys_of, may_fit
from procurement.tenders.models import SavedSearch, Tender
from procurement.tenders.policy import visible_to
from procurement.tenders.queries.filters import TenderSearch, kept_holds, narrowed, read_marks
from procurement.tenders.queries.states import in_time
from procurement.tenders.queries.words import as_query, found_by, read_words

NAME_MAX = 80
MOST = 50
"""Searches a person keeps at most."""
WEEKS = 12
"""Over how many weeks one is told what a search would have brought."""
MUCH_A_DAY = 3
"""From so many a working day on, a search is said to bring much."""
WORKING_DAYS = 5
COUNTED = 200
"""Tenders that are counted of a search in a list: beyond, it brings much."""


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


def fits() -> ColumnElement[bool]:
    """Whether a published tender fits a search that is kept, as a condition on `Tender` and `SavedSearch`.

    The same filters as the list's. "Due within so many days" counts from its publication. A search's state and order
    are no part of it: what is new is open.
    """
    words = or_(SavedSearch.words.is_(None), found_by(SavedSearch.words))
    return and_(may_fit(), kept_holds(SavedSearch, Tender.published_at), words)


def would_bring(actor: Actor, search: TenderSearch) -> Yield:
    """How many tenders of the last weeks `search` would have told of (N24). One statement, one more for words.

    Those that were too late to answer as they were published are told to nobody, and don't count.
    """
    words = read_words(search.text)
    found = [*narrowed(search, Tender.published_at), *([found_by(as_query(words))] if words else [])]
    recent = Tender.published_at >= clock.now() - timedelta(weeks=WEEKS)
    query = select(func.count()).select_from(Tender)
    query = query.where(visible_to(actor), recent, in_time(Tender.published_at), *found)
    return Yield(db.session.scalar(query) or 0)


def each_brings(actor: Actor, kept: Sequence[SavedSearch]) -> Mapping[int, Yield]:
    """The same of searches that are kept, by id, each counted up to `COUNTED`. One statement, or none."""
    recent = Tender.published_at >= clock.now() - timedelta(weeks=WEEKS)
    counts = []
    for one in kept:
        found = [*narrowed(asked_of(one), Tender.published_at)]
        if one.words:
            found.append(found_by(as_query(one.words)))
        some = select(Tender.id).where(visible_to(actor), recent, in_time(Tender.published_at), *found)
        some_few = some.limit(COUNTED).subquery(f"found_{one.id}")
        counts.append(
            select(literal(one.id, BigInteger), select(func.count()).select_from(some_few).scalar_subquery())
        )
    if not counts:
        return {}
    return {search_id: Yield(count) for search_id, count in db.session.execute(union_all(*counts))}


def kept_as(actor: Actor, search: TenderSearch) -> SavedSearch | None:
    """The search of this person that asks the same, whatever its state and order. One statement."""
    query = select(SavedSearch).where(
        SavedSearch.user_id == actor.user_id,
        func.lower(SavedSearch.text) == search.text.lower(),
        SavedSearch.marks == search.marks,
        SavedSearch.within_days.is_not_distinct_from(search.within_days),
    )
    return db.session.scalar(query.order_by(SavedSearch.id).limit(1))


def save_search(actor: Actor, name: str, search: TenderSearch) -> SavedSearch:
    """Keep a search under a name. Its state is left out: what is told of is newly published.

    Records `search_saved` on the person's own trail. Raises Forbidden outside the network, Invalid for a name that
    is missing, too long or taken, or a search that asks for nothing; Conflict beyond `MOST`.
    """
    require(in_network(actor))
    person = _person(actor)
    if asks_nothing(search):
        raise Invalid(N_("Write words or choose a filter: a search for everything would tell of everything."))
    if len(saved_of(actor)) >= MOST:
        raise Conflict(N_("You can’t keep any more searches: delete one first."))
    words = read_words(search.text)
    saved: SavedSearch = add(
        SavedSearch(
            user_id=person.id,
            name=_name(person.id, name),
            text=search.text,
            words=words or None,
            marks=search.marks,
            keys=keys_of(words, search.marks),
            within_days=search.within_days,
            created_at=clock.now(),
        )
    )
    events.record(actor, "search_saved", person, facts={"search_id": saved.id})
    return saved


def rename_search(actor: Actor, search_id: int, name: str) -> SavedSearch:
    """Give it another name. Records `search_renamed`. Raises NotFound for anybody else's, Invalid as `save_search`."""
    person = _person(actor)
    saved = find_search(actor, search_id)
    name = _name(saved.user_id, name, but=saved.id)
    if name != saved.name:
        saved.name = name
        db.session.flush()
        events.record(actor, "search_renamed", person, facts={"search_id": search_id})
    return saved


def pause_search(actor: Actor, search_id: int, *, paused: bool) -> SavedSearch:
    """Have nothing told of it for a while, or again. Raises NotFound for anybody else's.

    Records `search_paused` or `search_resumed`, if that changes anything.
    """
    person = _person(actor)
    saved = find_search(actor, search_id)
    if paused != (saved.paused_at is not None):
        saved.paused_at = clock.now() if paused else None
        db.session.flush()
        verb = "search_paused" if paused else "search_resumed"
        events.record(actor, verb, person, facts={"search_id": search_id})
    return saved


def delete_search(actor: Actor, search_id: int) -> None:
    """Keep it no more. Records `search_deleted`. Raises NotFound for anybody else's."""
    person = _person(actor)
    db.session.delete(find_search(actor, search_id))
    events.record(actor, "search_deleted", person, facts={"search_id": search_id})


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
    return TenderSearch(text=saved.text, within_days=saved.within_days, **read_marks(saved.marks))


def asks_nothing(search: TenderSearch) -> bool:
    """Whether a search would tell of every tender: its state and its order apart, it has no word and no filter."""
    text = search.text if read_words(search.text) else ""
    return replace(search, text=text, state=None).empty


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
        raise Invalid(N_("You already have a search with this name."), field="name")
    return name


def _person(actor: Actor) -> User:
    """Locked: two forms sent at once keep no more than one search of a name."""
    return db.session.get_one(User, actor.user_id, with_for_update=True)
