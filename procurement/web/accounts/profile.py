"""One's own account: what the others see, when mails come, password, structures and roles."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from procurement.accounts import addresses, operations, passwords, queries, second_factor
from procurement.core import policy
from procurement.core.errors import Conflict, Invalid, Refusal
from procurement.core.i18n import N_
from procurement.core.policy import MembershipRole, delegate_or_admin
from procurement.members import invitations, people
from procurement.web import limits
from procurement.web.accounts.forms import ChangePasswordForm, ProfileForm, ResetForm
from procurement.web.accounts.room import own_account, room
from procurement.web.edge import current_actor
from procurement.web.security import sign_in


@room.route("/compte", methods=["GET", "POST"], may=policy.signed_in)
def profile() -> ResponseReturnValue:
    """What the others see, and when mails come."""
    me, form = own_account(), ProfileForm()
    if not form.is_submitted():
        form.show(me)
    elif form.validate():
        try:
            operations.edit_profile(current_actor(), me, **form.profile())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            with force_locale(me.locale):
                flash(gettext("Your account is up to date."), "success")
            return redirect(url_for("accounts.profile"))
    places = people.places_of(me.id)
    return (
        render_template(
            "accounts/profile.html",
            form=form,
            me=me,
            roles=queries.roles_of(me.id),
            places=places,
            standing=second_factor.standing(me),
            address_wanted=addresses.pending(me),
            managed=[p for p in places if p.role is MembershipRole.MANAGER and p.ended_at is None],
        ),
        form.status,
    )


@room.route("/compte/mot-de-passe", methods=["GET", "POST"], may=policy.signed_in)
@limits.secret_typed
def password() -> ResponseReturnValue:
    """Choose a password, or change it; signs out everywhere else."""
    me = own_account()
    form: ResetForm | ChangePasswordForm = ChangePasswordForm() if me.password else ResetForm()
    if form.validate_on_submit():
        known = not isinstance(form, ChangePasswordForm)
        if isinstance(form, ChangePasswordForm):
            known = passwords.verify_password(form.current.data or "", me.password)
        if not known and isinstance(form, ChangePasswordForm):
            form.refuse(Invalid(N_("This isn't your current password."), field="current"))
        else:
            try:
                operations.set_password(current_actor(), me, form.password.data or "")
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                sign_in(me, "password")
                flash(gettext("Your new password is saved. You are signed out everywhere else."), "success")
                return redirect(url_for("accounts.profile"))
    return render_template("accounts/password.html", form=form, me=me), form.status


@room.post("/appartenances/<int:membership_id>/fin", may=policy.signed_in)
def end_membership(membership_id: int) -> ResponseReturnValue:
    """Somebody leaves a structure: they themselves, its manager, or the network's office says so."""
    actor = current_actor()
    place = people.find_place(actor, membership_id)
    try:
        invitations.end_membership(actor, place)
    except Conflict as refusal:
        flash(gettext(refusal.message, **refusal.params), "danger")
        return redirect(url_for("accounts.hand_over", membership_id=place.id))
    if place.user_id == actor.user_id:
        flash(gettext("You have left the structure."), "success")
        return redirect(url_for("accounts.profile"))
    flash(gettext("This person no longer belongs to the structure."), "success")
    if request.form.get("back") == "person" and delegate_or_admin(actor):
        return redirect(url_for("accounts.person", user_id=place.user_id))
    return redirect(url_for("accounts.team", member_id=place.member_id))
