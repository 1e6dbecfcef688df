"""Who may register a structure, answer for its place, run a group; who is told what (G3)."""

from procurement.bids.rules import Audience, Finding, Fit, Verdict
from procurement.core.errors import NotFound
from procurement.core.i18n import N_
from procurement.core.policy import Actor, require

ONLY_MANAGERS = N_(
    "Only a manager of your structure can commit it. You can prepare the answer: a manager then sends it."
)
ONLY_MANAGERS_SEAT = N_("Only a manager of your structure can confirm its place or give it up.")
ONLY_DELEGATE = N_("Only the legal delegate runs the groups.")
ONLY_LEAD = N_("Only the lead's manager or the legal delegate records the deposit.")


def registers(actor: Actor) -> bool:
    """Whether `actor` opens the registration form: people of a structure, or the delegate for one who phones."""
    return actor.is_delegate or actor.is_member


def reads_answers(actor: Actor) -> bool:
    """Whether there are group answers to see at all: for people of a structure and the delegate."""
    return actor.is_delegate or actor.is_member


def may_read_registration(actor: Actor, member_id: int) -> bool:
    """Whether `actor` sees what that structure answered: its own people and the delegate, nobody else."""
    return actor.is_delegate or member_id in actor.memberships


def may_read_offer(actor: Actor, member_id: int, *, confirmed: bool) -> bool:
    """Whether `actor`, who sees a group, sees what a structure with a place in it registered with.

    Once it has confirmed, all of the group; before, only itself and the delegate, as its registration.
    """
    return confirmed or may_read_registration(actor, member_id)


def may_write_to(actor: Actor, member_id: int, *, confirmed: bool, seated: bool) -> bool:
    """Whether `actor`, who sees a group, is told the addresses of a member's managers.

    The delegate, and the member's own people; those of structures that confirmed their place (`seated`), once that
    member has confirmed its own.
    """
    return may_read_registration(actor, member_id) or (confirmed and seated)


def may_register(actor: Actor, verdict: Verdict, *, agreement: bool) -> bool:
    """Whether `actor` may register a structure of which the rules say `verdict`; as far as its kind goes.

    What is plainly forbidden only the delegate, and nobody into an agreement: the law is hers to read, and the
    checklist of a group then stops until she has written why.
    """
    return verdict.fit is not Fit.FORBIDDEN or (actor.is_delegate and not agreement)


def may_commit(actor: Actor, member_id: int) -> bool:
    """Whether `actor` may register that structure: its managers, or the delegate for a member who phones."""
    return actor.is_delegate or actor.manages(member_id)


def require_reads(actor: Actor, member_id: int) -> None:
    """Go on only for that structure's people and the delegate; for anybody else it doesn't exist (NotFound)."""
    if not may_read_registration(actor, member_id):
        raise NotFound


def require_commits(actor: Actor, member_id: int) -> None:
    """Go on only for whoever may commit that structure: NotFound for strangers, Forbidden for contributors."""
    require_reads(actor, member_id)
    require(may_commit(actor, member_id), ONLY_MANAGERS)


def require_delegate(actor: Actor) -> None:
    """Go on only for the legal delegate; raises Forbidden."""
    require(actor.is_delegate, ONLY_DELEGATE)


def may_deposit(actor: Actor, lead_id: int | None) -> bool:
    """Whether `actor` may record the deposit: the delegate, or a manager of the lead, who made it."""
    return actor.is_delegate or (lead_id is not None and actor.manages(lead_id))


def acting_for(actor: Actor, member_id: int) -> int | None:
    """The structure to name in the trail when `actor` acts for one that isn't theirs; None when it is."""
    return None if actor.system or member_id in actor.memberships else member_id


def may_hear(actor: Actor, finding: Finding) -> bool:
    """Whether `actor` is told this finding: what shows another group is for the delegate or the structure itself."""
    if actor.is_delegate or finding.audience is Audience.GROUP:
        return True
    return finding.audience is Audience.MEMBER and finding.member_id in actor.memberships
