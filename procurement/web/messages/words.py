"""What messages are about, to whom they go and why they didn't leave, in words for whoever looks on."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from procurement.notifications.rules import Reason


@dataclass(frozen=True, slots=True)
class Words:
    """A kind of message: what it tells, and to whom it goes and why."""

    what: LazyString
    whom: LazyString


KINDS: Mapping[str, Words] = {
    "sign_in_link": Words(_l("Link to sign in"), _l("To whoever asked for it")),
    "password_reset": Words(_l("Link to choose a new password"), _l("To whoever asked for it")),
    "handed_over": Words(_l("A structure changes hands"), _l("To whoever takes over")),
    "manager_lacking": Words(_l("A structure without manager"), _l("To the legal delegate")),
    "account_silent": Words(_l("Account about to be closed"), _l("To whoever hasn’t come for long")),
    "draft_assigned": Words(_l("A draft to sort"), _l("To the delegate to whom it was handed")),
    "mail_read": Words(_l("What was read in an e-mail"), _l("To whoever forwarded it")),
    "address_confirmation": Words(
        _l("Link that confirms an address"), _l("To the new address that was typed")
    ),
    "address_wanted": Words(_l("Another address is wanted"), _l("To the present address")),
    "address_changed": Words(_l("An address was changed"), _l("To the former address")),
    "invitation": Words(_l("Invitation to join"), _l("To the address that was invited")),
    "tender_published": Words(
        _l("A contract is published"),
        _l("To the managers of structures that could take part and hadn’t answered"),
    ),
    "tender_changed": Words(
        _l("What the contract says has changed"), _l("To whoever takes part, and to whoever coordinates")
    ),
    "registered": Words(
        _l("A registration is recorded, or taken back"), _l("To the managers of the structure")
    ),
    "registration_closing": Words(
        _l("Reminder: registrations close soon"),
        _l("To the managers of structures that could take part and hadn’t answered"),
    ),
    "questions_closing": Words(
        _l("Reminder: questions to the buyer"),
        _l("To the people of groups being prepared, to those who registered, and to whoever coordinates"),
    ),
    "site_visit": Words(
        _l("Reminder: site visit"),
        _l("To the people of groups being prepared, to those who registered, and to whoever coordinates"),
    ),
    "dues": Words(
        _l("Reminder: what a structure still owes its group"),
        _l("To the managers of structures that owed something"),
    ),
    "dues_lead": Words(
        _l("What a group still waits for, told to its lead"),
        _l("To the people of the lead; while there is none, to whoever coordinates"),
    ),
    "dues_delegate": Words(
        _l("What a group still waits for, told to the legal delegate"),
        _l("To the legal delegate, with each structure’s phone number"),
    ),
    "certificate_expiring": Words(
        _l("Reminder: a certificate lapses"), _l("To the managers of the structure")
    ),
    "certificate_refused": Words(_l("A certificate was refused"), _l("To the managers of the structure")),
    "certificates_wanted": Words(
        _l("A structure is asked for its certificates"), _l("To the managers of the structure")
    ),
    "standstill_over": Words(
        _l("The standstill ends"), _l("To the people of the lead that won, and to whoever coordinates")
    ),
    "contract_renewal": Words(
        _l("A contract ends: prepare the next answer"),
        _l("To the people of the lead that holds it, and to whoever coordinates"),
    ),
    "submission_nearing": Words(
        _l("Reminder: the answer is due soon"),
        _l("To the people of groups that hadn’t deposited, and to whoever coordinates them"),
    ),
    "deadline_moved": Words(
        _l("A date has moved"), _l("To whoever had been told the old date, and whoever takes part")
    ),
    "erasure_asked": Words(_l("Somebody asks to be erased"), _l("To the administrators")),
    "mail_undeliverable": Words(
        _l("Somebody can’t be reached by e-mail"),
        _l("To the legal delegate, where that person has a part in a live answer"),
    ),
    "tender_cancelled": Words(
        _l("The tender is cancelled"), _l("To whoever had been told its dates, and whoever took part")
    ),
    "member_proposed": Words(_l("A place in a group is proposed"), _l("To the managers of the structure")),
    "seat_confirmed": Words(
        _l("A place in a group is confirmed"), _l("To the structure, and to whoever coordinates the group")
    ),
    "seat_refused": Words(
        _l("A place in a group is refused"), _l("To the structure, and to whoever coordinates the group")
    ),
    "member_removed": Words(_l("A place in a group is taken back"), _l("To the people of the structure")),
    "turned_down": Words(
        _l("A registration isn’t retained"), _l("To the managers of the structure that registered")
    ),
    "bid_composed": Words(_l("The group is complete"), _l("To the people of the group")),
    "bid_deposited": Words(_l("The answer is deposited"), _l("To the people of the group")),
    "bid_result": Words(_l("What the buyer decided"), _l("To the people of the group")),
    "bid_withdrawn": Words(_l("The answer is given up"), _l("To the people of the group")),
}
"""By the name of the kind; a test asks that each has its words."""

REASONS: Mapping[str, LazyString] = {
    Reason.MOVED.value: _l("The date has moved since: it would have told the old one."),
    Reason.PASSED.value: _l("Its time had passed: it would have been of no use."),
    Reason.UNCHOSEN.value: _l(
        "By then reminders of this date left at other times: the delegate had chosen so."
    ),
    Reason.NOT_CONCERNED.value: _l("By then the person had nothing left to do with it, or had left."),
    Reason.REFUSED.value: _l("The mail server refused it."),
    Reason.UNWRITTEN.value: _l("It couldn’t be written: a fault on our side."),
    Reason.IN_APP.value: _l("The person wants it in the application only."),
    Reason.SUSPENDED.value: _l("The address refused too many e-mails: it stands in the application."),
    Reason.RESTORED.value: _l("A backup was restored: nobody knows whether it had left before."),
}


def what(kind: str) -> str:
    """What a kind of message tells."""
    return str(KINDS[kind].what) if kind in KINDS else kind.replace("_", " ")


def whom(kind: str) -> str:
    """To whom a kind of message goes, and why."""
    return str(KINDS[kind].whom) if kind in KINDS else ""


def reason(code: str) -> str:
    """Why something didn't leave; "" where there is nothing to say."""
    return str(REASONS.get(code, code))


def lead(code: str) -> str:
    """How long before a deadline, in words: "J-7" is "7 days before", "H-4" is "4 hours before"."""
    unit, _, number = code.partition("-")
    if not number.isdigit():
        return code
    count = int(number)
    if unit == "H":
        return ngettext("%(num)s hour before", "%(num)s hours before", count)
    if unit == "M":
        return ngettext("%(num)s month before", "%(num)s months before", count)
    if unit == "J":
        return ngettext("the day before", "%(num)s days before", count) if count else gettext("that very day")
    return code
