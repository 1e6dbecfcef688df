"""The files of the structures that people of the demo belong to: filled in, but for what makes one wonder."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from procurement.core.policy import Actor
from procurement.demo.days import FAR_OFF
from procurement.demo.structures import demo_name
from procurement.dossiers.models import BusinessYear, LegalForm, NafVersion, PowerKind, Reference, Signatory
from procurement.dossiers.operations import add_entry, save_section
from procurement.dossiers.rules import Section
from procurement.members.models import Member, MemberKind

_FILLED: tuple[tuple[MemberKind, str, int, str], ...] = (
    (MemberKind.AI, "Caen", 1_180_000, "14000"),
    (MemberKind.AI, "Bayeux", 640_000, "14400"),
    (MemberKind.AI, "Flers", 720_000, "61100"),
    (MemberKind.ETTI, "Caen", 2_450_000, "14000"),
    (MemberKind.ACI, "Argentan", 510_000, "61200"),
)
_CODES = {
    MemberKind.AI: ("78.30Z", ""),
    MemberKind.ETTI: ("78.20Z", "1413"),
    MemberKind.ACI: ("81.30Z", "3016"),
}


def fill(delegate: Actor, members: Mapping[str, Member], today: date) -> None:
    """Fill in the files of a few of `members`, by name; the bank accounts stay empty: nobody's is made up."""
    for kind, town, turnover, postcode in _FILLED:
        member = members[demo_name(kind, town)]
        ape, idcc = _CODES[kind]
        temp = kind is MemberKind.ETTI
        save_section(
            delegate,
            member.id,
            Section.IDENTITY,
            0,
            {
                "legal_name": member.name,
                "legal_form": LegalForm.SAS if temp else LegalForm.ASSOCIATION,
                "street": "1 rue de l’Exemple",
                "postcode": postcode,
                "town": town,
                "email": f"marches@{kind.value}-{town.lower()}.example",
                "rna": "",
                "ape": ape,
                "naf": NafVersion.REV2,
                "idcc": idcc,
                "is_sme": True,
            },
        )
        save_section(
            delegate,
            member.id,
            Section.AGREEMENT,
            1,
            {
                "agreement_number": f"{kind.value.upper()}-{postcode}-{today.year - 1}",
                "agreement_territory": town,
                "agreement_from": today - timedelta(days=400),
                "agreement_until": today + timedelta(days=FAR_OFF),
                "annex_year": today.year,
            },
        )
        for back in (1, 2, 3):
            amount = Decimal(round(turnover * (1 - back * 0.04), -3))
            add_entry(
                delegate,
                BusinessYear(
                    member_id=member.id,
                    year=today.year - back,
                    turnover=amount,
                    field_share=35,
                    permanent_staff=Decimal(turnover // 200_000),
                    insertion_staff=Decimal(turnover // 40_000),
                ),
            )
        add_entry(
            delegate,
            Reference(
                member_id=member.id,
                client="Communauté de communes (démo)",
                subject="Remplacement d’agents : entretien des locaux et service de restauration",
                amount=Decimal(turnover // 20),
                from_year=today.year - 3,
                until_year=None,
                contact="Direction des ressources humaines",
            ),
        )
        add_entry(
            delegate,
            Signatory(
                member_id=member.id,
                name="Présidence (démo)",
                quality="Président·e",
                power=PowerKind.STATUTES,
                from_on=None,
                until_on=None,
            ),
        )
