"""The Orne contract: reserved to inclusion structures, two lots, the group composed, to be deposited tomorrow."""

from decimal import Decimal

from procurement.bids.models import GroupForm
from procurement.bids.operations import compose, set_form, set_lead, turn_down
from procurement.deadlines.models import DeadlineKind
from procurement.demo.days import Days
from procurement.demo.network import Network
from procurement.demo.structures import ACI, AI, EI
from procurement.tenders.facts import ClauseFacts, DeadlineFacts, LotFacts, SiteFacts, TenderFacts
from procurement.tenders.models import ClauseKind, Procedure, Reservation, ServiceNature, Visibility
from procurement.tenders.operations import publish_tender

GREEN = (("Alençon", 42), ("Argentan", 35), ("Flers", 35), ("L’Aigle", 21))
ROOMS = (("Alençon", 56), ("Argentan", 28), ("Mortagne-au-Perche", 21))

_ABOUT = """Exemple de démonstration : les lieux, les heures et les dates sont inventés.

Le Département confie à des structures d’insertion l’entretien des abords et des locaux de ses centres : tonte, taille \
et désherbage sans produit d’une part, nettoyage des bureaux et des vitres d’autre part. Un an, reconductible deux fois. \
Une visite des centres est possible sur rendez-vous."""


def _facts(days: Days) -> TenderFacts:
    def sites(towns: tuple[tuple[str, int], ...]) -> tuple[SiteFacts, ...]:
        return tuple(
            SiteFacts(
                name=f"Centre du Département – {town} (démo)",
                town=town,
                department="61",
                weekly_hours=Decimal(hours),
            )
            for town, hours in towns
        )

    return TenderFacts(
        title="Entretien des espaces verts et nettoyage des locaux du Département de l’Orne",
        buyer_name="Département de l’Orne",
        buyer_town="Alençon",
        buyer_department="61",
        reference="DEMO-61-ENTRETIEN",
        description=_ABOUT,
        procedure=Procedure.ADAPTED,
        service_nature=ServiceNature.SERVICE,
        cpv_main="77310000",
        cpv_codes=("77310000", "90910000"),
        departments=("61",),
        reservation=Reservation.SIAE,
        visibility=Visibility.PUBLIC,
        lots=(
            LotFacts(title="Espaces verts", cpv="77310000", sites=sites(GREEN)),
            LotFacts(title="Nettoyage des locaux et des vitres", cpv="90910000", sites=sites(ROOMS)),
        ),
        clauses=(
            ClauseFacts(
                kind=ClauseKind.RESERVED,
                text="Marché réservé aux structures d’insertion par l’activité économique (article L2113-13 du code de "
                "la commande publique).",
            ),
        ),
        deadlines={
            DeadlineKind.REGISTRATION_CLOSE: DeadlineFacts(due_at=days.ago(14, 17)),
            DeadlineKind.SITE_VISIT: DeadlineFacts(due_at=days.ago(9, 14)),
            DeadlineKind.QUESTIONS: DeadlineFacts(due_at=days.ago(6, 12)),
            DeadlineKind.SUBMISSION: DeadlineFacts(due_at=days.tomorrow(12)),
        },
    )


def tell(network: Network) -> None:
    """Published a month ago, registrations closed, composed three days ago: what is left is to deposit by tomorrow."""
    days = network.days
    argentan, herouville, mondeville = (ACI, "Argentan"), (EI, "Hérouville-Saint-Clair"), (ACI, "Mondeville")
    with days.at(days.ago(26, 14)):
        sheet = network.write(_facts(days))
    with days.at(days.ago(25, 9)):
        publish_tender(network.delegate, sheet.tender_id)

    def centres(towns: tuple[tuple[str, int], ...]) -> list[str]:
        return [name for town, _ in towns for name in sheet.sites if f" {town} " in name]

    with days.at(days.ago(23, 10, 20)):
        network.register(sheet, argentan, [1, 2], centres(GREEN[:3]), hours=90, would_lead=True, shown=True,
                         brings="Deux équipes de huit avec encadrant, tondeuses et camion.",
                         seeks="Une structure pour le nettoyage des bureaux.")  # fmt: skip
    with days.at(days.ago(20, 15)):
        network.register(sheet, herouville, [2], centres(ROOMS[:2]), hours=60, shown=True,
                         brings="Équipe de nettoyage équipée, vitres comprises.")  # fmt: skip
    with days.at(days.ago(18, 11, 45)):
        network.register(sheet, mondeville, [2], centres(ROOMS[2:]), hours=25,
                         brings="Une équipe du lundi au jeudi.")  # fmt: skip
    with days.at(days.ago(16, 9, 30)):
        alone = network.register(sheet, (AI, "Alençon"), [2], hours=15)
    with days.at(days.ago(13, 10)):
        bid = network.open_bid(sheet, "Orne insertion", [1, 2])
        seats = network.propose(bid, argentan, herouville, mondeville)
    for seat, place, instant in zip(
        seats,
        (argentan, herouville, mondeville),
        (days.ago(13, 11, 30), days.ago(12, 9, 10), days.ago(11, 16)),
        strict=True,
    ):
        with days.at(instant):
            network.confirm(seat, place)
    with days.at(days.ago(10, 14)):
        set_form(network.delegate, bid.id, GroupForm.JOINT_WITH_SOLIDARY_LEAD)
        set_lead(network.delegate, bid.id, network.member_id(argentan))
    with days.at(days.ago(9, 11)):
        turn_down(
            network.delegate,
            alone.id,
            "Le marché achète un service rendu sous la responsabilité du titulaire, ce qu’une mise à disposition ne "
            "permet pas. Vous restez libres de répondre seuls ou avec d’autres.",
        )
    with days.at(days.ago(3, 17)):
        compose(network.delegate, bid.id)
