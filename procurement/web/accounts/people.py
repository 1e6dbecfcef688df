"""The network's people, for its office: accounts, roles with their history, invitations."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.accounts import addresses, operations, policy, queries, second_factor
from procurement.core import events
from procurement.core.errors import NotFound, Refusal
from procurement.core.policy import Actor, MembershipRole, Role
from procurement.core.policy import admin as only_admin
from procurement.members import invitations
from procurement.members import people as readings
from procurement.members.models import Member
from procurement.members.queries import find as find_member
from procurement.notifications.operations import returning
from procurement.web import limits
from procurement.web.accounts.forms import InviteForm, RoleForm, SearchPeopleForm
from procurement.web.accounts.room import room
from procurement.web.activity import told
from procurement.web.edge import current_actor
from procurement.web.labels import label

_ID_MAX = 2**63 - 1
_FILTERS = frozenset({"q", "role", "structure", "compte"})


@room.get("/personnes", may=policy.see_people)
def people() -> ResponseReturnValue:
    """Everybody with an account, and who is invited."""
    actor = current_actor()
    form = SearchPeopleForm(request.args, readings.structures_to_invite_into(actor))
    filters = form.filters()
    after = request.args.get("after", type=int)
    page = readings.people(actor, filters, after if after and 0 < after <= _ID_MAX else None)
    asked: dict[str, Any] = {
        name: value for name, value in request.args.items() if name in _FILTERS and value
    }
    following = url_for("accounts.people", **asked, after=page.following) if page.following else ""
    return render_template(
        "accounts/people.html",
        form=form,
        filters=filters,
        first=url_for("accounts.people", **asked),
        page=page,
        following=following,
        continued=bool(after),
        pending=readings.pending_invitations(actor),
        lacking=readings.without_manager(actor),
    )


@room.get("/personnes/<int:user_id>", may=policy.see_people)
def person(user_id: int) -> ResponseReturnValue:
    """An account: roles and structures with their history, and what happened to it."""
    return _person_page(current_actor(), user_id, RoleForm())


@room.post("/personnes/<int:user_id>/roles", may=only_admin)
def grant_role(user_id: int) -> ResponseReturnValue:
    """Give a role in the network."""
    actor, form = current_actor(), RoleForm()
    user = queries.get_person(actor, user_id)
    if form.validate_on_submit():
        try:
            operations.grant_role(actor, user, form.role.data)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            words = gettext("%(name)s has a new role: %(role)s.", name=user.name, role=label(form.role.data))
            flash(words, "success")
            return redirect(url_for("accounts.person", user_id=user.id))
    return _person_page(actor, user_id, form)


@room.post("/personnes/<int:user_id>/roles/<role>/fin", may=only_admin)
def end_role(user_id: int, role: str) -> ResponseReturnValue:
    """End a role in the network."""
    actor = current_actor()
    user = queries.get_person(actor, user_id)
    if role not in set(Role):
        raise NotFound
    try:
        operations.end_role(actor, user, Role(role))
    except Refusal as refusal:
        flash(gettext(refusal.message, **refusal.params), "danger")
    else:
        flash(gettext("The role is ended."), "success")
    return redirect(url_for("accounts.person", user_id=user_id))


@room.post("/personnes/<int:user_id>/fermer", may=only_admin)
def close(user_id: int) -> ResponseReturnValue:
    """Shut an account."""
    actor = current_actor()
    user = queries.get_person(actor, user_id)
    try:
        operations.close_account(actor, user)
    except Refusal as refusal:
        flash(gettext(refusal.message, **refusal.params), "danger")
    else:
        flash(gettext("The account is closed. Nothing of what it did is lost."), "success")
    return redirect(url_for("accounts.person", user_id=user_id))


@room.post("/personnes/<int:user_id>/rouvrir", may=only_admin)
def reopen(user_id: int) -> ResponseReturnValue:
    """Open a closed account again."""
    actor = current_actor()
    try:
        operations.reopen_account(actor, queries.get_person(actor, user_id))
    except Refusal as refusal:
        flash(gettext(refusal.message, **refusal.params), "danger")
    else:
        flash(gettext("The account is open again."), "success")
    return redirect(url_for("accounts.person", user_id=user_id))


@room.post("/personnes/<int:user_id>/adresse", may=policy.see_people)
def revive(user_id: int) -> ResponseReturnValue:
    """Send to a person's address again, after it was suspended."""
    user = queries.get_person(current_actor(), user_id)
    returning.revive(current_actor(), user)
    flash(gettext("We send to this address again."), "success")
    return redirect(url_for("accounts.person", user_id=user.id))


@room.route("/personnes/inviter", methods=["GET", "POST"], may=policy.see_people)
@limits.invitations
def invite() -> ResponseReturnValue:
    """Invite somebody into any structure, or for the administrator into the network."""
    actor = current_actor()
    roles = list(Role) if policy.manage_roles(actor) else []
    form = InviteForm(readings.structures_to_invite_into(actor), roles)
    if not form.is_submitted():
        form.structure.data = request.args.get("structure", type=int)
        form.purpose.data = MembershipRole.MANAGER.value
    elif form.validate():
        try:
            invitation = invitations.invite(
                actor,
                email=form.email.data or "",
                name=form.name.data or "",
                locale=form.locale.data,
                member=_structure(actor, form),
                role=form.chosen,
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The invitation to %(email)s is on its way.", email=invitation.email), "success")
            return redirect(url_for("accounts.people"))
    return render_template("accounts/invite.html", form=form), form.status


def _structure(actor: Actor, form: InviteForm) -> Member | None:
    if isinstance(form.chosen, Role):
        return None
    return find_member(actor, form.structure.data or 0)


def _person_page(actor: Actor, user_id: int, form: RoleForm) -> ResponseReturnValue:
    user = queries.get_person(actor, user_id)
    return (
        render_template(
            "accounts/person.html",
            shown=user,
            form=form,
            roles=queries.roles_of(user.id),
            places=readings.places_of(user.id),
            activity=told(events.history([("user_account", user.id)], limit=30)),
            may_manage=policy.manage_roles(actor),
            standing=second_factor.standing(user),
            address_wanted=addresses.pending(user),
            may_reset=policy.reset_second_factor(actor, user),
        ),
        form.status,
    )
