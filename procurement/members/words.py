"""Kinds of structures in words: what pages and mails call them."""

from collections.abc import Mapping

from procurement.core.i18n import N_
from procurement.members.models import MemberKind

KINDS: Mapping[MemberKind, str] = {
    MemberKind.AI: N_("Intermediary association (AI)"),
    MemberKind.ETTI: N_("Integration temp agency (ETTI)"),
    MemberKind.ACI: N_("Integration workshop (ACI)"),
    MemberKind.EI: N_("Integration enterprise (EI)"),
    MemberKind.EITI: N_("Integration enterprise for the self-employed (EITI)"),
    MemberKind.GES: N_("Solidarity economic group (GES)"),
    MemberKind.PROXIM: N_("Proxim'Services"),
    MemberKind.TRAINING_BODY: N_("Training body"),
    MemberKind.EBE: N_("Job-creation enterprise (EBE)"),
}
"""Each kind as an msgid."""
