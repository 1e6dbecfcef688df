"""The form of before 2024: IDENTITE, OBJET, PROCEDURE, CONDITION_… in capitals at the root."""

from decimal import Decimal

from procurement.notices.parsed import Amounts, NoticeKind, ReadLot, Reservation
from procurement.notices.reading.inner import Inner
from procurement.notices.reading.nodes import branch, choices, first_text, reach, text, texts, words
from procurement.notices.reading.text import one_line
from procurement.notices.reading.values import (
    amount_of,
    cpv_list,
    currency_of,
    postcode_of,
    reserved_in_prose,
    reserved_to,
    town_of,
)

ROOTS = ("IDENTITE", "OBJET", "CONDITION_DELAI", "RECTIF", "ANNULATION", "ATTRIBUTION")


def read(root: object) -> Inner:
    """The older form at `root`."""
    identity, subject = branch(root, "IDENTITE"), branch(root, "OBJET")
    delays, market = branch(root, "CONDITION_DELAI"), branch(root, "CONDITION_RELATIVE_MARCHE")
    title = text(subject, "TITRE_MARCHE")
    full = text(subject, "OBJET_COMPLET")
    details = "\n\n".join(dict.fromkeys(filter(None, (full, text(root, "CARACTERISTIQUES", "PRINCIPALES")))))
    return Inner(
        shape="legacy",
        kind=_kind(root),
        title=title or full,
        title_is_prose=not title,
        description=details,
        reference=text(root, "CONDITION_ADMINISTRATIVE", "REFERENCE_MARCHE"),
        linked=[
            *texts(root, "RECTIF", "ANNONCE_ANTERIEUR", "REFERENCE", "IDWEB"),
            *texts(root, "ANNULATION", "ANNUL_INFO_ANNONCE_ANTERIEUR", "REFERENCE", "IDWEB"),
        ],
        correction="\n".join(
            [words(one) for one in reach(root, "RECTIF", "MODIFICATION")]
            + texts(root, "RECTIF", "INFO_COMPLEMENTAIRE")
            + texts(root, "ANNULATION", "MOTIF")
        ),
        buyer_name=text(identity, "DENOMINATION"),
        buyer_ids=[*texts(identity, "CODE_IDENT_NATIONAL"), *texts(identity, "TYPE_IDENT_NATIONAL", "SIRET")],
        buyer_city=town_of(text(identity, "VILLE")),
        buyer_postcode=postcode_of(text(identity, "CP")),
        cpv=_cpv(subject),
        lots=_lots([*reach(subject, "LOTS", "LOT"), *reach(root, "LOTS", "LOT")]),
        procedure=next(iter(choices(root, "PROCEDURE", "TYPE_PROCEDURE")), ""),
        market_types=choices(subject, "TYPE_MARCHE"),
        reservation=_reservation(root, full),
        group_form_text=text(market, "FORME_JURIDIQUE"),
        submission=texts(delays, "RECEPT_OFFRES"),
        applications=texts(delays, "RECEPT_CANDIDAT"),
        amounts=_amounts([*reach(root, "CARACTERISTIQUES"), *reach(subject, "CARACTERISTIQUES")]),
        buyer_profile_url=text(identity, "URL_PROFIL_ACHETEUR"),
        documents_url=first_text(identity, ("URL_DOCUMENT",)),
        deposit_url=first_text(identity, ("URL_PARTICIPATION",)),
    )


def _kind(root: object) -> NoticeKind | None:
    for name, kind in (
        ("RECTIF", NoticeKind.CORRECTION),
        ("ANNULATION", NoticeKind.CANCELLATION),
        ("ATTRIBUTION", NoticeKind.AWARD),
    ):
        if reach(root, name):
            return kind
    return None


def _cpv(node: object) -> tuple[str, ...]:
    return cpv_list([*texts(node, "CPV", "PRINCIPAL"), *texts(node, "CPV", "SUPPLEMENTAIRE")])


def _lots(blocks: list[object]) -> list[ReadLot]:
    lots = []
    for place, block in enumerate(blocks, start=1):
        title = first_text(block, ("INTITULE",), ("DESCRIPTION",))
        if not title:
            continue
        cpv = _cpv(block)
        lots.append(
            ReadLot(
                number=one_line(first_text(block, ("NUM",), ("NUM_LOT",)), 20) or str(place),
                title=title,
                description=text(block, "DESCRIPTION"),
                cpv_main=cpv[0] if cpv else "",
                cpv_codes=cpv,
                amounts=_amounts([block]),
            )
        )
    return lots


def _reservation(root: object, prose: str) -> Reservation:
    for place in ("CONDITION_PARTICIPATION", "OBJET"):
        if answers := reach(root, place, "MARCHE_RESERVE_OUI"):
            return reserved_to(words(answers))
        if reach(root, place, "MARCHE_RESERVE_NON"):
            return Reservation.NONE
    return reserved_in_prose(prose)


def _amounts(blocks: list[object]) -> Amounts:
    """A block's own value or range; an element's name tells which, in the several spellings of the schema."""
    said: dict[str, Decimal] = {}
    currency = ""
    for value in reach(blocks, "VALEUR"):
        amount = amount_of(text(value))
        if amount is not None:
            said.setdefault("estimated", amount)
        currency = currency or text(value, "@DEVISE") or text(value, "@devise")
    for name, ends in (
        ("minimum", ("VALEUR_MIN", "VALEUR_BASSE")),
        ("maximum", ("VALEUR_MAX", "VALEUR_HAUTE")),
    ):
        for end in ends:
            amount = amount_of(text(blocks, end)) or amount_of(text(blocks, "VALEUR_FOURCHETTE", end))
            if amount is not None:
                said.setdefault(name, amount)
    return Amounts(
        estimated=said.get("estimated"),
        minimum=said.get("minimum"),
        maximum=said.get("maximum"),
        currency=currency_of(currency),
    )
