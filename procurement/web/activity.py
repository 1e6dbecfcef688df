"""The trail in words: each verb of an event as a sentence. Each area adds its verbs to `SENTENCES`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from procurement.bids.models import GroupForm
from procurement.certificates.models import CertificateKind
from procurement.core.events import Event
from procurement.core.policy import MembershipRole, Role
from procurement.deadlines.models import DeadlineKind
from procurement.members.models import LinkNature, Mark
from procurement.members.names import Names, names_of
from procurement.tenders.words import FIELDS as TENDER_FIELDS
from procurement.web.formats import instant
from procurement.web.labels import label

SENTENCES: dict[str, LazyString] = {
    # people
    "account_created": _l("Account opened"),
    "role_granted": _l("Role given: %(role)s"),
    "role_ended": _l("Role ended: %(role)s"),
    "account_edited": _l("Account edited"),
    "sign_in_link_requested": _l("Sign-in link asked for"),
    "password_reset_requested": _l("New password asked for"),
    "password_changed": _l("Password changed"),
    "address_change_requested": _l("Another e-mail address wanted"),
    "address_change_dropped": _l("Another e-mail address no longer wanted"),
    "address_changed": _l("E-mail address changed"),
    "sign_in_link_made": _l("Sign-in link handed over by who runs the server"),
    "sessions_ended": _l("Signed out everywhere"),
    "session_ended": _l("Signed out of one device"),
    "second_factor_started": _l("Two-step sign-in switched on"),
    "second_factor_stopped": _l("Two-step sign-in switched off"),
    "second_factor_reset": _l("Two-step sign-in taken away: telephone lost"),
    "recovery_code_used": _l("Signed in with a recovery code"),
    "recovery_codes_renewed": _l("Other recovery codes drawn"),
    "calendar_opened": _l("Private calendar opened"),
    "calendar_renewed": _l("Address of the private calendar renewed"),
    "calendar_closed": _l("Private calendar switched off"),
    "mail_undeliverable": _l("An e-mail couldn’t be delivered to the address"),
    "address_suspended": _l("Address suspended: it refused several e-mails"),
    "address_revived": _l("Address tried again"),
    "preferences_changed": _l("Choice of e-mails changed"),
    "absence_set": _l("Somebody stands in"),
    "absence_ended": _l("Nobody stands in any more"),
    "search_saved": _l("Search kept"),
    "search_renamed": _l("Search renamed"),
    "search_paused": _l("Search paused"),
    "search_resumed": _l("Search resumed"),
    "search_deleted": _l("Search deleted"),
    "tender_followed": _l("Tender followed"),
    "tender_muted": _l("Tender muted"),
    "tender_left": _l("Tender no longer followed or muted"),
    "data_exported": _l("Data taken away"),
    "erasure_asked": _l("Asks to be erased"),
    "erasure_withdrawn": _l("No longer asks to be erased"),
    "account_erased": _l("Account erased"),
    "retention_done": _l("What was over is ended"),
    "silence_warned": _l("Told that the account closes for want of use"),
    "account_lapsed": _l("Account closed: not used for two years"),
    "account_closed": _l("Account closed"),
    "account_reopened": _l("Account opened again"),
    "invitation_sent": _l("Invitation sent"),
    "invitation_accepted": _l("Invitation accepted"),
    "invitation_revoked": _l("Invitation withdrawn"),
    "member_created": _l("Structure added"),
    "member_left": _l("Structure left the network"),
    "member_edited": _l("Structure edited: %(fields)s"),
    "file_filled": _l("File filled in: %(fields)s"),
    "file_prefilled": _l("File completed from the public register: %(fields)s"),
    "file_line_added": _l("Line added to the file: %(line)s"),
    "file_line_edited": _l("Line of the file changed: %(line)s"),
    "file_line_removed": _l("Line taken out of the file: %(line)s"),
    "label_added": _l("Label recorded: %(mark)s"),
    "label_removed": _l("Label taken away: %(mark)s"),
    "members_linked": _l("Linked with %(member)s: %(nature)s"),
    "members_unlinked": _l("No longer linked with %(member)s: %(nature)s"),
    "membership_started": _l("%(user)s joins the structure (%(role)s)"),
    "membership_ended": _l("%(user)s leaves the structure"),
    "handed_over": _l("%(user)s hands over to a successor"),
    "mail_replayed": _l("E-mail queued again"),
    # tenders
    "tender_created": _l("Tender written"),
    "tender_imported": _l("Tender read from an official notice"),
    "tender_published": _l("Tender published"),
    "tender_edited": _l("Tender edited: %(fields)s"),
    "tender_cancelled": _l("Tender cancelled"),
    "summary_written": _l("One-page summary written"),
    "tender_ignored": _l("Draft left aside"),
    "tender_taken_up": _l("Draft taken up again"),
    "tender_assigned": _l("Draft handed to %(user)s"),
    "tender_unassigned": _l("Draft handed to nobody in particular"),
    "lead_times_chosen": _l("Times of the reminders changed"),
    "deadline_set": _l("Date set – %(kind)s: %(after)s"),
    "deadline_moved": _l("Date moved – %(kind)s: %(after)s instead of %(before)s"),
    "deadline_settled": _l("Date confirmed – %(kind)s: %(after)s"),
    "deadline_closed": _l("Date dropped – %(kinds)s"),
    # sources
    "import_wanted": _l("Reading asked for"),
    "import_ended": _l("Reading ended: %(new)s new, %(changed)s changed, %(unreadable)s unreadable"),
    "import_failed": _l("Reading broken off"),
    "source_added": _l("Also published as %(source)s %(source_id)s"),
    "correction_came": _l("Correction of the official notice: %(source)s %(source_id)s"),
    "notice_heeded": _l("Correction looked at: %(source)s %(source_id)s"),
    "twins_merged": _l("Put together with the same tender from another source"),
    "twins_parted": _l("Looks like another tender, and isn’t the same"),
    "notice_forwarded": _l("E-mail forwarded, which leads to this tender"),
    "mail_left_aside": _l("E-mail left aside"),
    "mail_taken_up": _l("E-mail taken up as a draft"),
    "mail_dropped": _l("E-mail dropped"),
    "notice_replayed": _l("Unreadable notice read once more"),
    # files
    "file_added": _l("Document added: %(file_name)s"),
    "file_replaced": _l("Document replaced: %(file_name)s, version %(version)s"),
    "file_removed": _l("Document taken away"),
    # certificates
    "certificate_recorded": _l("%(certificate_kind)s: sent"),
    "certificate_checked": _l("%(certificate_kind)s: checked"),
    "certificate_refused": _l("%(certificate_kind)s: refused"),
    "certificates_chased": _l("Asked for its certificates: %(certificate_kinds)s"),
    # registrations
    "interest_shown": _l("%(member)s is interested"),
    "registered": _l("%(member)s registered"),
    "registration_changed": _l("%(member)s changed its registration: %(fields)s"),
    "registration_withdrawn": _l("%(member)s withdrew its registration"),
    "not_for_us": _l("%(member)s answered “not for us”"),
    "turned_down": _l("%(member)s was not retained in a group"),
    "admitted_late": _l("%(member)s was admitted after registrations closed"),
    # group answers
    "bid_opened": _l("Group answer opened"),
    "member_proposed": _l("Place proposed to %(member)s"),
    "seat_confirmed": _l("%(member)s confirmed its place"),
    "seat_refused": _l("%(member)s refused its place"),
    "member_removed": _l("%(member)s was removed from the group"),
    "form_set": _l("Form of the group: %(form)s"),
    "lead_set": _l("Lead of the group: %(member)s"),
    "coordinator_set": _l("The group has a coordinator: %(user)s"),
    "rule_waived": _l("A rule of the checklist was set aside"),
    "lead_cleared": _l("%(member)s no longer leads the group"),
    "bid_composed": _l("Group composed"),
    "bid_deposited": _l("Answer deposited, receipt number %(receipt)s"),
    "bid_under_review": _l("Answer under review"),
    "bid_awarded": _l("Answer won"),
    "bid_lost": _l("Answer not retained"),
    "bid_no_award": _l("Tender closed by the buyer without award"),
    "bid_withdrawn": _l("Answer withdrawn"),
}

FIELDS: dict[str, LazyString] = {
    **{name: _l(words) for name, words in TENDER_FIELDS.items()},
    "buyer": _l("buyer"),
    "buyer_id": _l("buyer"),
    "buyer_siret": _l("buyer"),
    "sites": _l("sites"),
    "deadlines": _l("dates"),
    "rates": _l("rates"),
    "hours_a_week": _l("hours a week"),
    "full_time_equivalents": _l("full-time equivalents"),
    "brings": _l("what it brings"),
    "seeks": _l("what it seeks"),
    "would_lead": _l("wish to lead"),
    "shown_as_partner": _l("shown as a possible partner"),
    "name": _l("name"),
    "siret": _l("SIRET"),
    "department": _l("department"),
    "town": _l("town"),
    "territory": _l("territory"),
    "skills": _l("skills"),
    "phone": _l("telephone"),
    "services": _l("services"),
    "cpv": _l("trades"),
    "areas": _l("communes and communities"),
    "capacity_hours": _l("capacity"),
    "capacity_note": _l("capacity"),
    "website": _l("web site"),
    "legal_name": _l("legal name"),
    "legal_form": _l("legal form"),
    "street": _l("address"),
    "postcode": _l("address"),
    "email": _l("e-mail"),
    "rna": _l("its RNA number"),
    "ape": _l("its APE code"),
    "naf": _l("its APE code"),
    "idcc": _l("collective agreement"),
    "is_sme": _l("size"),
    "agreement_number": _l("agreement with the State"),
    "agreement_territory": _l("agreement with the State"),
    "agreement_from": _l("agreement with the State"),
    "agreement_until": _l("agreement with the State"),
    "annex_year": _l("financial annex"),
    "equipment": _l("equipment"),
    "insurer": _l("insurance"),
    "insurance_policy": _l("insurance"),
    "insured_amount": _l("insurance"),
    "iban": _l("bank account"),
    "bic": _l("bank account"),
    "account_holder": _l("bank account"),
    "locale": _l("language"),
    "digest_hour": _l("hour of the summary"),
    "working_days": _l("days of e-mails"),
}
"""Names of the fields that an event may say were changed."""


@dataclass(frozen=True)
class Entry:
    """One line of activity: when, what in words, by whom, for whom, and the reason as typed if there was one."""

    at: datetime
    sentence: str
    who: str
    behalf: str
    reason: str
    verb: str


def told(events: Sequence[Event]) -> list[Entry]:
    """`events` (with their details loaded) in the reader's words and in their order. One statement, for names."""
    users = {event.actor_id for event in events} | {event.facts.get("user_id") for event in events}
    members = {event.on_behalf_of for event in events} | {event.facts.get("member_id") for event in events}
    names = names_of({user for user in users if user}, {member for member in members if member})
    return [_entry(event, names) for event in events]


