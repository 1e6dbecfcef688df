"""The list of group answers, and the page of each."""

from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.bids import policy, queries
from procurement.bids.queries import BidPage
from procurement.bids.rules.tender_steps import deposit_aim
from procurement.core import clock
from procurement.core.errors import Invalid, Refusal
from procurement.core.events import Event
from procurement.core.policy import Actor
from procurement.deadlines.models import DeadlineKind
from procurement.web.activity import Entry, told
from procurement.web.bids.forms import (
    DepositForm,
    FormForm,
    GiveUpForm,
    LeadForm,
    LetterForm,
    ProposeForm,
    ReasonForm,
    ResultForm,
    WaiveForm,
)
from procurement.web.bids.room import room
from procurement.web.edge import current_actor
from procurement.web.forms import Form
from procurement.web.labels import label

PRIVATE = frozenset({"seat_refused", "member_removed"})
"""Events whose reason is between one structure and the delegate."""


@room.get("/reponses", may=policy.reads_answers)
def index() -> ResponseReturnValue:
    """The group answers that this person sees: those under way, or the past ones."""
    past = request.args.get("liste") == "passees"
    before = request.args.get("avant", type=int)
    known = before if before and 0 < before < 2**63 else None
    found = queries.answers(current_actor(), past=past, before=known)
    following = ""
    if found.following:
        following = url_for("bids.index", avant=found.following, liste="passees" if past else None)
    return render_template(
        "bids/index.html", rows=found.rows, past=past, following=following, first=known is None
    )


@dataclass(slots=True)
class Sent:
    """What was refused, for the page to show it where it was typed: the action, its form, or a message."""

    action: str = ""
    form: Form | None = None
    subject: int = 0
    message: str = ""
    status: int = 200


@room.get("/reponses/<int:bid_id>", may=policy.reads_answers)
def show(bid_id: int) -> ResponseReturnValue:
    """A group answer: the next step for this person, members, form and lead, rules, dates, what happened."""
    return bid_page(bid_id, Sent())


def refused(
    bid_id: int, action: str, refusal: Refusal, form: Form | None = None, subject: int = 0
) -> ResponseReturnValue:
    """The page again, with what was typed: why it can't be done stands by its field, or above all."""
    field = refusal.field if isinstance(refusal, Invalid) else None
    if form is not None and field in form:
        form.refuse(refusal)
        return bid_page(bid_id, Sent(action, form, subject, status=form.status))
    message = gettext(refusal.message, **refusal.params)
    return bid_page(bid_id, Sent(action, form, subject, message, refusal.status))


def bid_page(bid_id: int, sent: Sent) -> ResponseReturnValue:
    """The page of a group answer. Raises NotFound where the wall stands (G3)."""
    actor = current_actor()
    page = queries.answer(actor, bid_id)
    html = render_template(
        "bids/show.html",
        page=page,
        bid=page.bid,
        tender=page.tender,
        steps=_timeline(page),
        sent=sent,
        forms=_forms(page, sent),
        delegate=actor.is_delegate,
        deposits=policy.may_deposit(actor, page.bid.lead_id),
        manages={row.member.id for row in page.own if actor.manages(row.member.id)},
        mine={row.member.id for row in page.own},
        activity=_activity(actor, page),
    )
    return html, sent.status


def _activity(actor: Actor, page: BidPage) -> list[Entry]:
    """What happened, in words. Why a structure left is read by the delegate and by that structure only."""
    return [
        replace(entry, reason="") if event.verb in PRIVATE and not _reads_reason(actor, event) else entry
        for event, entry in zip(page.history, told(page.history), strict=True)
    ]


def _reads_reason(actor: Actor, event: Event) -> bool:
    return actor.is_delegate or event.facts.get("member_id") in actor.memberships


def _timeline(page: BidPage) -> list[dict[str, Any]]:
    """The dates that bind the group, with the network's own aim before the buyer's."""
    found: list[dict[str, Any]] = [
        {"at": due.due_at, "label": label(due.kind), "zone": due.zone, "text": ""} for due in page.deadlines
    ]
    if page.preparing and page.compose_by != page.locked_at and not page.bid.composed_at:
        words = gettext("Our own aim: the group is settled")
        found.append({"at": page.compose_by, "label": words, "zone": page.tender.due_zone, "text": ""})
    own = any(due.kind is DeadlineKind.INTERNAL_DEPOSIT for due in page.deadlines)
    for due in page.deadlines:
        aim = deposit_aim(None, due.due_at, due.tz)
        waits = due.kind is DeadlineKind.SUBMISSION and page.bid.submitted_at is None and not own
        if waits and aim and aim > clock.now():
            words = gettext("Our own aim: deposit two days early")
            found.append({"at": aim, "label": words, "zone": due.zone, "text": ""})
    if page.bid.submitted_at:
        words = gettext("Deposited, receipt number %(receipt)s", receipt=page.bid.receipt_number)
        found.append({"at": page.bid.submitted_at, "label": words, "done": True, "text": ""})
    return sorted(found, key=lambda step: step["at"])


def _forms(page: BidPage, sent: Sent) -> dict[str, Form]:
    """The forms of the page, empty or as they stand; the one that was refused, as it was typed."""
    choose = FormForm(formdata=None)
    choose.form.data = page.bid.form
    choose.contract_form.data = page.bid.contract_form
    forms: dict[str, Form] = {
        "form": choose,
        "lead": lead_form(page, formdata=False),
        "deposit": DepositForm(formdata=None),
        "result": ResultForm(formdata=None),
        "withdraw": GiveUpForm(formdata=None),
        "refuse": ReasonForm(formdata=None),
        "remove": LetterForm(formdata=None),
        "waive": WaiveForm(formdata=None),
        "propose": ProposeForm(formdata=None),
    }
    if sent.form is not None:
        forms[sent.action] = sent.form
    return forms


def lead_form(page: BidPage, *, formdata: bool = True) -> LeadForm:
    """The choice of the lead, among the members who confirmed."""
    form = LeadForm() if formdata else LeadForm(formdata=None)
    members = [(str(row.member.id), row.member.name) for row in page.confirmed]
    form.lead.choices = [("", gettext("Nobody for now")), *members]
    if not formdata:
        form.lead.data = str(page.bid.lead_id or "")
    return form
