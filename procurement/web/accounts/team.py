"""Who belongs to a structure and who is invited to it; the page that an invitation opens."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from procurement.accounts import queries
from procurement.core import policy
from procurement.core.errors import Refusal
from procurement.core.policy import Actor, MembershipRole
from procurement.members import invitations, people
from procurement.members import policy as rights
from procurement.members.models import Member
from procurement.members.queries import find
from procurement.web import limits
from procurement.web.accounts.forms import AcceptForm, TeamInviteForm
from procurement.web.accounts.room import room
from procurement.web.accounts.signing import CLOSED
from procurement.web.edge import current_actor
from procurement.web.security import sign_in


def _member(actor: Actor, member_id: int) -> Member:
    """The structure, for whoever may see who belongs to it; 403 for the network's other people."""
    member = find(actor, member_id)
    if not rights.see_people(actor, member.id):
        abort(403)
    return member


@room.route("/structures/<int:member_id>/personnes", methods=["GET", "POST"], may=policy.in_network)
@limits.invitations
def team(member_id: int) -> ResponseReturnValue:
    """Who belongs to a structure, from when to when; its manager invites from here."""
    actor = current_actor()
    member = _member(actor, member_id)
    may_invite = rights.invite(actor, member.id)
    form = TeamInviteForm()
    if form.is_submitted() and not may_invite:
        abort(403)
    if form.validate_on_submit():
        try:
            invitation = invitations.invite(
                actor,
                email=form.email.data or "",
                name=form.name.data or "",
                locale=form.locale.data,
                member=member,
                role=MembershipRole(form.role.data),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The invitation to %(email)s is on its way.", email=invitation.email), "success")
            return redirect(url_for("accounts.team", member_id=member.id))
    return (
        render_template(
            "accounts/team.html",
            member=member,
            places=people.team(actor, member.id),
            pending=people.pending_invitations(actor, member.id),
            may_invite=may_invite,
            form=form,
        ),
        form.status,
    )


@room.post("/appartenances/<int:membership_id>/role", may=policy.in_network)
def change_place(membership_id: int) -> ResponseReturnValue:
    """Make a contributor a manager, or the reverse: the form names the place wanted, so that a repeat does nothing."""
    actor = current_actor()
    place = people.find_place(actor, membership_id)
    if not rights.invite(actor, place.member_id):
        abort(403)
    if request.form.get("role") not in set(MembershipRole):
        abort(400)
    invitations.change_place(actor, place, MembershipRole(request.form["role"]))
    flash(gettext("Done: the change holds from now on."), "success")
    return redirect(url_for("accounts.team", member_id=place.member_id))


@room.post("/invitations/<int:invitation_id>/retirer", may=policy.in_network)
def revoke_invitation(invitation_id: int) -> ResponseReturnValue:
    """Withdraw an invitation that nobody has answered."""
    actor = current_actor()
    invitation = invitations.revoke_invitation(actor, invitation_id)
    flash(gettext("The invitation is withdrawn: its link opens nothing any more."), "success")
    if invitation.member_id is not None and not policy.delegate_or_admin(actor):
        return redirect(url_for("accounts.team", member_id=invitation.member_id))
    return redirect(url_for("accounts.people"))


@room.route("/invitation/<token>", methods=["GET", "POST"], may=policy.anyone)
@limits.secret_typed
def invitation(token: str) -> ResponseReturnValue:
    """Accept an invitation: a name, a password if one wants, one button. Opening the page changes nothing."""
    invited = people.open_invitation(token)
    if invited is None:
        return render_template("accounts/closed.html", url="", words=""), CLOSED
    known = queries.find_by_email(invited.invitation.email)
    form = AcceptForm()
    with force_locale(known.locale if known else invited.invitation.locale):
        if not form.is_submitted():
            form.name.data = invited.invitation.name
        if form.is_submitted() and (known or form.validate()):
            try:
                user = invitations.accept_invitation(token, form.name.data or "", form.password.data or None)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                sign_in(user, "invitation")
                flash(gettext("Welcome! You are signed in."), "success")
                return redirect(url_for("desk.home"))
        return render_template(
            "accounts/invitation.html", form=form, invited=invited, known=known
        ), form.status
