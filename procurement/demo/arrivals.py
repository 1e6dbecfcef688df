"""Notices that came this night, to be sorted by the delegate."""

from procurement.deadlines.models import DeadlineKind
from procurement.demo.network import Network
from procurement.tenders.facts import ClauseFacts, DeadlineFacts, LotFacts, TenderFacts
from procurement.tenders.models import ClauseKind, Procedure, Reservation

_SAID = "Exemple de démonstration : l’acheteur, les lieux et les dates sont inventés."


def tell(network: Network) -> None:
    """Three drafts read from the official bulletin: one that suits, one that may, one far from the network."""
    days = network.days
    with days.at(days.ago(1, 6, 30)):
        network.write(
            TenderFacts(
                title="Entretien des espaces verts et des sentiers",
                buyer_name="Communauté d’agglomération des Haras (démo)",
                buyer_department="61",
                reference="DEMO-61-SENTIERS",
                description=_SAID,
                source="boamp",
                procedure=Procedure.ADAPTED,
                cpv_main="77310000",
                departments=("61",),
                reservation=Reservation.NONE,
                lots=(
                    LotFacts(number="1", title="Sentiers et haies", reservation=Reservation.SIAE),
                    LotFacts(number="2", title="Stades et parcs"),
                ),
                clauses=(
                    ClauseFacts(
                        kind=ClauseKind.EXECUTION_CONDITION,
                        text="Heures d’insertion sur le lot 2.",
                        hours=420,
                    ),
                ),
                deadlines={DeadlineKind.SUBMISSION: DeadlineFacts(due_at=days.within(26, 12))},
            )
        )
        network.write(
            TenderFacts(
                title="Nettoyage des bureaux et des vitres",
                buyer_name="Office de l’habitat du Pays d’Auge (démo)",
                buyer_department="14",
                reference="DEMO-14-BUREAUX",
                description=_SAID,
                source="boamp",
                procedure=Procedure.OPEN,
                cpv_main="90911200",
                departments=("14",),
                reservation=Reservation.NONE,
                deadlines={DeadlineKind.SUBMISSION: DeadlineFacts(due_at=days.within(13, 16))},
            )
        )
        network.write(
            TenderFacts(
                title="Fourniture de réactifs de laboratoire",
                buyer_name="Centre de recherche (démo)",
                buyer_department="75",
                reference="DEMO-75-REACTIFS",
                description=_SAID,
                source="boamp",
                procedure=Procedure.OPEN,
                cpv_main="33696500",
                departments=("75",),
                reservation=Reservation.NONE,
                deadlines={DeadlineKind.SUBMISSION: DeadlineFacts(due_at=days.within(21, 12))},
            )
        )
