"""A text that somebody pasted or forwarded becomes a draft: what was read stands in it, the rest is to be filled in."""

import hashlib
import json
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from procurement.core import clock
from procurement.core.db import add, db
from procurement.core.errors import Invalid
from procurement.core.i18n import DEFAULT_LOCALE, N_, translate
from procurement.core.outside import UNREACHABLE
from procurement.core.policy import Actor, require
from procurement.deadlines.models import DeadlineKind
from procurement.notices.models import Notice, NoticeState
from procurement.notices.operations import import_notices
from procurement.notices.pasted.addresses import Site, addresses
from procurement.notices.pasted.fetching import Found
from procurement.notices.pasted.reader import Pasted, read_text
from procurement.notices.pasted.words import tidy
from procurement.notices.sources import READERS
from procurement.tenders import policy
from procurement.tenders.facts import TenderFacts
from procurement.tenders.models import Procedure, Reservation, Tender
from procurement.tenders.operations import create_tender
from procurement.tenders.rules import UNKNOWN_BUYER, UNKNOWN_TITLE

PASTED, MAIL = "pasted", "mail"
"""Sources of drafts: a text pasted into the page, a mail forwarded to us."""
_LOCK = 0x70617374
"""Held while a text is looked for and, where it is new, taken in (any number, ours alone)."""
_TEXT_FIELDS = ("title", "buyer_name", "buyer_siret", "reference", "source_url", "documents_url")


@dataclass(frozen=True, slots=True)
class Taken:
    """The tender that a text led to; `known`: it was there already, and nothing was written."""

    tender: Tender
    known: bool


def take_text(
    actor: Actor,
    text: str,
    *,
    source: str = PASTED,
    documents_url: str = "",
    locale: str = DEFAULT_LOCALE,
) -> Taken:
    """Make a draft of `text`, which is kept beside it; for the delegate.

    `documents_url`: where the text was fetched from, if it was; `locale`: of what says that it is to be filled in. A
    text that was taken in before, or one that names the official notice of a tender that is here, leads to that
    tender. Records what `create_tender` records. Raises Forbidden, Invalid (`field` text) where there is nothing to
    read, or where nothing of what is pasted could be read.
    """
    require(policy.write(actor))
    text = tidy(text)
    if not any(sign.isalnum() for sign in text):
        raise Invalid(N_("Paste the text of a notice, or its address."), field="text")
    db.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    digest = hashlib.sha256(text.encode()).digest()
    known = _known(text, digest)
    if known is not None:
        return Taken(known, known=True)
    read = read_text(text, clock.today())
    if source == PASTED and not (read.said or read.other_dates or documents_url):
        raise Invalid(
            N_(
                "Nothing of a tender could be read in it, and no draft was made. Paste the whole notice (its object,"
                " its buyer, the deadline of the offers), the buyer's e-mail, or the address of its page."
            ),
            field="text",
        )
    facts = facts_of_text(read, source, locale)
    if documents_url and not facts.documents_url:
        facts = replace(facts, documents_url=documents_url)
    tender = create_tender(actor, facts)
    now = clock.now()
    add(
        Notice(
            source=source,
            source_id="",
            raw=json.dumps({"text": text}),
            digest=digest,
            first_seen_at=now,
            changed_at=now,
            state=NoticeState.IMPORTED,
            tender_id=tender.id,
            tender_version=tender.version,
        )
    )
    return Taken(tender, known=False)


def take_found(actor: Actor, found: Found, locale: str = DEFAULT_LOCALE) -> Taken:
    """Make a draft of what an address led to; `locale` as of `take_text`.

    Raises Forbidden, Invalid (`field` text) with why it became none.
    """
    if not found.source:
        return take_text(actor, found.text, documents_url=found.url, locale=locale)
    require(policy.write(actor))
    report = import_notices(actor, found.records, source=found.source, read=READERS[found.source])
    for line in (*report.new, *report.changed):
        if line.tender_id is not None:
            return Taken(db.session.get_one(Tender, line.tender_id), known=False)
    why = next((line.reason for line in (*report.skipped, *report.unreadable) if line.reason), None)
    message, params = (why.message, why.params) if why else (UNREACHABLE, {})
    raise Invalid(message, field="text", **params)


def reading_of(tender_id: int) -> Pasted | None:
    """What was read in the text that a tender was made of, read again; None for one made of no text. One statement."""
    notice = db.session.scalar(
        select(Notice)
        .where(Notice.tender_id == tender_id, Notice.source.in_((PASTED, MAIL)))
        .order_by(Notice.id)
        .limit(1)
        .options(undefer(Notice.raw))
    )
    if notice is None:
        return None
    return read_text(json.loads(notice.raw)["text"], notice.first_seen_at.astimezone(clock.PARIS).date())


def facts_of_text(read: Pasted, source: str, locale: str = DEFAULT_LOCALE) -> TenderFacts:
    """What a draft says of a text; title and buyer say that they are to be filled in where they weren't found."""
    texts = {name: read.value(name, "") for name in _TEXT_FIELDS}
    codes = read.value("cpv_codes", ())
    return TenderFacts(
        **texts
        | {
            "title": texts["title"] or translate(UNKNOWN_TITLE, locale),
            "buyer_name": texts["buyer_name"] or translate(UNKNOWN_BUYER, locale),
            "buyer_siret": texts["buyer_siret"] or None,
        },
        source=source,
        procedure=read.value("procedure", Procedure.UNKNOWN),
        is_framework=read.value("is_framework", False),  # noqa: FBT003 - a default
        reservation=read.value("reservation", Reservation.UNKNOWN),
        cpv_main=codes[0] if codes else "",
        cpv_codes=codes,
        departments=read.value("departments", ()),
        notice_published_on=read.value("notice_published_on", None),
        lots=read.value("lots", ()),
        clauses=read.value("clauses", ()),
        deadlines={
            DeadlineKind(name.removeprefix("deadline_")): said.value
            for name, said in read.said.items()
            if name.startswith("deadline_")
        },
    )


def _known(text: str, digest: bytes) -> Tender | None:
    """The tender that this very text made, else the one whose official notice it names, if it names one only."""
    same = select(Notice.tender_id).where(
        Notice.source.in_((PASTED, MAIL)), Notice.digest == digest, Notice.tender_id.is_not(None)
    )
    found: Tender | None = db.session.scalar(select(Tender).where(Tender.id.in_(same)).limit(1))
    return found if found is not None else _official(text)


def _official(text: str) -> Tender | None:
    named = {
        (one.site.value, one.number)
        for one in addresses(text)
        if one.site in {Site.BOAMP, Site.TED} and one.number
    }
    if len(named) != 1:
        return None
    [(source, number)] = named
    return known_notice(source, number)


def known_notice(source: str, number: str) -> Tender | None:
    """The tender made of an official notice, if it is here: of its own, or of one that came to the same tender."""
    by_notice = select(Notice.tender_id).where(Notice.source == source, Notice.source_id == number)
    found: Tender | None = db.session.scalar(
        select(Tender)
        .where(((Tender.source == source) & (Tender.source_id == number)) | Tender.id.in_(by_notice))
        .order_by(Tender.id)
        .limit(1)
    )
    return found
