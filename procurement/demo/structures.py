"""The structures: 56, by kind as the network counts its own, over the five departments of Normandy."""

from collections.abc import Iterator
from dataclasses import dataclass

from procurement.demo.numbers import demo_phone, demo_siret
from procurement.members.models import MemberKind

AI, ETTI, ACI, EI = MemberKind.AI, MemberKind.ETTI, MemberKind.ACI, MemberKind.EI


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure to be. `territory`: departments served, separated by spaces; empty: its own."""

    kind: MemberKind
    town: str
    department: str
    skills: str
    territory: str = ""


_HOMES = (
    "Ménage, repassage, jardinage et petits travaux chez les particuliers ; entretien de locaux de communes."
)
_SCHOOLS = (
    "Remplacement d’agents en écoles et collèges : entretien, service de restauration, plonge, maintenance."
)
_TOWNS = "Mise à disposition d’agents auprès des communes : entretien des locaux, cantines, espaces verts, manutention."
_CARE = "Entretien de locaux, aide en cuisine et lingerie pour les maisons de retraite et les établissements scolaires."
_FARM = "Travaux agricoles saisonniers, espaces verts, déménagement, entretien de locaux."
_SEA = "Saison touristique : ménage de gîtes et de campings, plonge, entretien de plages ; remplacement en collectivités."
_TEMP = (
    "Intérim d’insertion : logistique, tri et distribution, nettoyage industriel, second œuvre du bâtiment."
)
_TEMP_TOWNS = "Intérim d’insertion : remplacement en collectivités, restauration collective, manutention, tri du courrier."

STRUCTURES: tuple[Structure, ...] = (
    Structure(AI, "Caen", "14", _SCHOOLS),
    Structure(AI, "Bayeux", "14", _SCHOOLS),
    Structure(AI, "Lisieux", "14", _CARE),
    Structure(AI, "Falaise", "14", _TOWNS),
    Structure(AI, "Vire Normandie", "14", _TOWNS, "14 50"),
    Structure(AI, "Honfleur", "14", _SEA),
    Structure(AI, "Douvres-la-Délivrande", "14", _SEA),
    Structure(AI, "Les Monts d’Aunay", "14", _FARM),
    Structure(AI, "Évreux", "27", _TOWNS),
    Structure(AI, "Vernon", "27", _HOMES),
    Structure(AI, "Louviers", "27", _CARE),
    Structure(AI, "Bernay", "27", _HOMES),
    Structure(AI, "Pont-Audemer", "27", _HOMES, "27 76"),
    Structure(AI, "Les Andelys", "27", _TOWNS),
    Structure(AI, "Cherbourg-en-Cotentin", "50", _TOWNS),
    Structure(AI, "Saint-Lô", "50", _CARE),
    Structure(AI, "Coutances", "50", _FARM),
    Structure(AI, "Avranches", "50", _HOMES),
    Structure(AI, "Granville", "50", _SEA),
    Structure(AI, "Carentan-les-Marais", "50", _SCHOOLS, "14 50"),
    Structure(AI, "Valognes", "50", _FARM),
    Structure(AI, "Alençon", "61", _TOWNS),
    Structure(AI, "Flers", "61", _SCHOOLS, "14 61"),
    Structure(AI, "Argentan", "61", _CARE),
    Structure(AI, "L’Aigle", "61", _HOMES, "27 61"),
    Structure(AI, "Mortagne-au-Perche", "61", _FARM),
    Structure(AI, "Domfront en Poiraie", "61", _FARM),
    Structure(AI, "Rouen", "76", _SCHOOLS),
    Structure(AI, "Le Havre", "76", _TOWNS),
    Structure(AI, "Dieppe", "76", _SEA),
    Structure(AI, "Fécamp", "76", _SEA),
    Structure(AI, "Yvetot", "76", _HOMES),
    Structure(AI, "Elbeuf", "76", _CARE, "27 76"),
    Structure(AI, "Neufchâtel-en-Bray", "76", _FARM),
    Structure(AI, "Lillebonne", "76", _HOMES),
    Structure(ACI, "Mondeville", "14", "Nettoyage de locaux, débarras et réemploi de mobilier de bureau.", "14 61"),
    Structure(ACI, "Lisieux", "14", "Maraîchage biologique et paniers ; entretien de chemins."),
    Structure(ACI, "Bernay", "27", "Menuiserie, peinture et petite maçonnerie de bâtiments communaux."),
    Structure(ACI, "Coutances", "50", "Espaces verts, rivières et sentiers ; tonte et taille."),
    Structure(ACI, "Argentan", "61", "Espaces verts, tonte, taille, élagage au sol ; nettoyage de locaux et de vitres."),
    Structure(ACI, "Dieppe", "76", "Couture, blanchisserie et location de linge pour les établissements."),
    Structure(ETTI, "Caen", "14", _TEMP_TOWNS, "14 50 61"),
    Structure(ETTI, "Évreux", "27", _TEMP),
    Structure(ETTI, "Saint-Lô", "50", _TEMP_TOWNS, "14 50"),
    Structure(ETTI, "Alençon", "61", _TEMP_TOWNS, "14 61"),
    Structure(ETTI, "Le Havre", "76", _TEMP),
    Structure(ETTI, "Rouen", "76", _TEMP, "27 76"),
    Structure(EI, "Hérouville-Saint-Clair", "14", "Nettoyage de locaux et de vitres, remise en état de logements.", "14 61"),
    Structure(EI, "Sotteville-lès-Rouen", "76", "Collecte et tri de papiers et de matériel informatique.", "27 76"),
    Structure(MemberKind.PROXIM, "Bayeux", "14", "Services à la personne : ménage, jardinage, garde d’enfants."),
    Structure(MemberKind.PROXIM, "Granville", "50", "Services à la personne : ménage, courses, petit bricolage."),
    Structure(MemberKind.PROXIM, "Rouen", "76", "Services à la personne : ménage, repassage, assistance administrative."),
    Structure(MemberKind.GES, "Vire Normandie", "14", "Groupe d’une AI, d’une ETTI et d’un chantier : une offre commune du bocage.", "14 50 61"),
    Structure(MemberKind.GES, "Yvetot", "76", "Groupe de structures du pays de Caux : accueil, parcours et offre communs."),
    Structure(MemberKind.TRAINING_BODY, "Caen", "14", "Remise à niveau, hygiène des locaux, HACCP, gestes et postures.", "14 27 50 61 76"),
    Structure(MemberKind.EBE, "Sées", "61", "Recyclerie, conciergerie rurale, petits travaux que personne d’autre n’assure."),
)  # fmt: skip

_NAMES = {
    MemberKind.PROXIM: "Proxim’Services",
    MemberKind.TRAINING_BODY: "Organisme de formation",
}


@dataclass(frozen=True, slots=True)
class Numbered:
    """A structure with its name, SIRET and phone."""

    structure: Structure
    name: str
    siret: str
    phone: str


def demo_name(kind: MemberKind, place: str) -> str:
    """A name by kind and place, marked as demo: "AI Caen (démo)"."""
    return f"{_NAMES.get(kind, kind.value.upper())} {place} (démo)"


def numbered() -> Iterator[Numbered]:
    """All structures, each with numbers of its own."""
    serials = dict.fromkeys(("14", "27", "50", "61", "76"), 0)
    for structure in STRUCTURES:
        department = structure.department
        serials[department] += 1
        serial = serials[department]
        yield Numbered(
            structure=structure,
            name=demo_name(structure.kind, structure.town),
            siret=demo_siret(department, serial),
            phone=demo_phone(department, serial),
        )
