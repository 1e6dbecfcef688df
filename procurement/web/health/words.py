"""What is wrong and what to do about it, for people who don't run servers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from procurement.notifications.watch import RED, Fault, Vitals
from procurement.web.formats import left, short


@dataclass(frozen=True, slots=True)
class Said:
    """A fault in words; `fault` is None for what isn't one of the messages."""

    fault: Fault | None
    red: bool
    title: str
    todo: str


_TODO: Mapping[Fault, LazyString] = {
    Fault.BEAT: _l(
        "No reminder and no mail leaves any more. Tell whoever runs the server, now: the process “beat” must be "
        "started again. Nothing is lost: what is due leaves as soon as it runs."
    ),
    Fault.JOBS: _l(
        "No reminder and no mail leaves any more. Tell whoever runs the server, now: the process “worker” must be "
        "started again. Nothing is lost: what is due leaves as soon as it runs."
    ),
    Fault.OUTBOX: _l(
        "Most often the mail server doesn’t answer. Tell whoever runs the server. Messages leave by themselves as soon "
        "as it does. If a deadline is near, telephone the structures."
    ),
    Fault.LATE: _l(
        "There may be many at once, or the mail server may be slow. Look again in a few minutes: there is nothing to do yet."
    ),
    Fault.EVENTS: _l("Look again in a few minutes. If it stays so, tell whoever runs the server."),
    Fault.SET_ASIDE: _l(
        "Somebody may not have heard of them. They are listed below: tell whoever maintains the site, and warn the "
        "structures yourself if it is urgent. They are tried again by themselves."
    ),
    Fault.UNWRITTEN: _l(
        "A fault on our side, for these messages only: the others left. Tell whoever maintains the site, then send them "
        "again from the list below."
    ),
    Fault.FAILED: _l(
        "Most often an address has changed or a mailbox is full. Check it with the person, by telephone if a deadline is "
        "near, then send the message again from the list below."
    ),
    Fault.DOUBT: _l(
        "The connection was lost just as they were handed over: they may have arrived. Ask the person, and send again "
        "from the list below if need be."
    ),
    Fault.MAILBOX: _l(
        "Mails that are refused on the way aren’t noticed meanwhile: nobody is called for them. Tell whoever runs the "
        "server: the address, the account or the password in IMAP_URL may have changed. Nothing is lost: they are read "
        "as soon as the mailbox answers."
    ),
    Fault.FORWARDS: _l(
        "Notices that are forwarded wait there. Tell whoever runs the server: the address, the account or the password in "
        "NOTICES_IMAP_URL may have changed. Nothing is lost: they are read as soon as the mailbox answers."
    ),
}


def say(fault: Fault, vitals: Vitals) -> Said:
    """A fault, with its figures."""
    titles: Mapping[Fault, Callable[[], str]] = {
        Fault.BEAT: lambda: (
            gettext("The clock of the jobs has stopped (last tick %(when)s).", when=left(vitals.beat_at))
            if vitals.beat_at
            else gettext("The clock of the jobs has never run.")
        ),
        Fault.JOBS: lambda: gettext("Nobody does the jobs."),
        Fault.OUTBOX: lambda: gettext("Messages don’t leave any more."),
        Fault.LATE: lambda: gettext("Messages leave a little late."),
        Fault.EVENTS: lambda: gettext("Changes wait to be told."),
        Fault.SET_ASIDE: lambda: ngettext(
            "%(num)s change couldn’t be told.", "%(num)s changes couldn’t be told.", vitals.set_aside
        ),
        Fault.UNWRITTEN: lambda: ngettext(
            "%(num)s message couldn’t be written these last 7 days.",
            "%(num)s messages couldn’t be written these last 7 days.",
            vitals.unwritten,
        ),
        Fault.FAILED: lambda: ngettext(
            "%(num)s message was refused by the mail server these last 7 days.",
            "%(num)s messages were refused by the mail server these last 7 days.",
            vitals.failed,
        ),
        Fault.DOUBT: lambda: ngettext(
            "%(num)s message of these last 7 days is in doubt.",
            "%(num)s messages of these last 7 days are in doubt.",
            vitals.doubt,
        ),
        Fault.MAILBOX: lambda: gettext("The mailbox of what comes back can’t be read."),
        Fault.FORWARDS: lambda: gettext("The mailbox of forwarded notices can’t be read."),
    }
    return Said(fault, fault in RED, titles[fault](), str(_TODO[fault]))


def silent_source(name: str, since: datetime | None) -> Said:
    """A source of tenders of which no reading came to its end for a day; `since`: when the last one did."""
    title = (
        gettext("No tender has been read from %(source)s since %(when)s.", source=name, when=short(since))
        if since
        else gettext("No tender could be read from %(source)s yet.", source=name)
    )
    todo = gettext(
        "Look at the official site meanwhile: a tender may be published there that isn’t here. The page of the sources "
        "says why; if it isn’t the source’s own fault, tell whoever runs the server."
    )
    return Said(None, red=False, title=title, todo=todo)


JOBS: Mapping[str, LazyString] = {
    "notifications.prepare": _l("Works out who is to be told what"),
    "notifications.sweep": _l("Sends what is due"),
    "notifications.returns": _l("Reads what came back"),
    "accounts.silence": _l("Warns and closes accounts that nobody uses"),
    "notices.fetch": _l("Asks the sources of tenders"),
    "notices.forwarded": _l("Reads the e-mails that are forwarded"),
    "privacy.retain": _l("Ends what is kept no longer"),
}


def job(name: str) -> str:
    """What a job does; its name where nobody has said so."""
    return str(JOBS.get(name, name))


def did(what: str) -> str:
    """What a job did at its last turn, from the counts it noted; "" where there is nothing to say."""
    try:
        counts = json.loads(what)
    except ValueError:
        return ""
    if not isinstance(counts, dict):
        return ""
    said = {
        "events": lambda n: ngettext("%(num)s change", "%(num)s changes", n),
        "deadlines": lambda n: ngettext("%(num)s date", "%(num)s dates", n),
        "mails": lambda n: ngettext("%(num)s message", "%(num)s messages", n),
        "warned": lambda n: ngettext("%(num)s person warned", "%(num)s people warned", n),
        "closed": lambda n: ngettext("%(num)s account closed", "%(num)s accounts closed", n),
        "returns": lambda n: ngettext("%(num)s message", "%(num)s messages", n),
        "ended": lambda n: ngettext("%(num)s deletion", "%(num)s deletions", n),
    }
    return ", ".join(said[name](count) for name, count in counts.items() if count and name in said)
