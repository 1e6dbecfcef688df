"""Tenders suggested to a member's structures, with the reasons in words."""

from flask import render_template
from flask.typing import ResponseReturnValue

from procurement.bids.queries.suggestions import suggestions
from procurement.core import clock, policy
from procurement.web.bids.registration import quick_reasons
from procurement.web.desk.room import room
from procurement.web.edge import current_actor
from procurement.web.tenders.fitting import reason_words

MOST = 60


@room.get("/pour-vous", may=policy.member)
def suggested() -> ResponseReturnValue:
    """What is suggested, the best first; "not for us" teaches it."""
    actor = current_actor()
    return render_template(
        "desk/suggested.html",
        found=suggestions(actor, clock.now())[:MOST],
        several=len(actor.memberships) > 1,
        manages=actor.manages,
        quick_reasons=quick_reasons(),
        reason_words=reason_words,
    )
