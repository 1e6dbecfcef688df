"""One BOAMP record, as the open-data API or a file of the DILA gives it, read into a ParsedNotice.

The flat fields are short and partly wrong (an object cut at 200 characters, a deadline converted twice); the inner
JSON texts `gestion` and `donnees` have the buyer's own words. Each field is taken from the best place that has it.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from procurement.core.i18n import N_
from procurement.core.text import folded
from procurement.notices.boamp import dila, dsp, fnsimple, legacy, mapa
from procurement.notices.eforms import notice as eforms
from procurement.notices.parsed import (
    DESCRIPTION_LIMIT,
    TITLE_LIMIT,
    NoticeKind,
    ParsedNotice,
    ReadDeadline,
    Remark,
    UnreadableNotice,
)
from procurement.notices.reading.deadlines import AbsurdDateError, read_day, read_deadline, same_digits
from procurement.notices.reading.inner import Inner
from procurement.notices.reading.joining import (
    ABSURD_DEADLINE,
    checked,
    joined,
    no_date_read,
    title_and_description,
)
from procurement.notices.reading.nodes import branch, choices, raw_text, reach, text, texts
from procurement.notices.reading.text import is_generic_title, one_line, web_address
from procurement.notices.reading.values import departments_of

SOURCE = "boamp"
PAGE = "https://www.boamp.fr/pages/avis/?q=idweb:"
_INNER_LIMIT = 5_000_000
_FLAT_TITLE_CUT = 195  # the flat object stops at 200 characters; entities and trimming take a few
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)

_KINDS = {
    "appel offre": NoticeKind.CONTRACT_NOTICE,
    "qualification": NoticeKind.CONTRACT_NOTICE,
    "pre information": NoticeKind.PRIOR_INFORMATION,
    "preinformation": NoticeKind.PRIOR_INFORMATION,
    "periodique": NoticeKind.PRIOR_INFORMATION,
    "intention conclure": NoticeKind.INTENTION,
    "attribution": NoticeKind.AWARD,
    "resultat marche": NoticeKind.AWARD,
    "rectificatif": NoticeKind.CORRECTION,
    "modification": NoticeKind.CONTRACT_MODIFICATION,
    "annulation": NoticeKind.CANCELLATION,
}
_STATES = {
    "rectificatif": NoticeKind.CORRECTION,
    "modification": NoticeKind.CORRECTION,
    "annulation": NoticeKind.CANCELLATION,
    "avis annule": NoticeKind.CANCELLATION,
}
NOT_AN_OBJECT = N_("This record isn't an object with fields.")
NO_ID = N_("This record has no number (idweb) that can be read.")
TOO_LARGE = N_("The field “%(field)s” of this record holds more than five million characters.")
NOT_JSON = N_("The field “%(field)s” of this record isn't readable JSON: the record is damaged.")
UNKNOWN_SHAPE = N_("The inner part of this notice has a shape that we don't know: only its summary was read.")


def read_record(record: object) -> ParsedNotice:
    """The notice that one record of the API says (`results[]`, or one element of an export), or one XML file.

    Raises UnreadableNotice, with the record's number as far as it is known, for what can't be read truly; never
    anything else, whatever the record holds.
    """
    if not isinstance(record, Mapping):
        raise UnreadableNotice("", NOT_AN_OBJECT)
    record = dila.fields_of(record) if "xml" in record else dict(record)
    source_id = _number(record)
    gestion, donnees = _opened(record, "gestion", source_id), _opened(record, "donnees", source_id)
    if not source_id:
        source_id = _usable_id(text(gestion, "REFERENCE", "IDWEB"))
    if not source_id:
        raise UnreadableNotice("", NO_ID)
    index = branch(gestion, "INDEXATION")
    published_on = read_day(_flat(record, "dateparution")) or read_day(text(index, "DATE_PUBLICATION"))
    flat_buyer = _flat(record, "nomacheteur") or text(index, "NOMORGANISME")
    try:
        inner = _inner(donnees, flat_buyer, published_on)
        notice = _joined(record, gestion, inner, source_id, published_on, flat_buyer)
    except AbsurdDateError as error:
        raise UnreadableNotice(source_id, ABSURD_DEADLINE, raw=error.raw) from error
    return checked(notice)


def _inner(donnees: object, flat_buyer: str, published_on: date | None) -> Inner:
    """The inner part, by the name of its root; an Inner of no shape where there is none that we know."""
    for name, read in (("FNSimple", fnsimple.read), ("MAPA", mapa.read), ("DSP", dsp.read)):
        if reach(donnees, name):
            return read(branch(donnees, name))
    for container in (branch(donnees, "EFORMS"), donnees):
        if eforms.notice_of(container)[1]:
            return eforms.read(container, buyer_hint=flat_buyer, published_on=published_on)
    if any(reach(donnees, name) for name in legacy.ROOTS):
        return legacy.read(donnees)
    return Inner(shape="unknown" if donnees else "flat")


def _joined(
    record: Mapping[Any, object],
    gestion: object,
    inner: Inner,
    source_id: str,
    published_on: date | None,
    flat_buyer: str,
) -> ParsedNotice:
    index = branch(gestion, "INDEXATION")
    kind = _kind(record, gestion, inner)
    submission, applications, remarks = _deadlines(
        record, text(index, "DATE_LIMITE_REPONSE"), inner, kind, published_on
    )
    if inner.shape == "unknown":
        remarks.append(Remark(UNKNOWN_SHAPE))
    inner.folder_id = _flat(record, "contractfolderid") or inner.folder_id
    if "sociaux" in {folded(one) for one in _many(record, "criteres")}:
        inner.social.insert(0, "execution_condition")
    if not one_line(inner.buyer_name, 300):
        inner.buyer_name = flat_buyer
    return joined(
        inner,
        source=SOURCE,
        source_id=source_id,
        kind=kind,
        published_on=published_on,
        titled=_title(_flat(record, "objet") or text(index, "RESUME_OBJET"), inner),
        dates=(submission, applications),
        remarks=remarks,
        procedures=[_flat(record, "type_procedure"), *choices(index, "TYPE_PROCEDURE")],
        markets=[*_many(record, "type_marche"), *choices(index, "NATURE_MARCHE")],
        linked_ids=_linked(record, gestion, inner, source_id),
        departments=_departments(record, index),
        notice_url=web_address(_flat(record, "url_avis")) or PAGE + source_id,
    )


def _number(record: Mapping[Any, object]) -> str:
    return _usable_id(_flat(record, "idweb")) or _usable_id(_flat(record, "id").replace("_", "-"))


def _usable_id(candidate: str) -> str:
    candidate = candidate.strip()
    return candidate if _ID.fullmatch(candidate) else ""


def _opened(record: Mapping[Any, object], name: str, source_id: str) -> object:
    """The inner JSON text `name`, decoded; the object itself where a caller decoded it already; {} for none."""
    value = record.get(name)
    if isinstance(value, (dict, list)):
        return value
    if not isinstance(value, str) or not value.strip():
        return {}
    if len(value) > _INNER_LIMIT:
        raise UnreadableNotice(source_id, TOO_LARGE, field=name)
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise UnreadableNotice(source_id, NOT_JSON, field=name) from error


def _flat(record: Mapping[Any, object], name: str) -> str:
    """A flat field's text; of a list, its first text."""
    value = record.get(name)
    return next(iter(texts(value)), "") if isinstance(value, list) else raw_text(value)


