"""DSP: the national form of concessions and public service delegations."""

from procurement.notices.boamp.fnsimple import about_groups, body_of, linked_to, reservation_of
from procurement.notices.boamp.shape import simple_amounts, simple_cpv, simple_lots
from procurement.notices.parsed import Reservation
from procurement.notices.reading.inner import Inner
from procurement.notices.reading.nodes import branch, choices, first_text, reach, text, texts, words
from procurement.notices.reading.values import postcode_of, reserved_in_prose, reserved_to, town_of


def read(root: object) -> Inner:
    """The DSP form below `root`."""
    body, kind = body_of(root)
    organism = branch(root, "organisme")
    about, admin = branch(body, "descriptionMarche", "description"), branch(body, "renseignementsAdm")
    title = text(about, "titreMarche")
    subject = first_text(about, ("objetMarche",), ("objet",), ("description",))
    return Inner(
        shape="DSP",
        kind=kind,
        title=title or subject,
        title_is_prose=not title,
        description=subject,
        reference=text(about, "numeroReference"),
        linked=linked_to(body),
        correction="\n".join(map(words, reach(body, "infosRectif"))),
        buyer_name=first_text(organism, ("nomOfficiel",), ("acheteurPublic",)),
        buyer_ids=texts(organism, "codeIdentificationNational"),
        buyer_city=town_of(first_text(organism, ("ville",), ("adr", "ville"))),
        buyer_postcode=postcode_of(first_text(organism, ("cp",), ("adr", "cp"))),
        cpv=simple_cpv([*reach(about, "CPV"), *reach(about, "codeCPV")]),
        lots=simple_lots([*reach(about, "lot"), *reach(body, "lots", "lot")]),
        market_types=choices(about, "typeMarche"),
        reservation=_reservation(reach(body, "situation", "marcheReserve")) or reserved_in_prose(subject),
        group_form_text=about_groups(words(branch(body, "situation"))),
        submission=texts(admin, "receptionInteret") or texts(admin, "receptionOffres"),
        amounts=simple_amounts(next(iter(reach(about, "valeurEstimee")), None)),
        buyer_profile_url=first_text(organism, ("urlProfilAcheteur",), ("urlProfilAch",)),
        documents_url=first_text(admin, ("urlDocConsul",), ("urlDocument",)),
    )


def _reservation(answers: list[object]) -> Reservation | None:
    """A yes-or-no block, or words that say to whom; None where there is nothing to read."""
    answer = reservation_of(answers)
    if answer is not Reservation.UNKNOWN:
        return answer
    wording = words(answers).strip()
    return reserved_to(wording) if wording else None