def _entry(event: Event, names: Names) -> Entry:
    values = event.detail.values if event.detail else {}
    return Entry(
        at=event.at,
        sentence=_sentence(event, names),
        who=names.users.get(event.actor_id, "") if event.actor_id else "",
        behalf=names.members.get(event.on_behalf_of, "") if event.on_behalf_of else "",
        reason=str(values.get("reason") or ""),
        verb=event.verb,
    )


def _sentence(event: Event, names: Names) -> str:
    words = SENTENCES.get(event.verb)
    if words is None:
        return event.verb.replace("_", " ")
    return str(words) % _Params(event, names)


class _Params(dict[str, str]):
    """What a sentence asks for, taken from the event's facts and turned into words; a dash for what isn't there."""

    def __init__(self, event: Event, names: Names) -> None:
        super().__init__()
        self._facts, self._names = event.facts, names
        self._values = event.detail.values if event.detail else {}

    def __missing__(self, key: str) -> str:
        if key == "member":
            return self._names.members.get(self._facts.get("member_id", 0), "") or gettext("a structure")
        if key == "user":
            return self._names.users.get(self._facts.get("user_id", 0), "") or gettext("a person")
        if key == "file_name":
            return str(self._values.get("name") or gettext("a file"))
        value = self._facts.get(key)
        if value is None:
            return "–"
        return _WORDS.get(key, str)(value)


