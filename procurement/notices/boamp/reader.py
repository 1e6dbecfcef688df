"""One BOAMP record, as the open-data API gives it, read into a ParsedNotice.

The flat fields are short and partly wrong (an object cut at 200 characters, a deadline converted twice); the inner
JSON texts `gestion` and `donnees` have the buyer's own words. Each field is taken from the best place that has it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from procurement.core.i18n import N_
from procurement.notices.boamp import dsp, eforms, fnsimple, legacy, mapa
from procurement.notices.boamp.shape import Inner
from procurement.notices.parsed import (
    DESCRIPTION_LIMIT,
    LOTS_LIMIT,
    TITLE_LIMIT,
    NoticeKind,
    ParsedNotice,
    ReadDeadline,
    ReadLot,
    Remark,
    UnreadableNotice,
)
from procurement.notices.reading.deadlines import AbsurdDateError, read_day, read_deadline, same_digits
from procurement.notices.reading.nodes import branch, choices, raw_text, reach, text, texts
from procurement.notices.reading.text import cut, folded, is_generic_title, one_line, prose, web_address
from procurement.notices.reading.values import departments_of, group_form_of, siret_of

SOURCE = "boamp"
PAGE = "https://www.boamp.fr/pages/avis/?q=idweb:"
_INNER_LIMIT = 5_000_000
_FLAT_TITLE_CUT = 195  # the flat object stops at 200 characters; entities and trimming take a few
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
_FRAMEWORK = re.compile(r"(?i)\baccords?[ -]cadres?\b")
_FOLDER = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)

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
_PROCEDURES = {
    "ouvert": "open",
    "open": "open",
    "restreint": "restricted",
    "restricted": "restricted",
    "procedure adapte": "adapted",
    "adapte": "adapted",
    "procedureadaptee": "adapted",
    "procedureadapteeo": "adapted",
    "procedureadapteer": "adapted",
    "negocie": "negotiated",
    "neg w call": "negotiated",
    "neg wo call": "negotiated_without_call",
    "dialogue competitif": "competitive_dialogue",
    "comp dial": "competitive_dialogue",
    "innovation": "innovation_partnership",
    "partenariat innovation": "innovation_partnership",
    "dsp": "concession",
    "concession": "concession",
    "comp tend": "concession",
    "oth single": "other",
    "oth mult": "other",
    "autre": "other",
}
_MARKET_TYPES = {
    "services": "services",
    "service": "services",
    "fournitures": "supplies",
    "fourniture": "supplies",
    "supplies": "supplies",
    "travaux": "works",
    "works": "works",
}

NOT_AN_OBJECT = N_("This record isn't an object with fields.")
NO_ID = N_("This record has no number (idweb) that can be read.")
TOO_LARGE = N_("The field “%(field)s” of this record holds more than five million characters.")
NOT_JSON = N_("The field “%(field)s” of this record isn't readable JSON: the record is damaged.")
NO_TITLE = N_("This notice has no title and no object.")
NO_BUYER = N_("This notice doesn't say who buys.")
ABSURD_DEADLINE = N_("The deadline “%(raw)s” can't be true: look at the official notice.")
UNKNOWN_SHAPE = N_("The inner part of this notice has a shape that we don't know: only its summary was read.")
NO_DATE_READ = N_("The deadline “%(raw)s” isn't a date that can be read.")
LOTS_DIFFER = N_("Lots end at different hours: the earliest is kept, the official notice has the others.")
LOTS_CUT = N_("This notice has more than 500 lots: only the first 500 were read.")


def read_record(record: object) -> ParsedNotice:
    """The notice that one record of the API says (`results[]`, or one element of an export).

    Raises UnreadableNotice, with the record's number as far as it is known, for what can't be read truly; never
    anything else, whatever the record holds.
    """
    if not isinstance(record, Mapping):
        raise UnreadableNotice("", NOT_AN_OBJECT)
    record = dict(record)
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
    if notice.kind is NoticeKind.CONTRACT_NOTICE:
        if not notice.title:
            raise UnreadableNotice(source_id, NO_TITLE)
        if not notice.buyer_name:
            raise UnreadableNotice(source_id, NO_BUYER)
    return notice


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
    record: dict[object, object],
    gestion: object,
    inner: Inner,
    source_id: str,
    published_on: date | None,
    flat_buyer: str,
) -> ParsedNotice:
    index = branch(gestion, "INDEXATION")
    kind = _kind(record, gestion, inner)
    title, description = _title(_flat(record, "objet") or text(index, "RESUME_OBJET"), inner)
    submission, applications, remarks = _deadlines(
        record, text(index, "DATE_LIMITE_REPONSE"), inner, kind, published_on
    )
    if inner.shape == "unknown":
        remarks.append(Remark(UNKNOWN_SHAPE))
    if len(inner.lots) >= LOTS_LIMIT:
        remarks.append(Remark(LOTS_CUT))
    if len({lot.submission_deadline.displayed for lot in inner.lots if lot.submission_deadline}) > 1:
        remarks.append(Remark(LOTS_DIFFER))
    folder = one_line(_flat(record, "contractfolderid") or inner.folder_id, 80)
    social = list(inner.social)
    if "sociaux" in {folded(one) for one in _many(record, "criteres")}:
        social.insert(0, "execution_condition")
    group_form_text = prose(inner.group_form_text, 2000)
    procedures = [inner.procedure, _flat(record, "type_procedure"), *choices(index, "TYPE_PROCEDURE")]
    markets = [*_many(record, "type_marche"), *inner.market_types, *choices(index, "NATURE_MARCHE")]
    return ParsedNotice(
        source=SOURCE,
        source_id=source_id,
        kind=kind,
        title=title,
        shape=inner.shape,
        folder_id=folder if _FOLDER.fullmatch(folder) else "",
        reference=one_line(inner.reference, 80),
        linked_ids=_linked(record, gestion, inner, source_id),
        correction=prose(inner.correction, 5000),
        description=description,
        buyer_name=one_line(inner.buyer_name, 300) or one_line(flat_buyer, 300),
        buyer_siret=next((number for number in map(siret_of, inner.buyer_ids) if number), None),
        buyer_city=one_line(inner.buyer_city, 120),
        buyer_postcode=inner.buyer_postcode,
        departments=_departments(record, index),
        published_on=published_on,
        cpv_main=inner.cpv[0] if inner.cpv else "",
        cpv_codes=tuple(dict.fromkeys([*inner.cpv, *(code for lot in inner.lots for code in lot.cpv_codes)])),
        lots=_clean_lots(inner.lots[:LOTS_LIMIT]),
        procedure=_procedure(procedures),
        market_types=tuple(
            dict.fromkeys(_MARKET_TYPES[one] for one in map(folded, markets) if one in _MARKET_TYPES)
        ),
        is_framework=bool(_FRAMEWORK.search(title)) if inner.is_framework is None else inner.is_framework,
        reservation=inner.reservation,
        reserved_execution=inner.reserved_execution,
        social=tuple(dict.fromkeys(social)),
        social_objectives=tuple(inner.social_objectives),
        group_form=group_form_of(group_form_text),
        group_form_text=group_form_text,
        submission_deadline=submission,
        applications_deadline=applications,
        questions_deadline=_optional_deadline(inner.questions[:1], published_on),
        amounts=inner.amounts,
        buyer_profile_url=web_address(inner.buyer_profile_url),
        documents_url=web_address(inner.documents_url),
        deposit_url=web_address(inner.deposit_url),
        notice_url=web_address(_flat(record, "url_avis")) or PAGE + source_id,
        remarks=tuple(remarks),
    )


def _number(record: dict[object, object]) -> str:
    return _usable_id(_flat(record, "idweb")) or _usable_id(_flat(record, "id").replace("_", "-"))


def _usable_id(candidate: str) -> str:
    candidate = candidate.strip()
    return candidate if _ID.fullmatch(candidate) else ""


def _opened(record: dict[object, object], name: str, source_id: str) -> object:
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


def _flat(record: dict[object, object], name: str) -> str:
    """A flat field's text; of a list, its first text."""
    value = record.get(name)
    return next(iter(texts(value)), "") if isinstance(value, list) else raw_text(value)


