"""Values of the code in words that people read. Each area adds the words of its own values here.

`label(value)` in templates and forms gives them in the reader's language.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from flask import Flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from procurement.bids.models import GroupForm, RateUnit
from procurement.bids.rules import BidState, ParticipationState, SeatState, Severity
from procurement.certificates.rules import CertificateState
from procurement.certificates.words import NAMES as CERTIFICATE_NAMES
from procurement.core.policy import MembershipRole, Role
from procurement.core.storage import Remark
from procurement.deadlines import words as deadlines
from procurement.dossiers import words as dossiers
from procurement.members import words as members
from procurement.members.departments import NORMANDY
from procurement.members.models import MemberKind
from procurement.members.people import AccountStanding
from procurement.notifications.categories import Rhythm
from procurement.notifications.queries.health import Standing
from procurement.notifications.queries.told import MessageState
from procurement.tenders import words as tenders
from procurement.tenders.fit import Band
from procurement.tenders.rules import TenderState
from procurement.tenders.words import department

DEADLINES = {kind: _l(words) for kind, words in deadlines.NAMES.items()}

MEMBER_KINDS = {kind: _l(words) for kind, words in members.KINDS.items()}

MEMBER_SERVICES = {kind: _l(words) for kind, words in members.SERVICES.items()}

LEGAL_FORMS = {kind: _l(words) for kind, words in dossiers.FORMS.items()}

NAF_VERSIONS = {kind: _l(words) for kind, words in dossiers.NAF.items()}

POWERS = {kind: _l(words) for kind, words in dossiers.POWERS.items()}

MARKS = {kind: _l(words) for kind, words in members.MARKS.items()}

LINKS = {kind: _l(words) for kind, words in members.LINKS.items()}

RHYTHMS = {
    Rhythm.AT_ONCE: _l("At once"),
    Rhythm.DAILY: _l("One e-mail a day"),
    Rhythm.WEEKLY: _l("One e-mail a week"),
    Rhythm.IN_APP: _l("No e-mail: on this site only"),
}

TENDER_KINDS = {kind: _l(words) for kind, words in tenders.KINDS.items()}

REGIMES = {kind: _l(words) for kind, words in tenders.REGIMES.items()}

PROCEDURES = {kind: _l(words) for kind, words in tenders.PROCEDURES.items()}

SERVICES = {kind: _l(words) for kind, words in tenders.SERVICES.items()}

RESERVATIONS = {kind: _l(words) for kind, words in tenders.RESERVATIONS.items()}

VISIBILITIES = {kind: _l(words) for kind, words in tenders.VISIBILITIES.items()}

TENDER_STATES = {
    TenderState.DRAFT: _l("Draft"),
    TenderState.SET_ASIDE: _l("Left aside (draft)"),
    TenderState.OPEN: _l("Open"),
    TenderState.REGISTRATION_CLOSED: _l("Registrations closed"),
    TenderState.CLOSED: _l("Closed"),
    TenderState.CANCELLED: _l("Cancelled"),
}

CLAUSES = {kind: _l(words) for kind, words in tenders.CLAUSES.items()}

FITS = {
    Band.STRONG: _l("Suits well"),
    Band.POSSIBLE: _l("May suit"),
    Band.WEAK: _l("Far from us"),
}

FORMS = {
    GroupForm.JOINT: _l("Joint group"),
    GroupForm.JOINT_WITH_SOLIDARY_LEAD: _l("Joint group with solidary lead"),
    GroupForm.SOLIDARY: _l("Solidary group"),
}

RATE_UNITS = {
    RateUnit.HOUR: _l("€ an hour, excluding VAT"),
    RateUnit.COEFFICIENT: _l("coefficient"),
}

PARTICIPATIONS = {
    ParticipationState.INTERESTED: _l("Interested"),
    ParticipationState.APPLIED: _l("Registered"),
    ParticipationState.ACCEPTED: _l("In a group"),
    ParticipationState.DECLINED: _l("Not taken"),
    ParticipationState.WITHDRAWN: _l("Withdrawn"),
    ParticipationState.NOT_FOR_US: _l("Not for us"),
}

SEATS = {
    SeatState.PROPOSED: _l("Answer awaited"),
    SeatState.CONFIRMED: _l("Confirmed"),
    SeatState.REFUSED: _l("Refused"),
    SeatState.REMOVED: _l("Taken back"),
}

BIDS = {
    BidState.PREPARING: _l("Being prepared"),
    BidState.SUBMITTED: _l("Deposited"),
    BidState.UNDER_REVIEW: _l("Under review"),
    BidState.AWARDED: _l("Won"),
    BidState.LOST: _l("Lost"),
    BidState.NO_AWARD: _l("No award"),
    BidState.WITHDRAWN: _l("Given up"),
}

SEVERITIES = {
    Severity.ERROR: _l("To be settled"),
    Severity.WARNING: _l("To be checked"),
    Severity.REMARK: _l("Good to know"),
    Severity.OK: _l("In order"),
}

CERTIFICATES = {kind: _l(name) for kind, name in CERTIFICATE_NAMES.items()}

CERTIFICATE_STATES = {
    CertificateState.VALID: _l("Valid"),
    CertificateState.LAPSING: _l("Will lapse"),
    CertificateState.LAPSED: _l("Lapsed"),
    CertificateState.MISSING: _l("Missing"),
    CertificateState.TO_CHECK: _l("To be checked"),
    CertificateState.REFUSED: _l("Refused"),
}

FILE_REMARKS = {
    Remark.MACROS: _l("This file holds macros: open it only if you know who made it."),
    Remark.PASSWORD: _l("This file opens with a password only."),
    Remark.PROGRAM: _l("This archive holds a program: don't run it."),
}

ROLES = {
    Role.LEGAL_DELEGATE: _l("Legal delegate"),
    Role.NETWORK_ADMIN: _l("Network administrator"),
    Role.OBSERVER: _l("Observer"),
}

ACCOUNT_STANDINGS = {
    AccountStanding.NEVER: _l("Never signed in"),
    AccountStanding.QUIET: _l("Not seen for six months"),
    AccountStanding.UNREACHABLE: _l("E-mails don’t arrive"),
    AccountStanding.PASSWORD_ONLY: _l("Without two-step sign-in"),
    AccountStanding.CLOSED: _l("Account closed"),
}

MEMBERSHIP_ROLES = {
    MembershipRole.MANAGER: _l("Manager"),
    MembershipRole.CONTRIBUTOR: _l("Contributor"),
}

MESSAGES = {
    MessageState.WAITING: _l("To leave"),
    MessageState.LEAVING: _l("Leaving"),
    MessageState.SENT: _l("Sent"),
    MessageState.RETURNED: _l("Came back"),
    MessageState.DOUBT: _l("In doubt"),
    MessageState.FAILED: _l("Failed"),
    MessageState.EXPIRED: _l("Out of date"),
    MessageState.VOID: _l("Not sent"),
    MessageState.IN_APP: _l("Here only"),
}

STANDINGS = {
    Standing.WAITING: _l("Wait for their hour"),
    Standing.AGAIN: _l("Wait for another attempt"),
    Standing.DUE: _l("Should leave now"),
    Standing.LEAVING: _l("Are leaving"),
    Standing.SENT: _l("Have left"),
    Standing.DOUBT: _l("Are in doubt"),
    Standing.FAILED: _l("Have failed"),
    Standing.EXPIRED: _l("Came to nothing: too late"),
    Standing.VOID: _l("Came to nothing: no longer needed"),
    Standing.IN_APP: _l("In the application only"),
}

_ALL: tuple[Mapping[Any, LazyString], ...] = (
    DEADLINES,
    MEMBER_KINDS,
    MEMBER_SERVICES,
    MARKS,
    LINKS,
    LEGAL_FORMS,
    NAF_VERSIONS,
    POWERS,
    RHYTHMS,
    TENDER_KINDS,
    REGIMES,
    PROCEDURES,
    SERVICES,
    RESERVATIONS,
    VISIBILITIES,
    TENDER_STATES,
    CLAUSES,
    FITS,
    FORMS,
    RATE_UNITS,
    PARTICIPATIONS,
    SEATS,
    BIDS,
    SEVERITIES,
    MESSAGES,
    STANDINGS,
    CERTIFICATES,
    CERTIFICATE_STATES,
    FILE_REMARKS,
    ROLES,
    MEMBERSHIP_ROLES,
    ACCOUNT_STANDINGS,
)
LABELS: dict[type[StrEnum], Mapping[Any, LazyString]] = {type(next(iter(words))): words for words in _ALL}
"""By the enum itself: two enums may share a value ("unknown") and mean something else by it."""

_SHORT = {
    MemberKind.PROXIM: _l("Proxim’Services"),
    MemberKind.TRAINING_BODY: _l("Training"),
}


def label(value: StrEnum | None) -> str:
    """`value` in words, in the reader's language; empty for None. Raises KeyError for a value without words."""
    return "" if value is None else str(LABELS[type(value)][value])


def short_label(kind: MemberKind) -> str:
    """A kind of structure as the network says it every day: AI, ETTI, ACI."""
    return str(_SHORT.get(kind, kind.value.upper()))


def departments(codes: Iterable[str]) -> str:
    """Departments in words, the whole of Normandy as such: "Calvados (14), Orne (61)"."""
    known = list(codes)
    if set(known) >= set(NORMANDY):
        rest = [department(code) for code in known if code not in NORMANDY]
        return ", ".join([gettext("All of Normandy"), *rest])
    return ", ".join(department(code) for code in known)


def register(app: Flask) -> None:
    """Make these words known to templates."""
    for function in (label, short_label, department, departments):
        app.jinja_env.globals[function.__name__] = function
        app.jinja_env.filters[function.__name__] = function
