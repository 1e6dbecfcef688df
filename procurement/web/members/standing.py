"""What a structure holds and whom it is linked with; its leaving the network."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.bids.operations.leaving import leave_network
from procurement.bids.queries.holdings import groups_of
from procurement.core import clock, policy
from procurement.core.errors import Forbidden, Refusal, StaleVersion
from procurement.members import policy as rights
from procurement.members import queries
from procurement.members.labels import add_label, labels_of, remove_label
from procurement.members.links import link, links_of, unlink
from procurement.members.models import Member
from procurement.web.edge import current_actor
from procurement.web.members.forms import LabelForm, LeaveForm, LinkForm
from procurement.web.members.room import room


@room.route("/structures/<int:member_id>/labels", methods=["GET", "POST"], may=policy.in_network)
def labels(member_id: int) -> ResponseReturnValue:
    """The labels of a structure, and the form that records one."""
    member = _kept(member_id)
    form = LabelForm()
    if form.validate_on_submit():
        try:
            add_label(
                current_actor(),
                member.id,
                form.mark.data,
                name=form.name.data or "",
                from_on=form.from_on.data,
                until_on=form.until_on.data,
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The label is recorded."), "success")
            return redirect(url_for("members.labels", member_id=member.id))
    page = render_template(
        "members/labels.html", member=member, form=form, labels=labels_of(member), today=clock.today()
    )
    return page, form.status


@room.post("/structures/<int:member_id>/labels/<int:label_id>/retirer", may=policy.in_network)
def take_label(member_id: int, label_id: int) -> ResponseReturnValue:
    """Take a label away."""
    remove_label(current_actor(), member_id, label_id)
    flash(gettext("The label is taken away."), "success")
    return redirect(url_for("members.labels", member_id=member_id))


@room.route("/structures/<int:member_id>/liens", methods=["GET", "POST"], may=policy.in_network)
def links(member_id: int) -> ResponseReturnValue:
    """The structures it is linked with, and the form that names one."""
    member = _kept(member_id)
    form = LinkForm()
    others = [(str(number), name) for number, name in queries.choices(current_actor()) if number != member.id]
    form.other.choices = [("", ""), *others]
    if form.validate_on_submit():
        try:
            link(current_actor(), member.id, form.other.data, form.nature.data)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The link is recorded, on both pages."), "success")
            return redirect(url_for("members.links", member_id=member.id))
    page = render_template("members/links.html", member=member, form=form, links=links_of(member))
    return page, form.status


@room.post("/structures/<int:member_id>/liens/<int:link_id>/retirer", may=policy.in_network)
def take_link(member_id: int, link_id: int) -> ResponseReturnValue:
    """Take a link away."""
    unlink(current_actor(), member_id, link_id)
    flash(gettext("The link is taken away, on both pages."), "success")
    return redirect(url_for("members.links", member_id=member_id))


@room.route("/structures/<int:member_id>/depart", methods=["GET", "POST"], may=rights.edit_identity)
def leave(member_id: int) -> ResponseReturnValue:
    """Say what ends when a structure leaves the network, then end it."""
    member = queries.find(current_actor(), member_id)
    form = LeaveForm()
    if not form.is_submitted():
        form.version.data = str(member.version)
    elif form.validate():
        try:
            leave_network(current_actor(), member.id, form.filled_on())
        except StaleVersion as stale:
            form.refuse(stale)
            form.version.data = str(stale.current)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("%(member)s has left the network.", member=member.name), "success")
            return redirect(url_for("members.index"))
    people = queries.people_of(current_actor(), member)
    page = render_template(
        "members/leave.html", member=member, form=form, people=people, groups=groups_of(member.id)
    )
    return page, form.status


def _kept(member_id: int) -> Member:
    """The structure, for whoever keeps its page. Raises NotFound, Forbidden."""
    member = queries.find(current_actor(), member_id)
    if not rights.edit_profile(current_actor(), member.id):
        raise Forbidden
    return member
