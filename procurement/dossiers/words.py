"""The file in words: its legal forms, nomenclatures, powers, and its parts."""

from collections.abc import Mapping

from procurement.core.i18n import N_
from procurement.dossiers.models import LegalForm, NafVersion, PowerKind

FORMS: Mapping[LegalForm, str] = {
    LegalForm.ASSOCIATION: N_("Association (law of 1901)"),
    LegalForm.SCIC: N_("SCIC"),
    LegalForm.SCOP: N_("SCOP"),
    LegalForm.SAS: N_("SAS"),
    LegalForm.SASU: N_("SASU"),
    LegalForm.SARL: N_("SARL"),
    LegalForm.EURL: N_("EURL"),
    LegalForm.PUBLIC: N_("Public body (CCAS, CIAS, municipality…)"),
    LegalForm.OTHER: N_("Another form"),
}

NAF: Mapping[NafVersion, str] = {
    NafVersion.REV2: N_("NAF rev. 2 (until 31 December 2026)"),
    NafVersion.NAF2025: N_("NAF 2025 (from 1 January 2027)"),
}

POWERS: Mapping[PowerKind, str] = {
    PowerKind.STATUTES: N_("By the statutes"),
    PowerKind.MINUTES: N_("By minutes of the board or the assembly"),
    PowerKind.DELEGATION: N_("By a written delegation"),
}

CHAPTERS: Mapping[str, str] = {
    "identity": N_("Identity"),
    "agreement": N_("Agreement with the State (IAE)"),
    "signatories": N_("Who may sign"),
    "years": N_("Turnover and staff"),
    "references": N_("References"),
    "means": N_("Equipment and insurance"),
    "bank": N_("Bank account"),
}
"""Each part of the file, by its name in `rules.chapters`."""
