"""Registering a structure to answer in a group, or to an agreement; "not for us"; withdrawing."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.accounts.queries import legal_delegates
from procurement.bids import operations, policy, queries, rules
from procurement.bids.models import Participation
from procurement.bids.rules import ParticipationState
from procurement.core import clock
from procurement.core.errors import Forbidden, Invalid, NotFound, Refusal, StaleVersion
from procurement.core.i18n import N_
from procurement.core.policy import Actor
from procurement.members.models import Member, MemberKind
from procurement.tenders.models import Tender, TenderKind
from procurement.tenders.rules import TenderState, state_of
from procurement.web.bids.forms import QUICK_REASONS, EnrolmentForm, NotForUsForm, RegistrationForm, WordForm
from procurement.web.bids.room import room
from procurement.web.edge import current_actor
from procurement.web.formats import of
from procurement.web.labels import label


@room.app_template_global()
def quick_reasons() -> list[str]:
    """One-tap reasons of "not for us", for the form and for the panel of a tender's page."""
    return [str(reason) for reason in QUICK_REASONS]


@room.app_template_global()
def may_register(member: Member, tender: Tender) -> rules.Verdict:
    """What the law and the tender say of a structure of this kind that would register; for pages."""
    return rules.may_register(
        member.kind,
        tender.service_nature,
        agreement=tender.kind is TenderKind.AGREEMENT,
        open_to=tender.eligible_kinds,
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """What the page stands on: the tender, who may be registered, for whom, and what it has said."""

    tender: Tender
    state: TenderState
    choices: list[tuple[Member, ParticipationState | None]]
    member: Member | None
    participation: Participation | None = None
    said: ParticipationState | None = None
    late: bool = False
    """Registrations are closed, and the delegate may still let somebody in."""

    @property
    def open(self) -> bool:
        """Whether something can be sent."""
        return self.state is TenderState.OPEN or self.late

    @property
    def registered(self) -> bool:
        """Whether the structure is registered, with or without a place."""
        return self.said in {ParticipationState.APPLIED, ParticipationState.ACCEPTED}

    @property
    def verdict(self) -> rules.Verdict:
        """What is to be said first: whether a structure of its kind may."""
        return may_register(self.member, self.tender) if self.member else rules.Verdict(rules.Fit.OK)

    def barred(self, actor: Actor) -> bool:
        """Whether there is nothing to fill in: plainly forbidden, and the delegate alone may still judge otherwise."""
        agreement = self.tender.kind is TenderKind.AGREEMENT
        return not policy.may_register(actor, self.verdict, agreement=agreement)

    @property
    def to_confirm(self) -> bool:
        """Whether registering takes a word that one has read what speaks against it."""
        return self.verdict.fit is not rules.Fit.OK and not self.registered


def _desk(actor: Actor, tender_id: int, member_id: int | None) -> Desk:
    tender = queries.tender_with_lots(actor, tender_id)
    choices = [
        (row.Member, ParticipationState(row.state) if row.state else None)
        for row in queries.structures_for(actor, tender)
    ]
    if member_id is None and len(choices) == 1 and not actor.is_delegate:
        member_id = choices[0][0].id
    member = next((member for member, _ in choices if member.id == member_id), None)
    if member is None and member_id is not None:
        raise NotFound
    state = state_of(tender, clock.now())
    if member is None:
        return Desk(tender, state, choices, None)
    participation, said = queries.registration(actor, tender_id, member.id)
    return Desk(tender, state, choices, member, participation, said, _late(actor, tender, state))


def _late(actor: Actor, tender: Tender, state: TenderState) -> bool:
    """Whether the delegate may let a structure in although registrations are closed (R2142-26)."""
    if not actor.is_delegate or state not in {TenderState.REGISTRATION_CLOSED, TenderState.CLOSED}:
        return False
    due = {deadline.kind: deadline.due_at for deadline in tender.deadlines if deadline.closed_at is None}
    return not rules.passed(rules.composition_locked_at(due), clock.now())


@room.route("/marches/<int:tender_id>/inscription", methods=["GET", "POST"], may=policy.registers)
def register(tender_id: int) -> ResponseReturnValue:
    """Register a structure, prepare its registration or change it."""
    actor = current_actor()
    desk = _desk(actor, tender_id, request.values.get("structure", type=int))
    member = desk.member
    if member is None:
        return render_template("bids/choose.html", desk=desk)
    agreement = desk.tender.kind is TenderKind.AGREEMENT
    form: WordForm = EnrolmentForm() if agreement else RegistrationForm()
    form.late_reason.flags.required = desk.late  # type: ignore[attr-defined]
    stale_form = False
    if not form.is_submitted():
        form.show(desk.participation)
    elif form.validate():
        try:
            participation = _send(actor, desk, member, form)
        except StaleVersion as stale:
            form.refuse(stale)
            desk, stale_form = _desk(actor, tender_id, member.id), True
            form.version.data = str(stale.current)
        except (Forbidden, NotFound):
            raise
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _sent(actor, desk, member, participation)
    if isinstance(form, EnrolmentForm) and form.is_submitted():
        form.more_rates()
    return _page(desk, form, NotForUsForm(formdata=None), stale=stale_form), form.status


def _send(actor: Actor, desk: Desk, member: Member, form: WordForm) -> Participation:
    """Do what the button pressed asks for. Raises Refusal."""
    assert isinstance(form, RegistrationForm | EnrolmentForm)  # noqa: S101 - the two there are
    tender_id, facts = desk.tender.id, form.facts(desk.tender)
    sends = request.form.get("as") != "interest"
    if desk.to_confirm and not desk.barred(actor) and sends and not form.sure.data:
        raise Invalid(N_("Tick this box: you have read what speaks against it."), field="sure")
    if desk.late:
        return operations.admit_late(actor, tender_id, member.id, facts, form.late_reason.data or "")
    if not sends:
        return operations.show_interest(actor, tender_id, member.id, facts, version=form.filled_on())
    if isinstance(form, EnrolmentForm):
        return operations.enrol(
            actor, tender_id, member.id, form.facts(desk.tender), version=form.filled_on()
        )
    return operations.register(actor, tender_id, member.id, form.facts(desk.tender), version=form.filled_on())


def _sent(actor: Actor, desk: Desk, member: Member, participation: Participation) -> ResponseReturnValue:
    tender = desk.tender
    if participation.applied_at is None:
        words = (
            gettext("Kept. Nothing is sent yet: come back here to send it.")
            if policy.may_commit(actor, member.id)
            else gettext(
                "Kept. Nothing is sent yet: a manager %(of_member)s has the last word.",
                of_member=of(member.name),
            )
        )
        flash(words, "info")
    elif tender.kind is TenderKind.AGREEMENT:
        flash(
            gettext(
                "%(member)s joins the agreement. Until it closes, all of it can be changed.",
                member=member.name,
            ),
            "success",
        )
    elif desk.verdict.fit is not rules.Fit.OK:
        flash(
            gettext(
                "Noted, without a promise: the legal delegate looks first at whether %(member)s may answer. Until "
                "registrations close, all of it can be changed.",
                member=member.name,
            ),
            "info",
        )
    else:
        flash(
            gettext(
                "Noted: %(member)s answers. Until registrations close, all of it can be changed.",
                member=member.name,
            ),
            "success",
        )
    return _back(actor, tender.id)


def _back(actor: Actor, tender_id: int) -> ResponseReturnValue:
    """Where one goes on: the delegate to the groups, the others to the tender."""
    page = "bids.coordinate" if actor.is_delegate else "tenders.show"
    return redirect(url_for(page, tender_id=tender_id))


def _page(desk: Desk, form: WordForm, no: NotForUsForm, *, stale: bool = False) -> str:
    actor = current_actor()
    member = desk.member
    assert member is not None  # noqa: S101 - the page of the choice comes before
    return render_template(
        "bids/register.html",
        desk=desk,
        tender=desk.tender,
        member=member,
        form=form,
        no=no,
        stale=stale,
        reasons=quick_reasons(),
        agreement=desk.tender.kind is TenderKind.AGREEMENT,
        verdict=desk.verdict,
        barred=desk.barred(actor),
        open_to=[label(MemberKind(kind)) for kind in desk.tender.eligible_kinds],
        delegates=legal_delegates() if desk.verdict.fit is not rules.Fit.OK and not actor.is_delegate else [],
        behalf=member.id not in actor.memberships,
        manages=policy.may_commit(actor, member.id),
        registered=desk.registered,
    )


@room.post("/marches/<int:tender_id>/inscription/pas-pour-nous", may=policy.registers)
def not_for_us(tender_id: int) -> ResponseReturnValue:
    """Answer that it isn't for this structure, with a reason."""
    actor = current_actor()
    desk = _desk(actor, tender_id, request.form.get("structure", type=int))
    if desk.member is None:
        raise NotFound
    no = NotForUsForm()
    if no.validate():
        try:
            operations.not_for_us(actor, tender_id, desk.member.id, no.words())
        except (Forbidden, NotFound):
            raise
        except Refusal as refusal:
            no.refuse(refusal)
        else:
            flash(gettext("Thank you: you won't be reminded of this one."), "success")
            return _back(actor, tender_id)
    form: WordForm = (
        EnrolmentForm(formdata=None)
        if desk.tender.kind is TenderKind.AGREEMENT
        else RegistrationForm(formdata=None)
    )
    form.show(desk.participation)
    return _page(desk, form, no), no.status


@room.post("/marches/<int:tender_id>/inscription/retirer", may=policy.registers)
def withdraw(tender_id: int) -> ResponseReturnValue:
    """Take back a registration."""
    actor = current_actor()
    member_id = request.form.get("structure", type=int)
    desk = _desk(actor, tender_id, member_id)
    if desk.member is None:
        raise NotFound
    operations.withdraw_registration(actor, tender_id, desk.member.id)
    flash(gettext("The registration %(of_member)s is withdrawn.", of_member=of(desk.member.name)), "success")
    return _back(actor, tender_id)