def _many(record: Mapping[Any, object], name: str) -> list[str]:
    """A flat field that should be a list of texts, and may be one text or texts joined by bars."""
    value = record.get(name)
    return [part for one in texts(value) for part in one_line(one, 2000).split("|") if part.strip()]


def _kind(record: Mapping[Any, object], gestion: object, inner: Inner) -> NoticeKind:
    """What the notice announces: its state speaks before its nature, and both before its inner part."""
    about = branch(branch(gestion, "REFERENCE"), "TYPE_AVIS")
    states = [_flat(record, "etat"), *choices(about, "STATUT")]
    natures = [_flat(record, "nature"), *choices(about, "NATURE")]
    nature = next((_KINDS[one] for one in map(folded, natures) if one in _KINDS), None)
    state = next((_STATES[one] for one in map(folded, states) if one in _STATES), None)
    if state and nature is not NoticeKind.CONTRACT_MODIFICATION:
        return state
    if nature is NoticeKind.CONTRACT_NOTICE and inner.kind in {
        NoticeKind.CORRECTION,
        NoticeKind.CANCELLATION,
    }:
        return inner.kind
    if nature:
        return nature
    return inner.kind or NoticeKind.OTHER


def _title(flat: str, inner: Inner) -> tuple[str, str]:
    """Title and description: the buyer's full title, not the flat one that stops at 200 characters.

    Shapes without a title have a page of prose instead: there the flat one is better, as long as it is whole.
    """
    short, full = one_line(flat, TITLE_LIMIT), one_line(inner.title, DESCRIPTION_LIMIT)
    whole = bool(short) and len(short) < _FLAT_TITLE_CUT and not is_generic_title(short)
    return title_and_description(
        short if not full or (whole and inner.title_is_prose) else full, inner.description
    )


