"""The dates of a pasted text: which one binds what, by the words that announce it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date

from procurement.deadlines.models import DeadlineKind
from procurement.notices.pasted.moments import Moment, moments
from procurement.notices.pasted.words import Said, around
from procurement.notices.reading.deadlines import AbsurdDateError, read_deadline
from procurement.tenders.facts import DeadlineFacts

_REACH = 120
"""Characters after a label within which its date stands, at most."""

_LIMIT = r"(?:dates?|heures?|delais?)\b[^\n.;:\d]{0,40}\blimites?\b[^\n;:\d]{0,70}"
_ASKED = (
    r"\bdlro?\b"
    r"|\bremise des (?:offres|plis|propositions|candidatures|reponses)\b"
    r"|\b(?:offres?|plis?|propositions?|reponses?|devis|dossiers?|candidatures?)\b[^\n.;\d]{0,60}"
    r"(?:\bavant\b|\bau plus tard\b|\bpour le\b|jusqu'au)"
    r"|\b(?:a remettre|a deposer|a retourner|repondre|candidater)\b[^\n.;\d]{0,60}(?:\bavant\b|\bau plus tard\b|\bpour le\b|jusqu'au)"
)
_LABEL = re.compile(
    rf"(?P<published>\bdate (?:d'envoi|de publication|de parution)\b[^\n:;\d]{{0,60}})"
    rf"|(?P<questions>\b(?:questions?|renseignements complementaires|demandes? de renseignements?)\b[^\n;:\d]{{0,80}})"
    rf"|(?P<visit>\bvisites?\b[^\n;:\d]{{0,80}})"
    rf"|(?P<validity>\bvalidite\b[^\n;:\d]{{0,40}})"
    rf"|(?P<due>{_LIMIT}|{_ASKED})"
)
_FIRST = r"candidature|demandes? de participation"


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of a text: those that bind, when it was published, and the words of those that belong to nothing."""

    deadlines: Mapping[DeadlineKind, Said[DeadlineFacts]]
    published: Said[date] | None
    others: tuple[str, ...]


def read_dates(text: str, plain: str, today: date) -> Dates:
    """The dates of `text` (`plain`: the same, flattened), each taken for what the words before it announce.

    Several that are announced as the same are one in doubt, of which the earliest reminds. One that would contradict
    the offers' own date is left out.
    """
    found = moments(text, today)
    by_kind: dict[DeadlineKind, list[Moment]] = {}
    published: Said[date] | None = None
    used: set[int] = set()
    for what, moment in _announced(plain, found):
        used.add(moment.start)
        if what == "published":
            published = published or Said(moment.day, around(text, moment.start, moment.end))
        elif what in _KINDS:
            by_kind.setdefault(_KINDS[what], []).append(moment)
    deadlines = {kind: read for kind, some in by_kind.items() if (read := _deadline(text, some))}
    others = [one for one in found if one.start not in used and one.hour is not None and one.day >= today]
    return Dates(
        _in_order(deadlines), published, tuple(around(text, one.start, one.end) for one in others[:5])
    )


_KINDS = {
    "due": DeadlineKind.SUBMISSION,
    "applications": DeadlineKind.APPLICATIONS,
    "questions": DeadlineKind.QUESTIONS,
    "visit": DeadlineKind.SITE_VISIT,
}


def _announced(plain: str, found: Sequence[Moment]) -> Iterator[tuple[str, Moment]]:
    """Each label with the first moment after it, unless another label stands between."""
    labels = list(_LABEL.finditer(plain))
    for place, label in enumerate(labels):
        limit = labels[place + 1].start() if place + 1 < len(labels) else len(plain)
        reach = min(label.end() + _REACH, limit)
        moment = next((one for one in found if label.start() <= one.start < max(reach, label.end())), None)
        if moment is None:
            continue
        what = label.lastgroup or ""
        said = label.group()
        if what == "due" and re.search(_FIRST, said) and not re.search(r"offre|pli", said):
            what = "applications"
        elif what == "due" and re.search(r"question|renseignement", said):
            what = "questions"
        yield what, moment


def _deadline(text: str, some: Sequence[Moment]) -> Said[DeadlineFacts] | None:
    first = some[0]
    try:
        read = read_deadline([one.written() for one in some])
    except AbsurdDateError:
        return None
    if read is None:
        return None
    words = around(text, first.start, first.end)
    own = next((one.doubt for one in some if one.doubt), "")
    due_at, remind_at = read.displayed.astimezone(UTC), read.reminder.astimezone(UTC)
    return Said(
        DeadlineFacts(
            due_at=due_at,
            source_text=words,
            doubtful=read.doubtful or bool(own),
            doubt=own or read.doubt,
            remind_at=remind_at if remind_at != due_at else None,
        ),
        words,
    )


def _in_order(deadlines: dict[DeadlineKind, Said[DeadlineFacts]]) -> dict[DeadlineKind, Said[DeadlineFacts]]:
    """Only those that come before the offers, as they must."""
    offers = deadlines.get(DeadlineKind.SUBMISSION)
    if offers is None:
        return deadlines
    return {
        kind: one
        for kind, one in deadlines.items()
        if one is offers or one.value.due_at < offers.value.due_at
    }
