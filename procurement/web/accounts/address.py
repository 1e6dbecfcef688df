"""Another e-mail address for an account, confirmed by a link sent to it. Opening the link changes nothing; its button does."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from procurement.accounts import addresses, passwords, queries
from procurement.accounts.models import User
from procurement.core import policy
from procurement.core.errors import Invalid, Refusal
from procurement.core.i18n import N_
from procurement.web import limits
from procurement.web.accounts.forms import AddressForm, ButtonForm
from procurement.web.accounts.room import own_account, room
from procurement.web.accounts.signing import CLOSED
from procurement.web.edge import current_actor


@room.route("/compte/adresse", methods=["GET", "POST"], may=policy.signed_in)
@limits.mailed
@limits.secret_typed
def change_address() -> ResponseReturnValue:
    """Want another address for oneself."""
    user = own_account()
    form = AddressForm(asks_password=user.password is not None)
    return _change(user, form, url_for("accounts.profile"))


@room.route("/personnes/<int:user_id>/adresse/nouvelle", methods=["GET", "POST"], may=policy.admin)
@limits.mailed
def change_their_address(user_id: int) -> ResponseReturnValue:
    """The administrator wants another address for somebody whose mailbox is gone; they confirm it."""
    user = queries.get_person(current_actor(), user_id)
    return _change(user, AddressForm(asks_password=False), url_for("accounts.person", user_id=user.id))


def _change(user: User, form: AddressForm, onward: str) -> ResponseReturnValue:
    if form.validate_on_submit():
        try:
            if form.current and not passwords.verify_password(form.current.data or "", user.password):
                raise Invalid(N_("This isn't your current password."), field="current")
            change = addresses.request_change(current_actor(), user, form.email.data or "")
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("Open the e-mail that we have sent to %(email)s.", email=change.email), "success")
            return redirect(onward)
    return render_template("accounts/address.html", form=form, person=user, onward=onward), form.status


@room.post("/compte/adresse/garder", may=policy.signed_in)
def keep_address() -> ResponseReturnValue:
    """Keep the present address after all."""
    addresses.drop_change(current_actor(), own_account())
    flash(gettext("Your address stays as it is."), "success")
    return redirect(url_for("accounts.profile"))


@room.route("/adresse/<token>", methods=["GET", "POST"], may=policy.anyone)
@limits.secret_typed
def confirm_address(token: str) -> ResponseReturnValue:
    """A page with one button, which takes the new address."""
    change = addresses.open_change(token)
    if change is None:
        return _closed()
    form = ButtonForm()
    with force_locale(change.user.locale):
        if form.validate_on_submit():
            try:
                user = addresses.confirm(token)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                flash(gettext("Done: from now on we write to %(email)s.", email=user.email), "success")
                return redirect(url_for("accounts.profile"))
        return render_template("accounts/confirm_address.html", form=form, change=change), form.status


def _closed() -> ResponseReturnValue:
    words, url = gettext("Ask for another link"), url_for("accounts.change_address")
    return render_template("accounts/closed.html", url=url, words=words), CLOSED
