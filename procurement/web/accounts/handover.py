"""A manager leaves: what they look after, who takes over."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.bids.operations.handing_over import hand_over as take_over
from procurement.bids.queries.holdings import holdings
from procurement.core import policy
from procurement.core.errors import Refusal
from procurement.core.policy import MembershipRole
from procurement.members import people
from procurement.web.accounts.forms import SuccessorForm
from procurement.web.accounts.room import room
from procurement.web.edge import current_actor
from procurement.web.labels import label


@room.route("/appartenances/<int:membership_id>/passation", methods=["GET", "POST"], may=policy.signed_in)
def hand_over(membership_id: int) -> ResponseReturnValue:
    """Choose the successor of a manager who leaves, seeing what passes to them."""
    actor = current_actor()
    place = people.find_place(actor, membership_id)
    if place.ended_at is not None or place.role is not MembershipRole.MANAGER:
        abort(404)
    held = holdings(place)
    form = SuccessorForm([(user.id, f"{user.name} – {label(role)}") for user, role in held.colleagues])
    if form.validate_on_submit():
        try:
            take_over(actor, place, form.successor.data)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            name = next(user.name for user, _ in held.colleagues if user.id == form.successor.data)
            flash(gettext("%(name)s has taken over: an e-mail tells them what waits.", name=name), "success")
            if place.user_id == actor.user_id:
                return redirect(url_for("accounts.profile"))
            return redirect(url_for("accounts.team", member_id=place.member_id))
    return (
        render_template(
            "accounts/handover.html",
            form=form,
            held=held,
            mine=place.user_id == actor.user_id,
            pending=people.pending_invitations(actor, place.member_id),
        ),
        form.status,
    )
