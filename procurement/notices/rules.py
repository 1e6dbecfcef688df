"""Rules on notices: which ones call for tenders, and what a draft says of them. Pure: no database."""

from datetime import UTC

from procurement.core.i18n import DEFAULT_LOCALE, N_, translate
from procurement.core.text import folded
from procurement.deadlines.models import DeadlineKind
from procurement.notices.parsed import NoticeKind, ParsedNotice, ReadDeadline, ReadLot, Remark
from procurement.notices.parsed import Reservation as Said
from procurement.notices.reading.text import cut
from procurement.tenders.facts import ClauseFacts, DeadlineFacts, LotFacts, TenderFacts
from procurement.tenders.models import ClauseKind, Procedure, Reservation
from procurement.tenders.rules import NAME_LENGTH

LEFT_OUT = {
    NoticeKind.AWARD: N_("It announces a result: nothing is left to answer."),
    NoticeKind.CORRECTION: N_("It corrects an earlier notice (%(notices)s): check that tender's dates."),
    NoticeKind.CANCELLATION: N_("It cancels an earlier notice (%(notices)s): check that tender."),
    NoticeKind.PRIOR_INFORMATION: N_("It announces a contract to come: nothing can be answered yet."),
    NoticeKind.INTENTION: N_("The buyer means to conclude without a call for tenders."),
    NoticeKind.CONTRACT_MODIFICATION: N_("It changes a contract that is already running."),
    NoticeKind.OTHER: N_("Its kind isn't known, so it isn't taken for a call for tenders."),
}
DATES_CONTRADICT = N_("The notice's dates contradict each other: only the one for offers was kept.")
SOCIAL_CONDITION = N_("The notice announces social considerations in the contract's execution.")
SOCIAL_CRITERION = N_("The notice announces a social award criterion.")
RESERVED_EXECUTION = N_(
    "The notice reserves the contract's execution to a programme of sheltered employment."
)
RESERVED_UNSAID = N_("The notice says that the contract is reserved, not clearly to whom.")

_PROCEDURES = {
    "": Procedure.UNKNOWN,
    "open": Procedure.OPEN,
    "restricted": Procedure.RESTRICTED,
    "negotiated": Procedure.NEGOTIATED,
    "negotiated_without_call": Procedure.NEGOTIATED,
    "competitive_dialogue": Procedure.DIALOGUE,
    "adapted": Procedure.ADAPTED,
}
_RESERVATIONS = {said.value: said for said in Reservation}


def reason_left_out(notice: ParsedNotice) -> Remark | None:
    """Why `notice` becomes no tender; None for a call for tenders."""
    message = LEFT_OUT.get(notice.kind)
    if message is None:
        return None
    named = notice.kind in {NoticeKind.CORRECTION, NoticeKind.CANCELLATION}
    return Remark(message, {"notices": ", ".join(notice.corrects) or "?"} if named else {})


def draft_of(notice: ParsedNotice) -> tuple[TenderFacts, tuple[Remark, ...]]:
    """What a draft tender says of `notice`, and the remarks on it.

    What the source leaves open stays open: the kind of service, the regime and the group's form are the delegate's.
    """
    deadlines, remarks = _deadlines(notice)
    facts = TenderFacts(
        title=notice.title,
        buyer_name=cut(notice.buyer_name, NAME_LENGTH),
        buyer_siret=notice.buyer_siret,
        buyer_town=notice.buyer_city,
        buyer_department=_department(notice.buyer_postcode),
        reference=notice.reference,
        description=notice.description,
        procedure=_PROCEDURES.get(notice.procedure, Procedure.OTHER),
        is_framework=notice.is_framework,
        cpv_main=notice.cpv_main,
        cpv_codes=notice.cpv_codes,
        departments=notice.departments,
        reservation=_reservation(notice.reservation),
        source=notice.source,
        source_id=notice.source_id,
        source_url=notice.notice_url,
        documents_url=notice.documents_url or notice.buyer_profile_url,
        notice_published_on=notice.published_on,
        lots=_lots(notice),
        clauses=_clauses(notice),
        deadlines=deadlines,
    )
    return facts, (*notice.remarks, *remarks)


