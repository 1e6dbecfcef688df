"""What a structure owes and by when, and the form by which it sends a certificate."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.certificates import operations, policy, queries
from procurement.certificates.models import CertificateKind
from procurement.certificates.rules import RULES
from procurement.core import clock
from procurement.core.errors import NotFound, Refusal
from procurement.web.certificates.forms import RecordForm
from procurement.web.certificates.room import room
from procurement.web.edge import current_actor
from procurement.web.labels import label


@room.get("/attestations/structures/<int:member_id>", may=policy.visit)
def member(member_id: int) -> ResponseReturnValue:
    """What a structure owes and by when, with what it has sent."""
    actor = current_actor()
    page = queries.member_papers(actor, member_id, clock.today())
    return render_template(
        "certificates/member.html",
        page=page,
        member=page.member,
        checks=policy.check(actor),
        chased_at=queries.last_chased(member_id) if policy.check(actor) else None,
    )


@room.route(
    "/attestations/structures/<int:member_id>/<kind>",
    methods=["GET", "POST"],
    may=policy.visit,
    takes_files=True,
)
def send(member_id: int, kind: str) -> ResponseReturnValue:
    """Send a certificate, in place of the one before."""
    actor = current_actor()
    member = queries.visible_member(actor, member_id)
    wanted = _kind(kind)
    form = RecordForm()
    form.follow(RULES[wanted])
    if form.validate_on_submit():
        try:
            operations.record(
                actor,
                member.id,
                wanted,
                issued_on=form.issued_on.data,
                expires_on=form.expires_on.data,
                note=form.note.data or "",
                scans=form.scans.data,
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_thanks(label(wanted)), "success")
            return redirect(url_for("certificates.member", member_id=member.id))
    page = render_template(
        "certificates/send.html", form=form, member=member, kind=wanted, rule=RULES[wanted]
    )
    return page, form.status


def _thanks(what: str) -> str:
    if policy.check(current_actor()):
        return gettext("%(what)s: it is recorded, and counts as checked.", what=what)
    return gettext("%(what)s: it is here. The legal delegate looks at it.", what=what)


def _kind(text: str) -> CertificateKind:
    """The kind that an address names. Raises NotFound."""
    try:
        return CertificateKind(text)
    except ValueError:
        raise NotFound from None