def _departments(record: Mapping[Any, object], index: object) -> tuple[str, ...]:
    return departments_of(
        _many(record, "code_departement")
        or [
            *texts(index, "DEP_PUBLICATION"),
            *texts(index, "DEP_EXECUTION"),
            *_many(record, "code_departement_prestation"),
        ]
    )


def _linked(record: Mapping[Any, object], gestion: object, inner: Inner, source_id: str) -> tuple[str, ...]:
    said = [
        *_many(record, "annonce_lie"),
        *texts(gestion, "REFERENCE", "ANNONCE_ANTERIEUR", "IDWEB"),
        *texts(gestion, "REFERENCE", "ANNONCE_ANTERIEUR", "REFERENCE", "IDWEB"),
        *inner.linked,
    ]
    usable = dict.fromkeys(one for one in map(_usable_id, said) if one and one != source_id)
    return tuple(usable)[:50]


def _deadlines(
    record: Mapping[Any, object], indexed: str, inner: Inner, kind: NoticeKind, published_on: date | None
) -> tuple[ReadDeadline | None, ReadDeadline | None, list[Remark]]:
    """Offers' and applications' deadlines, and what couldn't be read of them.

    The indexed text is the one that the bulletin shows. In a procedure in two steps whose inner part names only the
    applications, it is theirs.
    """
    served = _flat(record, "datelimitereponse")
    remarks: list[Remark] = []
    is_applications = bool(inner.applications) and (
        not inner.submission or any(same_digits(indexed, one) for one in inner.applications)
    )
    try:
        if is_applications:
            applications = _read(inner.applications, indexed, served, published_on)
            submission = _read(inner.submission, "", "", published_on)
        else:
            submission = _read(inner.submission, indexed, served, published_on)
            applications = _read(inner.applications, "", "", published_on)
    except AbsurdDateError:
        if kind is NoticeKind.CONTRACT_NOTICE:
            raise
        return None, None, remarks
    if submission is None and applications is None:
        remarks += no_date_read([indexed, *inner.submission, *inner.applications, served])
    return submission, applications, remarks


def _read(own: list[str], indexed: str, served: str, published_on: date | None) -> ReadDeadline | None:
    """One deadline from the inner part's texts (the earliest lot's first), the indexed text and the served value.

    Lots may end at different hours: an indexed text that is another lot's is no contradiction.
    """
    if not own:
        return read_deadline([indexed], served=served, published_on=published_on)
    if not indexed.strip():
        alike = all(same_digits(own[0], one) for one in own)
        return read_deadline(own[:1], served=served if alike else "", published_on=published_on)
    if not same_digits(indexed, own[0]) and any(same_digits(indexed, one) for one in own[1:]):
        return read_deadline(own[:1], published_on=published_on)
    return read_deadline([indexed, own[0]], served=served, published_on=published_on)
