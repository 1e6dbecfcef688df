"""The European notice (eForms), element by element, in objects.

Business terms (BT-…) are those of the eForms regulation (EU) 2019/1780. Names are matched without their prefix,
since each publisher has namespaces of its own.
"""

import re
from dataclasses import replace
from datetime import date

from procurement.notices.eforms.buyer import add_buyer
from procurement.notices.eforms.criteria import criteria_of_lots
from procurement.notices.eforms.paths import EXTENSION
from procurement.notices.eforms.terms import add_terms, reservation_of
from procurement.notices.parsed import LOTS_LIMIT, Amounts, LotGroup, NoticeKind, ReadDeadline, ReadLot
from procurement.notices.reading.deadlines import earliest, optional_deadline, read_deadline
from procurement.notices.reading.inner import Inner
from procurement.notices.reading.nodes import attribute, branch, reach, text, texts
from procurement.notices.reading.nuts import departments_in
from procurement.notices.reading.text import one_line
from procurement.notices.reading.values import amount_of, cpv_list, currency_of

ROOTS = (
    "ContractNotice",
    "ContractAwardNotice",
    "PriorInformationNotice",
    "BusinessRegistrationInformationNotice",
)
_FORMS = {
    "ContractNotice": NoticeKind.CONTRACT_NOTICE,
    "ContractAwardNotice": NoticeKind.AWARD,
    "PriorInformationNotice": NoticeKind.PRIOR_INFORMATION,
}
_FORM_TYPES = {
    "planning": NoticeKind.PRIOR_INFORMATION,
    "consultation": NoticeKind.PRIOR_INFORMATION,
    "competition": NoticeKind.CONTRACT_NOTICE,
    "dir-awa-pre": NoticeKind.INTENTION,
    "result": NoticeKind.AWARD,
    "cont-modif": NoticeKind.CONTRACT_MODIFICATION,
    "completion": NoticeKind.OTHER,
    "bri": NoticeKind.OTHER,
}
"""BT-03: what the notice is for. A form is no sure sign: a prior information may call for competition."""
_GROUPS_LIMIT = 20


def notice_of(container: object) -> tuple[object, str]:
    """The European notice below `container` and the name of its form; an empty object where there is none."""
    for name in ROOTS:
        found = branch(container, name)
        if found:
            return found, name
    return {}, ""


def read(container: object, *, buyer_hint: str, published_on: date | None) -> Inner:
    """The European notice below `container`.

    `buyer_hint` is the buyer's name as known from elsewhere: it settles who the buyer is where the notice points to
    the service that sent it. Raises AbsurdDateError for a lot's deadline in a year that can't be.
    """
    root, form = notice_of(container)
    project = branch(root, "ProcurementProject")
    blocks = reach(root, "ProcurementProjectLot")
    lots = [block for block in blocks if _scheme(block) == "lot"]
    read_lots = _lots(lots[:LOTS_LIMIT], published_on)
    inner = Inner(
        shape="EFORMS",
        kind=_kind(root, form),
        title=text(project, "Name"),
        description=text(project, "Description"),
        folder_id=text(root, "ContractFolderID"),
        reference=text(project, "ID"),
        linked=texts(root, *EXTENSION, "Changes", "ChangedNoticeIdentifier"),
        correction=_correction(root),
        partial=_is_partial(root),
        cpv=_cpv([project, *reach(lots, "ProcurementProject")]),
        departments=_departments([project, *reach(blocks, "ProcurementProject")]),
        lots=read_lots,
        lot_groups=_groups(
            root, blocks, {_own_id(lot): one.number for lot, one in zip(lots, read_lots, strict=False)}
        ),
        procedure=text(root, "TenderingProcess", "ProcedureCode") or _regime(root),
        market_types=texts(project, "ProcurementTypeCode"),
        amounts=_amounts(project),
        buyer_profile_url=text(root, "ContractingParty", "BuyerProfileURI"),
    )
    add_buyer(inner, root, buyer_hint)
    add_terms(inner, lots)
    inner.criteria = criteria_of_lots({one.number: lot for lot, one in zip(lots, read_lots, strict=False)})
    _add_deadlines(inner, lots)
    return inner


