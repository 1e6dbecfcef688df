"""The second factor: its code at sign-in, set up on one's account, recovery codes, switched off or reset."""

import io
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext
from qrcode.main import QRCode

from procurement.accounts import policy, queries, rules
from procurement.accounts import second_factor as factors
from procurement.core import policy as gates
from procurement.core import sealed
from procurement.core.errors import Refusal
from procurement.web import gate, limits
from procurement.web.accounts.forms import CodeForm
from procurement.web.accounts.room import own_account, room
from procurement.web.edge import current_actor

_PROPOSED = "proposed_factor"
"""Where the browser's cookie keeps, sealed, the secret that is shown and not taken yet."""
_PURPOSE = "proposed factor"


@room.route("/connexion/code", methods=["GET", "POST"], may=gates.anyone)
@limits.second_factor
def code() -> ResponseReturnValue:
    """The last step of signing in, for whoever has a second factor."""
    opened = gate.opened()
    form = CodeForm()
    if not form.is_submitted():
        form.next.data = rules.safe_path(request.args.get("next"))
    onward = rules.safe_path(form.next.data) or url_for("desk.home")
    if opened is None:
        return redirect(url_for("security.login", next=form.next.data or None))
    if not opened.awaits_code:
        return redirect(onward)
    with force_locale(opened.user.locale):
        if form.validate_on_submit():
            try:
                factors.prove(opened.user, opened.sign_in, form.typed)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                return redirect(onward)
        return render_template("accounts/code.html", form=form, email=opened.user.email), form.status


@room.get("/compte/double-authentification", may=gates.signed_in)
def second_factor() -> ResponseReturnValue:
    """Set it up, in three steps; or once it is on, what one can do with it."""
    form = CodeForm(next=rules.safe_path(request.args.get("next")))
    return _page(form)


@room.get("/compte/double-authentification/dessin", may=gates.signed_in)
def second_factor_picture() -> ResponseReturnValue:
    """The drawing that the telephone scans: the secret proposed to this browser."""
    secret = _proposed()
    if secret is None:
        abort(404)
    picture = io.BytesIO()
    drawing: QRCode[Any] = QRCode(box_size=5, border=4)
    drawing.add_data(factors.address(secret, own_account()))
    drawing.make_image().save(picture, "PNG")
    return Response(picture.getvalue(), mimetype="image/png", headers={"Cache-Control": "no-store"})


@room.post("/compte/double-authentification", may=gates.signed_in)
@limits.second_factor
def start_second_factor() -> ResponseReturnValue:
    """Take the secret that was shown, by its first code; recovery codes are shown, this once."""
    user, opened, form, secret = own_account(), gate.opened(), CodeForm(), _proposed()
    if secret is None or opened is None:
        flash(gettext("Begin again, please: this QR code was shown too long ago."), "info")
        return redirect(url_for("accounts.second_factor", next=form.next.data or None))
    if not form.validate_on_submit():
        return _page(form)
    try:
        codes = factors.start(current_actor(), user, opened.sign_in, secret, form.typed)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form)
    session.pop(_PROPOSED)
    return _codes(codes, rules.safe_path(form.next.data))


@room.post("/compte/double-authentification/codes", may=gates.signed_in)
@limits.second_factor
def renew_recovery_codes() -> ResponseReturnValue:
    """Other recovery codes; the ones before open nothing any more."""
    form = CodeForm()
    if form.validate_on_submit():
        try:
            return _codes(factors.renew_codes(current_actor(), own_account(), form.typed), "")
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(form)


@room.post("/compte/double-authentification/arreter", may=gates.signed_in)
@limits.second_factor
def stop_second_factor() -> ResponseReturnValue:
    """Switch it off, or begin with another telephone."""
    form = CodeForm()
    if form.validate_on_submit():
        try:
            factors.stop(current_actor(), own_account(), form.typed)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            if gate.demanded(current_actor()):
                flash(gettext("The former telephone no longer counts. Now set up the new one."), "info")
                return redirect(url_for("accounts.second_factor"))
            flash(gettext("Two-step sign-in is off."), "success")
            return redirect(url_for("accounts.profile"))
    return _page(form)


@room.post("/personnes/<int:user_id>/double-authentification", may=policy.see_people)
def reset_second_factor(user_id: int) -> ResponseReturnValue:
    """Somebody lost their telephone: the network's office takes their second factor away."""
    actor = current_actor()
    user = queries.get_person(actor, user_id)
    try:
        factors.reset(actor, user)
    except Refusal as refusal:
        flash(gettext(refusal.message, **refusal.params), "danger")
    else:
        flash(
            gettext("Done: %(name)s is signed out everywhere, and signs in without a code.", name=user.name),
            "success",
        )
    return redirect(url_for("accounts.person", user_id=user.id))


def _proposed() -> str | None:
    """The secret that this browser was shown; None where there is none, or it can't be read any more."""
    try:
        return sealed.unseal(_PURPOSE, session.get(_PROPOSED, ""))
    except sealed.UnreadableSeal:
        return None


def _page(form: CodeForm) -> ResponseReturnValue:
    user = own_account()
    standing = factors.standing(user)
    secret = None
    if standing is None:
        secret = _proposed()
        if secret is None:
            secret = factors.new_secret()
            session[_PROPOSED] = sealed.seal(_PURPOSE, secret)
    page = render_template(
        "accounts/second_factor.html",
        form=form,
        standing=standing,
        to_type=factors.to_type(secret) if secret else "",
        address=factors.address(secret, user) if secret else "",
        demanded=gate.demanded(current_actor()),
        for_office=policy.needs_second_factor(current_actor()),
    )
    return page, form.status, {"Cache-Control": "no-store"}


def _codes(codes: list[str], onward: str) -> ResponseReturnValue:
    """The recovery codes, this once: the page is kept nowhere."""
    groups = [" ".join((code[:4], code[4:8], code[8:])) for code in codes]
    page = render_template(
        "accounts/recovery_codes.html", codes=groups, onward=onward or url_for("desk.home")
    )
    return page, 200, {"Cache-Control": "no-store"}