def _role(value: str) -> str:
    return label(MembershipRole(value) if value in set(MembershipRole) else Role(value))


def _fields(value: Sequence[str]) -> str:
    # Dates have events of their own, with before and after.
    plain = [name for name in value if not name.startswith("deadline_")]
    return ", ".join(dict.fromkeys(str(FIELDS.get(name, name)) for name in plain))


def _instant(value: str) -> str:
    return instant(datetime.fromisoformat(value))


_LINES = {
    "signatory": _l("who may sign"),
    "business_year": _l("turnover and staff of a year"),
    "reference": _l("a reference"),
}

_WORDS: dict[str, Callable[[Any], str]] = {
    "certificate_kind": lambda value: label(CertificateKind(value)),
    "certificate_kinds": lambda values: ", ".join(label(CertificateKind(value)) for value in values),
    "line": lambda value: str(_LINES[value]),
    "mark": lambda value: label(Mark(value)),
    "nature": lambda value: label(LinkNature(value)),
    "role": _role,
    "source": str.upper,
    "fields": _fields,
    "before": _instant,
    "after": _instant,
    "kind": lambda value: label(DeadlineKind(value)),
    "kinds": lambda values: ", ".join(label(DeadlineKind(value)) for value in values),
    "form": lambda value: label(GroupForm(value)),
}


def register(app: Flask) -> None:
    """Make the trail's words known to templates."""
    app.jinja_env.globals["told"] = told
