"""The Calvados contract: technical staff of middle schools replaced when absent, in lots by sector."""

from decimal import Decimal

from procurement.bids import operations as bids
from procurement.deadlines.models import DeadlineKind
from procurement.demo.days import Days, Step, play
from procurement.demo.network import Network, Sheet
from procurement.demo.structures import ACI, AI, ETTI
from procurement.members.models import MemberKind
from procurement.tenders.facts import ClauseFacts, DeadlineFacts, LotFacts, SiteFacts, TenderFacts
from procurement.tenders.models import ClauseKind, Procedure, Reservation, ServiceNature, Visibility
from procurement.tenders.operations import publish_tender

SECTORS: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = (
    ("Caen et sa plaine", (("Caen Nord", 70), ("Caen Sud", 63), ("Hérouville-Saint-Clair", 56), ("Mondeville", 35),
                           ("Ifs", 35), ("Verson", 28))),
    ("Bessin", (("Bayeux", 56), ("Isigny-sur-Mer", 21), ("Le Molay-Littry", 28), ("Trévières", 21),
                ("Tilly-sur-Seulles", 28))),
    ("Bocage et Suisse normande", (("Vire Normandie", 49), ("Condé-en-Normandie", 28), ("Les Monts d’Aunay", 28),
                                   ("Thury-Harcourt", 21), ("Falaise", 42))),
    ("Pays d’Auge", (("Lisieux", 56), ("Pont-l’Évêque", 28), ("Livarot-Pays-d’Auge", 21),
                     ("Mézidon Vallée d’Auge", 35))),
    ("Côte de Nacre et Côte Fleurie", (("Douvres-la-Délivrande", 35), ("Dives-sur-Mer", 28), ("Trouville-sur-Mer", 21),
                                       ("Honfleur", 35))),
)  # fmt: skip
"""Sectors, each with the towns of its middle schools and the hours a week to be replaced there."""

_ABOUT = """Exemple de démonstration : les lieux, les heures et les dates sont inventés.

Le Département remplace les agents techniques absents de ses collèges : entretien des locaux, service de restauration \
et plonge, petite maintenance et espaces extérieurs. Les remplacements vont de quelques jours à plusieurs mois ; \
l’absence est annoncée au plus tard la veille avant midi, et le remplaçant est attendu le lendemain à l’heure de la \
prise de poste.

Accord-cadre à bons de commande, un lot par secteur, d’un an reconductible trois fois. Un candidat peut répondre à \
plusieurs lots, seul ou en groupement."""


def college(town: str) -> str:
    """The name of the middle school of a town, marked as demo."""
    elided = town[0] in "AEÉIOUH" and not town.startswith(("Hérouville", "Honfleur"))
    link = "d’" if elided else "de "
    return f"Collège {link}{town} (démo)".replace("de Le ", "du ").replace("de Les ", "des ")


def colleges(*towns: str) -> list[str]:
    """The names of these middle schools."""
    return [college(town) for town in towns]


def _facts(days: Days) -> TenderFacts:
    return TenderFacts(
        title="Remplacement d’agents techniques dans les collèges du Calvados",
        buyer_name="Département du Calvados",
        buyer_town="Caen",
        buyer_department="14",
        reference="DEMO-14-COLLEGES",
        description=_ABOUT,
        procedure=Procedure.OPEN,
        is_framework=True,
        service_nature=ServiceNature.LABOUR_SUPPLY,
        cpv_main="79620000",
        departments=("14",),
        reservation=Reservation.NONE,
        visibility=Visibility.PUBLIC,
        lots=tuple(
            LotFacts(
                title=sector,
                cpv="79620000",
                sites=tuple(
                    SiteFacts(
                        name=college(town),
                        town=town.removesuffix(" Nord").removesuffix(" Sud"),
                        department="14",
                        weekly_hours=Decimal(hours),
                    )
                    for town, hours in towns
                ),
            )
            for sector, towns in SECTORS
        ),
        clauses=(
            ClauseFacts(
                kind=ClauseKind.EXECUTION_CONDITION,
                text="Les heures de remplacement sont confiées à des personnes éloignées de l’emploi, accompagnées "
                "dans un parcours d’insertion ; le facilitateur du Département valide les heures chaque trimestre.",
                hours=12_000,
            ),
            ClauseFacts(
                kind=ClauseKind.AWARD_CRITERION,
                text="Qualité de l’accompagnement et de la formation des personnes : 20 points sur 100.",
            ),
        ),
        deadlines={
            DeadlineKind.REGISTRATION_CLOSE: DeadlineFacts(due_at=days.within(7, 17)),
            DeadlineKind.QUESTIONS: DeadlineFacts(due_at=days.within(18, 12)),
            DeadlineKind.SUBMISSION: DeadlineFacts(due_at=days.within(30, 12)),
        },
    )


