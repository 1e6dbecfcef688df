"""Following a tender, or hearing no more of it."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.core import policy
from procurement.tenders.following import follow as do_follow
from procurement.web.edge import current_actor
from procurement.web.news.room import room

WISHES = {"suivre": False, "taire": True, "rien": None}
"""What a button asks for, and what that means: muted or not; nothing chosen."""


@room.post("/marches/<int:tender_id>/suivi", may=policy.in_network)
def follow(tender_id: int) -> ResponseReturnValue:
    """Follow a tender, mute it, or neither."""
    muted = WISHES.get(request.form.get("wish", ""))
    do_follow(current_actor(), tender_id, muted=muted)
    if muted is None:
        flash(gettext("You hear of this tender what concerns your structure, as of any other."), "success")
    elif muted:
        flash(gettext("You hear no more of this tender, save what can’t be refused."), "success")
    else:
        flash(gettext("You hear of each change of this tender."), "success")
    if request.form.get("back") == "choices":
        return redirect(url_for("news.choose"))
    return redirect(url_for("tenders.show", tender_id=tender_id))