def _many(record: dict[object, object], name: str) -> list[str]:
    """A flat field that should be a list of texts, and may be one text or texts joined by bars."""
    value = record.get(name)
    return [part for one in texts(value) for part in one_line(one, 2000).split("|") if part.strip()]


def _kind(record: dict[object, object], gestion: object, inner: Inner) -> NoticeKind:
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
    title = short if not full or (whole and inner.title_is_prose) else full
    description = prose(inner.description, DESCRIPTION_LIMIT)
    if len(title) > TITLE_LIMIT and not folded(description).startswith(folded(title)[:TITLE_LIMIT]):
        description = cut(f"{title}\n\n{description}".strip(), DESCRIPTION_LIMIT)
    return cut(title, TITLE_LIMIT), description


def _procedure(said: list[str]) -> str:
    """The procedure, by the first place that names one better than "other"."""
    known = [_PROCEDURES[one] for one in map(folded, said) if one in _PROCEDURES]
    return next((one for one in known if one != "other"), "other" if known else "")


def _departments(record: dict[object, object], index: object) -> tuple[str, ...]:
    return departments_of(
        _many(record, "code_departement")
        or [
            *texts(index, "DEP_PUBLICATION"),
            *texts(index, "DEP_EXECUTION"),
            *_many(record, "code_departement_prestation"),
        ]
    )


def _linked(record: dict[object, object], gestion: object, inner: Inner, source_id: str) -> tuple[str, ...]:
    said = [
        *_many(record, "annonce_lie"),
        *texts(gestion, "REFERENCE", "ANNONCE_ANTERIEUR", "IDWEB"),
        *texts(gestion, "REFERENCE", "ANNONCE_ANTERIEUR", "REFERENCE", "IDWEB"),
        *inner.linked,
    ]
    usable = dict.fromkeys(one for one in map(_usable_id, said) if one and one != source_id)
    return tuple(usable)[:50]


def _deadlines(
    record: dict[object, object], indexed: str, inner: Inner, kind: NoticeKind, published_on: date | None
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
    said = next((one for one in [indexed, *inner.submission, *inner.applications, served] if one.strip()), "")
    if said and submission is None and applications is None:
        remarks.append(Remark(NO_DATE_READ, {"raw": one_line(said, 120)}))
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


def _optional_deadline(said: list[str], published_on: date | None) -> ReadDeadline | None:
    """A date that a notice may do without: one that can't be true is left out."""
    try:
        return read_deadline(said, published_on=published_on)
    except AbsurdDateError:
        return None


def _clean_lots(lots: list[ReadLot]) -> tuple[ReadLot, ...]:
    return tuple(
        replace(
            lot,
            title=one_line(lot.title, TITLE_LIMIT),
            description=prose(lot.description, 4000),
        )
        for lot in lots
    )
