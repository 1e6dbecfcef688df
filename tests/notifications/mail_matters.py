"""What the mails of each kind speak of, for their snapshots."""

from datetime import date
from types import SimpleNamespace

from procurement.accounts.models import User
from procurement.bids.models import Bid, GroupForm, Participation, Seat
from procurement.bids.queries import Due
from procurement.certificates.models import Certificate, CertificateKind
from procurement.deadlines.models import Deadline, DeadlineKind
from procurement.members.models import Member, MemberKind
from procurement.notifications.changes import Change
from procurement.notifications.dossier import GroupOwing, Matter
from procurement.notifications.owed import Owed
from procurement.notifications.suits import Suit
from procurement.tenders.models import Buyer, Lot, ServiceNature, Tender, TenderKind
from tests.factories import paris
from tests.notifications.account_matters import ABOUT_ACCOUNTS

NOW = paris(2026, 11, 24, 10)
CLOSES = paris(2026, 12, 9)


def tender(**fields) -> Tender:
    return Tender(
        **(
            {
                "id": 12,
                "title": "Remplacement d’agents techniques dans les collèges du Calvados",
                "reference": "2026-COL-07",
                "departments": ["14"],
                "buyer": Buyer(name="Département du Calvados"),
                "due_at": paris(2027, 1, 13),
                "due_zone": "Europe/Paris",
                "created_at": NOW,
                "cancel_reason": "",
            }
            | fields
        )
    )


def deadline(kind=DeadlineKind.REGISTRATION_CLOSE, due_at=CLOSES, **fields) -> Deadline:
    return Deadline(
        **(
            {"kind": kind, "due_at": due_at, "remind_at": due_at, "zone": "Europe/Paris", "doubtful": False}
            | fields
        )
    )


def member(name="AI Caen") -> Member:
    return Member(name=name, kind=MemberKind.AI)


def certificate(**fields) -> Certificate:
    return Certificate(
        **(
            {
                "id": 8,
                "kind": CertificateKind.VIGILANCE,
                "member_id": 3,
                "member": Member(id=3, name="AI Caen", kind=MemberKind.AI),
                "expires_on": date(2027, 1, 23),
                "refusal_reason": "",
            }
            | fields
        )
    )


def bid(**fields) -> Bid:
    return Bid(**({"id": 5, "name": "Groupement Centre", "lead": member("AI Lisieux")} | fields))


REASON = "Les lots du centre sont déjà couverts.\nMerci d’avoir répondu si vite."
DATES = [
    deadline(),
    deadline(DeadlineKind.SITE_VISIT, paris(2026, 12, 15, 14, 30)),
    deadline(DeadlineKind.SUBMISSION, paris(2027, 1, 13)),
]


ANSWER = deadline(DeadlineKind.SUBMISSION, paris(2027, 1, 13))
OWED = [
    Owed(Due.SEAT, paris(2026, 12, 28), "AI Caen", "02 31 00 00 01", "Groupement Centre", 5),
    Owed(Due.SEAT, paris(2026, 12, 29), "ETTI Bocage", "", "Groupement Centre", 5),
    Owed(Due.SEAT, paris(2026, 12, 30), "AI Caen", "02 31 00 00 01", "Groupement Bessin", 6),
]


def a_lot(title, site="Collège Pasteur", number="1"):
    """A lot as `facts.plain` gives it."""
    places = [{"name": site, "town": "Caen", "department": "14", "weekly_hours": "20"}]
    return {
        "number": number,
        "title": title,
        "description": "",
        "cpv": "",
        "reservation": None,
        "sites": places,
    }


OWING = [GroupOwing(5, "Groupement Centre", "AI Lisieux", leads=False)]

