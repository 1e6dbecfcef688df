"""Columns of tables in words, for whoever reads what they took away; values in the reader's language."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from babel.dates import get_day_names
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from procurement.core.i18n import N_
from procurement.notices.models import MailState
from procurement.notifications.categories import NAMES as CATEGORIES
from procurement.notifications.models import DeliveryState, Outcome
from procurement.notifications.queries.told import MessageState
from procurement.notifications.returns import Verdict
from procurement.web.activity import SENTENCES
from procurement.web.formats import short, short_day
from procurement.web.labels import LABELS, label
from procurement.web.messages import words as messages

WORDS: Mapping[str, LazyString] = {
    "address": _l("Address"),
    "at": _l("When"),
    "began_at": _l("Began on"),
    "browser": _l("Browser"),
    "came_at": _l("Came on"),
    "category": _l("What"),
    "checked_at": _l("Checked on"),
    "code": _l("Rule"),
    "created_at": _l("Written down on"),
    "digest_hour": _l("Hour of e-mails"),
    "done_at": _l("Done on"),
    "dropped_at": _l("Given up on"),
    "due_at": _l("To leave on"),
    "email": _l("E-mail address"),
    "ended_at": _l("Ended on"),
    "asked_at": _l("Asked on"),
    "expires_on": _l("Ends on"),
    "former": _l("Former address"),
    "facts": _l("Details"),
    "first_day": _l("First day"),
    "granted_at": _l("Since"),
    "ignored_at": _l("Left aside on"),
    "ignored_reason": _l("Why"),
    "issued_on": _l("Issued on"),
    "kind": _l("Kind"),
    "last_day": _l("Last day"),
    "last_seen_at": _l("Last signed in"),
    "lead": _l("How long before"),
    "locale": _l("Language"),
    "location": _l("Page"),
    "made_at": _l("Opened on"),
    "mail_fault": _l("What my address answered"),
    "mail_suspended_at": _l("Address suspended since"),
    "marks": _l("Filters"),
    "media_type": _l("Format"),
    "member_id": _l("Structure"),
    "membership_role": _l("Place"),
    "muted": _l("Muted"),
    "name": _l("Name"),
    "news_read_at": _l("News read on"),
    "next_path": _l("Page wanted"),
    "note": _l("Note"),
    "outcome": _l("What became of it"),
    "paused_at": _l("Paused since"),
    "phone": _l("Telephone"),
    "proposed_at": _l("Proposed on"),
    "reason": _l("Reason"),
    "recorded_at": _l("Sent on"),
    "reference": _l("Reference"),
    "rhythm": _l("How often"),
    "role": _l("Role"),
    "said": _l("What the server answered"),
    "seen_at": _l("Last used on"),
    "sender": _l("From"),
    "sent_at": _l("Left on"),
    "sent_to": _l("Sent to"),
    "silence_warned_at": _l("Warned of its closing on"),
    "since": _l("Since"),
    "size": _l("Bytes"),
    "source": _l("Source"),
    "state": _l("State"),
    "status": _l("Code"),
    "subject": _l("Subject"),
    "subject_id": _l("Number"),
    "subject_type": _l("On what"),
    "taken_at": _l("Sent on"),
    "tender_id": _l("Tender"),
    "text": _l("Text"),
    "title": _l("Title"),
    "updated_at": _l("Changed on"),
    "uploaded_at": _l("Put there on"),
    "used_at": _l("Used on"),
    "values": _l("Before and after"),
    "verb": _l("What"),
    "verdict": _l("Verdict"),
    "via": _l("How"),
    "waived_at": _l("Set aside on"),
    "withdrawn_at": _l("Withdrawn on"),
    "within_days": _l("Within days"),
    "working_days": _l("Days of e-mails"),
    "zone": _l("Time zone"),
}
"""A test asks that each column that is taken away has its word."""

_STATES: Mapping[str, MessageState] = {
    DeliveryState.QUEUED: MessageState.WAITING,
    DeliveryState.CLAIMED: MessageState.LEAVING,
    DeliveryState.SENDING: MessageState.LEAVING,
    **{outcome.value: MessageState(outcome.value) for outcome in Outcome},
}

VERDICTS: Mapping[StrEnum, LazyString] = {
    Verdict.HARD: _l("Refused for good"),
    Verdict.SOFT: _l("Not delivered this time"),
    Verdict.BLAMELESS: _l("Lost through no fault of the address"),
    Verdict.DELAYED: _l("Delayed on the way"),
    Verdict.FORGED: _l("Forged"),
    Verdict.UNREAD: _l("Not understood"),
}


def heads(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The columns of these rows that say something, each with its word."""
    seen = dict.fromkeys(name for row in rows for name, value in row.items() if value not in (None, ""))
    return [(name, str(WORDS[name])) for name in seen]


def value(name: str, given: Any) -> str:
    """A value as people read it; "" for nothing."""
    if given is None or given == "":
        return ""
    if name in _BY_COLUMN:
        return _BY_COLUMN[name](given)
    for kind, words in _BY_KIND:
        if isinstance(given, kind):
            return words(given)
    return str(given)


def _days(bits: int) -> str:
    names = get_day_names("wide", "stand-alone", locale=get_locale())
    return ", ".join(names[day] for day in range(7) if bits >> day & 1)


def _deed(verb: str) -> str:
    """The sentence of a verb as far as it needs no facts."""
    return str(SENTENCES.get(verb, verb)).partition("%(")[0].strip(" –:") or verb.replace("_", " ")


def _said(given: StrEnum) -> str:
    return label(given) if type(given) in LABELS else given.value


_MAILS: Mapping[str, str] = {
    MailState.TAKEN: N_("It led to a tender"),
    MailState.ASIDE: N_("It waits for the delegate"),
    MailState.DROPPED: N_("The delegate dropped it"),
}
"""What became of a mail that was forwarded."""

_BY_COLUMN: Mapping[str, Callable[[Any], str]] = {
    "category": lambda given: gettext(CATEGORIES[given]),
    "kind": lambda given: _said(given) if isinstance(given, StrEnum) else messages.what(given),
    "lead": messages.lead,
    "outcome": lambda given: label(_STATES[given]),
    "state": lambda given: label(_STATES[given]) if given in _STATES else gettext(_MAILS[given]),
    "verb": _deed,
    "verdict": lambda given: str(VERDICTS[given]),
    "working_days": _days,
}

_BY_KIND: Sequence[tuple[type, Callable[[Any], str]]] = (
    (bool, lambda given: gettext("Yes") if given else gettext("No")),
    (StrEnum, _said),
    (datetime, short),
    (date, short_day),
    (time, lambda given: given.strftime("%H:%M")),
    (list, ", ".join),
    (dict, lambda given: "; ".join(f"{key}: {one}" for key, one in given.items())),
)
"""The first that fits: an instant is a day too."""
