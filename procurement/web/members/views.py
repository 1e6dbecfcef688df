"""The directory of structures; a structure's page; its forms."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.core import policy
from procurement.core.errors import Refusal, StaleVersion
from procurement.members import policy as rights
from procurement.members import queries
from procurement.members.models import Member
from procurement.members.operations import create_member, edit_member
from procurement.members.rules import format_siret, is_siae
from procurement.tenders.words import department
from procurement.web.edge import Room, current_actor
from procurement.web.labels import label
from procurement.web.members.forms import MemberForm, NewMemberForm, ProfileForm, SearchForm

room = Room("members", __name__)


@room.get("/structures", may=policy.in_network)
def index() -> ResponseReturnValue:
    """The directory, narrowed by words, kind and department."""
    form = SearchForm(request.args)
    filters = form.filters()
    after = request.args.get("after", type=int)
    page = queries.directory(current_actor(), filters, after if after and 0 < after < 2**63 else None)
    following = None
    if page.following:
        kept = {"q": filters.words, "kind": filters.kind, "department": filters.department}
        chosen = {name: str(value) for name, value in kept.items() if value}
        following = url_for("members.index", after=page.following, _external=False, **chosen)
    return render_template(
        "members/index.html",
        form=form,
        filters=filters,
        page=page,
        following=following,
        continued=bool(after),
    )


@room.get("/structures/<int:member_id>", may=policy.in_network)
def show(member_id: int) -> ResponseReturnValue:
    """A structure: what it does, where, who belongs to it."""
    actor = current_actor()
    member = queries.find(actor, member_id)
    return render_template(
        "members/show.html",
        member=member,
        siret=format_siret(member.siret),
        siae=is_siae(member.kind),
        people=queries.people_of(actor, member),
        may_edit=rights.edit_profile(actor, member.id),
    )


@room.route("/structures/nouvelle", methods=["GET", "POST"], may=rights.create)
def create() -> ResponseReturnValue:
    """Bring a structure into the network."""
    form = NewMemberForm()
    if form.validate_on_submit():
        try:
            seat = form.identity()
            member = create_member(
                current_actor(),
                name=seat.name,
                kind=seat.kind,
                siret=seat.siret,
                department=seat.department,
                town=seat.town,
                **form.profile(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("%(name)s is in the network.", name=member.name), "success")
            return redirect(url_for("members.show", member_id=member.id))
    return render_template("members/create.html", form=form), form.status


@room.route("/structures/<int:member_id>/modifier", methods=["GET", "POST"], may=policy.in_network)
def edit(member_id: int) -> ResponseReturnValue:
    """Change what a structure says of itself; its name, kind and seat for the network's office."""
    actor = current_actor()
    member = queries.find(actor, member_id)
    if not rights.edit_profile(actor, member.id):
        abort(403)
    form: ProfileForm = MemberForm() if rights.edit_identity(actor) else ProfileForm()
    theirs: list[tuple[str, str]] = []
    if not form.is_submitted():
        form.show(member)
    elif form.validate():
        identity = form.identity() if isinstance(form, MemberForm) else None
        try:
            edit_member(actor, member.id, form.filled_on(), identity=identity, **form.profile())
        except StaleVersion as stale:
            form.refuse(stale)
            theirs = _as_it_stands(form, member)
            form.version.data = str(stale.current)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The structure's page is up to date."), "success")
            return redirect(url_for("members.show", member_id=member.id))
    return render_template("members/edit.html", form=form, member=member, theirs=theirs), form.status


def _as_it_stands(form: ProfileForm, member: Member) -> list[tuple[str, str]]:
    """Label and recorded value of each field that differs from what was typed, for whoever comes second."""
    words = {
        "kind": label(member.kind),
        "territory": ", ".join(department(code) for code in member.territory),
        "department": department(member.department),
        "siret": format_siret(member.siret),
    }
    return [
        (str(field.label.text), words.get(field.short_name) or getattr(member, field.short_name) or "–")
        for field in form
        if hasattr(member, field.short_name)
        and field.short_name != "version"
        and (field.data or "") != (getattr(member, field.short_name) or "")
    ]
