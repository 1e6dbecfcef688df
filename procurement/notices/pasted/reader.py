"""A notice's text, pasted or forwarded, read into what a tender says: what stands there, with its words, nothing else.

Each value is a `Said`: the value and the words it was read from. What isn't found is left to be filled in. Pure.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from procurement.core.text import folded
from procurement.members.departments import DEPARTMENTS
from procurement.notices.parsed import LOTS_LIMIT, TITLE_LIMIT
from procurement.notices.pasted.addresses import Site, addresses
from procurement.notices.pasted.dates import read_dates
from procurement.notices.pasted.words import Said, around, flat, tidy
from procurement.notices.reading.nuts import departments_in
from procurement.notices.reading.text import cut, one_line
from procurement.notices.reading.values import cpv_of, departments_of, reserved_in_prose, siret_of
from procurement.tenders.facts import ClauseFacts, LotFacts
from procurement.tenders.models import ClauseKind, Procedure, Reservation
from procurement.tenders.rules import NAME_LENGTH

EXPECTED = (
    "title",
    "buyer_name",
    "reference",
    "deadline_submission",
    "departments",
    "cpv_codes",
    "lots",
    "procedure",
    "reservation",
    "documents_url",
)
"""What a delegate looks for in a notice, in the order of the form; what of it isn't read is to be filled in."""
_VALUE = 400
_NUMBERED = r"(?:(?:[ivx]{1,4}|\d{1,2})(?:\.\d{1,2}){0,3}\)? ?[.)\-]? ?)?[-*•]?"


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a text says: by field of `TenderFacts` ("deadline_submission" for a date), the value and its words."""

    text: str
    said: Mapping[str, Said[Any]]
    other_dates: tuple[str, ...] = ()
    """Days with an hour that belong to nothing we know, in the text's words: perhaps one is the deadline."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields of `EXPECTED` that weren't found."""
        return tuple(name for name in EXPECTED if name not in self.said)

    def value(self, name: str, default: Any) -> Any:
        """What was read of a field, else `default`."""
        found = self.said.get(name)
        return default if found is None else found.value


def read_text(text: str, today: date) -> Pasted:
    """What `text` says of a tender. `today`: what a date without year is counted from. Never raises."""
    text = tidy(text)
    plain = flat(text)
    said: dict[str, Said[Any] | None] = {
        "title": _title(text, plain),
        "buyer_name": _buyer(text, plain),
        "buyer_siret": _siret(text),
        "reference": _reference(text, plain),
        "departments": _departments(text, plain),
        "cpv_codes": _cpv(text, plain),
        "lots": _lots(text, plain),
        "procedure": _one_of(text, plain, _PROCEDURES),
        "is_framework": _one_of(text, plain, ((r"accords?-cadres?", True),)),
        "reservation": _reservation(text),
        "clauses": _clauses(text, plain),
        **_addresses(text),
    }
    dates = read_dates(text, plain, today)
    said |= {f"deadline_{kind.value}": one for kind, one in dates.deadlines.items()}
    said["notice_published_on"] = dates.published
    return Pasted(text, {name: one for name, one in said.items() if one is not None}, dates.others)


def labelled(text: str, plain: str, label: str) -> Said[str] | None:
    """What stands after `label` (a pattern) and a colon, on its line or, where that ends, on the next."""
    found = re.search(
        rf"^[ ]*{_NUMBERED}[ ]*(?:{label})[ ]*(?:\([^)\n]{{0,40}}\))?[ ]*:[ ]*", plain, re.MULTILINE
    )
    if found is None:
        return None
    start = found.end()
    if start < len(text) and text[start] == "\n":
        start += 1
    end = text.find("\n", start)
    value = text[start : len(text) if end < 0 else end].strip(" .;-")
    return Said(value, around(text, found.start(), start + len(value))) if value else None


def _first(text: str, plain: str, labels: Iterable[str]) -> Said[str] | None:
    return next((one for label in labels if (one := labelled(text, plain, label))), None)


_OBJECT = (
    r"objet (?:du |de la |de l')(?:marche|consultation|accord-cadre|contrat|avis|appel d'offres)(?: public)?",
    r"intitule(?: (?:du |de la )(?:marche|consultation))?",
    r"titre(?: (?:du |de la )(?:marche|consultation))?",
    r"objet|sujet|subject",
)
_FORWARDED = re.compile(r"^(?:(?:tr|re|fwd?|rv|fw) ?: ?)+", re.IGNORECASE)
_POLITE = re.compile(
    r"(?:bonjour|madame|monsieur|mesdames|messieurs|chere?s?|hello|pour info)\b[^,.!\n]{0,40}[,.!]? *"
)


def _title(text: str, plain: str) -> Said[str] | None:
    found = _first(text, plain, _OBJECT)
    value = _FORWARDED.sub("", found.value) if found else ""
    if found and value:
        return Said(one_line(value[:1].upper() + value[1:], TITLE_LIMIT), found.words)
    for line in text.splitlines():
        words = _FORWARDED.sub("", line.strip(" -*•=_#"))
        polite = _POLITE.match(flat(words))
        first = re.split(r"(?<=\w\w)[.!?] ", words[polite.end() if polite else 0 :])[0]
        if len(first) >= 8 and not re.search(r"://|^[\w ]{1,30} ?:", first):
            return Said(one_line(first[:1].upper() + first[1:], TITLE_LIMIT), cut(words, _VALUE))
    return None


_BUYERS = (
    r"(?:nom et adresse officiels? de l'organisme )?acheteur(?: public)?|nom (?:complet )?de l'(?:acheteur|organisme)",
    r"pouvoir adjudicateur|entite adjudicatrice|personne publique|organisme(?: acheteur)?|maitre d'ouvrage",
    r"collectivite|denomination",
)
_PUBLIC = re.compile(
    r"^[ ]*(?P<name>(?:commune|ville|mairie|departement|conseil departemental|region|conseil regional|ccas"
    r"|communaute (?:de communes|d'agglomeration|urbaine)|metropole|syndicat|siv(?:om|u)|centre hospitalier|chu"
    r"|universite|lycee|college|office public|prefecture|cpam|caf)\b[^\n:;]{2,110})$",
    re.MULTILINE,
)


_ADDRESS = re.compile(
    r" - |\s{2,}|[ ,]+(?:b\.?p\.? ?|c\.?s\.? ?)?\d{5}\b|, ?(?=\d)"
    r"|, ?(?:(?:avenue|av|allee|boulevard|bd|bld|bp|chemin|cours|cs|esplanade|faubourg|hotel d[eu]|immeuble|impasse"
    r"|lieu-dit|mail|mairie|parvis|passage|place|pl|promenade|quai|residence|route|rue|ruelle|square|tour|za|zac|zi|zone)\b)"
)
"""Where, after a buyer's name, its address begins (on flat text)."""


