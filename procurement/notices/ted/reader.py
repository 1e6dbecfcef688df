"""One notice of TED, as the European journal publishes it in XML (eForms), read into a ParsedNotice."""

import re
from datetime import date

from procurement.core.i18n import N_
from procurement.notices.eforms import notice as eforms
from procurement.notices.eforms.paths import EXTENSION
from procurement.notices.parsed import NoticeKind, ParsedNotice, ReadDeadline, Remark, UnreadableNotice
from procurement.notices.reading.deadlines import AbsurdDateError, read_day, read_deadline
from procurement.notices.reading.inner import Inner
from procurement.notices.reading.joining import (
    ABSURD_DEADLINE,
    checked,
    joined,
    no_date_read,
    title_and_description,
)
from procurement.notices.reading.markup import RefusedMarkup, opened
from procurement.notices.reading.nodes import reach, text
from procurement.notices.reading.text import one_line
from procurement.notices.ted.codes import invalid_values

SOURCE = "ted"
PAGE = "https://ted.europa.eu/fr/notice/-/detail/"
"""A notice's public page, before its number: the journal's own address for it."""
_PUBLICATION = re.compile(r"0*([1-9]\d{0,7}-\d{4})", re.ASCII)
_OWN_ID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)
_VERSION = re.compile(r"\d{1,3}", re.ASCII)

NOT_EFORMS = N_("This file isn't a notice in the European forms (eForms): its root is “%(root)s”.")
OLD_FORM = N_("This notice is in the European journal's form of before 2024, which isn't read: type it in.")
NO_NUMBER = N_("This notice has no number: neither the journal's (OPP-010) nor its own (BT-701).")
SAYS_NOTHING = N_("This notice is empty: it has no number (BT-701), no buyer (BT-500) and no title (BT-21).")
SENDER_AS_BUYER = N_("The notice names as its buyer the service that sent it, “%(name)s”: check who buys.")
INVALID_VALUES = N_("The notice holds values that the European forms don't allow: %(values)s.")


def read_notice(record: object) -> ParsedNotice:
    """The notice that a record of `markup.record_of` says.

    Raises UnreadableNotice, with the notice's number as far as it is known, for what can't be read truly; never
    anything else, whatever the record holds.
    """
    container = _opened(record)
    root, form = eforms.notice_of(container)
    if not form:
        name = next(iter(container), "")
        why = {"TED_EXPORT": OLD_FORM} | dict.fromkeys(eforms.ROOTS, SAYS_NOTHING)
        raise UnreadableNotice("", why.get(name, NOT_EFORMS), root=one_line(name, 80))
    publication = reach(root, *EXTENSION, "Publication")
    number = _published_number(text(publication, "NoticePublicationID"))
    published_on = read_day(text(publication, "PublicationDate")) or read_day(text(root, "IssueDate"))
    source_id = number or _own_number(root)
    try:
        inner = eforms.read(container, buyer_hint="", published_on=published_on)
        if not source_id:
            empty = not (inner.buyer_name or inner.sender_name or inner.title)
            raise UnreadableNotice("", SAYS_NOTHING if empty else NO_NUMBER)
        return checked(_joined(root, inner, source_id, number, published_on))
    except AbsurdDateError as error:
        raise UnreadableNotice(source_id, ABSURD_DEADLINE, raw=error.raw) from error


def _opened(record: object) -> dict[str, object]:
    try:
        return opened(record)
    except RefusedMarkup as refusal:
        raise UnreadableNotice("", refusal.message, **refusal.params) from refusal


def _joined(
    root: object, inner: Inner, source_id: str, number: str, published_on: date | None
) -> ParsedNotice:
    kind = inner.kind or NoticeKind.OTHER
    remarks: list[Remark] = []
    if not one_line(inner.buyer_name, 300) and inner.sender_name:
        inner.buyer_name = inner.sender_name
        remarks.append(Remark(SENDER_AS_BUYER, {"name": one_line(inner.sender_name, 120)}))
    if wrong := invalid_values(root):
        remarks.append(Remark(INVALID_VALUES, {"values": ", ".join(wrong)}))
    # A procedure that is only planned has no title of its own: its parts do.
    title = (
        inner.title
        if inner.title.strip()
        else text(root, "ProcurementProjectLot", "ProcurementProject", "Name")
    )
    submission, applications, unread = _dates(inner, kind, published_on)
    linked = dict.fromkeys(filter(None, map(_reference, inner.linked)))
    return joined(
        inner,
        source=SOURCE,
        source_id=source_id,
        kind=kind,
        published_on=published_on,
        titled=title_and_description(title, inner.description),
        dates=(submission, applications),
        remarks=[*remarks, *unread],
        linked_ids=tuple(one for one in linked if one != source_id)[:50],
        notice_url=PAGE + number if number else "",
    )


def _dates(
    inner: Inner, kind: NoticeKind, published_on: date | None
) -> tuple[ReadDeadline | None, ReadDeadline | None, list[Remark]]:
    """Offers' and applications' deadlines, those of the lot that ends first, and what couldn't be read of them."""
    try:
        submission = read_deadline(inner.submission[:1], published_on=published_on)
        applications = read_deadline(inner.applications[:1], published_on=published_on)
    except AbsurdDateError:
        if kind is NoticeKind.CONTRACT_NOTICE:
            raise
        return None, None, []
    unread = [] if submission or applications else no_date_read([*inner.submission, *inner.applications])
    return submission, applications, unread


def _published_number(said: str) -> str:
    """The journal's number as its own pages write it, "41387-2024"; "" for none."""
    match = _PUBLICATION.fullmatch(said.strip())
    return match[1] if match else ""


def _own_number(root: object) -> str:
    """BT-701 and BT-757, the number that a notice has before it is published, with its version."""
    own, version = text(root, "ID").strip(), text(root, "VersionID").strip()
    if not _OWN_ID.fullmatch(own):
        return ""
    return f"{own.lower()}-{version}" if _VERSION.fullmatch(version) else own.lower()


def _reference(said: str) -> str:
    """An earlier notice as a change names it: by the journal's number or by the notice's own (BT-758)."""
    said = said.strip()
    if number := _published_number(said):
        return number
    own, _, version = said.rpartition("-")
    named = _OWN_ID.fullmatch(said) or (_OWN_ID.fullmatch(own) and _VERSION.fullmatch(version))
    return said.lower() if named else ""