def tell(network: Network) -> None:
    """Written three weeks ago, published two weeks ago; structures register; a group is being composed."""
    days = network.days
    with days.at(days.ago(15, 10, 15)):
        sheet = network.write(_facts(days))
    with days.at(days.ago(10, 9, 30)):
        publish_tender(network.delegate, sheet.tender_id)
    play(days, _registrations(network, sheet))
    _compose(network, sheet)


def _registrations(network: Network, sheet: Sheet) -> list[Step]:
    days, register = network.days, network.register
    return [
        (days.ago(10, 14, 5), lambda: register(
            sheet, (AI, "Vire Normandie"), [3], colleges("Vire Normandie", "Condé-en-Normandie"), hours=60,
            brings="Douze agents d’entretien et de restauration déjà formés ; astreinte téléphonique dès 6 h.",
            would_lead=True, shown=True)),
        (days.ago(9, 9, 40), lambda: register(
            sheet, (AI, "Caen"), [1, 5], colleges("Caen Nord", "Caen Sud", "Ifs", "Verson", "Douvres-la-Délivrande"),
            hours=160, brings="Service de remplacement en écoles depuis huit ans ; permis B pour la plupart.",
            seeks="Un partenaire pour Hérouville et Mondeville, et pour la maintenance.", would_lead=True, shown=True)),
        (days.ago(9, 16, 20), lambda: register(
            sheet, (AI, "Falaise"), [3], colleges("Falaise", "Thury-Harcourt"), hours=45,
            brings="Agents polyvalents, entretien et espaces extérieurs.", shown=True)),
        (days.ago(8, 11), lambda: register(
            sheet, (ETTI, "Caen"), [1, 4], colleges("Hérouville-Saint-Clair", "Mondeville", "Lisieux"), hours=120,
            brings="Agence ouverte de 7 h à 19 h, remplacement en deux heures ; agents de maintenance habilités.",
            would_lead=True)),
        (days.ago(7, 10, 30), lambda: register(
            sheet, (AI, "Lisieux"), [4], colleges("Lisieux", "Livarot-Pays-d’Auge", "Mézidon Vallée d’Auge"), hours=80,
            brings="Équipes de restauration formées à l’HACCP.", seeks="Un relais à Pont-l’Évêque.", shown=True)),
        (days.ago(6, 15, 45), lambda: register(
            sheet, (AI, "Les Monts d’Aunay"), [3], colleges("Les Monts d’Aunay"), hours=28,
            brings="Trois agents d’entretien disponibles à la rentrée.")),
        (days.ago(6, 17, 10), lambda: network.not_for_us(
            sheet, (MemberKind.PROXIM, "Bayeux"), "Nous ne travaillons que chez les particuliers.")),
        (days.ago(5, 9, 15), lambda: register(
            sheet, (ETTI, "Saint-Lô"), [2, 3], colleges("Isigny-sur-Mer", "Trévières", "Condé-en-Normandie"), hours=50,
            brings="Intérimaires mobiles entre Saint-Lô, Isigny et Vire.")),
        (days.ago(4, 14, 50), lambda: register(
            sheet, (AI, "Honfleur"), [4, 5], colleges("Honfleur", "Trouville-sur-Mer", "Pont-l’Évêque"), hours=70,
            brings="Personnel de saison disponible de septembre à juin.")),
        (days.ago(4, 16, 30), lambda: network.not_for_us(
            sheet, (ACI, "Mondeville"), "C’est de la mise à disposition de personnel : un chantier vend un service.")),
        (days.ago(3, 11, 25), lambda: register(
            sheet, (AI, "Douvres-la-Délivrande"), [5], colleges("Douvres-la-Délivrande"), hours=35,
            brings="Deux agents de restauration et une lingère.")),
        (days.ago(3, 15), lambda: register(
            sheet, (AI, "Flers"), [3], colleges("Condé-en-Normandie"), hours=20)),
        (days.ago(2, 10), lambda: bids.withdraw_registration(
            network.manager((AI, "Flers")), sheet.tender_id, network.member_id((AI, "Flers")),
            "Nos agents sont pris par un marché de l’Orne jusqu’à l’été.")),
        (days.ago(2, 17, 30), lambda: bids.show_interest(
            network.delegate, sheet.tender_id, network.member_id((AI, "Carentan-les-Marais")))),
    ]  # fmt: skip


def _compose(network: Network, sheet: Sheet) -> None:
    """The group of the Bocage: two places confirmed, two proposed this morning."""
    days, vire, falaise = network.days, (AI, "Vire Normandie"), (AI, "Falaise")
    with days.at(days.ago(2, 14)):
        bid = network.open_bid(sheet, "Bocage et Suisse normande", [3])
        seats = network.propose(bid, vire, falaise)
    with days.at(days.ago(2, 16, 40)):
        network.confirm(seats[0], vire)
    with days.at(days.ago(1, 9, 5)):
        network.confirm(seats[1], falaise)
    with days.at(days.minutes_ago(12)):
        network.propose(bid, (ETTI, "Saint-Lô"))
    with days.at(days.minutes_ago(11)):
        network.propose(bid, (AI, "Les Monts d’Aunay"))