def _buyer(text: str, plain: str) -> Said[str] | None:
    found = _first(text, plain, _BUYERS)
    if found and folded(found.value):
        return Said(one_line(_name_alone(found.value), NAME_LENGTH), found.words)
    line = _PUBLIC.search(plain)
    if line is None:
        return None
    name = text[line.start("name") : line.end("name")]
    return Said(one_line(_name_alone(name), NAME_LENGTH), around(text, *line.span("name")))


def _name_alone(value: str) -> str:
    """A buyer's name without the address that follows it."""
    ends = _ADDRESS.search(flat(value))
    return value[: ends.start()].rstrip(" ,;-–") if ends and ends.start() else value


def _siret(text: str) -> Said[str] | None:
    for match in re.finditer(r"(?<!\d)\d{3} ?\d{3} ?\d{3} ?\d{5}(?!\d)", text):
        number = siret_of(match.group())
        if number:
            return Said(number, around(text, *match.span()))
    return None


_REFERENCES = (
    r"(?:numero de )?reference(?: (?:de l'acheteur|du marche|de la consultation|interne|acheteur))?",
    r"(?:n°|no|numero)(?: (?:de |du |d')(?:la )?(?:marche|consultation|dossier|affaire|reference|ordre))?",
    r"(?:consultation|marche|dossier) (?:n°|no|numero)",
)
_TOKEN = re.compile(r"[A-Za-z0-9][\w./°-]{1,60}(?: [\w./-]*\d[\w./-]*)?")
_INLINE = re.compile(
    r"\b(?:consultation|marche|dossier|accord-cadre|ref(?:erence)?\.?) ?(?:n°|no\b|numero|:) ?(?P<token>[a-z0-9][\w./-]{2,40})"
)


