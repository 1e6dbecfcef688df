"""eForms as BOAMP carries it: the European notice, element by element, in objects.

Business terms (BT-…) are those of the eForms regulation. Names are matched without their prefix, since each
publisher has namespaces of its own.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

from procurement.notices.boamp.shape import Inner
from procurement.notices.parsed import LOTS_LIMIT, Amounts, NoticeKind, ReadDeadline, ReadLot, Reservation
from procurement.notices.reading.deadlines import earliest, read_deadline
from procurement.notices.reading.nodes import attribute, branch, first_text, raw_text, reach, text, texts
from procurement.notices.reading.text import folded, one_line
from procurement.notices.reading.values import (
    amount_of,
    cpv_list,
    currency_of,
    postcode_of,
    reserved_to,
    town_of,
)

ROOTS = (
    "ContractNotice",
    "ContractAwardNotice",
    "PriorInformationNotice",
    "BusinessRegistrationInformationNotice",
)
_KINDS = {
    "ContractNotice": NoticeKind.CONTRACT_NOTICE,
    "ContractAwardNotice": NoticeKind.AWARD,
    "PriorInformationNotice": NoticeKind.PRIOR_INFORMATION,
}
_EXTENSION = ("UBLExtensions", "UBLExtension", "ExtensionContent", "EformsExtension")
_SENDER_ROLES = {"ted-esen", "serv-prov"}
_RESERVATIONS = {
    "none": Reservation.NONE,
    "res-ws": Reservation.EA_ESAT_SIAE,
    "res-pub-ser": Reservation.PUBLIC_SERVICE,
}
_SOCIAL_CRITERION = re.compile(r"(?i)insertion|\bsocia(?:l|le|les|ux)\b")


@dataclass(frozen=True, slots=True)
class _Company:
    """An organisation of the notice: buyer, sender, court."""

    name: str
    numbers: list[str]
    town: str
    postcode: str
    website: str


def notice_of(container: object) -> tuple[object, str]:
    """The European notice below `container` and the name of its form; an empty object where there is none."""
    for name in ROOTS:
        found = branch(container, name)
        if found:
            return found, name
    return {}, ""


def read(container: object, *, buyer_hint: str, published_on: date | None) -> Inner:
    """The European notice below `container`.

    `buyer_hint` is the buyer's name in the record's flat fields: it settles who the buyer is where the notice
    points to the service that sent it. Raises AbsurdDateError for a lot's deadline in a year that can't be.
    """
    root, form = notice_of(container)
    extension = reach(root, *_EXTENSION)
    project = branch(root, "ProcurementProject")
    lots = _lot_blocks(root)
    inner = Inner(
        shape="EFORMS",
        kind=NoticeKind.CORRECTION
        if reach(extension, "Changes", "ChangedNoticeIdentifier")
        else _KINDS.get(form),
        title=text(project, "Name"),
        description=text(project, "Description"),
        folder_id=text(root, "ContractFolderID"),
        reference=text(project, "ID"),
        linked=texts(extension, "Changes", "ChangedNoticeIdentifier"),
        correction="\n".join(texts(extension, "Changes", "Change", "ChangeDescription")),
        cpv=_cpv([project, *reach(lots, "ProcurementProject")]),
        lots=_lots(lots[:LOTS_LIMIT], published_on),
        procedure=text(root, "TenderingProcess", "ProcedureCode"),
        market_types=texts(project, "ProcurementTypeCode"),
        amounts=_amounts(project),
        buyer_profile_url=text(root, "ContractingParty", "BuyerProfileURI"),
        documents_url=first_text(
            lots,
            ("TenderingTerms", "CallForTendersDocumentReference", "Attachment", "ExternalReference", "URI"),
        ),
        deposit_url=text(lots, "TenderingTerms", "TenderRecipientParty", "EndpointID"),
    )
    _add_buyer(inner, root, extension, buyer_hint)
    _add_terms(inner, lots)
    _add_deadlines(inner, lots)
    return inner


def _lot_blocks(root: object) -> list[object]:
    """The lots proper: neither the parts of a planned procedure nor the groups of lots, which stand beside them."""
    return [
        block
        for block in reach(root, "ProcurementProjectLot")
        if not text(block, "ID").upper().startswith(("GLO-", "PAR-"))
        and all(attribute(one, "schemeName").lower() in {"", "lot"} for one in reach(block, "ID"))
    ]


def _cpv(projects: list[object]) -> tuple[str, ...]:
    """BT-262 and BT-263 of several projects: every main code before any additional one of the same project."""
    return cpv_list(
        code
        for project in projects
        for name in ("MainCommodityClassification", "AdditionalCommodityClassification")
        for code in texts(project, name, "ItemClassificationCode")
    )


def _add_buyer(inner: Inner, root: object, extension: list[object], hint: str) -> None:
    """OPT-300: the buyer is the organisation that the contracting party points to, never simply the first one."""
    companies: dict[str, _Company] = {}
    for block in reach(extension, "Organizations", "Organization", "Company"):
        companies.setdefault(
            text(block, "PartyIdentification", "ID").strip(),
            _Company(
                name=text(block, "PartyName", "Name"),
                numbers=texts(block, "PartyLegalEntity", "CompanyID"),
                town=town_of(text(block, "PostalAddress", "CityName")),
                postcode=postcode_of(text(block, "PostalAddress", "PostalZone")),
                website=text(block, "WebsiteURI"),
            ),
        )
    senders = {
        one.strip()
        for provider in reach(root, "ContractingParty", "Party", "ServiceProviderParty")
        if {code.strip() for code in texts(provider, "ServiceTypeCode")} & _SENDER_ROLES
        for one in texts(provider, "Party", "PartyIdentification", "ID")
    }
    parties = reach(root, "ContractingParty")
    leads = [party for party in parties if _leads(party)]
    pointed = [
        one.strip()
        for party in [*leads, *parties]
        for one in texts(party, "Party", "PartyIdentification", "ID")
    ]
    wanted = folded(one_line(hint, 300))
    named = [company for company in companies.values() if wanted and folded(company.name) == wanted]
    trusted = [companies[one] for one in pointed if one in companies and one not in senders]
    doubtful = [companies[one] for one in pointed if one in companies and companies[one] in named]
    for company in [*trusted, *doubtful, *named]:
        inner.buyer_name = company.name
        inner.buyer_ids = company.numbers
        inner.buyer_city, inner.buyer_postcode = company.town, company.postcode
        inner.buyer_profile_url = inner.buyer_profile_url or company.website
        return


def _leads(party: object) -> bool:
    """OPP-051: whether this contracting party leads a joint procurement."""
    marks = texts(party, *_EXTENSION, "GroupLeadIndicator") + texts(party, "GroupLeadIndicator")
    return "true" in {mark.strip().lower() for mark in marks}


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
                reservation=_reservation([block]),
                submission_deadline=_deadline(block, "TenderSubmissionDeadlinePeriod", published_on),
                applications_deadline=_deadline(block, "ParticipationRequestReceptionPeriod", published_on),
                amounts=_amounts(project),
            )
        )
    if len({lot.number for lot in lots}) < len(lots):
        # Buyers' own numbers that repeat tell nothing: the place does.
        lots = [replace(lot, number=str(place)) for place, lot in enumerate(lots, start=1)]
    return lots


def _deadline(lot: object, period: str, published_on: date | None) -> ReadDeadline | None:
    return read_deadline(_moments([lot], period), published_on=published_on)


def _moments(lots: list[object], period: str) -> list[str]:
    """Day and hour, which eForms writes apart and each with an offset, put together again as the source has them."""
    said = []
    for block in reach(lots, "TenderingProcess", period):
        day, hour = text(block, "EndDate").strip(), text(block, "EndTime").strip()
        bare = re.sub(r"(?:Z|[+-]\d{2}:\d{2})$", "", day)
        zone = "" if re.search(r"Z$|[+-]\d{2}:?\d{2}$", hour) else day[len(bare) :]
        if day:
            said.append(f"{bare} {hour}{zone}" if hour else day)
    return said


def _add_deadlines(inner: Inner, lots: list[object]) -> None:
    """BT-131, BT-1311 and BT-13: the texts as said; of lots with different hours, the earliest stands first."""
    inner.submission = _moments(lots, "TenderSubmissionDeadlinePeriod")
    inner.applications = _moments(lots, "ParticipationRequestReceptionPeriod")
    inner.questions = _moments(lots, "AdditionalInformationRequestPeriod")
    _earliest_first(inner.submission, [lot.submission_deadline for lot in inner.lots])
    _earliest_first(inner.applications, [lot.applications_deadline for lot in inner.lots])


def _earliest_first(said: list[str], read: list[ReadDeadline | None]) -> None:
    """Put the text of the earliest of the lots' deadlines at the head of `said`."""
    first = earliest(deadline for deadline in read if deadline)
    if first:
        said.sort(key=lambda raw: one_line(raw, 120) != first.raw)


