"""Rules on member structures: kinds, SIRET, phone, departments. Pure: no database."""

import re
from collections.abc import Iterable

from stdnum import luhn
from stdnum.exceptions import InvalidFormat, InvalidLength, ValidationError
from stdnum.fr import siret as siret_number

from procurement.core.errors import Invalid
from procurement.core.i18n import N_
from procurement.members.models import MemberKind

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


def check_phone(text: str) -> str:
    """A phone number tidied: "02 61 91 00 14", or "+44 …" as typed; empty stays empty. Raises Invalid."""
    kept = re.sub(r"[\s.\-/()]", "", text)
    if not kept:
        return ""
    french = re.sub(r"^(\+33|0033)0?", "0", kept)
    if re.fullmatch(r"0[1-9][0-9]{8}", french):
        return " ".join(french[i : i + 2] for i in range(0, 10, 2))
    if re.fullmatch(r"\+[1-9][0-9]{7,14}", kept):
        return kept
    raise Invalid(
        N_("This phone number doesn't look right: ten digits, or + and the country."), field="phone"
    )


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