def _reference(text: str, plain: str) -> Said[str] | None:
    found = _first(text, plain, _REFERENCES)
    if found and (token := _TOKEN.match(found.value)) and re.search(r"\d", token.group()):
        return Said(token.group().rstrip(".-/"), found.words)
    for match in _INLINE.finditer(plain):
        if re.search(r"\d", match["token"]):
            return Said(
                text[match.start("token") : match.end("token")].rstrip(".-/"), around(text, *match.span())
            )
    return None


_PLACES = r"(?:lieux?|site)(?: principal| principaux)?(?: (?:d'|de )?(?:l')?(?:execution|prestation|livraison|realisation)[^:\n]{0,40})?|departements?[^:\n]{0,30}"
_BY_NAME = {flat(name): code for code, name in DEPARTMENTS.items()}
_NAMES = re.compile(
    rf"(?<![\w-])(?:{'|'.join(sorted(map(re.escape, _BY_NAME), key=len, reverse=True))})(?![\w-])"
)


def _departments(text: str, plain: str) -> Said[tuple[str, ...]] | None:
    """Where it is performed: what a label says, else codes of territories, else the only postcode's department."""
    found = labelled(text, plain, _PLACES)
    if found:
        codes = _codes_in(found.value)
        if codes:
            return Said(codes, found.words)
    territories = list(re.finditer(r"\bFR[A-Z]\d{2}\b", text))
    named = departments_in(match.group() for match in territories)
    if named:
        return Said(named, around(text, *territories[0].span()))
    posts = list(re.finditer(r"(?<!\d)(?<!\d )(\d{5})(?= +[A-Za-zÀ-ÿ])", text))
    codes = tuple(dict.fromkeys(_of_postcode(match[1]) for match in posts))
    if len(codes) == 1 and codes[0]:
        return Said(codes, around(text, *posts[0].span()))
    return None


def _codes_in(value: str) -> tuple[str, ...]:
    plain = flat(value)
    posts = [_of_postcode(code) for code in re.findall(r"(?<!\d)\d{5}(?!\d)", plain)]
    numbers = re.findall(r"(?<![\d])(?:\d{2,3}|2[ab])(?![\d\w])", plain)
    names = [_BY_NAME[name] for name in _NAMES.findall(plain)]
    return tuple(code for code in departments_of([*names, *posts, *numbers]) if code in DEPARTMENTS)


def _of_postcode(code: str) -> str:
    """The department of a postcode; "" for Corsica, whose two share theirs, and for what is none."""
    found = code[:3] if code.startswith(("97", "98")) else code[:2]
    return found if found in DEPARTMENTS else ""


def _cpv(text: str, plain: str) -> Said[tuple[str, ...]] | None:
    near = [match.start() for match in re.finditer("cpv|classification", plain)]
    found: dict[str, tuple[int, int]] = {}
    for match in re.finditer(r"(?<![\d-])(\d{8})(?:-(\d))?(?![\d-])", plain):
        said_so = match[2] or any(0 <= match.start() - start < 300 for start in near)
        code = cpv_of(match[1])
        if said_so and code:
            found.setdefault(code, match.span())
    if not found:
        return None
    first = next(iter(found.values()))
    return Said(tuple(found), around(text, *first))


_LOT = re.compile(
    r"^[ ]*[-*•]?[ ]*lot[ ]*(?:n ?[°o]\.?)?[ ]*(?P<number>\d{1,3}[a-z]?)[ ]*[:.)\-][ ]*(?P<title>[^\n]{3,400})$",
    re.MULTILINE,
)