def _add_terms(inner: Inner, lots: list[object]) -> None:
    """BT-765, BT-71, BT-736, BT-06, BT-775, BT-76 and BT-761: what the lots ask of who answers."""
    techniques = ("TenderingProcess", "ContractingSystem", "ContractingSystemTypeCode")
    inner.is_framework = any(
        code.startswith("fa-") for code in _listed(lots, techniques, "framework-agreement")
    )
    reservations = [_reservation([lot]) for lot in lots]
    reserved = [one for one in reservations if one.reserved]
    if reserved:
        inner.reservation = reserved[0]
        if reserved[0] is Reservation.EA_ESAT_SIAE:
            wording = reserved_to(f"{inner.title} {inner.description}")
            inner.reservation = wording if wording in {Reservation.SIAE, Reservation.EA_ESAT} else reserved[0]
    elif Reservation.NONE in reservations:
        inner.reservation = Reservation.NONE
    execution = _codes(
        lots, ("ContractExecutionRequirement", "ExecutionRequirementCode"), "reserved-execution"
    )
    if "yes" in execution:
        inner.reserved_execution = True
    elif execution:
        inner.reserved_execution = False
    kinds = ("ProcurementProject", "ProcurementAdditionalType", "ProcurementTypeCode")
    objectives = [code for code in _listed(lots, kinds, "social-objective") if code != "none"]
    inner.social_objectives = list(dict.fromkeys(one_line(code, 40) for code in objectives))
    if objectives or "soc-obj" in _listed(lots, kinds, "strategic-procurement"):
        inner.social.append("objective")
    criteria = reach(
        lots, "TenderingTerms", "AwardingTerms", "AwardingCriterion", "SubordinateAwardingCriterion"
    )
    if any(
        _SOCIAL_CRITERION.search(one) for one in [*texts(criteria, "Name"), *texts(criteria, "Description")]
    ):
        inner.social.append("award_criterion")
    inner.group_form_text = text(lots, "TenderingTerms", "TendererQualificationRequest", "CompanyLegalForm")


