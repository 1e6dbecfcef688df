"""Verbs on tenders: type or bring one in, publish, edit, move a date, cancel. Each is an event of the tender."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from procurement.core import clock, events
from procurement.core.db import add, db
from procurement.core.errors import Invalid, NotFound, StaleVersion, TooLate
from procurement.core.i18n import N_
from procurement.core.policy import Actor, require
from procurement.deadlines.models import DeadlineKind
from procurement.deadlines.operations import close_deadlines, set_deadline
from procurement.members.rules import check_siret
from procurement.tenders import policy
from procurement.tenders.facts import DeadlineFacts, TenderFacts, plain
from procurement.tenders.indexing import refresh_search
from procurement.tenders.models import Buyer, Tender
from procurement.tenders.parts import write_clauses, write_lots
from procurement.tenders.queries import facts_of, whole_tender
from procurement.tenders.rules import (
    WRITTEN_KINDS,
    InvalidTender,
    Problem,
    match_name,
    problems,
    problems_to_publish,
)

BUYER_LOCK = 0x62757965
"""Held while a buyer is looked for and, where there is none, written (any number, ours alone)."""


def find_or_create_buyer(
    actor: Actor, name: str, siret: str | None = None, *, town: str = "", department: str = ""
) -> Buyer:
    """The buyer of that SIRET, else of that name (accents, case and punctuation forgiven), else a new one.

    A buyer known by its name only takes the SIRET given. The name of a known buyer isn't changed: sources spell it in
    many ways. Raises Invalid for an empty name or a SIRET that fails its check, Forbidden.
    """
    require(policy.write(actor))
    key = match_name(name)
    if not key:
        raise Invalid(N_("Say who buys."), field="buyer_name")
    digits = check_siret(siret) if siret else None
    with db.session.no_autoflush:
        db.session.execute(select(func.pg_advisory_xact_lock(BUYER_LOCK)))
        found = None
        if digits:
            found = db.session.scalar(select(Buyer).where(Buyer.siret == digits))
        if found is None:
            same = select(Buyer).where(Buyer.match_name == key).order_by(Buyer.siret.nulls_first(), Buyer.id)
            if digits:
                same = same.where(Buyer.siret.is_(None))
            found = db.session.scalar(same.limit(1))
    if found is None:
        found = Buyer(name=" ".join(name.split()), match_name=key, created_at=clock.now())
    found.siret = found.siret or digits
    found.town = found.town or town
    found.department = found.department or department
    buyer: Buyer = add(found)
    return buyer


def create_tender(actor: Actor, facts: TenderFacts, copied_from: int | None = None) -> Tender:
    """Write a tender as a draft, with its lots, sites, clauses and dates; without lots it gets one, for the whole.

    `copied_from`: the tender that was its model, kept in the trail.

    One that is typed in may not have dates that have passed; one read from a source may. Returns it with buyer,
    lots, sites and clauses loaded. Records `tender_created`, then an event for each date. Raises Forbidden,
    InvalidTender with all that is wrong.
    """
    require(policy.write(actor))
    now = clock.now()
    typed = facts.source == "typed"
    known = {} if typed else {kind: deadline.due_at for kind, deadline in facts.deadlines.items()}
    _refuse(problems(facts, now, known))
    tender = Tender(
        source=facts.source,
        source_id=facts.source_id,
        created_at=now,
        created_by=actor.user_id,
        updated_at=now,
        version=1,
        lots=[],
        clauses=[],
    )
    _write(actor, tender, facts)
    add(tender)
    write_lots(tender, facts.lots)
    write_clauses(tender, facts.clauses)
    model = {"copied_from": copied_from} if copied_from is not None else {}
    events.record(actor, "tender_created", tender, facts={"source": facts.source, **model})
    _write_deadlines(actor, tender, facts, {})
    refresh_search([tender.id])
    _read_copies(tender)
    return tender


def edit_tender(actor: Actor, tender_id: int, facts: TenderFacts, version: int) -> Tender:
    """Change what a tender says to `facts`, as written on the version `version`.

    Lots, sites and clauses with an id are changed in place; those that `facts` leaves out are removed; dates that
    the delegate types in and that `facts` leaves out are ended. Records `tender_edited` with the facts `fields` and
    `version` (the new one), and the values before and after; dates have their own events. Nothing happens where
    nothing differs. Raises NotFound, Forbidden, StaleVersion, TooLate once cancelled, InvalidTender, Conflict when a
    lot or a site that is removed is in use.
    """
    tender = _for_change(actor, tender_id, version)
    before = facts_of(tender)
    known = {kind: deadline.due_at for kind, deadline in before.deadlines.items()}
    _refuse(problems(facts, clock.now(), known))
    if tender.published_at is not None:
        _refuse([p for p in problems_to_publish(facts, clock.now()) if _is_new(p, facts, before)])
    _write(actor, tender, facts)
    db.session.flush()
    write_lots(tender, facts.lots)
    write_clauses(tender, facts.clauses)
    _write_deadlines(actor, tender, facts, before.deadlines)
    tender = whole_tender(tender.id, fresh=True)
    was, stands = plain(before), plain(facts_of(tender))
    fields = sorted(name for name in was.keys() | stands.keys() if was.get(name) != stands.get(name))
    if not fields:
        return tender
    _changed(tender)
    events.record(
        actor,
        "tender_edited",
        tender,
        facts={"fields": fields, "version": tender.version},
        values={
            "before": {name: was.get(name) for name in fields},
            "after": {name: stands.get(name) for name in fields},
        },
    )
    refresh_search([tender.id])
    return tender


def publish_tender(actor: Actor, tender_id: int, registrations_close_at: datetime | None = None) -> Tender:
    """Show a draft to members (or to all, by its visibility). Records `tender_published`.

    `registrations_close_at` (aware): until when members register for a contract of which nobody has said so yet;
    recorded as `deadline_set` before. Raises NotFound, Forbidden, TooLate when it is published or cancelled already,
    InvalidTender with all that is missing.
    """
    tender = _for_change(actor, tender_id)
    if tender.published_at is not None:
        raise TooLate(N_("This tender is already published."))
    facts, kind = facts_of(tender), DeadlineKind.REGISTRATION_CLOSE
    unsaid = kind in WRITTEN_KINDS[tender.kind] and kind not in facts.deadlines
    closes = registrations_close_at if unsaid else None
    if closes is not None:
        facts = _with_deadlines(facts, {**facts.deadlines, kind: DeadlineFacts(due_at=closes)})
    _refuse(problems_to_publish(facts, clock.now()))
    if closes is not None:
        set_deadline(actor, tender, kind, closes)
        _read_copies(tender)
    tender.published_at = tender.updated_at = clock.now()
    tender.set_aside_at = None
    db.session.flush()
    events.record(actor, "tender_published", tender, facts={"visibility": tender.visibility.value})
    return tender


def move_deadline(actor: Actor, tender_id: int, kind: DeadlineKind, due_at: datetime, version: int) -> Tender:
    """Set the tender's date of `kind` to `due_at` (aware), in the zone it was said in; whoever it binds is told.

    The date is then certain: a person has settled it. Records `deadline_moved` or `deadline_set`. Raises NotFound,
    Forbidden, StaleVersion, TooLate once cancelled, Invalid (field `due_at`) for a moment that has passed, one that
    contradicts the other dates, or the one that stands already.
    """
    tender = _for_change(actor, tender_id, version)
    facts = facts_of(tender)
    if kind not in WRITTEN_KINDS[tender.kind]:
        raise NotFound
    known = {name: deadline.due_at for name, deadline in facts.deadlines.items()}
    stands = facts.deadlines.get(kind)
    if stands is not None and stands.due_at == due_at and not stands.doubtful:
        raise Invalid(N_("That is the date as it stands: choose another."), field="due_at")
    zone = stands.zone if stands else "Europe/Paris"
    moved = dict(facts.deadlines) | {kind: DeadlineFacts(due_at=due_at, zone=zone)}
    others = {name: deadline.due_at for name, deadline in moved.items()}
    for problem in problems(_with_deadlines(facts, moved), clock.now(), known):
        if problem.field.startswith("deadline_") and _bears_on(problem, kind, others):
            raise Invalid(problem.message, field="due_at", **problem.params)
    set_deadline(actor, tender, kind, due_at, zone=zone)
    _changed(tender)
    _read_copies(tender)
    return tender


def cancel_tender(actor: Actor, tender_id: int, reason: str) -> Tender:
    """Give a tender up, for a reason that members read: its dates end, nobody is reminded any more (N14).

    Records `tender_cancelled` with the reason as a value, then `deadline_closed`. Raises NotFound, Forbidden,
    TooLate when it is cancelled already, Invalid without a reason.
    """
    tender = _for_change(actor, tender_id)
    said = reason.strip()
    if not said:
        raise Invalid(N_("Say why: members who registered read it."), field="reason")
    tender.cancelled_at = tender.updated_at = clock.now()
    tender.cancel_reason = said
    db.session.flush()
    events.record(actor, "tender_cancelled", tender, values={"reason": said})
    close_deadlines(actor, tender)
    _read_copies(tender)
    return tender


def _for_change(actor: Actor, tender_id: int, version: int | None = None) -> Tender:
    """The tender, whole and locked. Raises Forbidden, NotFound, TooLate once cancelled, StaleVersion."""
    require(policy.write(actor))
    tender = whole_tender(tender_id, lock=True)
    if tender.cancelled_at is not None:
        raise TooLate(N_("This tender is cancelled: it can't be changed any more."))
    if version is not None and tender.version != version:
        raise StaleVersion(tender.version)
    return tender


def _read_copies(tender: Tender) -> None:
    """Read again what the database copies from the deadlines."""
    db.session.refresh(tender, ["due_at", "due_zone", "due_doubtful", "registrations_close_at", "sort_at"])


def _changed(tender: Tender) -> None:
    tender.version += 1
    tender.updated_at = clock.now()
    db.session.flush()


def _refuse(found: list[Problem]) -> None:
    if found:
        raise InvalidTender(found)


def _is_new(problem: Problem, facts: TenderFacts, before: TenderFacts) -> bool:
    """Whether what is missing was there before: a tender once closed can still have its title corrected."""
    return plain(facts).get(problem.field) != plain(before).get(problem.field)


def _with_deadlines(facts: TenderFacts, deadlines: dict[DeadlineKind, DeadlineFacts]) -> TenderFacts:
    values = {name: getattr(facts, name) for name in TenderFacts.__dataclass_fields__}
    return TenderFacts(**(values | {"deadlines": deadlines}))


def _bears_on(problem: Problem, kind: DeadlineKind, dates: dict[DeadlineKind, datetime]) -> bool:
    """Whether a problem of the dates comes from the one being moved, or from one that it would now precede."""
    if problem.field == f"deadline_{kind.value}":
        return True
    earlier = DeadlineKind(problem.field.removeprefix("deadline_"))
    return dates[earlier] >= dates[kind]


_COPIED = (
    "title",
    "kind",
    "reference",
    "description",
    "legal_regime",
    "legal_reason",
    "procedure",
    "is_framework",
    "service_nature",
    "cpv_main",
    "reservation",
    "visibility",
    "ban_alone_and_grouped",
    "ban_several_groups",
    "source_url",
    "documents_url",
    "notice_published_on",
)


def _write(actor: Actor, tender: Tender, facts: TenderFacts) -> None:
    """Copy the plain fields of `facts` onto the row, and its buyer."""
    buyer = find_or_create_buyer(
        actor,
        facts.buyer_name,
        facts.buyer_siret,
        town=facts.buyer_town,
        department=facts.buyer_department,
    )
    fill(tender, facts, buyer)


def fill(tender: Tender, facts: TenderFacts, buyer: Buyer) -> None:
    """Copy the plain fields of `facts` onto the row; its lots, clauses and dates are rows of their own."""
    tender.buyer = buyer
    for name, value in plain_fields(facts).items():
        setattr(tender, name, value)


def plain_fields(facts: TenderFacts) -> dict[str, Any]:
    """What a tender's own row says of `facts`, its buyer apart, by column."""
    main = [facts.cpv_main] if facts.cpv_main else []
    return {name: getattr(facts, name) for name in _COPIED} | {
        "cpv_codes": [*main, *(code for code in facts.cpv_codes if code != facts.cpv_main)],
        "departments": sorted(set(facts.departments)),
        "eligible_kinds": sorted(set(facts.eligible_kinds)),
    }


def _write_deadlines(
    actor: Actor, tender: Tender, facts: TenderFacts, stand: Mapping[DeadlineKind, DeadlineFacts]
) -> None:
    """Set the dates that differ from those that `stand`; end those typed in by hand that `facts` no longer has."""
    for kind, deadline in facts.deadlines.items():
        if stand.get(kind) == deadline:
            continue
        set_deadline(
            actor,
            tender,
            kind,
            deadline.due_at,
            zone=deadline.zone,
            source_text=deadline.source_text,
            doubtful=deadline.doubtful,
            doubt=deadline.doubt,
            remind_at=deadline.remind_at,
        )
    written = {kind for kinds in WRITTEN_KINDS.values() for kind in kinds}
    gone = [kind for kind in stand if kind in written and kind not in facts.deadlines]
    if gone:
        close_deadlines(actor, tender, gone)
