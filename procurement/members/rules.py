"""Rules on member structures: kinds, SIRET, phone, departments. Pure: no database."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from stdnum import luhn
from stdnum.exceptions import InvalidFormat, InvalidLength, ValidationError
from stdnum.fr import siret as siret_number

from procurement.core.errors import Invalid
from procurement.core.i18n import N_
from procurement.members.models import Member, MemberKind, ServiceLine

LA_POSTE = "356000000"

SIAE_KINDS = frozenset({MemberKind.AI, MemberKind.ETTI, MemberKind.ACI, MemberKind.EI})
"""Structures d'insertion par l'activité économique by nature (L5132-4 C.trav.). The others qualify for a contract
reserved to SIAE only if the legal entity itself holds a convention or proves to be equivalent."""

DEPARTMENTS = ("14", "27", "50", "61", "76")
"""Where the network's structures are: Calvados, Eure, Manche, Orne, Seine-Maritime."""


def is_siae(kind: MemberKind) -> bool:
    """Whether a structure of this kind is a SIAE by nature (L5132-4 C.trav.)."""
    return kind in SIAE_KINDS


def check_siret(text: str) -> str:
    """The 14 digits of the SIRET typed as `text`; spaces and dots are input only.

    Its format and check digit are right, which doesn't say that it exists. La Poste's establishments pass Luhn or
    have a digit sum that is a multiple of 5. Raises Invalid, saying what is wrong.
    """
    digits = siret_number.compact(text)
    try:
        return str(siret_number.validate(digits))
    except InvalidLength as error:
        raise Invalid(
            N_("A SIRET has 14 digits; this one has %(count)s."), field="siret", count=len(digits)
        ) from error
    except InvalidFormat as error:
        raise Invalid(N_("A SIRET is written with digits only."), field="siret") from error
    except ValidationError as error:
        if digits.startswith(LA_POSTE) and luhn.is_valid(digits):
            return digits
        raise Invalid(
            N_("This SIRET has a digit wrong: its check doesn't come out right."), field="siret"
        ) from error


def format_siret(digits: str) -> str:
    """A SIRET as people write it: "732 829 320 00074", with no-break spaces."""
    return str(siret_number.format(digits, "\u00a0"))


def check_department(code: str) -> str:
    """`code` if it is one of the network's departments; raises Invalid."""
    if code not in DEPARTMENTS:
        raise Invalid(N_("Choose a department of the network: 14, 27, 50, 61 or 76."), field="department")
    return code


def check_territory(codes: Iterable[str]) -> list[str]:
    """Departments served, in order and once each; raises Invalid when there is none or one is unknown."""
    chosen = sorted({check_department(code) for code in codes})
    if not chosen:
        raise Invalid(N_("Say where the structure works: at least one department."), field="territory")
    return chosen


TRADES: Mapping[str, str] = {
    "9091": N_("Cleaning of premises"),
    "7731": N_("Green areas"),
    "7962": N_("Supply of staff"),
    "5551": N_("Canteens and school catering"),
    "5552": N_("Catering"),
    "45": N_("Building work"),
    "50": N_("Repair and upkeep"),
    "9831": N_("Laundry"),
    "905": N_("Waste and re-use"),
    "631": N_("Handling and storage"),
    "641": N_("Mail and parcels"),
    "98392": N_("Removals"),
    "853": N_("Social work and home help"),
    "805": N_("Training"),
}
"""The network's usual trades, by the beginning of their CPV 2008 code (Regulation (EC) 213/2008, annex I)."""

AREAS = 60
"""EPCI and communes that a structure may name."""
AREA_LENGTH = 80
CPV_CODES = 60

_CPV = re.compile(r"([0-9]{2,8})(?:-[0-9])?")


def check_cpv(codes: Iterable[str]) -> list[str]:
    """Beginnings of CPV codes tidied: in order, once each, "90910000-9" as "9091". Raises Invalid.

    A shorter one already given covers a longer one that begins with it.
    """
    found: set[str] = set()
    for text in codes:
        match = _CPV.fullmatch(text.strip())
        if not match:
            raise Invalid(
                N_("“%(code)s” is no CPV code: 2 to 8 figures, such as 9091 or 90910000-9."),
                field="other_cpv",
                code=text.strip()[:40],
            )
        digits = match[1]
        found.add(digits[:2] + digits[2:].rstrip("0"))
    kept = sorted(
        code for code in found if not any(code != other and code.startswith(other) for other in found)
    )
    if len(kept) > CPV_CODES:
        raise Invalid(N_("%(limit)s codes at most."), field="other_cpv", limit=CPV_CODES)
    return kept


def check_areas(names: Iterable[str]) -> list[str]:
    """EPCI and communes as typed, without empty lines or repeats. Raises Invalid."""
    kept: dict[str, str] = {}
    for name in names:
        tidy = " ".join(name.split())
        if tidy:
            kept.setdefault(tidy.casefold(), tidy)
    if len(kept) > AREAS or any(len(name) > AREA_LENGTH for name in kept.values()):
        raise Invalid(
            N_("One name a line, %(length)s characters each, %(limit)s lines at most."),
            field="areas",
            length=AREA_LENGTH,
            limit=AREAS,
        )
    return list(kept.values())


def check_website(text: str) -> str:
    """A web address, with https:// put before a bare name; empty stays empty. Raises Invalid."""
    kept = text.strip()
    if not kept:
        return ""
    whole = kept if "://" in kept else f"https://{kept}"
    try:
        parts = urlsplit(whole)
        host = parts.hostname or ""
    except ValueError:
        host = ""
        parts = urlsplit("")
    if (
        parts.scheme not in ("http", "https")
        or "." not in host
        or "@" in parts.netloc
        or len(whole) > 300
        or re.search(r"\s", whole)
    ):
        raise Invalid(N_("This web address doesn't look right: such as www.example.org."), field="website")
    return whole


def check_services(values: Iterable[str]) -> list[str]:
    """Values of ServiceLine, in their order, once each. Raises Invalid."""
    chosen = set(values)
    kept: list[str] = [line.value for line in ServiceLine if line.value in chosen]
    if len(kept) != len(chosen):
        raise Invalid(N_("Choose among the services of the list."), field="services")
    return kept


def gaps(member: Member) -> list[str]:
    """What a structure hasn't said of itself yet, as msgids, the most useful first."""
    asked = (
        (member.phone, N_("a telephone number")),
        (member.skills, N_("a few words on what it does")),
        (member.services, N_("its services")),
        (member.cpv, N_("its trades")),
        (member.capacity_hours, N_("its capacity in hours a week")),
        (member.areas, N_("the communes or communities served")),
    )
    return [words for said, words in asked if not said]
