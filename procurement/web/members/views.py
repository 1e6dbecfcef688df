"""The directory of structures; a structure's page; its forms."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from procurement.core import clock, policy
from procurement.core.errors import Refusal, StaleVersion
from procurement.members import policy as rights
from procurement.members import queries
from procurement.members.departments import DEPARTMENTS as DEPARTMENT_NAMES
from procurement.members.labels import labels_of
from procurement.members.links import links_of
from procurement.members.models import Member, ServiceLine
from procurement.members.operations import create_member, edit_member
from procurement.members.rules import DEPARTMENTS, TRADES, format_siret, gaps, is_siae
from procurement.tenders.outlines import view_of
from procurement.tenders.words import department
from procurement.web.edge import current_actor
from procurement.web.labels import label
from procurement.web.maps import Place, places
from procurement.web.members.forms import MemberForm, NewMemberForm, ProfileForm, SearchForm
from procurement.web.members.room import room


@room.get("/structures", may=policy.in_network)
def index() -> ResponseReturnValue:
    """The directory, narrowed by words, kind and department."""
    form = SearchForm(request.args)
    filters = form.filters()
    after = request.args.get("after", type=int)
    page = queries.directory(current_actor(), filters, after if after and 0 < after < 2**63 else None)
    following = None
    if page.following:
        following = url_for("members.index", after=page.following, _external=False, **_asked(filters))
    return render_template(
        "members/index.html",
        form=form,
        filters=filters,
        page=page,
        following=following,
        continued=bool(after),
        places=_places(filters),
        view=view_of(DEPARTMENTS),
        chosen=DEPARTMENT_NAMES.get(filters.department, ""),
        service=_service,
    )


def _service(value: str) -> str:
    return label(ServiceLine(value))


def _asked(filters: queries.Filters) -> dict[str, str]:
    """What the address of a search says."""
    kept = {
        "q": filters.words,
        "kind": filters.kind,
        "department": filters.department,
        "service": filters.service,
        "label": filters.mark,
    }
    return {name: str(value) for name, value in kept.items() if value}


def _places(filters: queries.Filters) -> list[Place]:
    """Each department with how many structures found work there, and the address that narrows to it."""
    asked = {name: value for name, value in _asked(filters).items() if name != "department"}
    return places(
        DEPARTMENTS,
        queries.by_department(current_actor(), filters),
        lambda code: url_for("members.index", department=code, _external=False, **asked),
        lambda count: ngettext("%(num)s structure", "%(num)s structures", count),
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
        labels=labels_of(member),
        links=links_of(member),
        trades=[trade(code) for code in member.cpv],
        services=[_service(value) for value in member.services],
        may_edit=rights.edit_profile(actor, member.id),
        gaps=[gettext(words) for words in gaps(member)] if rights.edit_profile(actor, member.id) else [],
        today=clock.today(),
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
    shown = type(form)(formdata=None)
    shown.show(member)
    words = {
        "kind": label(member.kind),
        "territory": ", ".join(department(code) for code in member.territory),
        "department": department(member.department),
        "siret": format_siret(member.siret),
        "services": ", ".join(_service(value) for value in member.services),
        "trades": ", ".join(trade(code) for code in member.cpv if code in TRADES),
    }
    return [
        (str(field.label.text), words.get(field.short_name) or str(shown[field.short_name].data or "–"))
        for field in form
        if field.type not in ("CSRFTokenField", "HiddenField")
        and (field.data or "") != (shown[field.short_name].data or "")
    ]


def trade(code: str) -> str:
    """A beginning of a CPV code in words where it is one of the usual trades, else the code."""
    return f"{gettext(TRADES[code])} ({code})" if code in TRADES else code
