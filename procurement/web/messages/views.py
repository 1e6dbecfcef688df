"""Who was told what about a tender, and when; a message as it was written; sending it again."""

from collections.abc import Mapping
from typing import Any

from flask import (
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.core import events
from procurement.core.policy import delegate_or_admin
from procurement.core.text import number_in
from procurement.notifications.categories import Category
from procurement.notifications.kinds import KINDS
from procurement.notifications.letters import Office, message_id
from procurement.notifications.operations import outbox
from procurement.notifications.policy import OPEN_TO_OFFICE, read_texts
from procurement.notifications.queries.told import (
    MessageState,
    Wanted,
    message,
    tally,
    told,
    told_at_length,
)
from procurement.tenders.queries.page import visible_tender
from procurement.web import activity
from procurement.web.edge import Room, current_actor
from procurement.web.messages import export, words
from procurement.web.messages.lines import in_words
from procurement.web.spreadsheets import written

room = Room("messages", __name__)

LONGEST = 200
"""Characters of a name that is looked for."""
_ABOUT_OTHERS = frozenset({"handed_over", "mail_undeliverable", "manager_lacking", "erasure_asked"})
ABOUT_TENDERS = tuple(
    name
    for name, kind in KINDS.items()
    if kind.category not in {Category.SECURITY, Category.PAPERS} and name not in _ABOUT_OTHERS
)
"""Kinds that a tender's messages may have."""


def read_wanted(args: Mapping[str, str]) -> Wanted:
    """The lines that an address asks for; what can't be read is left out."""
    state, kind = args.get("state", ""), args.get("kind", "")
    return Wanted(
        state=MessageState(state) if state in set(MessageState) else None,
        kind=kind if kind in KINDS else "",
        person=" ".join(args.get("q", "").split())[:LONGEST],
    )


def write_wanted(wanted: Wanted) -> dict[str, Any]:
    """`wanted` as parameters of an address."""
    asked = {"q": wanted.person, "kind": wanted.kind, "state": wanted.state.value if wanted.state else ""}
    return {name: value for name, value in asked.items() if value}


@room.get("/marches/<int:tender_id>/messages", may=delegate_or_admin)
def index(tender_id: int) -> ResponseReturnValue:
    """All that was told about a tender, newest first; the delegate may open each."""
    actor = current_actor()
    tender = visible_tender(actor, tender_id)
    wanted = read_wanted(request.args)
    page = told(actor, tender_id, wanted, before=_number("before"), after=_number("after"))
    asked = write_wanted(wanted)
    counts = tally(actor, tender_id)
    return render_template(
        "messages/index.html",
        tender=tender,
        lines=in_words(page.rows),
        counts=[(state, counts[state]) for state in MessageState if counts.get(state)],
        total=sum(counts.values()),
        wanted=wanted,
        asked=asked,
        reads=read_texts(actor),
        kinds=[
            (name, words.what(name)) for name in ABOUT_TENDERS if actor.is_delegate or name in OPEN_TO_OFFICE
        ],
        states=list(MessageState),
        older=url_for("messages.index", tender_id=tender_id, before=page.older, **asked)
        if page.older
        else "",
        newer=url_for("messages.index", tender_id=tender_id, after=page.newer, **asked) if page.newer else "",
    )


@room.get("/marches/<int:tender_id>/messages.csv", may=delegate_or_admin)
def table(tender_id: int) -> ResponseReturnValue:
    """The same lines as a file for a spreadsheet; for the delegate with what each message says."""
    actor = current_actor()
    visible_tender(actor, tender_id)
    reads = read_texts(actor)
    parts = told_at_length(actor, tender_id, read_wanted(request.args), texts=reads)
    rows = (export.row(one, texts=reads) for lines in parts for one in in_words(lines))
    answer = Response(stream_with_context(written(export.heads(texts=reads), rows)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="messages-{tender_id}.csv"'
    return answer


@room.get("/messages/<int:delivery_id>", may=delegate_or_admin)
def show(delivery_id: int) -> ResponseReturnValue:
    """A message: to whom, when, what became of it; for the delegate what it says."""
    actor = current_actor()
    found = message(actor, delivery_id)
    history = events.history([("delivery", delivery_id)])
    delivery = found.delivery
    settings = current_app.config["SETTINGS"]
    domain = Office(settings.public_url, settings.mail_from).sender.domain
    return render_template(
        "messages/show.html",
        delivery=delivery,
        user=found.user,
        address=delivery.sent_to or delivery.address or (found.user.email if found.user else ""),
        lines=in_words(found.lines),
        history=activity.told(history),
        reads=read_texts(actor),
        replayable=outbox.replayable(delivery),
        message_id=message_id(delivery.id, delivery.created_at, domain, delivery.edition),
    )


@room.post("/messages/<int:delivery_id>/renvoyer", may=delegate_or_admin)
def send_again(delivery_id: int) -> ResponseReturnValue:
    """Have a message that failed, or is in doubt, sent once more."""
    outbox.replay(current_actor(), delivery_id)
    flash(gettext("The message leaves in a moment, if it is still worth saying."), "success")
    return redirect(url_for("messages.show", delivery_id=delivery_id))


def _number(name: str) -> int:
    """The number that an address carries under this name; 0 for what is none."""
    return number_in(request.args.get(name))
