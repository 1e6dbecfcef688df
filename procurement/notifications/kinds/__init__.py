"""Every kind of notification, declared once: who hears it, from which event or how long before which deadline.

To add one: an entry in its family, its audience in `audiences`, its mail in templates/mail/<name>.txt, its French, and its
snapshot in tests/notifications (docs/adding.md).
"""

from collections.abc import Mapping
from datetime import timedelta

from procurement.deadlines.models import DeadlineKind
from procurement.notifications.kinds import deadlines, groups, oversight, papers, security, tenders
from procurement.notifications.kinds.kind import Kind

__all__ = ["BY_DEADLINE", "BY_VERB", "KINDS", "LONGEST_LEAD", "Kind"]

_DECLARED: tuple[Kind, ...] = (
    *security.KINDS,
    *deadlines.KINDS,
    *groups.KINDS,
    *tenders.KINDS,
    *oversight.KINDS,
    *papers.KINDS,
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _DECLARED}
"""All kinds by name."""

BY_VERB: Mapping[str, tuple[Kind, ...]] = {
    verb: tuple(kind for kind in _DECLARED if verb in kind.verbs)
    for verb in sorted({verb for kind in _DECLARED for verb in kind.verbs})
}
"""The kinds that an event raises, by its verb."""

BY_DEADLINE: Mapping[DeadlineKind, tuple[Kind, ...]] = {
    due: tuple(kind for kind in _DECLARED if due in kind.deadline_kinds) for due in DeadlineKind
}
"""The kinds that remind of a deadline, by its kind."""

LONGEST_LEAD: Mapping[DeadlineKind, timedelta] = {
    due: max(lead.at_most for kind in kinds for lead in (*kind.leads, *kind.offered))
    for due, kinds in BY_DEADLINE.items()
    if kinds
}
"""How long at most before a deadline of each kind somebody is reminded of it."""
