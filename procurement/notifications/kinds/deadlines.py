"""Dates that near, move or end."""

from procurement.core.i18n import N_
from procurement.deadlines.models import DeadlineKind
from procurement.notifications.audiences import contracts, deadlines, dues, tenders
from procurement.notifications.categories import Category
from procurement.notifications.kinds.kind import Kind
from procurement.notifications.rules import Lead

REGISTRATION_LEADS = (Lead(days=7), Lead(days=3), Lead(days=1))
SUBMISSION_LEADS = (Lead(days=15), Lead(days=7), Lead(days=3), Lead(days=1), Lead(hours=4))
DUES_LEADS = (Lead(days=10), Lead(days=7), Lead(days=3), Lead(days=1))
"""Domain 4.2."""
RENEWAL_LEADS = (Lead(months=12), Lead(months=9), Lead(months=6), Lead(months=3))
"""Domain 4, milestone 19."""

_UNDER_WAY = N_("you take part in an answer to this contract, or coordinate it")

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
        name="questions_closing",
        category=Category.DEADLINES,
        audience=deadlines.work_on_it,
        why=_UNDER_WAY,
        deadline_kinds=frozenset({DeadlineKind.QUESTIONS}),
        leads=REGISTRATION_LEADS,
    ),
    Kind(
        name="site_visit",
        category=Category.DEADLINES,
        audience=deadlines.work_on_it,
        why=_UNDER_WAY,
        deadline_kinds=frozenset({DeadlineKind.SITE_VISIT}),
        leads=REGISTRATION_LEADS,
    ),
    Kind(
        name="dues",
        category=Category.DEADLINES,
        audience=dues.owe,
        why=N_("you manage a structure from which a group still waits for something"),
        deadline_kinds=frozenset({DeadlineKind.SUBMISSION, DeadlineKind.APPLICATIONS}),
        leads=DUES_LEADS,
        lists_dues=True,
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
    Kind(
        name="contract_renewal",
        category=Category.DEADLINES,
        audience=contracts.ends,
        why=N_("your structure leads the group that holds this contract, or you are the legal delegate"),
        deadline_kinds=frozenset({DeadlineKind.CONTRACT_END}),
        leads=RENEWAL_LEADS,
    ),
)
