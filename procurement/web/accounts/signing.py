"""Getting in without a password, or with a new one: links sent by mail.

Opening a link changes nothing: mail scanners and previews open them too. Its page has one button, and that signs in.
"""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from procurement.accounts import operations, queries, rules
from procurement.core import policy
from procurement.core.errors import Invalid, Refusal
from procurement.web import limits
from procurement.web.accounts.forms import ButtonForm, LinkForm, ResetForm
from procurement.web.accounts.room import room
from procurement.web.security import sign_in

CLOSED = 410
"""Gone: the link was real, or looked like it, and opens nothing."""


@room.route("/connexion/lien", methods=["GET", "POST"], may=policy.anyone)
@limits.mailed
def link_request() -> ResponseReturnValue:
    """Ask for a link that signs in. The answer says nothing of whether the address has an account."""
    form = LinkForm()
    if form.validate_on_submit():
        try:
            operations.request_sign_in_link(form.email.data or "", form.next.data or "")
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("accounts.sent"))
    return render_template("accounts/link_request.html", form=form), form.status


@room.get("/connexion/courriel-envoye", may=policy.anyone)
def sent() -> ResponseReturnValue:
    """What to do now: look into the mailbox."""
    return render_template("accounts/sent.html")


@room.route("/connexion/lien/<token>", methods=["GET", "POST"], may=policy.anyone)
@limits.secret_typed
def use_link(token: str) -> ResponseReturnValue:
    """A page with one button; the button consumes the link and signs in."""
    link = queries.open_sign_in_link(token)
    if link is None:
        return _closed(url_for("accounts.link_request"), gettext("Ask for another link"))
    form = ButtonForm()
    if form.validate_on_submit():
        try:
            user = operations.use_sign_in_link(token)
        except Refusal:
            return _closed(url_for("accounts.link_request"), gettext("Ask for another link"))
        sign_in(user, "link")
        return redirect(rules.safe_path(link.next_path) or url_for("desk.home"))
    with force_locale(link.user.locale):
        return render_template("accounts/use_link.html", form=form, link=link), form.status


@room.route("/connexion/mot-de-passe", methods=["GET", "POST"], may=policy.anyone)
@limits.mailed
def reset_request() -> ResponseReturnValue:
    """Ask to choose a new password. The answer says nothing of whether the address has an account."""
    form = LinkForm()
    if form.validate_on_submit():
        try:
            operations.request_password_reset(form.email.data or "")
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("accounts.sent"))
    return render_template("accounts/reset_request.html", form=form), form.status


@room.route("/connexion/mot-de-passe/<token>", methods=["GET", "POST"], may=policy.anyone)
@limits.secret_typed
def reset(token: str) -> ResponseReturnValue:
    """Choose a new password, from a mailed link; signs in here and out everywhere else."""
    opened = queries.open_reset(token)
    if opened is None:
        return _closed(url_for("accounts.reset_request"), gettext("Ask for another link"))
    form = ResetForm()
    with force_locale(opened.user.locale):
        if form.validate_on_submit():
            try:
                user = operations.reset_password(token, form.password.data or "")
            except Invalid as refusal:
                form.refuse(refusal)
            except Refusal:
                return _closed(url_for("accounts.reset_request"), gettext("Ask for another link"))
            else:
                sign_in(user, "reset")
                flash(gettext("Your new password is saved, and you are signed in here."), "success")
                return redirect(url_for("desk.home"))
        return render_template("accounts/reset.html", form=form, person=opened.user), form.status


def _closed(url: str, words: str) -> ResponseReturnValue:
    """The link opens nothing any more; `url` and `words` lead to another."""
    return render_template("accounts/closed.html", url=url, words=words), CLOSED
