"""What the public register says of a structure, beside what its file says; taken where nothing is said yet."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from itsdangerous import BadData, URLSafeTimedSerializer
from wtforms import HiddenField

from procurement.core import clock
from procurement.core.errors import Invalid
from procurement.core.i18n import N_
from procurement.dossiers import operations, policy, queries
from procurement.dossiers.models import LegalForm, NafVersion
from procurement.dossiers.register import PER_SECOND, Found, NotInRegister, RegisterSilent, lookup
from procurement.members.rules import format_siret
from procurement.web.dossiers.forms import IdentityForm
from procurement.web.dossiers.room import room
from procurement.web.edge import current_actor
from procurement.web.forms import Form
from procurement.web.labels import label
from procurement.web.limits import within

KEPT = 3600
"""Seconds for which what the register said may still be taken."""
_ENUMS = {"legal_form": LegalForm, "naf": NafVersion}


class TakeForm(Form):
    """What the register said, signed, so that nobody else's words pass for the register's."""

    said = HiddenField()


@dataclass(frozen=True, slots=True)
class Line:
    """A field: what the register says, and what the file says."""

    name: str
    theirs: str
    ours: str


@room.get("/structures/<int:member_id>/dossier/registre", may=policy.visit)
def ask(member_id: int) -> ResponseReturnValue:
    """Ask the register, and show what it says beside what is kept. Changes nothing."""
    page = queries.whole(current_actor(), member_id, clock.today())
    found, trouble = _answer(page.member.siret)
    form = TakeForm(formdata=None)
    lines: list[Line] = []
    if found is not None:
        form.said.data = _signer().dumps([member_id, dict(found.values)])
        words = IdentityForm(formdata=None)
        lines = [
            Line(str(words[name].label.text), _shown(value), _shown(getattr(page.file, name)))
            for name, value in found.values.items()
        ]
    return render_template(
        "dossiers/register.html",
        member=page.member,
        siret=format_siret(page.member.siret),
        lines=lines,
        fresh=[line for line in lines if not line.ours],
        ended=found.ended if found else False,
        trouble=trouble,
        form=form,
    )


@room.post("/structures/<int:member_id>/dossier/registre", may=policy.visit)
def take(member_id: int) -> ResponseReturnValue:
    """Take what the register said where the file says nothing."""
    queries.member_of_file(current_actor(), member_id)
    form = TakeForm()
    try:
        said_of, said = _signer().loads(form.said.data or "", max_age=KEPT)
    except BadData:
        said_of, said = 0, {}
    if said_of != member_id:
        raise Invalid(N_("Ask the register again: its answer was too old, or wasn’t about this structure."))
    values: dict[str, Any] = {
        name: _ENUMS[name](value) if name in _ENUMS else value for name, value in said.items()
    }
    operations.take_from_register(current_actor(), member_id, values)
    flash(
        gettext("What was missing is filled in from the public register: read it again before you sign."),
        "success",
    )
    return redirect(url_for("dossiers.show", member_id=member_id))


def _answer(siret: str) -> tuple[Found | None, str]:
    """What the register says, or why it says nothing."""
    if not within("register", PER_SECOND):
        return None, gettext("Many people are asking the register just now: try again in a few seconds.")
    try:
        return lookup(current_app.config["SETTINGS"].register_url, siret, clock.today()), ""
    except (RegisterSilent, NotInRegister) as silence:
        return None, gettext(silence.message)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="register")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("SME: fewer than 250 people") if value else gettext("Larger")
    if isinstance(value, LegalForm | NafVersion):
        return label(value)
    return str(value or "")
