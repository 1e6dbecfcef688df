"""What a kind of notification is."""

from dataclasses import dataclass
from datetime import timedelta

from procurement.deadlines.models import DeadlineKind
from procurement.notifications.audiences.pieces import Audience
from procurement.notifications.categories import Category
from procurement.notifications.rules import Lead

MONTHS_BEFORE = tuple(Lead(months=count) for count in (12, 9, 6, 4, 3, 2, 1))
DAYS_BEFORE = (*(Lead(days=count) for count in (21, 15, 10, 7, 5, 3, 2, 1)), Lead(hours=4))


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

    lists_dues: bool = False
    """Whether it says what is still owed by the deadline: to have heard of the date doesn't stand in for it."""

    fixed: bool = False
    """Whether its lead time is the law's: it can't be chosen for a tender."""

    @property
    def offered(self) -> tuple[Lead, ...]:
        """The lead times that can be chosen for a tender, longest first; none where nothing can."""
        if not self.leads or self.fixed:
            return ()
        return MONTHS_BEFORE if any(lead.months for lead in self.leads) else DAYS_BEFORE

    @property
    def personal(self) -> bool:
        """Whether it is for that person's eyes alone, whoever stands in for them."""
        return self.category is Category.SECURITY

    @property
    def reminds(self) -> bool:
        """Whether it is a reminder of something owed: all those of a person's day are one mail (N20)."""
        return bool(self.leads)
