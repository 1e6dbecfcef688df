"""What the legal delegate must hear."""

from datetime import timedelta

from procurement.core.i18n import N_
from procurement.deadlines.models import DeadlineKind
from procurement.notifications.audiences import accounts, dues, managers, returns, tenders
from procurement.notifications.categories import Category
from procurement.notifications.kinds.kind import Kind
from procurement.notifications.rules import Lead

KINDS = (
    Kind(
        name="mail_undeliverable",
        category=Category.OVERSIGHT,
        audience=returns.unreachable,
        why=N_("you are the legal delegate, and somebody with a part in a live answer can’t be reached"),
        mandatory=True,
        urgent=True,
        verbs=frozenset({"mail_undeliverable", "address_suspended"}),
    ),
    Kind(
        name="mail_read",
        category=Category.OVERSIGHT,
        audience=tenders.forwarder,
        why=N_("you forwarded an e-mail to the platform"),
        mandatory=True,
        urgent=True,
        tells_actor=True,
        verbs=frozenset({"notice_forwarded"}),
        useful_for=timedelta(days=2),
    ),
    Kind(
        name="draft_assigned",
        category=Category.OVERSIGHT,
        audience=tenders.draft_assigned,
        why=N_("you are a legal delegate, and a colleague handed you a draft"),
        verbs=frozenset({"tender_assigned"}),
        useful_for=timedelta(days=30),
    ),
    Kind(
        name="manager_lacking",
        category=Category.OVERSIGHT,
        audience=managers.without_manager,
        why=N_("you are the legal delegate, and nobody may commit this structure any more"),
        mandatory=True,
        verbs=frozenset({"membership_ended", "account_closed", "account_lapsed"}),
        useful_for=timedelta(days=30),
    ),
    Kind(
        name="erasure_asked",
        category=Category.OVERSIGHT,
        audience=accounts.erasing_office,
        why=N_("you administer the network’s accounts"),
        mandatory=True,
        verbs=frozenset({"erasure_asked"}),
        useful_for=timedelta(days=31),
    ),
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
