"""MAPA: the free national form of adapted procedures. No CPV as a rule, lots and reservation in running text."""

from procurement.notices.boamp.fnsimple import body_of, linked_to
from procurement.notices.boamp.shape import simple_amounts, simple_cpv, simple_lots
from procurement.notices.reading.inner import Inner
from procurement.notices.reading.nodes import branch, choices, first_text, reach, text, texts, words
from procurement.notices.reading.values import postcode_of, reserved_in_prose, town_of


def read(root: object) -> Inner:
    """The MAPA form below `root`."""
    body, kind = body_of(root)
    organism, about = branch(root, "organisme"), branch(body, "description")
    features, conditions, delays = (
        branch(body, "caracteristiques"),
        branch(body, "conditions"),
        branch(body, "delais"),
    )
    title = text(about, "titreMarche")
    subject = text(about, "objet")
    quantities = first_text(features, ("principales",), ("quantites",))
    details = "\n\n".join(dict.fromkeys(filter(None, (subject, quantities))))
    return Inner(
        shape="MAPA",
        kind=kind,
        title=title or subject,
        title_is_prose=not title,
        description=details,
        reference=text(body, "renseignements", "idMarche"),
        linked=linked_to(body),
        correction=_said_anew(body),
        buyer_name=first_text(organism, ("acheteurPublic",), ("nomOfficiel",)),
        buyer_ids=texts(organism, "codeIdentificationNational"),
        buyer_city=town_of(first_text(organism, ("adr", "ville"), ("ville",))),
        buyer_postcode=postcode_of(first_text(organism, ("adr", "cp"), ("cp",))),
        cpv=simple_cpv([*reach(about, "CPV"), *reach(about, "codeCPV")]),
        lots=simple_lots(reach(body, "lots", "lot")),
        procedure=next(
            (name for name in choices(body, "procedure") if name.startswith("procedureAdaptee")), ""
        ),
        market_types=choices(body, "natureMarche"),
        reservation=reserved_in_prose(
            "\n".join((title, details, text(body, "renseignements", "rensgComplt"), words(conditions)))
        ),
        group_form_text=text(conditions, "formeJuridique"),
        criteria_text=text(body, "renseignements", "rensgComplt"),
        submission=texts(delays, "receptionOffres"),
        applications=texts(delays, "receptionCandidatures"),
        amounts=simple_amounts(next(iter(reach(features, "valeur")), None)),
        buyer_profile_url=text(organism, "urlProfilAcheteur"),
        documents_url=first_text(
            body, ("adressesComplt", "document", "url"), ("renseignements", "urlDocument")
        ),
    )


def _said_anew(body: object) -> str:
    """What a correction adds or replaces: buyers often give the new date here and nowhere else."""
    blocks = reach(body, "infosRectif")
    return "\n".join(
        piece for block in blocks for name in choices(block) for piece in texts(block, name)
    ) or "\n".join(map(words, blocks))
