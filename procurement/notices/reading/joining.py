"""From what a shape says to a notice in our words, the same for all sources."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from procurement.core.i18n import N_
from procurement.core.text import folded
from procurement.notices.parsed import (
    DESCRIPTION_LIMIT,
    LOTS_LIMIT,
    TITLE_LIMIT,
    LotGroup,
    NoticeKind,
    ParsedNotice,
    ReadDeadline,
    ReadLot,
    Remark,
    UnreadableNotice,
)
from procurement.notices.reading.criteria import criteria_in_prose
from procurement.notices.reading.deadlines import optional_deadline
from procurement.notices.reading.inner import Inner
from procurement.notices.reading.text import cut, one_line, prose, web_address
from procurement.notices.reading.values import group_form_of, siret_of

_FRAMEWORK = re.compile(r"(?i)\baccords?[ -]cadres?\b")
_FOLDER = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
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

NO_TITLE = N_("This notice has no title and no object.")
NO_BUYER = N_("This notice doesn't say who buys.")
ABSURD_DEADLINE = N_("The deadline “%(raw)s” can't be true: look at the official notice.")
NO_DATE_READ = N_("The deadline “%(raw)s” isn't a date that can be read.")
LOTS_DIFFER = N_("Lots end at different hours: the earliest is kept, the official notice has the others.")
LOTS_CUT = N_("This notice has more than 500 lots: only the first 500 were read.")
LOTS_TOGETHER = N_("The lots %(lots)s may be awarded together, as a group (%(group)s).")
GROUP_FORM_ASKED = N_(
    "The notice asks a winning group for a legal form and doesn't say which: look into the documents."
)


def joined(
    inner: Inner,
    *,
    source: str,
    source_id: str,
    kind: NoticeKind,
    published_on: date | None,
    titled: tuple[str, str],
    dates: tuple[ReadDeadline | None, ReadDeadline | None],
    remarks: Sequence[Remark] = (),
    procedures: Iterable[str] = (),
    markets: Iterable[str] = (),
    linked_ids: tuple[str, ...] = (),
    departments: tuple[str, ...] = (),
    notice_url: str = "",
) -> ParsedNotice:
    """The notice that `inner` says, cleaned and bounded.

    `titled`: title and description, `dates`: offers' and applications', both as the source's reader made them out.
    `procedures`, `markets`, `departments`: what stands elsewhere in the record than in `inner`, the first two in its
    own words. `linked_ids`: numbers of other notices that it names, `notice_url`: its official page.
    """
    title, description = titled
    group_form_text = prose(inner.group_form_text, 2000)
    folder = one_line(inner.folder_id, 80)
    return ParsedNotice(
        source=source,
        source_id=source_id,
        kind=kind,
        title=title,
        shape=inner.shape,
        folder_id=folder if _FOLDER.fullmatch(folder) else "",
        reference=one_line(inner.reference, 80),
        correction=prose(inner.correction, 5000),
        partial=inner.partial,
        description=description,
        buyer_name=one_line(inner.buyer_name, 300),
        buyer_siret=next((number for number in map(siret_of, inner.buyer_ids) if number), None),
        buyer_city=one_line(inner.buyer_city, 120),
        buyer_postcode=inner.buyer_postcode,
        departments=departments or inner.departments,
        linked_ids=linked_ids,
        notice_url=notice_url,
        published_on=published_on,
        cpv_main=inner.cpv[0] if inner.cpv else "",
        cpv_codes=tuple(dict.fromkeys([*inner.cpv, *(code for lot in inner.lots for code in lot.cpv_codes)])),
        lots=_clean_lots(inner.lots[:LOTS_LIMIT]),
        lot_groups=inner.lot_groups,
        procedure=_procedure([inner.procedure, *procedures]),
        market_types=tuple(
            dict.fromkeys(
                _MARKET_TYPES[one]
                for one in map(folded, [*markets, *inner.market_types])
                if one in _MARKET_TYPES
            )
        ),
        is_framework=bool(_FRAMEWORK.search(title)) if inner.is_framework is None else inner.is_framework,
        reservation=inner.reservation,
        reserved_execution=inner.reserved_execution,
        social=tuple(dict.fromkeys(inner.social)),
        social_objectives=tuple(inner.social_objectives),
        group_form=group_form_of(group_form_text),
        group_form_text=group_form_text,
        submission_deadline=dates[0],
        applications_deadline=dates[1],
        questions_deadline=optional_deadline(inner.questions[:1], published_on=published_on),
        criteria=tuple(inner.criteria or criteria_in_prose(f"{inner.criteria_text}\n{description}")),
        amounts=inner.amounts,
        buyer_profile_url=web_address(inner.buyer_profile_url),
        documents_url=web_address(inner.documents_url),
        deposit_url=web_address(inner.deposit_url),
        remarks=(*remarks, *_remarks(inner)),
    )


def checked(notice: ParsedNotice) -> ParsedNotice:
    """`notice`, if it says what a call for tenders must say; raises UnreadableNotice without title or buyer.

    What is of no known kind must say as much: else it is no notice at all.
    """
    if notice.kind in {NoticeKind.CONTRACT_NOTICE, NoticeKind.OTHER}:
        if not notice.title:
            raise UnreadableNotice(notice.source_id, NO_TITLE)
        if not notice.buyer_name:
            raise UnreadableNotice(notice.source_id, NO_BUYER)
    return notice


def title_and_description(title: str, description: str) -> tuple[str, str]:
    """Both bounded; what a title has too much stands at the head of the description, unless it stands there already."""
    title, description = one_line(title, DESCRIPTION_LIMIT), prose(description, DESCRIPTION_LIMIT)
    if len(title) > TITLE_LIMIT and not folded(description).startswith(folded(title)[:TITLE_LIMIT]):
        description = cut(f"{title}\n\n{description}".strip(), DESCRIPTION_LIMIT)
    return cut(title, TITLE_LIMIT), description


def no_date_read(said: Iterable[str]) -> list[Remark]:
    """The remark on a deadline of which nothing could be read; none where the notice gives none."""
    raw = next((one for one in said if one.strip()), "")
    return [Remark(NO_DATE_READ, {"raw": one_line(raw, 120)})] if raw else []


def _procedure(said: list[str]) -> str:
    """The procedure, by the first place that names one better than "other"."""
    known = [_PROCEDURES[one] for one in map(folded, said) if one in _PROCEDURES]
    return next((one for one in known if one != "other"), "other" if known else "")


def _clean_lots(lots: list[ReadLot]) -> tuple[ReadLot, ...]:
    return tuple(
        replace(
            lot,
            title=one_line(lot.title, TITLE_LIMIT),
            description=prose(lot.description, 4000),
        )
        for lot in lots
    )


def _remarks(inner: Inner) -> list[Remark]:
    remarks = []
    if len(inner.lots) >= LOTS_LIMIT:
        remarks.append(Remark(LOTS_CUT))
    for name in ("submission_deadline", "applications_deadline"):
        dates = [getattr(lot, name) for lot in inner.lots]
        if len({one.displayed for one in dates if one}) > 1:
            remarks.append(Remark(LOTS_DIFFER))
            break
    remarks += [Remark(LOTS_TOGETHER, _named(group)) for group in inner.lot_groups if len(group.lots) > 1]
    if inner.group_form_asked and not inner.group_form_text.strip():
        remarks.append(Remark(GROUP_FORM_ASKED))
    return remarks


def _named(group: LotGroup) -> dict[str, str]:
    return {"lots": cut(", ".join(group.lots), 200), "group": group.title or group.number}