def _lots(text: str, plain: str) -> Said[tuple[LotFacts, ...]] | None:
    lots: dict[str, LotFacts] = {}
    words = ""
    for match in _LOT.finditer(plain):
        number = match["number"].lstrip("0") or "0"
        title = one_line(text[match.start("title") : match.end("title")].strip(" .;"), TITLE_LIMIT)
        if number in lots or not title:
            continue
        whole = text[match.start() : match.end()]
        reservation = _ours(whole)
        lots[number] = LotFacts(number=number, title=title, reservation=reservation)
        words = words or cut(" ".join(whole.split()), _VALUE)
    if not lots:
        return None
    return Said(tuple(lots.values())[:LOTS_LIMIT], words if len(lots) == 1 else f"{words} …")


_PROCEDURES = (
    (r"procedure adaptee|\bmapa\b|\bl\.? ?2123-1\b", Procedure.ADAPTED),
    (r"dialogue competitif", Procedure.DIALOGUE),
    (r"appel d'offres restreint|procedure restreinte", Procedure.RESTRICTED),
    (r"procedure (?:avec negociation|negociee)", Procedure.NEGOTIATED),
    (r"appel d'offres ouvert|procedure ouverte", Procedure.OPEN),
)


def _one_of(text: str, plain: str, known: Iterable[tuple[str, Any]]) -> Said[Any] | None:
    for pattern, value in known:
        match = re.search(pattern, plain)
        if match:
            return Said(value, around(text, *match.span()))
    return None


def _ours(wording: str) -> Reservation | None:
    said = reserved_in_prose(wording)
    try:
        found = Reservation(said.value)
    except ValueError:
        return None
    return None if found is Reservation.UNKNOWN else found


def _reservation(text: str) -> Said[Reservation] | None:
    """To whom a sentence outside the lots' own lines reserves it."""
    for match in re.finditer(r"[^\n]+", text):
        if _LOT.match(flat(match.group())):
            continue
        found = _ours(match.group())
        if found is not None:
            return Said(found, around(text, *match.span()))
    return None


_CLAUSE = re.compile(
    r"(?:clauses? (?:sociales?|d'insertion)|heures? (?:de travail )?(?:d'insertion|dedie|reserve)"
    r"|condition d'execution a caractere social)"
)
_HOURS = re.compile(r"(?<!\d)(\d{1,3}(?: \d{3})+|\d{1,6}) ?(?:h\b|heures?)")


def _clauses(text: str, plain: str) -> Said[tuple[ClauseFacts, ...]] | None:
    match = _CLAUSE.search(plain)
    if match is None:
        return None
    # From the sentence's beginning to the line's end, found without trying each place that a sentence may begin at.
    begin = 1 + max(plain.rfind(".", 0, match.start()), plain.rfind("\n", 0, match.start()))
    end = plain.find("\n", match.end())
    end = len(plain) if end < 0 else end
    words = " ".join(text[begin:end].split())
    hours = _HOURS.search(plain[begin:end])
    clause = ClauseFacts(
        kind=ClauseKind.EXECUTION_CONDITION,
        text=cut(words, 4000),
        hours=int(hours[1].replace(" ", "")) if hours else None,
    )
    return Said((clause,), around(text, begin, end))


def _addresses(text: str) -> dict[str, Said[str] | None]:
    """The official notice's address, and that of the documents: a known profile, else what a label announces."""
    found = list(addresses(text))
    notices = [one for one in found if one.site in {Site.BOAMP, Site.TED} and one.number]
    profiles = [one for one in found if one.site in {Site.PLACE, Site.PROFILE}]
    announced = [
        one
        for one in found
        if one.site is Site.OTHER
        and re.search(
            r"profil|\bdce\b|dossier de consultation|documents|telechargeable|retirer|deposer|dematerialis",
            flat(text[max(one.start - 120, 0) : one.start]),
        )
    ]
    chosen = {"source_url": notices[:1], "documents_url": (profiles or announced)[:1]}
    return {
        name: Said(one.url, around(text, one.start, one.end)) for name, some in chosen.items() for one in some
    }
