"""What the State's open register of undertakings says of a SIRET: the recherche-entreprises API.

It takes 7 requests a second from one address (its OpenAPI description); whoever calls counts them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import requests

from procurement.core.errors import Refusal
from procurement.core.i18n import N_
from procurement.dossiers.models import LegalForm, NafVersion

PER_SECOND = 7
PATIENCE = (3.0, 5.0)
"""Seconds to connect, seconds between two pieces of the answer."""
LARGEST = 1_000_000
"""Bytes of an answer; one undertaking with its establishments weighs a few thousand."""
NAF_2025_FROM = date(2027, 1, 1)
"""When NAF 2025 takes the place of rev. 2 in the register (domain 5.2)."""
_AGENT = "marches-groupes (prefill of a member's file)"

_FORMS: Mapping[str, LegalForm] = {
    "5710": LegalForm.SAS,
    "5720": LegalForm.SASU,
    "5498": LegalForm.EURL,
    "5499": LegalForm.SARL,
    "5458": LegalForm.SCOP,
    "5558": LegalForm.SCOP,
}
"""INSEE's legal categories that structures of the network have; 92.. is an association, 7... is public."""


class RegisterSilent(Refusal):
    """The register can't be asked, or says nothing that can be read: try again later, or type."""

    status = 503


class NotInRegister(Refusal):
    """The register knows no such SIRET."""

    status = 404


@dataclass(frozen=True, slots=True)
class Found:
    """What the register says: columns of the file with their values, and whether the undertaking has ended."""

    values: Mapping[str, Any]
    ended: bool


def lookup(base: str, siret: str, today: date) -> Found:
    """What the register at `base` says of a SIRET. Sends one request, outside of any transaction.

    Raises RegisterSilent, NotInRegister.
    """
    for result in _results(base, siret):
        if isinstance(result, dict) and result.get("siren") == siret[:9]:
            return _read(result, today)
    raise NotInRegister(N_("The public register doesn’t know this SIRET: check it, or fill in by hand."))


def _results(base: str, siret: str) -> list[Any]:
    silent = RegisterSilent(
        N_("The public register doesn’t answer just now: try again in a minute, or fill in by hand.")
    )
    try:
        with requests.get(
            f"{base.rstrip('/')}/search",
            params={"q": siret, "page": "1", "per_page": "5"},
            headers={"User-Agent": _AGENT, "Accept": "application/json"},
            timeout=PATIENCE,
            stream=True,
            allow_redirects=False,
        ) as answer:
            if answer.status_code != 200:
                raise silent
            body = b""
            for piece in answer.iter_content(16_384):
                body += piece
                if len(body) > LARGEST:
                    raise silent
        said = json.loads(body)
    except (requests.RequestException, ValueError, RecursionError):
        raise silent from None
    results = said.get("results") if isinstance(said, dict) else None
    if not isinstance(results, list):
        raise silent
    return results


def _read(result: Mapping[str, Any], today: date) -> Found:
    seat = _mapping(result.get("siege"))
    more = _mapping(result.get("complements"))
    street = " ".join(
        part
        for part in (_text(seat, "numero_voie"), _text(seat, "type_voie"), _text(seat, "libelle_voie"))
        if part
    )
    codes = more.get("liste_idcc") or seat.get("liste_idcc")
    one_code = codes[0] if isinstance(codes, list) and len(codes) == 1 and isinstance(codes[0], str) else ""
    ape = _text(result, "activite_principale")
    size = _text(result, "categorie_entreprise")
    values = {
        "legal_name": _text(result, "nom_raison_sociale") or _text(result, "nom_complet"),
        "legal_form": _form(_text(result, "nature_juridique")),
        "street": street,
        "postcode": _text(seat, "code_postal"),
        "town": _text(seat, "libelle_commune"),
        "rna": _text(more, "identifiant_association"),
        "ape": ape,
        "naf": (NafVersion.REV2 if today < NAF_2025_FROM else NafVersion.NAF2025) if ape else None,
        "idcc": one_code,
        "is_sme": {"PME": True, "ETI": False, "GE": False}.get(size),
    }
    said = {name: value for name, value in values.items() if value not in (None, "")}
    return Found(said, ended=_text(result, "etat_administratif") == "C")


def _form(code: str) -> LegalForm | None:
    if code.startswith("92"):
        return LegalForm.ASSOCIATION
    if code.startswith("7"):
        return LegalForm.PUBLIC
    return _FORMS.get(code)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(where: Mapping[str, Any], name: str) -> str:
    value = where.get(name)
    return " ".join(value.split()) if isinstance(value, str) else ""
