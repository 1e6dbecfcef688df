"""Places in groups, and what becomes of a group's answer."""

from datetime import timedelta

from procurement.core.i18n import N_
from procurement.deadlines.models import DeadlineKind
from procurement.notifications.audiences import contracts, dues, groups, managers
from procurement.notifications.categories import Category
from procurement.notifications.kinds.kind import Kind
from procurement.notifications.rules import Lead

_IN_GROUP = N_("you belong to a structure of this group, or coordinate it")

KINDS = (
    Kind(
        name="handed_over",
        category=Category.GROUPS,
        audience=managers.successor,
        why=N_("you have taken over a structure"),
        mandatory=True,
        verbs=frozenset({"handed_over"}),
    ),
    Kind(
        name="registered",
        category=Category.GROUPS,
        audience=groups.registered,
        why=N_("you manage this structure"),
        urgent=True,
        tells_actor=True,
        verbs=frozenset({"registered", "admitted_late", "registration_withdrawn"}),
    ),
    Kind(
        name="member_proposed",
        category=Category.GROUPS,
        audience=groups.member_proposed,
        why=N_("you manage the structure that is proposed"),
        mandatory=True,
        urgent=True,
        verbs=frozenset({"member_proposed"}),
        useful_for=timedelta(days=21),
    ),
    Kind(
        name="seat_confirmed",
        category=Category.GROUPS,
        audience=groups.seat_confirmed,
        why=N_("you manage this structure, or coordinate the group"),
        verbs=frozenset({"seat_confirmed"}),
    ),
    Kind(
        name="seat_refused",
        category=Category.GROUPS,
        audience=groups.seat_refused,
        why=N_("you manage this structure, or coordinate the group"),
        verbs=frozenset({"seat_refused"}),
    ),
    Kind(
        name="member_removed",
        category=Category.GROUPS,
        audience=groups.member_removed,
        why=N_("you belong to this structure"),
        mandatory=True,
        urgent=True,
        verbs=frozenset({"member_removed"}),
    ),
    Kind(
        name="turned_down",
        category=Category.GROUPS,
        audience=groups.turned_down,
        why=N_("you manage a structure that registered"),
        mandatory=True,
        urgent=True,
        verbs=frozenset({"turned_down"}),
    ),
    Kind(
        name="dues_lead",
        category=Category.GROUPS,
        audience=dues.lead_waits,
        why=N_("you lead a group that still waits for one of its structures, or coordinate it"),
        deadline_kinds=frozenset({DeadlineKind.SUBMISSION, DeadlineKind.APPLICATIONS}),
        leads=(Lead(days=7),),
        lists_dues=True,
    ),
    Kind(
        name="bid_composed",
        category=Category.GROUPS,
        audience=groups.bid_composed,
        why=_IN_GROUP,
        mandatory=True,
        urgent=True,
        verbs=frozenset({"bid_composed"}),
    ),
    Kind(
        name="bid_deposited",
        category=Category.GROUPS,
        audience=groups.bid_deposited,
        why=_IN_GROUP,
        urgent=True,
        tells_actor=True,
        verbs=frozenset({"bid_deposited"}),
    ),
    Kind(
        name="bid_result",
        category=Category.GROUPS,
        audience=groups.bid_result,
        why=_IN_GROUP,
        verbs=frozenset({"bid_awarded", "bid_lost", "bid_no_award"}),
    ),
    Kind(
        name="standstill_over",
        category=Category.GROUPS,
        audience=contracts.may_be_signed,
        why=N_("your structure leads the group that won, or you coordinate it"),
        deadline_kinds=frozenset({DeadlineKind.STANDSTILL}),
        leads=(Lead(),),
        fixed=True,
    ),
    Kind(
        name="bid_withdrawn",
        category=Category.GROUPS,
        audience=groups.bid_withdrawn,
        why=_IN_GROUP,
        urgent=True,
        verbs=frozenset({"bid_withdrawn"}),
    ),
)