def _department(postcode: str) -> str:
    """The department of a postcode; "" for Corsica, whose two share theirs, and for none."""
    if postcode.startswith(("97", "98")):
        return postcode[:3]
    return "" if postcode.startswith("20") else postcode[:2]


def _reservation(said: Said) -> Reservation:
    return _RESERVATIONS.get(said.value, Reservation.UNKNOWN)


def _lots(notice: ParsedNotice) -> tuple[LotFacts, ...]:
    """The lots; none for a notice whose only lot is the whole under the same name."""
    if len(notice.lots) == 1 and folded(notice.lots[0].title) in {"", folded(notice.title)}:
        return ()
    numbers = [lot.number for lot in notice.lots]
    distinct = len(set(numbers)) == len(numbers)
    return tuple(
        _lot(lot, lot.number if distinct else str(rank), notice.reservation)
        for rank, lot in enumerate(notice.lots, start=1)
    )


def _lot(lot: ReadLot, number: str, whole: Said) -> LotFacts:
    own = _reservation(lot.reservation)
    differs = lot.reservation is not Said.UNKNOWN and own is not _reservation(whole)
    # A code that says "one or the other" adds nothing to a tender whose words say which.
    vague = lot.reservation is Said.EA_ESAT_SIAE and whole in {Said.SIAE, Said.EA_ESAT}
    return LotFacts(
        number=number,
        title=lot.title or f"Lot {number}",
        description="" if folded(lot.description) == folded(lot.title) else lot.description,
        cpv=lot.cpv_main,
        reservation=own if differs and not vague else None,
    )


def _clauses(notice: ParsedNotice) -> tuple[ClauseFacts, ...]:
    """Social clauses as far as codes tell them: the delegate completes them from the documents."""
    said = []
    if "execution_condition" in notice.social or "objective" in notice.social:
        said.append((ClauseKind.EXECUTION_CONDITION, SOCIAL_CONDITION))
    if "award_criterion" in notice.social:
        said.append((ClauseKind.AWARD_CRITERION, SOCIAL_CRITERION))
    if notice.reserved_execution:
        said.append((ClauseKind.RESERVED, RESERVED_EXECUTION))
    if notice.reservation.reserved and _reservation(notice.reservation) is Reservation.UNKNOWN:
        said.append((ClauseKind.RESERVED, RESERVED_UNSAID))
    return tuple(ClauseFacts(kind=kind, text=translate(text, DEFAULT_LOCALE)) for kind, text in said)


def _deadlines(notice: ParsedNotice) -> tuple[dict[DeadlineKind, DeadlineFacts], list[Remark]]:
    """The dates of the tender; those that contradict the one for offers are left out, and told."""
    said = {
        DeadlineKind.SUBMISSION: notice.submission_deadline,
        DeadlineKind.APPLICATIONS: notice.applications_deadline,
        DeadlineKind.QUESTIONS: notice.questions_deadline,
    }
    found = {kind: _deadline(read) for kind, read in said.items() if read}
    offers = found.get(DeadlineKind.SUBMISSION)
    if offers is None:
        return found, []
    kept = {kind: one for kind, one in found.items() if one is offers or one.due_at < offers.due_at}
    contradicts = any(one.due_at > offers.due_at for one in found.values())
    return kept, [Remark(DATES_CONTRADICT)] if contradicts else []


def _deadline(read: ReadDeadline) -> DeadlineFacts:
    due_at, remind_at = read.displayed.astimezone(UTC), read.reminder.astimezone(UTC)
    return DeadlineFacts(
        due_at=due_at,
        source_text=read.raw,
        doubtful=read.doubtful,
        doubt=read.doubt,
        remind_at=remind_at if remind_at != due_at else None,
    )