def _reservation(lots: list[object]) -> Reservation:
    codes = _codes(
        lots,
        ("TendererQualificationRequest", "SpecificTendererRequirement", "TendererRequirementTypeCode"),
        "reserved-procurement",
    )
    found = [_RESERVATIONS.get(code, Reservation.OTHER) for code in codes]
    return next((one for one in found if one.reserved), found[0] if found else Reservation.UNKNOWN)


def _codes(lots: list[object], path: tuple[str, ...], code_list: str) -> list[str]:
    return _listed(lots, ("TenderingTerms", *path), code_list)


def _listed(nodes: list[object], path: tuple[str, ...], code_list: str) -> list[str]:
    """The codes at the end of `path` that belong to `code_list`."""
    return [
        raw_text(one).strip()
        for one in reach(nodes, *path)
        if attribute(one, "listName") == code_list and raw_text(one)
    ]


def _amounts(project: object) -> Amounts:
    """BT-27 (estimated value) and BT-271 (most that a framework may reach)."""
    total = reach(project, "RequestedTenderTotal")
    estimated = reach(total, "EstimatedOverallContractAmount")
    maximum = reach(total, *_EXTENSION, "FrameworkMaximumAmount")
    currency = next((attribute(one, "currencyID") for one in [*estimated, *maximum]), "")
    return Amounts(
        estimated=amount_of(text(estimated)),
        maximum=amount_of(text(maximum)),
        currency=currency_of(currency),
    )
