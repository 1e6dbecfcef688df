"""All certificates at once, one with its scans, and what the delegate does with them."""

from functools import cache

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from procurement.certificates import operations, policy, queries
from procurement.certificates.rules import CertificateState
from procurement.certificates.words import SHORT
from procurement.core import clock
from procurement.core.errors import Conflict, Refusal, TooLate
from procurement.core.storage.pictures import SHOWN
from procurement.members.queries import own
from procurement.web.activity import told
from procurement.web.certificates.forms import RefusalForm
from procurement.web.certificates.room import room
from procurement.web.edge import current_actor
from procurement.web.formats import short_day
from procurement.web.labels import label


@room.get("/attestations", may=policy.visit)
def index() -> ResponseReturnValue:
    """The delegate's grid; for the people of one structure its page, for those of several the choice among them."""
    actor = current_actor()
    if policy.check(actor):
        only_red = request.args.get("etat") == "rouge"
        grid = queries.grid(actor, clock.today(), only_red=only_red)
        return render_template(
            "certificates/grid.html",
            grid=grid,
            only_red=only_red,
            # Each word and each day is made once, whatever the number of cells.
            beside=zip,
            day=cache(short_day),
            heads=[gettext(SHORT[kind]) for kind in grid.kinds],
            words={state: label(state) for state in CertificateState},
            valid=[
                ngettext("%(num)s valid", "%(num)s valid", number) for number in range(len(grid.kinds) + 1)
            ],
            # Thousands of addresses that differ by their last figures only.
            sheet=url_for("certificates.show", certificate_id=0).removesuffix("0"),
            structure=url_for("certificates.member", member_id=0).removesuffix("0"),
            waiting=queries.next_to_check(actor),
        )
    members = own(actor)
    if len(members) == 1:
        return redirect(url_for("certificates.member", member_id=members[0].id))
    return render_template("certificates/choose.html", members=members)


@room.get("/attestations/<int:certificate_id>", may=policy.visit)
def show(certificate_id: int) -> ResponseReturnValue:
    """A certificate with pictures of its scans; for the delegate, the two verdicts."""
    return _show(certificate_id, RefusalForm())


def _show(certificate_id: int, form: RefusalForm) -> ResponseReturnValue:
    actor = current_actor()
    page = queries.certificate_page(actor, certificate_id, clock.today())
    shown = render_template(
        "certificates/show.html",
        page=page,
        certificate=page.certificate,
        form=form,
        checks=policy.check(actor) and page.certificate.superseded_at is None,
        drawn=SHOWN,
        activity=told(
            [event for event in page.activity if not event.verb.startswith(("deadline_", "file_"))]
        ),
    )
    return shown, form.status


@room.post("/attestations/<int:certificate_id>/verifier", may=policy.check)
def check(certificate_id: int) -> ResponseReturnValue:
    """It is what it says; on to the next that waits."""
    operations.check(current_actor(), certificate_id)
    return _onwards(certificate_id, gettext("It is checked."))


@room.post("/attestations/<int:certificate_id>/refuser", may=policy.check)
def refuse(certificate_id: int) -> ResponseReturnValue:
    """It can't be used, for a reason that the structure reads; on to the next that waits."""
    form = RefusalForm()
    if form.validate():
        try:
            operations.refuse(current_actor(), certificate_id, form.reason.data)
        except Conflict:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _onwards(certificate_id, gettext("It is refused: the structure is told why."))
    return _show(certificate_id, form)


def _onwards(certificate_id: int, done: str) -> ResponseReturnValue:
    """To the next certificate that waits, else back to the grid."""
    following = queries.next_to_check(current_actor(), after=certificate_id)
    if following is None:
        flash(gettext("%(done)s Nothing else waits to be checked.", done=done), "success")
        return redirect(url_for("certificates.index"))
    flash(gettext("%(done)s Here is the next one.", done=done), "success")
    return redirect(url_for("certificates.show", certificate_id=following))


@room.post("/attestations/structures/<int:member_id>/relancer", may=policy.check)
def chase(member_id: int) -> ResponseReturnValue:
    """Ask a structure for what it has nothing to show for."""
    back = "rouge" if request.form.get("etat") == "rouge" else None
    try:
        kinds = operations.chase(current_actor(), member_id)
    except (Conflict, TooLate) as refusal:
        flash(gettext(refusal.message, **refusal.params), "warning")
    else:
        words = ngettext(
            "Its managers are asked for %(num)s certificate.",
            "Its managers are asked for %(num)s certificates.",
            len(kinds),
        )
        flash(words, "success")
    return redirect(url_for("certificates.index", etat=back, _anchor=f"structure-{member_id}"))
