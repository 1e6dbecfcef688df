"""Certificates by name: what pages and mails call each kind."""

from collections.abc import Mapping

from procurement.certificates.models import CertificateKind
from procurement.core.i18n import N_

NAMES: Mapping[CertificateKind, str] = {
    CertificateKind.VIGILANCE: N_("Social vigilance certificate (URSSAF or MSA)"),
    CertificateKind.TAX: N_("Tax certificate"),
    CertificateKind.INSURANCE: N_("Liability insurance"),
    CertificateKind.REGISTRATION: N_("Registration (Kbis or Sirene)"),
    CertificateKind.IAE_AGREEMENT: N_("IAE agreement with the State"),
    CertificateKind.IAE_ANNEX: N_("Financial annex of the IAE agreement"),
    CertificateKind.ETTI_GUARANTEE: N_("Financial guarantee of a temp agency"),
    CertificateKind.QUALIOPI: N_("Qualiopi certificate"),
    CertificateKind.SIGNING_POWER: N_("Authority of whoever signs"),
    CertificateKind.HOME_SERVICES: N_("Approval for services at home"),
    CertificateKind.JUDGMENT: N_("Receivership judgment"),
}
"""Each kind as an msgid."""

SHORT: Mapping[CertificateKind, str] = {
    CertificateKind.VIGILANCE: N_("Vigilance"),
    CertificateKind.TAX: N_("Tax"),
    CertificateKind.INSURANCE: N_("Insurance"),
    CertificateKind.REGISTRATION: N_("Registration"),
    CertificateKind.IAE_AGREEMENT: N_("IAE agreement"),
    CertificateKind.IAE_ANNEX: N_("IAE annex"),
    CertificateKind.ETTI_GUARANTEE: N_("ETTI guarantee"),
    CertificateKind.QUALIOPI: N_("Qualiopi"),
}
"""The kinds that are owed, where room is short."""
