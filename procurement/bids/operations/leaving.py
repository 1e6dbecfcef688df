"""A structure leaves the network, once no group counts on it any more."""

from procurement.bids.queries.holdings import groups_of
from procurement.core.db import db
from procurement.core.errors import Conflict
from procurement.core.i18n import N_
from procurement.core.policy import Actor, require
from procurement.members import invitations, policy
from procurement.members.models import Member
from procurement.members.queries import find


def leave_network(actor: Actor, member_id: int, version: int) -> Member:
    """End a structure's part in the network: its places and invitations with it.

    Records `member_left`. Raises NotFound, Forbidden but for the network's office, StaleVersion, Conflict while it
    has a place in a group answer that isn't decided.
    """
    member = find(actor, member_id)
    require(policy.edit_identity(actor))
    db.session.refresh(member, with_for_update=True)
    groups = groups_of(member.id)
    if groups:
        raise Conflict(
            N_("%(member)s still has a place in a group: %(groups)s. Take it out of it first."),
            member=member.name,
            groups=", ".join(f"{group.name} ({group.title})" for group in groups),
        )
    return invitations.leave_network(actor, member.id, version)
