"""FNSimple: the national form of contracts under European thresholds."""

import re

from procurement.notices.boamp.shape import simple_amounts, simple_cpv, simple_lots
from procurement.notices.parsed import NoticeKind, Reservation
from procurement.notices.reading.inner import Inner
from procurement.notices.reading.nodes import branch, choices, first_text, reach, text, texts, words
from procurement.notices.reading.values import postcode_of, reserved_to, town_of

_KINDS = {
    "initial": NoticeKind.CONTRACT_NOTICE,
    "rectificatif": NoticeKind.CORRECTION,
    "annulation": NoticeKind.CANCELLATION,
    "attribution": NoticeKind.AWARD,
}
_ABOUT_GROUPS = re.compile(r"(?i)groupement|cotraitan|co-traitan|solidaire")


def body_of(root: object) -> tuple[object, NoticeKind | None]:
    """The part of a national form that says what the notice is about, and the kind its name tells.

    The forms FNSimple, MAPA and DSP all have one of `initial`, `rectificatif`, `annulation`, `attribution`.
    """
    for name, kind in _KINDS.items():
        found = branch(root, name)
        if found:
            return found, kind
    return {}, None


def linked_to(body: object) -> list[str]:
    """Identifiers of the earlier notice that a correction, a cancellation or an award names."""
    return [*texts(body, "avisInitial", "idWeb"), *texts(body, "avisInitial", "idweb")]


def about_groups(*wordings: str) -> str:
    """The sentences among `wordings` that speak of groups of firms."""
    sentences = [one for wording in wordings for one in re.split(r"(?<=[.;])\s+|\n", wording[:40_000])]
    return " ".join(one.strip() for one in sentences if _ABOUT_GROUPS.search(one))


def read(root: object) -> Inner:
    """The FNSimple form below `root`."""
    body, kind = body_of(root)
    organism = branch(root, "organisme")
    contract = branch(body, "natureMarche", "description")
    procedure, communication = branch(body, "procedure"), branch(body, "communication")
    return Inner(
        shape="FNSimple",
        kind=kind,
        title=text(contract, "intitule"),
        description=text(contract, "description"),
        reference=text(communication, "identifiantInterne"),
        linked=linked_to(body),
        correction=words(branch(body, "infosRectif")) if kind is not NoticeKind.CONTRACT_NOTICE else "",
        buyer_name=first_text(organism, ("nomOfficiel",), ("acheteurPublic",)),
        buyer_ids=texts(organism, "codeIdentificationNational"),
        buyer_city=town_of(first_text(organism, ("ville",), ("adr", "ville"))),
        buyer_postcode=postcode_of(first_text(organism, ("cp",), ("adr", "cp"))),
        cpv=simple_cpv(reach(contract, "codeCPV")),
        lots=simple_lots(reach(body, "lots", "lot")),
        procedure=next((name for name in choices(procedure) if name.startswith("procedureAdaptee")), ""),
        is_framework="accordCadre" in choices(procedure, "techAchat") or None,
        market_types=choices(contract, "natureMarche"),
        reservation=reservation_of(reach(contract, "reservationMarche")),
        group_form_text=about_groups(text(procedure, "capaciteExercice"), text(procedure, "capaciteTech")),
        criteria_text=text(procedure, "criteresAttrib"),
        submission=texts(procedure, "dateReceptionOffres"),
        applications=texts(procedure, "dateReceptionCandidatures"),
        amounts=simple_amounts(next(iter(reach(contract, "valeurEstimee")), None)),
        buyer_profile_url=text(communication, "urlProfilAch"),
        documents_url=text(communication, "urlDocConsul"),
    )


def reservation_of(answers: list[object]) -> Reservation:
    """What a yes-or-no block on reservation says: {"non": ""}, or {"oui": …} with or without words on to whom."""
    said = choices(answers)
    if "oui" in said:
        return reserved_to(words(answers))
    return Reservation.NONE if "non" in said else Reservation.UNKNOWN
