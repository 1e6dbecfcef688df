"""Every kind of notification, declared once: who hears it, from which event or how long before which deadline.

To add one: an entry here, its audience in `audiences`, its mail in templates/mail/<name>.jinja, its French, and its
snapshot in tests/notifications (docs/adding.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from procurement.core.i18n import N_
from procurement.deadlines.models import DeadlineKind
from procurement.notifications import audiences
from procurement.notifications.audiences import Audience
from procurement.notifications.rules import Lead


class Category(StrEnum):
    """What a person chooses how to receive, together."""

    SECURITY = "security"
    """Links that open a door, and what touches one's account."""
    DEADLINES = "deadlines"
    """Dates that near or move, and what one still owes."""
    GROUPS = "groups"
    """Places in groups, and what becomes of a group's answer."""
    TENDERS = "tenders"
    """Changes of the contracts one takes part in or follows."""
    OPPORTUNITIES = "opportunities"
    """Contracts that may suit one's structure, or match a search."""
    PAPERS = "papers"
    """Certificates that lapse or are wanted."""
    OVERSIGHT = "oversight"
    """What the legal delegate must hear: late work, mail that can't be delivered."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind. It is raised by events (`verbs`) or by deadlines (`deadline_kinds` and `leads`)."""

    name: str
    category: Category
    audience: Audience
    """Who is concerned: asked when it is written down, and again when it is sent (N19)."""
    why: str
    """Why one receives it, said at the foot of the mail: an msgid."""
    mandatory: bool = False
    """Whether it can't be refused (N27)."""
    urgent: bool = False
    """Whether it leaves at once, at night and on days off too (N11)."""
    verbs: frozenset[str] = frozenset()
    useful_for: timedelta = timedelta(days=7)
    """For how long after the event it is worth saying."""
    of_deadline: bool = False
    """Whether the event names a deadline and its version: once that has moved again, it is void (N12)."""
    tells_actor: bool = False
    """Whether who did it is told too."""
    by_address: bool = False
    """Whether it is for an address that has no account."""
    deadline_kinds: frozenset[DeadlineKind] = frozenset()
    leads: tuple[Lead, ...] = ()

    @property
    def reminds(self) -> bool:
        """Whether it is a reminder of something owed: all those of a person's day are one mail (N20)."""
        return bool(self.leads)


REGISTRATION_LEADS = (Lead(days=7), Lead(days=3), Lead(days=1))
SUBMISSION_LEADS = (Lead(days=15), Lead(days=7), Lead(days=3), Lead(days=1), Lead(hours=4))
"""Domain 4.2."""

_IN_GROUP = N_("you belong to a structure of this group, or coordinate it")

_DECLARED = (
    Kind(
        name="sign_in_link",
        category=Category.SECURITY,
        audience=audiences.sign_in_link,
        why=N_("somebody, you most likely, asked for a link to sign in with this address"),
        mandatory=True,
        urgent=True,
        tells_actor=True,
        verbs=frozenset({"sign_in_link_requested"}),
        useful_for=timedelta(minutes=15),
    ),
    Kind(
        name="password_reset",
        category=Category.SECURITY,
        audience=audiences.password_reset,
        why=N_("somebody, you most likely, asked for a new password with this address"),
        mandatory=True,
        urgent=True,
        tells_actor=True,
        verbs=frozenset({"password_reset_requested"}),
        useful_for=timedelta(hours=1),
    ),
    Kind(
        name="invitation",
        category=Category.SECURITY,
        audience=audiences.invited,
        by_address=True,
        why=N_("somebody of the network invited this address"),
        mandatory=True,
        urgent=True,
        verbs=frozenset({"invitation_sent"}),
    ),
    Kind(
        name="registration_closing",
        category=Category.DEADLINES,
        audience=audiences.have_not_answered,
        why=N_("you manage a structure that could take part and hasn't answered"),
        deadline_kinds=frozenset({DeadlineKind.REGISTRATION_CLOSE, DeadlineKind.ENROLMENT}),
        leads=REGISTRATION_LEADS,
    ),
    Kind(
        name="submission_nearing",
        category=Category.DEADLINES,
        audience=audiences.have_not_deposited,
        why=N_("you belong to a group that hasn't deposited its answer, or coordinate it"),
        mandatory=True,
        deadline_kinds=frozenset({DeadlineKind.SUBMISSION, DeadlineKind.APPLICATIONS}),
        leads=SUBMISSION_LEADS,
    ),
    Kind(
        name="deadline_moved",
        category=Category.DEADLINES,
        audience=audiences.deadline_moved,
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
        audience=audiences.tender_cancelled,
        why=N_("we had told you its dates, or you took part in this contract"),
        mandatory=True,
        urgent=True,
        verbs=frozenset({"tender_cancelled"}),
    ),
    Kind(
        name="member_proposed",
        category=Category.GROUPS,
        audience=audiences.member_proposed,
        why=N_("you manage the structure that is proposed"),
        mandatory=True,
        urgent=True,
        verbs=frozenset({"member_proposed"}),
        useful_for=timedelta(days=21),
    ),
    Kind(
        name="seat_confirmed",
        category=Category.GROUPS,
        audience=audiences.seat_confirmed,
        why=N_("you manage this structure, or coordinate the group"),
        verbs=frozenset({"seat_confirmed"}),
    ),
    Kind(
        name="seat_refused",
        category=Category.GROUPS,
        audience=audiences.seat_refused,
        why=N_("you manage this structure, or coordinate the group"),
        verbs=frozenset({"seat_refused"}),
    ),
    Kind(
        name="member_removed",
        category=Category.GROUPS,
        audience=audiences.member_removed,
        why=N_("you belong to this structure"),
        mandatory=True,
        urgent=True,
        verbs=frozenset({"member_removed"}),
    ),
    Kind(
        name="turned_down",
        category=Category.GROUPS,
        audience=audiences.turned_down,
        why=N_("you manage a structure that registered"),
        mandatory=True,
        urgent=True,
        verbs=frozenset({"turned_down"}),
    ),
    Kind(
        name="bid_composed",
        category=Category.GROUPS,
        audience=audiences.bid_composed,
        why=_IN_GROUP,
        mandatory=True,
        urgent=True,
        verbs=frozenset({"bid_composed"}),
    ),
    Kind(
        name="bid_deposited",
        category=Category.GROUPS,
        audience=audiences.bid_deposited,
        why=_IN_GROUP,
        urgent=True,
        tells_actor=True,
        verbs=frozenset({"bid_deposited"}),
    ),
    Kind(
        name="bid_result",
        category=Category.GROUPS,
        audience=audiences.bid_result,
        why=_IN_GROUP,
        verbs=frozenset({"bid_awarded", "bid_lost", "bid_no_award"}),
    ),
    Kind(
        name="bid_withdrawn",
        category=Category.GROUPS,
        audience=audiences.bid_withdrawn,
        why=_IN_GROUP,
        urgent=True,
        verbs=frozenset({"bid_withdrawn"}),
    ),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _DECLARED}
"""All kinds by name."""

BY_VERB: Mapping[str, Kind] = {verb: kind for kind in _DECLARED for verb in kind.verbs}
"""The kind that an event raises, by its verb."""

BY_DEADLINE: Mapping[DeadlineKind, Kind] = {due: kind for kind in _DECLARED for due in kind.deadline_kinds}
"""The kind that reminds of a deadline, by its kind."""

LONGEST_LEAD = max(timedelta(days=lead.days, hours=lead.hours) for kind in _DECLARED for lead in kind.leads)
