"""Dates that bind, by name: what pages, mails and calendars call each kind."""

from collections.abc import Mapping

from procurement.core.i18n import N_
from procurement.deadlines.models import DeadlineKind

NAMES: Mapping[DeadlineKind, str] = {
    DeadlineKind.REGISTRATION_CLOSE: N_("Registrations close"),
    DeadlineKind.SITE_VISIT: N_("Site visit"),
    DeadlineKind.QUESTIONS: N_("Questions to the buyer"),
    DeadlineKind.APPLICATIONS: N_("Applications due"),
    DeadlineKind.SUBMISSION: N_("Offers due"),
    DeadlineKind.ENROLMENT: N_("Enrolment closes"),
    DeadlineKind.INTERNAL_DEPOSIT: N_("Our own deposit date"),
    DeadlineKind.AWARD: N_("Award"),
    DeadlineKind.STANDSTILL: N_("End of the standstill"),
    DeadlineKind.CONTRACT_END: N_("End of the contract"),
    DeadlineKind.CERTIFICATE_EXPIRY: N_("End of a certificate"),
}
"""Each kind as an msgid."""
