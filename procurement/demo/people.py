"""The accounts: named by what the person does, never by a person's name."""

import hashlib
import hmac
from dataclasses import dataclass

from procurement.core.policy import MembershipRole, Role
from procurement.demo.structures import ACI, AI, EI, ETTI, demo_name
from procurement.members.models import MemberKind

DOMAIN = "demo.example"
"""A domain that can't exist (RFC 2606): no mail of the demo reaches anybody."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account to be. `places`: names of structures and what the person is there."""

    address: str
    name: str
    what: str
    """For whoever starts the product: who this is, and what there is to see."""
    role: Role | None = None
    places: tuple[tuple[str, MembershipRole], ...] = ()
    locale: str = "fr"

    @property
    def email(self) -> str:
        """The whole address."""
        return f"{self.address}@{DOMAIN}"


OFFICE: tuple[Account, ...] = (
    Account("administration", "Administration du réseau (démo)", "network administrator: people and roles",
            Role.NETWORK_ADMIN),
    Account("deleguee.juridique", "Déléguée juridique (démo)",
            "legal delegate: writes tenders, composes groups, follows deadlines", Role.LEGAL_DELEGATE),
    Account("observateur", "Observateur du conseil d’administration (démo)", "observer: the year's figures only",
            Role.OBSERVER),
)  # fmt: skip


def _manager(
    address: str, kind: MemberKind, town: str, what: str, *also: tuple[MemberKind, str], locale: str = "fr"
) -> Account:
    names = [demo_name(*structure) for structure in ((kind, town), *also)]
    return Account(
        address,
        f"Responsable – {' et '.join(names)}",
        f"manager of {' and '.join(names)}{what}",
        places=tuple((name, MembershipRole.MANAGER) for name in names),
        locale=locale,
    )


def _contributor(address: str, title: str, kind: MemberKind, town: str, locale: str = "fr") -> Account:
    name = demo_name(kind, town)
    return Account(
        address,
        f"{title} – {name}",
        f"contributor of {name}" + (", reads English" if locale == "en" else ""),
        places=((name, MembershipRole.CONTRIBUTOR),),
        locale=locale,
    )


MEMBERS: tuple[Account, ...] = (
    _manager("ai.bayeux", AI, "Bayeux", ": hasn't answered the Calvados contract yet"),
    _manager("ai.caen", AI, "Caen", ": registered, would lead in Caen"),
    _manager("ai.vire", AI, "Vire Normandie", ": in the group of the Bocage"),
    _manager("ai.falaise", AI, "Falaise", ": in the group of the Bocage"),
    _manager("etti.saint-lo", ETTI, "Saint-Lô", ": a place in the group of the Bocage waits for its answer"),
    _manager("ai.aunay", AI, "Les Monts d’Aunay", ": a place waits for its answer too"),
    _manager("ai.lisieux", AI, "Lisieux", ""),
    _manager("ai.honfleur", AI, "Honfleur", ""),
    _manager("etti.caen", ETTI, "Caen", ": enrolled in the La Poste agreement"),
    _manager("etti.le-havre", ETTI, "Le Havre", ": hasn't enrolled in the La Poste agreement yet"),
    _manager("etti.rouen", ETTI, "Rouen", ""),
    _manager("alencon", AI, "Alençon", " (two sister structures)", (ETTI, "Alençon")),
    _manager("ai.flers", AI, "Flers", ""),
    _manager("aci.argentan", ACI, "Argentan", ": leads the Orne group, deposits tomorrow"),
    _manager("aci.mondeville", ACI, "Mondeville", ": in the Orne group"),
    _manager("ei.herouville", EI, "Hérouville-Saint-Clair", ": in the Orne group"),
    _manager("ai.bernay", AI, "Bernay", ": led the answer that was won"),
    _manager("ai.evreux", AI, "Évreux", ""),
    _contributor("ai.caen.accueil", "Chargée de mise à disposition", AI, "Caen"),
    _contributor("etti.caen.agence", "Assistante d’agence", ETTI, "Caen", locale="en"),
    _contributor("aci.argentan.encadrement", "Encadrant technique", ACI, "Argentan"),
)  # fmt: skip

ACCOUNTS = (*OFFICE, *MEMBERS)

FIRST = (
    "deleguee.juridique",
    "ai.bayeux",
    "ai.caen",
    "etti.saint-lo",
    "aci.argentan",
    "etti.le-havre",
    "administration",
    "observateur",
)
"""Those to begin with, in that order: each sees something else."""

_WORDS = (
    "pommier", "falaise", "galet", "bocage", "tricot", "lanterne", "charrue", "colombe", "marmite", "sentier",
    "horloge", "boussole", "cerise", "tonneau", "moulin", "ardoise", "grenier", "bruyere", "rivage", "poterie",
    "chouette", "girouette", "noisette", "violon", "parapluie", "tabouret", "escargot", "hirondelle", "voilier",
    "fougere", "mouette", "camomille",
)  # fmt: skip


def demo_password(secret_key: str) -> str:
    """The one password of all demo accounts of an installation: drawn from its secret key, so kept nowhere.

    Four words of a list of 32 and three figures: easy to type on a phone, and another on every installation.
    """
    drawn = hmac.new(secret_key.encode(), b"demo accounts", hashlib.sha256).digest()
    left = list(_WORDS)
    words = [left.pop(byte % len(left)) for byte in drawn[:4]]
    return "-".join([*words, f"{int.from_bytes(drawn[4:8], 'big') % 1000:03d}"])
