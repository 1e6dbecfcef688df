"""Dates that near, move or end."""

from procurement.core.i18n import N_
from procurement.deadlines.models import DeadlineKind
from procurement.notifications.audiences import deadlines, tenders
from procurement.notifications.kinds.kind import Category, Kind
from procurement.notifications.rules import Lead

REGISTRATION_LEADS = (Lead(days=7), Lead(days=3), Lead(days=1))
SUBMISSION_LEADS = (Lead(days=15), Lead(days=7), Lead(days=3), Lead(days=1), Lead(hours=4))
"""Domain 4.2."""

KINDS = (
    Kind(
        name="registration_closing",
        category=Category.DEADLINES,
        audience=deadlines.have_not_answered,
        why=N_("you manage a structure that could take part and hasn't answered"),
        deadline_kinds=frozenset({DeadlineKind.REGISTRATION_CLOSE, DeadlineKind.ENROLMENT}),
        leads=REGISTRATION_LEADS,
    ),
    Kind(
        name="submission_nearing",
        category=Category.DEADLINES,
        audience=deadlines.have_not_deposited,
        why=N_("you belong to a group that hasn't deposited its answer, or coordinate it"),
        mandatory=True,
        deadline_kinds=frozenset({DeadlineKind.SUBMISSION, DeadlineKind.APPLICATIONS}),
        leads=SUBMISSION_LEADS,
    ),
    Kind(
        name="deadline_moved",
        category=Category.DEADLINES,
        audience=tenders.deadline_moved,
        why=N_("we had told you the old date, or you take part in this contract"),
        mandatory=True,
        urgent=True,
        tells_actor=True,
        verbs=frozenset({"deadline_moved", "deadline_set"}),
        of_deadline=True,
    ),
    Kind(
        name="tender_cancelled",
        category=Category.DEADLINES,
        audience=tenders.tender_cancelled,
        why=N_("we had told you its dates, or you took part in this contract"),
        mandatory=True,
        urgent=True,
        verbs=frozenset({"tender_cancelled"}),
    ),
)