def _kind(root: object, form: str) -> NoticeKind | None:
    """What the notice announces: a change names the notice that it changes (BT-758) and why (BT-140)."""
    changes = reach(root, *EXTENSION, "Changes")
    if texts(changes, "ChangedNoticeIdentifier"):
        reasons = {code.strip() for code in texts(changes, "ChangeReason", "ReasonCode")}
        return NoticeKind.CANCELLATION if "cancel" in reasons else NoticeKind.CORRECTION
    for code in reach(root, "NoticeTypeCode"):
        if kind := _FORM_TYPES.get(attribute(code, "listName")):
            return kind
    return _FORMS.get(form)


def _regime(root: object) -> str:
    """BT-01: concessions (directive 2014/23/EU) need name no procedure."""
    return "concession" if text(root, "RegulatoryDomain").strip() == "32014L0023" else ""


def _correction(root: object) -> str:
    """BT-762 and BT-141: why the notice was changed, and what, in its own words."""
    changes = reach(root, *EXTENSION, "Changes")
    said = [
        *(text(one, "ReasonDescription") for one in reach(changes, "ChangeReason")),
        *(text(one, "ChangeDescription") for one in reach(changes, "Change")),
    ]
    return "\n".join(dict.fromkeys(one for one in said if one))


def _is_partial(root: object) -> bool:
    """BT-13716: whether the sections that a change names are all lots, parts or groups of them."""
    changed = reach(root, *EXTENSION, "Changes", "Change", "ChangedSection")
    sections = [one.strip().upper() for one in texts(changed, "ChangedSectionIdentifier")]
    return bool(sections) and all(one.startswith(("LOT-", "PAR-", "GLO-")) for one in sections)


def _own_id(block: object) -> str:
    return text(block, "ID").strip()


def _scheme(block: object) -> str:
    """BT-137: whether a block is a "lot", a "lotsgroup" or a "part" of a procedure that is only planned."""
    prefix = _own_id(block).upper()[:4]
    if prefix in {"GLO-", "PAR-"}:
        return "lotsgroup" if prefix == "GLO-" else "part"
    said = {attribute(one, "schemeName").lower() for one in reach(block, "ID")} - {"", "lot"}
    return min(said, default="lot")


def _groups(root: object, blocks: list[object], numbers: dict[str, str]) -> tuple[LotGroup, ...]:
    """BT-330 and BT-1375: groups of lots that may be awarded as one; `numbers` are the lots' by their identifiers."""
    titles = {
        _own_id(block): text(block, "ProcurementProject", "Name")
        for block in blocks
        if _scheme(block) == "lotsgroup"
    }
    return tuple(
        LotGroup(
            number=one_line(own, 20),
            title=one_line(titles.get(own, ""), 300),
            lots=tuple(
                dict.fromkeys(
                    numbers[one.strip()]
                    for one in texts(group, "ProcurementProjectLotReference", "ID")
                    if one.strip() in numbers
                )
            ),
        )
        for group in reach(root, "TenderingTerms", "LotDistribution", "LotsGroup")[:_GROUPS_LIMIT]
        for own in [text(group, "LotsGroupID").strip()]
    )


def _departments(projects: list[object]) -> tuple[str, ...]:
    """BT-5071: the departments where the work is done."""
    return departments_in(texts(projects, "RealizedLocation", "Address", "CountrySubentityCode"))


def _cpv(projects: list[object]) -> tuple[str, ...]:
    """BT-262 and BT-263 of several projects: every main code before any additional one of the same project."""
    return cpv_list(
        code
        for project in projects
        for name in ("MainCommodityClassification", "AdditionalCommodityClassification")
        for code in texts(project, name, "ItemClassificationCode")
    )


