"""What the structures offer, hold and are linked with, as the network counts it: 6 CEDRE, 3 CAP, 2 standing groups."""

from collections.abc import Mapping
from datetime import date, timedelta

from procurement.core.policy import Actor
from procurement.demo.structures import Structure, demo_name
from procurement.members.labels import add_label
from procurement.members.links import link
from procurement.members.models import LinkNature, Mark, Member, MemberKind, ServiceLine
from procurement.members.operations import Offer

_SERVICES: Mapping[MemberKind, tuple[ServiceLine, ...]] = {
    MemberKind.AI: (ServiceLine.STAFFING,),
    MemberKind.ETTI: (ServiceLine.TEMP_WORK,),
    MemberKind.ACI: (ServiceLine.WORKSITE,),
    MemberKind.EI: (ServiceLine.WORKSITE,),
    MemberKind.PROXIM: (ServiceLine.PROXIM_SERVICES,),
    MemberKind.GES: (ServiceLine.STAFFING, ServiceLine.TEMP_WORK, ServiceLine.WORKSITE),
    MemberKind.TRAINING_BODY: (ServiceLine.TRAINING,),
    MemberKind.EBE: (ServiceLine.WORKSITE,),
}
_ALSO: Mapping[tuple[MemberKind, str], tuple[ServiceLine, ...]] = {
    (MemberKind.AI, "Caen"): (ServiceLine.VITA_AIR,),
    (MemberKind.AI, "Rouen"): (ServiceLine.PARCOURS_GARDIEN,),
    (MemberKind.AI, "Cherbourg-en-Cotentin"): (ServiceLine.COODIAG,),
    (MemberKind.AI, "Alençon"): (ServiceLine.COODIAG,),
}
_TRADES = {
    "9091": ("ménage", "nettoyage", "entretien de locaux", "entretien des locaux", "écoles"),
    "7731": ("espaces verts", "jardinage", "tonte"),
    "5551": ("restauration", "cantine", "cuisine"),
    "7962": ("mise à disposition", "remplacement", "intérim"),
    "631": ("logistique", "manutention"),
    "641": ("courrier",),
    "45": ("bâtiment", "petits travaux"),
    "9831": ("blanchisserie", "lingerie", "repassage"),
    "905": ("réemploi", "recyclerie", "collecte"),
    "98392": ("déménagement",),
    "853": ("services à la personne", "aide "),
    "805": ("remise à niveau",),
}
_HOURS = {MemberKind.AI: 210, MemberKind.ETTI: 700, MemberKind.ACI: 140, MemberKind.EI: 280}
_LABELS: tuple[tuple[Mark, MemberKind, str, int | None], ...] = (
    (Mark.CEDRE, MemberKind.AI, "Caen", 500),
    (Mark.CEDRE, MemberKind.AI, "Rouen", 300),
    (Mark.CEDRE, MemberKind.AI, "Flers", 120),
    (Mark.CEDRE, MemberKind.AI, "Saint-Lô", 700),
    (Mark.CEDRE, MemberKind.ETTI, "Caen", 500),
    (Mark.CEDRE, MemberKind.EI, "Hérouville-Saint-Clair", 40),
    (Mark.CAP, MemberKind.AI, "Bayeux", None),
    (Mark.CAP, MemberKind.AI, "Avranches", None),
    (Mark.CAP, MemberKind.ACI, "Argentan", None),
    (Mark.QUALIOPI, MemberKind.TRAINING_BODY, "Caen", 400),
)
_LINKS: tuple[tuple[LinkNature, tuple[MemberKind, str], tuple[MemberKind, str]], ...] = (
    (LinkNature.SISTER, (MemberKind.AI, "Caen"), (MemberKind.ETTI, "Caen")),
    (LinkNature.SAME_DIRECTOR, (MemberKind.AI, "Saint-Lô"), (MemberKind.ETTI, "Saint-Lô")),
    (LinkNature.STANDING_GROUP, (MemberKind.GES, "Vire Normandie"), (MemberKind.AI, "Vire Normandie")),
    (LinkNature.STANDING_GROUP, (MemberKind.GES, "Vire Normandie"), (MemberKind.ETTI, "Saint-Lô")),
    (LinkNature.STANDING_GROUP, (MemberKind.GES, "Yvetot"), (MemberKind.AI, "Yvetot")),
    (LinkNature.STANDING_GROUP, (MemberKind.GES, "Yvetot"), (MemberKind.AI, "Fécamp")),
)


def offer_of(structure: Structure) -> Offer:
    """What a structure offers: by its kind, and by what its skills say."""
    said = structure.skills.lower()
    return Offer(
        services=[
            line.value
            for line in (*_SERVICES[structure.kind], *_ALSO.get((structure.kind, structure.town), ()))
        ],
        cpv=[code for code, words in _TRADES.items() if any(word in said for word in words)],
        capacity_hours=_HOURS.get(structure.kind),
    )


def describe(delegate: Actor, members: Mapping[str, Member], today: date) -> None:
    """Record the labels and the links of `members`, by name."""
    for mark, kind, town, days in _LABELS:
        member = members[demo_name(kind, town)]
        end = today + timedelta(days=days) if days else None
        add_label(delegate, member.id, mark, from_on=today - timedelta(days=400), until_on=end)
    for nature, one, other in _LINKS:
        link(delegate, members[demo_name(*one)].id, members[demo_name(*other)].id, nature)
