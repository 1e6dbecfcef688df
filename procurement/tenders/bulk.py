"""Many tenders written at once, as an import brings them: the same rows and events as one by one, in few statements."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from procurement.core import clock, events
from procurement.core.bulk import insert_new, insert_rows, new_ids
from procurement.core.db import db, one_of
from procurement.core.policy import Actor, require
from procurement.deadlines.operations import FirstDeadline, set_first_deadlines
from procurement.members.rules import check_siret
from procurement.tenders import policy
from procurement.tenders.facts import DeadlineFacts, TenderFacts
from procurement.tenders.indexing import refresh_search
from procurement.tenders.models import Buyer, Clause, Lot, Site, Tender
from procurement.tenders.operations import BUYER_LOCK, plain_fields
from procurement.tenders.parts import lot_fields, site_fields, wanted_lots
from procurement.tenders.rules import InvalidTender, match_name, problems


@dataclass(frozen=True, slots=True)
class Written:
    """A draft that was just written."""

    id: int
    title: str
    version: int = 1


def create_tenders(actor: Actor, many: Sequence[TenderFacts]) -> list[Written | InvalidTender]:
    """Write each of `many` as a draft, as `create_tender` does; in the place of one with problems stands its refusal.

    All come from a source: their dates may have passed. Raises Forbidden; IntegrityError or DataError, with nothing
    of it written that the caller doesn't roll back, where the database refuses one of them.
    """
    require(policy.write(actor))
    checked = [_refusal(facts) or facts for facts in many]
    sound = [facts for facts in checked if isinstance(facts, TenderFacts)]
    written = dict(zip(map(id, sound), _written(actor, sound), strict=True))
    return [written[id(one)] if isinstance(one, TenderFacts) else one for one in checked]


def _written(actor: Actor, many: Sequence[TenderFacts]) -> list[Written]:
    buyers = _Buyers(many)
    of = [buyers.of(facts) for facts in many]
    buyers.write()
    ids = new_ids(Tender, len(many))
    now = clock.now()
    insert_rows(
        Tender,
        [
            plain_fields(facts)
            | {
                "id": number,
                "buyer_id": buyer.id,
                "source": facts.source,
                "source_id": facts.source_id,
                "created_at": now,
                "created_by": actor.user_id,
                "updated_at": now,
            }
            for facts, buyer, number in zip(many, of, ids, strict=True)
        ],
    )
    _write_parts(many, ids)
    _tell(actor, many, ids)
    refresh_search(ids)
    return [Written(number, facts.title) for facts, number in zip(many, ids, strict=True)]


def _write_parts(many: Sequence[TenderFacts], ids: Sequence[int]) -> None:
    """Write lots, sites and clauses."""
    lots, sites = [], []
    for facts, number in zip(many, ids, strict=True):
        wanted = wanted_lots(facts.lots, facts.title)
        for rank, lot in enumerate(wanted, start=1):
            fields = lot_fields(lot, rank, facts.title, whole=len(wanted) == 1)
            lots.append(fields | {"tender_id": number})
            sites.append(lot.sites)
    lot_ids = new_ids(Lot, len(lots))
    insert_rows(Lot, [fields | {"id": number} for fields, number in zip(lots, lot_ids, strict=True)])
    insert_rows(
        Site,
        [
            site_fields(site, rank) | {"lot_id": number}
            for number, some in zip(lot_ids, sites, strict=True)
            for rank, site in enumerate(some, start=1)
        ],
    )
    insert_rows(
        Clause,
        [
            {"tender_id": number, "kind": one.kind, "text": one.text, "hours": one.hours}
            for facts, number in zip(many, ids, strict=True)
            for one in facts.clauses
        ],
    )


def _refusal(facts: TenderFacts) -> InvalidTender | None:
    known = {kind: deadline.due_at for kind, deadline in facts.deadlines.items()}
    wrong = problems(facts, clock.now(), known)
    return InvalidTender(wrong) if wrong else None


def _tell(actor: Actor, many: Sequence[TenderFacts], ids: Sequence[int]) -> None:
    """Write the dates, and the first events of each tender."""
    dates = set_first_deadlines(
        FirstDeadline(
            subject_type="tender",
            subject_id=number,
            kind=kind,
            **{name: getattr(deadline, name) for name in DeadlineFacts.__slots__},
        )
        for facts, number in zip(many, ids, strict=True)
        for kind, deadline in facts.deadlines.items()
    )
    events.record_first(
        actor,
        (
            (
                ("tender", number),
                [
                    ("tender_created", {"source": facts.source}),
                    *(("deadline_set", dates[number, kind]) for kind in facts.deadlines),
                ],
            )
            for facts, number in zip(many, ids, strict=True)
        ),
    )


class _Buyers:
    """The buyers of these tenders, known or new, by the rule of `find_or_create_buyer`."""

    def __init__(self, many: Sequence[TenderFacts]) -> None:
        """Read those that are known, in one statement, with the lock of whoever writes buyers."""
        self._names = {name: match_name(name) for name in {facts.buyer_name for facts in many}}
        self._sirets = {
            said: check_siret(said) if said else None for said in {facts.buyer_siret for facts in many}
        }
        self._by_siret: dict[str, Buyer] = {}
        self._by_name: dict[str, list[Buyer]] = {}
        self._new: list[Buyer] = []
        if not many:
            return
        with db.session.no_autoflush:
            db.session.execute(select(func.pg_advisory_xact_lock(BUYER_LOCK)))
            known = db.session.scalars(
                select(Buyer)
                .where(
                    or_(
                        one_of(Buyer.match_name, self._names.values()),
                        one_of(Buyer.siret, filter(None, self._sirets.values())),
                    )
                )
                .order_by(Buyer.siret.nulls_first(), Buyer.id)
            )
            for buyer in known:
                self._note(buyer)

    def _note(self, buyer: Buyer) -> None:
        if buyer.siret:
            self._by_siret[buyer.siret] = buyer
        self._by_name.setdefault(buyer.match_name, []).append(buyer)

    def of(self, facts: TenderFacts) -> Buyer:
        """The buyer of that SIRET, else of that name, else a new one."""
        siret, key = self._sirets[facts.buyer_siret], self._names[facts.buyer_name]
        same = [one for one in self._by_name.get(key, []) if not (siret and one.siret)]
        same.sort(key=lambda one: one.siret is not None)
        buyer = (self._by_siret.get(siret) if siret else None) or next(iter(same), None)
        if buyer is None:
            buyer = Buyer(
                name=" ".join(facts.buyer_name.split()),
                match_name=key,
                town="",
                department="",
                created_at=clock.now(),
            )
            self._note(buyer)
            self._new.append(buyer)
        if siret and not buyer.siret:
            buyer.siret = siret
            self._by_siret[siret] = buyer
        buyer.town = buyer.town or facts.buyer_town
        buyer.department = buyer.department or facts.buyer_department
        return buyer

    def write(self) -> None:
        """Write those that are new, and what was learnt of the others."""
        db.session.flush()
        insert_new(self._new)
