"""Beside the three: a contract of last spring that was won, and one being written."""

from decimal import Decimal

from procurement.bids.models import GroupForm
from procurement.bids.operations import (
    compose,
    record_deposit,
    record_result,
    set_form,
    set_lead,
    start_review,
)
from procurement.bids.rules import BidState
from procurement.deadlines.models import DeadlineKind
from procurement.demo.days import Days
from procurement.demo.network import Network
from procurement.demo.structures import AI
from procurement.tenders.facts import ClauseFacts, DeadlineFacts, LotFacts, SiteFacts, TenderFacts
from procurement.tenders.models import ClauseKind, Procedure, Reservation, ServiceNature, Visibility
from procurement.tenders.operations import publish_tender

_PAST = """Exemple de démonstration : l’acheteur, les lieux et les dates sont inventés.

Renfort des agents communaux du plateau : entretien des écoles, cantines et salles des fêtes pendant les absences."""

_DRAFT = """Exemple de démonstration, en cours de saisie : le règlement de la consultation est attendu."""


def _won(days: Days) -> TenderFacts:
    return TenderFacts(
        title="Renfort d’agents d’entretien et de cantine dans les écoles du plateau",
        buyer_name="Communauté de communes du Plateau (démo)",
        buyer_town="Bernay",
        buyer_department="27",
        reference="DEMO-27-ECOLES",
        description=_PAST,
        procedure=Procedure.ADAPTED,
        service_nature=ServiceNature.LABOUR_SUPPLY,
        cpv_main="79620000",
        departments=("27",),
        reservation=Reservation.NONE,
        visibility=Visibility.PUBLIC,
        lots=(
            LotFacts(
                title="Écoles et cantines",
                sites=tuple(
                    SiteFacts(name=f"{what} (démo)", town=town, department="27", weekly_hours=Decimal(hours))
                    for what, town, hours in (
                        ("Groupe scolaire de Bernay", "Bernay", 35),
                        ("Groupe scolaire de Brionne", "Brionne", 21),
                        ("Cantine de Beaumont-le-Roger", "Beaumont-le-Roger", 14),
                    )
                ),
            ),
        ),
        clauses=(
            ClauseFacts(
                kind=ClauseKind.EXECUTION_CONDITION,
                text="Heures confiées à des personnes en parcours.",
                hours=1_800,
            ),
        ),
        deadlines={
            DeadlineKind.REGISTRATION_CLOSE: DeadlineFacts(due_at=days.ago(44, 17)),
            DeadlineKind.SUBMISSION: DeadlineFacts(due_at=days.ago(30, 12)),
        },
    )


def tell_won(network: Network) -> None:
    """A small contract, answered in time by two structures of the Eure, and won."""
    days, bernay, evreux = network.days, (AI, "Bernay"), (AI, "Évreux")
    with days.at(days.ago(54, 10)):
        sheet = network.write(_won(days))
        publish_tender(network.delegate, sheet.tender_id)
    with days.at(days.ago(50, 11, 15)):
        network.register(sheet, bernay, [1], list(sheet.sites)[:2], hours=56, would_lead=True,
                         brings="Huit agents habitués aux écoles.")  # fmt: skip
    with days.at(days.ago(47, 15)):
        network.register(sheet, evreux, [1], list(sheet.sites)[2:], hours=20, brings="Équipe de cantine.")
    with days.at(days.ago(42, 9)):
        bid = network.open_bid(sheet, "Écoles du plateau", [1])
        seats = network.propose(bid, bernay, evreux)
    for seat, place, instant in zip(
        seats, (bernay, evreux), (days.ago(42, 14), days.ago(41, 10)), strict=True
    ):
        with days.at(instant):
            network.confirm(seat, place)
    with days.at(days.ago(40, 10)):
        set_form(network.delegate, bid.id, GroupForm.JOINT_WITH_SOLIDARY_LEAD)
        set_lead(network.delegate, bid.id, network.member_id(bernay))
        compose(network.delegate, bid.id)
    with days.at(days.ago(32, 16, 25)):
        record_deposit(network.manager(bernay), bid.id, days.ago(32, 16, 12), "DEMO-27-0001842")
    with days.at(days.ago(29, 9)):
        start_review(network.delegate, bid.id)
    with days.at(days.ago(8, 14)):
        record_result(network.delegate, bid.id, BidState.AWARDED)


def tell_draft(network: Network) -> None:
    """Typed in this week, not published yet: only the delegate sees it."""
    days = network.days
    with days.at(days.ago(1, 16, 50)):
        network.write(
            TenderFacts(
                title="Nettoyage des salles communales et des vestiaires",
                buyer_name="Ville de la côte (démo)",
                buyer_department="76",
                reference="DEMO-76-SALLES",
                description=_DRAFT,
                procedure=Procedure.ADAPTED,
                service_nature=ServiceNature.SERVICE,
                cpv_main="90910000",
                departments=("76",),
                visibility=Visibility.NETWORK,
                deadlines={DeadlineKind.SUBMISSION: DeadlineFacts(due_at=days.within(45, 12))},
            )
        )