MATTERS = {
    **ABOUT_ACCOUNTS,
    "draft_assigned": Matter(tender=tender(), dates=[ANSWER]),
    "sign_in_link": Matter(
        path="/connexion/lien/SECRET", secret="SECRET", expires_at=paris(2026, 11, 24, 10, 15)
    ),
    "password_reset": Matter(
        path="/connexion/mot-de-passe/SECRET", secret="SECRET", expires_at=paris(2026, 11, 24, 11)
    ),
    "invitation": Matter(
        path="/invitation/SECRET",
        secret="SECRET",
        expires_at=paris(2026, 12, 1, 10),
        invitation=SimpleNamespace(inviter=SimpleNamespace(name="Déléguée juridique"), member=member()),
    ),
    "invitation-role": Matter(
        path="/invitation/SECRET",
        secret="SECRET",
        expires_at=paris(2026, 12, 1, 10),
        invitation=SimpleNamespace(inviter=SimpleNamespace(name="Administration"), member=None),
    ),
    "tender_published": Matter(
        tender=tender(service_nature=ServiceNature.LABOUR_SUPPLY),
        dates=DATES,
        suits=[Suit("AI Caen", MemberKind.AI, ("14",)), Suit("ETTI Orne", MemberKind.ETTI, ())],
    ),
    "tender_published-search": Matter(
        tender=tender(service_nature=ServiceNature.LABOUR_SUPPLY),
        dates=DATES,
        searches=["Collèges du Calvados", "Propreté"],
    ),
    "tender_changed": Matter(
        tender=tender(),
        changes=[
            Change("title", "Remplacement d’agents", "Remplacement d’agents techniques"),
            Change("reservation", "unknown", "siae"),
            Change("ban_several_groups", False, True),
            Change(
                "lots", [a_lot("Centre", "Collège Dunois")], [a_lot("Centre"), a_lot("Bessin", number="2")]
            ),
        ],
    ),
    "tender_changed-back": Matter(tender=tender()),
    "registered": Matter(
        tender=tender(registrations_close_at=CLOSES),
        verb="registered",
        member=member(),
        lots=[Lot(number="1"), Lot(number="3")],
    ),
    "registered-agreement": Matter(
        tender=tender(kind=TenderKind.AGREEMENT, title="Accord ETTI – La Poste"),
        verb="registered",
        member=member("ETTI Orne"),
        behalf=True,
    ),
    "registered-withdrawn": Matter(
        tender=tender(registrations_close_at=CLOSES), verb="registration_withdrawn", member=member()
    ),
    "questions_closing": Matter(
        tender=tender(), deadline=deadline(DeadlineKind.QUESTIONS, paris(2027, 1, 4, 17))
    ),
    "site_visit": Matter(
        tender=tender(), deadline=deadline(DeadlineKind.SITE_VISIT, paris(2026, 12, 15, 14, 30))
    ),
    "dues": Matter(tender=tender(), deadline=ANSWER, owed=OWED[:1]),
    "dues-two": Matter(tender=tender(), deadline=ANSWER, owed=[OWED[0], OWED[2]]),
    "dues_lead": Matter(tender=tender(), deadline=ANSWER, owed=OWED[:2]),
    "dues_lead-one": Matter(tender=tender(), deadline=ANSWER, owed=OWED[:1]),
    "dues_delegate": Matter(tender=tender(), deadline=ANSWER, owed=OWED),
    "dues_delegate-one": Matter(tender=tender(), deadline=ANSWER, owed=OWED[1:2]),
    "standstill_over": Matter(
        tender=tender(), bid=bid(), deadline=deadline(DeadlineKind.STANDSTILL, paris(2027, 3, 12, 23, 59))
    ),
    "contract_renewal": Matter(
        tender=tender(), deadline=deadline(DeadlineKind.CONTRACT_END, paris(2027, 12, 31, 23, 59))
    ),
    "certificate_expiring": Matter(
        certificate=certificate(),
        deadline=deadline(DeadlineKind.CERTIFICATE_EXPIRY, paris(2027, 1, 23, 23, 59)),
    ),
    "certificate_refused": Matter(
        certificate=certificate(refusal_reason="La page 2 manque."), verb="certificate_refused"
    ),
    "certificates_wanted": Matter(
        member=Member(id=3, name="AI Caen", kind=MemberKind.AI),
        verb="certificates_chased",
        wanted=[CertificateKind.VIGILANCE, CertificateKind.INSURANCE],
    ),
    "registration_closing": Matter(tender=tender(), deadline=deadline()),
    "registration_closing-doubtful": Matter(
        tender=tender(), deadline=deadline(remind_at=paris(2026, 12, 8), doubtful=True)
    ),
    "registration_closing-agreement": Matter(
        tender=tender(title="Accord ETTI – La Poste", due_at=paris(2026, 12, 9)),
        deadline=deadline(DeadlineKind.ENROLMENT),
    ),
    "submission_nearing": Matter(
        tender=tender(), deadline=deadline(DeadlineKind.SUBMISSION, paris(2027, 1, 13)), owing=OWING
    ),
    "submission_nearing-lead": Matter(
        tender=tender(),
        deadline=deadline(DeadlineKind.SUBMISSION, paris(2027, 1, 13)),
        owing=[GroupOwing(5, "Groupement Centre", "AI Lisieux", leads=True)],
    ),
    "submission_nearing-delegate": Matter(
        tender=tender(),
        deadline=deadline(DeadlineKind.SUBMISSION, paris(2027, 1, 13)),
        owing=[*OWING, GroupOwing(6, "Groupement Bessin", "", leads=False)],
        coordinates=True,
    ),
    "submission_nearing-ungrouped": Matter(
        tender=tender(),
        deadline=deadline(DeadlineKind.APPLICATIONS, paris(2027, 1, 13), doubtful=True),
        coordinates=True,
    ),
    "erasure_asked": Matter(person=User(id=9, name="Responsable – AI Caen", phone="0231000000")),
    "mail_undeliverable": Matter(
        verb="mail_undeliverable",
        person=User(id=9, name="Responsable – AI Caen", email="caen@example.org", phone="0231000000"),
        structures=[Member(name="AI Caen", kind=MemberKind.AI, phone="0231111111")],
    ),
    "mail_undeliverable-suspended": Matter(
        verb="address_suspended",
        person=User(id=9, name="Responsable – AI Caen", email="caen@example.org", phone=""),
        structures=[Member(name="AI Caen", kind=MemberKind.AI, phone="0231111111")],
    ),
    "deadline_moved": Matter(
        tender=tender(),
        deadline=deadline(due_at=paris(2026, 12, 16, 15, 30)),
        facts={"before": "2026-12-09T11:00:00+00:00"},
    ),
    "tender_cancelled": Matter(tender=tender(cancel_reason="L’acheteur a retiré sa consultation.")),
    "member_proposed": Matter(tender=tender(), bid=bid(), member=member(), settled_by=CLOSES),
    "member_proposed-late": Matter(tender=tender(), bid=bid(), member=member()),
    "seat_confirmed": Matter(tender=tender(), bid=bid(), member=member()),
    "seat_refused": Matter(
        tender=tender(), bid=bid(), member=member(), seat=Seat(refusal_reason="Trop de travail.")
    ),
    "member_removed": Matter(tender=tender(), bid=bid(), member=member(), seat=Seat(removal_reason=REASON)),
    "turned_down": Matter(tender=tender(), participation=Participation(turned_down_reason=REASON)),
    "bid_composed": Matter(
        tender=tender(), bid=bid(form=GroupForm.JOINT_WITH_SOLIDARY_LEAD), group=["AI Lisieux", "AI Caen"]
    ),
    "bid_deposited": Matter(
        tender=tender(), bid=bid(receipt_number="R-2027-0042", submitted_at=paris(2027, 1, 11, 16, 5))
    ),
    "bid_result": Matter(tender=tender(), bid=bid(awarded_at=NOW)),
    "bid_result-lost": Matter(tender=tender(), bid=bid(lost_at=NOW)),
    "bid_result-no_award": Matter(tender=tender(), bid=bid(no_award_at=NOW)),
    "bid_withdrawn": Matter(tender=tender(), bid=bid(withdrawn_reason="Le mandataire ne peut plus.")),
}
"""Each kind at least once; after the dash, another of its cases."""
