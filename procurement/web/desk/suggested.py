"""Tenders suggested to a member's structures, with the reasons in words."""

from flask import render_template
from flask.typing import ResponseReturnValue

from procurement.bids.queries.suggestions import suggestions
from procurement.core import clock, policy
from procurement.members.queries import own
from procurement.web.bids.registration import quick_reasons
from procurement.web.desk.room import room
from procurement.web.desk.starting import without_trades
from procurement.web.edge import current_actor
from procurement.web.tenders.fitting import reason_words

MOST = 60


@room.get("/pour-vous", may=policy.member)
def suggested() -> ResponseReturnValue:
    """What is suggested, the best first; "not for us" teaches it."""
    actor = current_actor()
    found = suggestions(actor, clock.now())
    return render_template(
        "desk/suggested.html",
        found=found[:MOST],
        to_fill=[] if found else without_trades(actor, own(actor)),
        several=len(actor.memberships) > 1,
        manages=actor.manages,
        quick_reasons=quick_reasons(),
        reason_words=reason_words,
    )