def _lots(blocks: list[object], published_on: date | None) -> list[ReadLot]:
    lots = []
    for place, block in enumerate(blocks, start=1):
        project = branch(block, "ProcurementProject")
        own = one_line(text(project, "ID"), 20)
        technical = re.fullmatch(r"LOT-0*(\d{1,6})", text(block, "ID").strip(), re.ASCII)
        cpv = _cpv([project])
        lots.append(
            ReadLot(
                number=own
                if re.fullmatch(r"[0-9]{1,3}[A-Za-z]?", own)
                else (technical[1] if technical else str(place)),
                title=text(project, "Name"),
                description=text(project, "Description"),
                cpv_main=cpv[0] if cpv else "",
                cpv_codes=cpv,
                reservation=reservation_of([block]),
                submission_deadline=read_deadline(_offers([block]), published_on=published_on),
                applications_deadline=read_deadline(_applications([block]), published_on=published_on),
                questions_deadline=optional_deadline(_questions([block]), published_on=published_on),
                amounts=_amounts(project),
            )
        )
    if len({lot.number for lot in lots}) < len(lots):
        # Buyers' own numbers that repeat tell nothing: the place does.
        lots = [replace(lot, number=str(place)) for place, lot in enumerate(lots, start=1)]
    return lots


def _offers(lots: list[object]) -> list[str]:
    """BT-131."""
    return _moments(reach(lots, "TenderingProcess", "TenderSubmissionDeadlinePeriod"))


def _applications(lots: list[object]) -> list[str]:
    """BT-1311; where a notice only asks who is interested, BT-630: both come before any offer."""
    asked = _moments(reach(lots, "TenderingProcess", "ParticipationRequestReceptionPeriod"))
    return asked or _moments(reach(lots, "TenderingProcess", *EXTENSION, "InterestExpressionReceptionPeriod"))


def _questions(lots: list[object]) -> list[str]:
    """BT-13."""
    return _moments(reach(lots, "TenderingProcess", "AdditionalInformationRequestPeriod"))


def _moments(periods: list[object]) -> list[str]:
    """Day and hour, which eForms writes apart and each with an offset, put together again as the source has them."""
    said = []
    for period in periods:
        day, hour = text(period, "EndDate").strip(), text(period, "EndTime").strip()
        bare = re.sub(r"(?:Z|[+-]\d{2}:\d{2})$", "", day)
        zone = "" if re.search(r"Z$|[+-]\d{2}:?\d{2}$", hour) else day[len(bare) :]
        if day:
            said.append(f"{bare} {hour}{zone}" if hour else day)
    return said


def _add_deadlines(inner: Inner, lots: list[object]) -> None:
    """The dates' texts as said; of lots with different hours, the earliest stands first."""
    inner.submission, inner.applications, inner.questions = (
        _offers(lots),
        _applications(lots),
        _questions(lots),
    )
    _earliest_first(inner.submission, [lot.submission_deadline for lot in inner.lots])
    _earliest_first(inner.applications, [lot.applications_deadline for lot in inner.lots])
    _earliest_first(inner.questions, [lot.questions_deadline for lot in inner.lots])


def _earliest_first(said: list[str], read: list[ReadDeadline | None]) -> None:
    """Put the text of the earliest of the lots' deadlines at the head of `said`."""
    first = earliest(deadline for deadline in read if deadline)
    if first:
        said.sort(key=lambda raw: one_line(raw, 120) != first.raw)


def _amounts(project: object) -> Amounts:
    """BT-27 (estimated value) and BT-271 (most that a framework may reach)."""
    total = reach(project, "RequestedTenderTotal")
    estimated = reach(total, "EstimatedOverallContractAmount")
    maximum = reach(total, *EXTENSION, "FrameworkMaximumAmount")
    currency = next((attribute(one, "currencyID") for one in [*estimated, *maximum]), "")
    return Amounts(
        estimated=amount_of(text(estimated)),
        maximum=amount_of(text(maximum)),
        currency=currency_of(currency),
    )
