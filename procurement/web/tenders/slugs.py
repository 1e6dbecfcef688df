"""Dates of a tender in addresses."""

from procurement.deadlines.models import DeadlineKind

SLUGS = {
    DeadlineKind.SUBMISSION: "offres",
    DeadlineKind.REGISTRATION_CLOSE: "inscriptions",
    DeadlineKind.SITE_VISIT: "visite",
    DeadlineKind.QUESTIONS: "questions",
    DeadlineKind.APPLICATIONS: "candidatures",
    DeadlineKind.ENROLMENT: "adhesion",
    DeadlineKind.CONTRACT_END: "fin-du-contrat",
}
KINDS = {slug: kind for kind, slug in SLUGS.items()}
