"""What a European notice asks of who answers: reservations, social aims, the group's form, where to send."""

import re

from procurement.notices.parsed import Reservation
from procurement.notices.reading.inner import Inner
from procurement.notices.reading.nodes import attribute, raw_text, reach, text, texts
from procurement.notices.reading.text import one_line, web_address
from procurement.notices.reading.values import reserved_to

_RESERVATIONS = {
    "none": Reservation.NONE,
    "res-ws": Reservation.EA_ESAT_SIAE,
    "res-pub-ser": Reservation.PUBLIC_SERVICE,
}
_SOCIAL_CRITERION = re.compile(r"(?i)insertion|\bsocia(?:l|le|les|ux)\b")


def add_terms(inner: Inner, lots: list[object]) -> None:
    """BT-765, BT-71, BT-736, BT-06, BT-775, BT-76, BT-761, BT-15 and BT-18 of `lots`, said in `inner`."""
    techniques = ("TenderingProcess", "ContractingSystem", "ContractingSystemTypeCode")
    inner.is_framework = any(
        code.startswith("fa-") for code in _listed(lots, techniques, "framework-agreement")
    )
    _add_reservation(inner, lots)
    _add_social(inner, lots)
    asked = reach(lots, "TenderingTerms", "TendererQualificationRequest")
    inner.group_form_text = text(asked, "CompanyLegalForm")
    inner.group_form_asked = "true" in {code.strip() for code in texts(asked, "CompanyLegalFormCode")}
    inner.documents_url = _documents(lots)
    inner.deposit_url = _first_address(texts(lots, "TenderingTerms", "TenderRecipientParty", "EndpointID"))


def reservation_of(lots: list[object]) -> Reservation:
    """BT-71 of `lots`: the first reservation named, NONE where all say none, UNKNOWN where none says anything."""
    codes = _asked(
        lots,
        ("TendererQualificationRequest", "SpecificTendererRequirement", "TendererRequirementTypeCode"),
        "reserved-procurement",
    )
    found = [_RESERVATIONS.get(code, Reservation.OTHER) for code in codes]
    return next((one for one in found if one.reserved), found[0] if found else Reservation.UNKNOWN)


def _add_reservation(inner: Inner, lots: list[object]) -> None:
    reservations = [reservation_of([lot]) for lot in lots]
    reserved = [one for one in reservations if one.reserved]
    if reserved:
        inner.reservation = reserved[0]
        if reserved[0] is Reservation.EA_ESAT_SIAE:
            wording = reserved_to(f"{inner.title} {inner.description}")
            inner.reservation = wording if wording in {Reservation.SIAE, Reservation.EA_ESAT} else reserved[0]
    elif Reservation.NONE in reservations:
        inner.reservation = Reservation.NONE
    execution = _asked(
        lots, ("ContractExecutionRequirement", "ExecutionRequirementCode"), "reserved-execution"
    )
    if "yes" in execution:
        inner.reserved_execution = True
    elif "no" in execution:
        inner.reserved_execution = False


def _add_social(inner: Inner, lots: list[object]) -> None:
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


def _documents(lots: list[object]) -> str:
    """BT-15, where the documents are; else BT-615, where access to restricted ones is asked for."""
    references = reach(lots, "TenderingTerms", "CallForTendersDocumentReference")
    references.sort(key=lambda one: text(one, "DocumentType").strip() == "restricted-document")
    return _first_address(texts(references, "Attachment", "ExternalReference", "URI"))


def _first_address(said: list[str]) -> str:
    """The first of `said` that can stand in a link, else the first, as it came."""
    return next((one for one in said if web_address(one)), said[0] if said else "")


def _asked(lots: list[object], path: tuple[str, ...], code_list: str) -> list[str]:
    return _listed(lots, ("TenderingTerms", *path), code_list)


def _listed(nodes: list[object], path: tuple[str, ...], code_list: str) -> list[str]:
    """The codes at the end of `path` that belong to `code_list`."""
    return [
        raw_text(one).strip()
        for one in reach(nodes, *path)
        if attribute(one, "listName") == code_list and raw_text(one)
    ]
