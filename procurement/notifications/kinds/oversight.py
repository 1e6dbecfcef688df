"""What the legal delegate must hear."""

from procurement.core.i18n import N_
from procurement.deadlines.models import DeadlineKind
from procurement.notifications.audiences import dues
from procurement.notifications.categories import Category
from procurement.notifications.kinds.kind import Kind
from procurement.notifications.rules import Lead

KINDS = (
    Kind(
        name="dues_delegate",
        category=Category.OVERSIGHT,
        audience=dues.delegate_waits,
        why=N_("you are the legal delegate, and a group still waits for one of its structures"),
        mandatory=True,
        deadline_kinds=frozenset({DeadlineKind.SUBMISSION, DeadlineKind.APPLICATIONS}),
        leads=(Lead(days=3),),
        lists_dues=True,
    ),
)
