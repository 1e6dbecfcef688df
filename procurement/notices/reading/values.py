"""Single values: numbers of companies and contracts, places, money, and what words say of reservation and groups."""

import re
from collections.abc import Iterable
from decimal import Decimal

from procurement.core.errors import Invalid
from procurement.members.rules import check_siret
from procurement.notices.parsed import AskedGroupForm, Reservation
from procurement.notices.reading.text import clean, one_line

_PROSE_LIMIT = 40_000
"""Characters of running text that are searched: more than any true notice has in one place."""
_DEPARTMENT = re.compile(r"0[1-9]|[1-8]\d|9[0-5]|2[AB]|97\d|98\d|99", re.ASCII)
_CPV = re.compile(r"(\d{8})(?:\s*-\s*\d)?", re.ASCII)
_AMOUNT = re.compile(r"\d{1,13}(?:\.\d+)?", re.ASCII)
_POSTCODE = re.compile(r"\b(\d{5})\b", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")

_SIAE = re.compile(
    r"(?i)insertion\s+(?:sociale\s+)?par\s+l['’]\s*activit[ée]|\bSIAE\b|\bL\.?\s*2113-13\b(?!-)|\bL\.?\s*5132-4\b"
    r"|(?:structures?|entreprises?|associations?)\s+d['’]\s*insertion|EMPLOIS?_INSERTION"
)
_EA_ESAT = re.compile(
    r"(?i)entreprises?\s+adapt[ée]es?|\bE\.?S\.?A\.?T\.?\b|\bL\.?\s*2113-12\b|aide\s+par\s+le\s+travail"
    r"|ateliers?[\s_]+prot[ée]g[ée]s?|emplois?[\s_]+prot[ée]g[ée]s?|travailleurs\s+handicap[ée]s"
)
_BOTH = re.compile(r"(?i)\bL\.?\s*2113-14\b")
_PRISON = re.compile(r"(?i)p[ée]nitentiaire|\bL\.?\s*2113-13-1\b|\bd[ée]tenu")
_ESS = re.compile(r"(?i)[ée]conomie\s+sociale\s+et\s+solidaire|\bL\.?\s*2113-15\b")
_RESERVED_SENTENCE = re.compile(
    r"(?i)(?:march[ée]s?|lots?|accords?-cadres?|consultation|prestations?)\b[^.;\n]{0,60}?\br[ée]serv[ée]e?s?\b"
    r"(?P<to>[^;\n]{0,120})"
)

_SOLIDARY_LEAD = re.compile(r"(?i)mandataire[^.;]{0,80}\bsolidaire|solidarit[ée]\s+du\s+mandataire")
_FREE = re.compile(
    r"(?i)aucune\s+forme|pas\s+de\s+forme|forme\s+(?:juridique\s+)?(?:est\s+|reste\s+)?libre"
    r"|(?:soit\s+)?(?:solidaires?|conjoints?)\s*,?\s*(?:ou|soit)\s+(?:d['’]un\s+groupement\s+)?(?:solidaires?|conjoints?)"
)
_JOINT = re.compile(r"(?i)\bconjointe?s?\b")
_SOLIDARY = re.compile(r"(?i)\bsolidaires?\b")


def siret_of(text: str) -> str | None:
    """The SIRET that `text` is, without its spaces; None unless it passes its check.

    Establishments of La Poste pass by Luhn's rule or by a digit sum that is a multiple of five. It is a check of
    form: whether the establishment exists isn't known.
    """
    number = re.sub(r"[\s.\u00a0\u202f-]", "", clean(text, 40))
    if not re.fullmatch(r"[0-9]{14}", number) or number.startswith("000000000"):
        return None
    try:
        return check_siret(number)
    except Invalid:
        return None


def departments_of(codes: Iterable[str]) -> tuple[str, ...]:
    """Department codes as France writes them ("01", "2A", "974"), once each, in order; what is none is left out."""
    found = dict.fromkeys(
        part.strip().upper().zfill(2)
        for code in codes
        for part in re.split(r"[|;,/ ]", one_line(code, 400))
        if part.strip()
    )
    return tuple(code for code in found if _DEPARTMENT.fullmatch(code))


def cpv_of(text: str) -> str:
    """The eight digits of a CPV code, without its check digit; "" for what is none."""
    match = _CPV.fullmatch(one_line(text, 20))
    return match[1] if match and match[1][:2] != "00" else ""


def cpv_list(codes: Iterable[str]) -> tuple[str, ...]:
    """The CPV codes among `codes`, once each, in order."""
    return tuple(dict.fromkeys(code for code in map(cpv_of, codes) if code))


def amount_of(text: str) -> Decimal | None:
    """Money in `text`, to the cent; None for nothing, for what isn't a number, and for 0, which means nothing said."""
    digits = re.sub(r"[\s\u00a0\u202f']", "", one_line(text, 40)).removesuffix("€")
    if "," in digits and "." not in digits:
        digits = digits.replace(",", ".")
    if not _AMOUNT.fullmatch(digits):
        return None
    return Decimal(digits).quantize(Decimal("0.01")) or None


def currency_of(text: str) -> str:
    """A currency's three letters; the euro where the source names none."""
    code = one_line(text, 8).upper()
    return code if _CURRENCY.fullmatch(code) else "EUR"


def postcode_of(text: str) -> str:
    """The five digits of a postcode, in "49071 cedex 01" as well; "" for what has none."""
    match = _POSTCODE.search(one_line(text, 40))
    return match[1] if match else ""


def town_of(text: str) -> str:
    """A town's name, without "cedex" and what follows it."""
    return re.sub(r"(?i)\s*\bcedex\b.*", "", one_line(text, 120)).strip()


def reserved_to(wording: str) -> Reservation:
    """To whom, once it is known to be reserved, these words reserve it; OTHER where they don't say."""
    wording = wording[:_PROSE_LIMIT]
    if _PRISON.search(wording):
        return Reservation.PRISON
    siae, ea_esat = _SIAE.search(wording), _EA_ESAT.search(wording)
    if _BOTH.search(wording) or (siae and ea_esat):
        return Reservation.EA_ESAT_SIAE
    if siae:
        return Reservation.SIAE
    if ea_esat:
        return Reservation.EA_ESAT
    return Reservation.ESS if _ESS.search(wording) else Reservation.OTHER


def reserved_in_prose(wording: str) -> Reservation:
    """What running text says of a reservation; UNKNOWN unless a sentence clearly reserves the contract or a lot.

    Most buyers of the shapes without a field for it write it there; a sentence that reserves something to nobody
    we know is not trusted.
    """
    for match in _RESERVED_SENTENCE.finditer(wording[:_PROSE_LIMIT]):
        found = reserved_to(match["to"])
        if found is not Reservation.OTHER:
            return found
    return Reservation.UNKNOWN


def group_form_of(wording: str) -> AskedGroupForm:
    """The form of group that a buyer's sentence asks for after award; UNKNOWN where it can't be told."""
    lead = _SOLIDARY_LEAD.search(wording) is not None
    rest = _SOLIDARY_LEAD.sub(" ", wording)
    if _FREE.search(wording) or (_JOINT.search(rest) and _SOLIDARY.search(rest)):
        return AskedGroupForm.ANY_WITH_SOLIDARY_LEAD if lead else AskedGroupForm.ANY
    if _JOINT.search(rest):
        return AskedGroupForm.JOINT_WITH_SOLIDARY_LEAD if lead else AskedGroupForm.JOINT
    return AskedGroupForm.SOLIDARY if _SOLIDARY.search(rest) else AskedGroupForm.UNKNOWN
