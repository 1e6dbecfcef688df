"""Many tenders written at once, as an import brings them: the same rows and events as one by one, in few statements."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import func, or_, select

from procurement.core import clock, events
from procurement.core.db import db
from procurement.core.policy import Actor, require
from procurement.deadlines.operations import FirstDeadline, set_first_deadlines
from procurement.members.rules import check_siret
from procurement.tenders import policy
from procurement.tenders.facts import TenderFacts
from procurement.tenders.indexing import refresh_search
from procurement.tenders.models import Buyer, Clause, Tender
from procurement.tenders.operations import BUYER_LOCK, fill
from procurement.tenders.parts import first_lots
from procurement.tenders.rules import InvalidTender, match_name, problems


def create_tenders(actor: Actor, many: Sequence[TenderFacts]) -> list[Tender | InvalidTender]:
    """Write each of `many` as a draft, as `create_tender` does; in the place of one with problems stands its refusal.

    All come from a source: their dates may have passed. Raises Forbidden; IntegrityError or DataError, with nothing
    of it written that the caller doesn't roll back, where the database refuses one of them.
    """
    require(policy.write(actor))
    found: list[Tender | InvalidTender] = []
    written: list[tuple[Tender, TenderFacts]] = []
    sound = [_refusal(facts) or facts for facts in many]
    buyers = _Buyers([facts for facts in sound if isinstance(facts, TenderFacts)])
    now = clock.now()
    for facts in sound:
        if isinstance(facts, InvalidTender):
            found.append(facts)
            continue
        tender = Tender(
            source=facts.source,
            source_id=facts.source_id,
            created_at=now,
            created_by=actor.user_id,
            updated_at=now,
            version=1,
            lots=first_lots(facts),
            clauses=[Clause(kind=one.kind, text=one.text, hours=one.hours) for one in facts.clauses],
        )
        fill(tender, facts, buyers.of(facts))
        found.append(tender)
        written.append((tender, facts))
    db.session.add_all(tender for tender, _ in written)
    db.session.flush()
    _tell(actor, written)
    refresh_search(tender.id for tender, _ in written)
    return found


def _refusal(facts: TenderFacts) -> InvalidTender | None:
    known = {kind: deadline.due_at for kind, deadline in facts.deadlines.items()}
    wrong = problems(facts, clock.now(), known)
    return InvalidTender(wrong) if wrong else None


def _tell(actor: Actor, written: Sequence[tuple[Tender, TenderFacts]]) -> None:
    """Write the dates, and the first events of each tender."""
    dates = set_first_deadlines(
        FirstDeadline(subject_type="tender", subject_id=tender.id, kind=kind, **asdict(deadline))
        for tender, facts in written
        for kind, deadline in facts.deadlines.items()
    )
    events.record_first(
        actor,
        (
            (
                tender,
                [
                    ("tender_created", {"source": facts.source}),
                    *(("deadline_set", dates[tender.id, kind]) for kind in facts.deadlines),
                ],
            )
            for tender, facts in written
        ),
    )


class _Buyers:
    """The buyers of these tenders, known or new, by the rule of `find_or_create_buyer`."""

    def __init__(self, many: Sequence[TenderFacts]) -> None:
        """Read those that are known, in one statement, with the lock of whoever writes buyers."""
        names = {match_name(facts.buyer_name) for facts in many}
        numbers = {check_siret(facts.buyer_siret) for facts in many if facts.buyer_siret}
        self._by_siret: dict[str, Buyer] = {}
        self._by_name: dict[str, list[Buyer]] = {}
        if not many:
            return
        with db.session.no_autoflush:
            db.session.execute(select(func.pg_advisory_xact_lock(BUYER_LOCK)))
            known = db.session.scalars(
                select(Buyer)
                .where(or_(Buyer.match_name.in_(names), Buyer.siret.in_(numbers)))
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
        siret = check_siret(facts.buyer_siret) if facts.buyer_siret else None
        key = match_name(facts.buyer_name)
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
        if siret and not buyer.siret:
            buyer.siret = siret
            self._by_siret[siret] = buyer
        buyer.town = buyer.town or facts.buyer_town
        buyer.department = buyer.department or facts.buyer_department
        return buyer
