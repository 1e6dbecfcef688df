"""The agreement of integration temp agencies with La Poste: each accedes to it by itself, with its rates."""

from decimal import Decimal

from procurement.bids.models import RateUnit
from procurement.bids.operations import EnrolmentFacts, RateFacts, enrol
from procurement.deadlines.models import DeadlineKind
from procurement.demo.days import Days
from procurement.demo.network import Network, Place, Sheet
from procurement.demo.structures import ETTI
from procurement.members.models import MemberKind
from procurement.tenders.facts import DeadlineFacts, LotFacts, SiteFacts, TenderFacts
from procurement.tenders.models import (
    LegalRegime,
    Procedure,
    Reservation,
    ServiceNature,
    TenderKind,
    Visibility,
)
from procurement.tenders.operations import publish_tender

HEAD_OFFICE = "35600000000048"
"""La Poste's own, as published: the buyer is real, the agreement here is not."""

AGENCIES: tuple[tuple[str, str, str], ...] = (
    ("Plateforme courrier de Caen (démo)", "Mondeville", "14"),
    ("Agence de distribution de Bayeux (démo)", "Bayeux", "14"),
    ("Agence de distribution de Lisieux (démo)", "Lisieux", "14"),
    ("Plateforme colis d’Évreux (démo)", "Évreux", "27"),
    ("Agence de distribution de Bernay (démo)", "Bernay", "27"),
    ("Agence de distribution de Saint-Lô (démo)", "Saint-Lô", "50"),
    ("Plateforme courrier d’Alençon (démo)", "Alençon", "61"),
    ("Plateforme courrier du Havre (démo)", "Le Havre", "76"),
    ("Plateforme colis de Rouen (démo)", "Rouen", "76"),
    ("Agence de distribution de Dieppe (démo)", "Dieppe", "76"),
)

_ABOUT = """Exemple de démonstration : les agences, les tarifs et les dates sont inventés.

Chaque ETTI du réseau peut rejoindre l’accord : elle indique les plateformes et les agences qu’elle peut servir et ses \
coefficients par qualification. Il n’y a ni groupement ni mandataire : La Poste passe commande directement à l’ETTI la \
plus proche. Missions de tri, de distribution et de manutention, avec une formation de deux jours à la prise de poste."""

_REASON = (
    "Accord d’adhésion ouvert à toutes les ETTI, sans mise en concurrence entre elles ni pièces de candidature : nous le "
    "suivons comme un accord privé. À revoir si La Poste publie une consultation pour son activité postale (entité "
    "adjudicatrice)."
)


def _facts(days: Days) -> TenderFacts:
    return TenderFacts(
        title="Accord ETTI – La Poste : intérim d’insertion en Normandie",
        buyer_name="La Poste",
        buyer_siret=HEAD_OFFICE,
        kind=TenderKind.AGREEMENT,
        reference="DEMO-LAPOSTE-ETTI",
        description=_ABOUT,
        legal_regime=LegalRegime.PRIVATE_AGREEMENT,
        legal_reason=_REASON,
        procedure=Procedure.OTHER,
        is_framework=True,
        service_nature=ServiceNature.LABOUR_SUPPLY,
        cpv_main="79620000",
        departments=("14", "27", "50", "61", "76"),
        reservation=Reservation.NONE,
        eligible_kinds=(MemberKind.ETTI.value,),
        visibility=Visibility.NETWORK,
        lots=(
            LotFacts(
                title="Plateformes et agences de Normandie",
                sites=tuple(
                    SiteFacts(name=name, town=town, department=department)
                    for name, town, department in AGENCIES
                ),
            ),
        ),
        deadlines={DeadlineKind.ENROLMENT: DeadlineFacts(due_at=days.within(7, 12))},
    )


def _accede(network: Network, sheet: Sheet, place: Place, agencies: list[int], rates: list[str]) -> None:
    labels = ("Agent de tri", "Facteur", "Cariste")
    facts = EnrolmentFacts(
        site_ids=[sheet.sites[AGENCIES[rank][0]] for rank in agencies],
        rates=[
            RateFacts(label=label, unit=RateUnit.COEFFICIENT, amount=Decimal(rate))
            for label, rate in zip(labels, rates, strict=False)
        ],
        brings="Vivier de personnes déjà formées au tri.",
    )
    enrol(network.manager(place), sheet.tender_id, network.member_id(place), facts)


def tell(network: Network) -> None:
    """Published two and a half weeks ago; three agencies have acceded, one by phone; a week is left."""
    days = network.days
    with days.at(days.ago(14, 11)):
        sheet = network.write(_facts(days))
    with days.at(days.ago(12, 10)):
        publish_tender(network.delegate, sheet.tender_id)
    with days.at(days.ago(8, 15, 20)):
        _accede(network, sheet, (ETTI, "Caen"), [0, 1, 2], ["1.98", "2.02", "2.10"])
    with days.at(days.ago(5, 10, 10)):
        _accede(network, sheet, (ETTI, "Rouen"), [8, 9], ["1.95", "2.05"])
    with days.at(days.ago(3, 16)):
        _accede(network, sheet, (ETTI, "Évreux"), [3, 4], ["2.00", "2.04"])
