"""Kinds of structures, their services, marks and links in words: what pages and mails call them."""

from collections.abc import Mapping

from procurement.core.i18n import N_
from procurement.members.models import LinkNature, Mark, MemberKind, ServiceLine

KINDS: Mapping[MemberKind, str] = {
    MemberKind.AI: N_("Intermediary association (AI)"),
    MemberKind.ETTI: N_("Integration temp agency (ETTI)"),
    MemberKind.ACI: N_("Integration workshop (ACI)"),
    MemberKind.EI: N_("Integration enterprise (EI)"),
    MemberKind.EITI: N_("Integration enterprise for the self-employed (EITI)"),
    MemberKind.GES: N_("Solidarity economic group (GES)"),
    MemberKind.PROXIM: N_("Proxim’Services"),
    MemberKind.TRAINING_BODY: N_("Training body"),
    MemberKind.EBE: N_("Job-creation enterprise (EBE)"),
}
"""Each kind as an msgid."""

SERVICES: Mapping[ServiceLine, str] = {
    ServiceLine.STAFFING: N_("Staff made available (AI)"),
    ServiceLine.TEMP_WORK: N_("Temporary staff (ETTI)"),
    ServiceLine.WORKSITE: N_("Work done by a team of its own (ACI, EI)"),
    ServiceLine.VITA_AIR: N_("VITA AIR: human resources for companies"),
    ServiceLine.PARCOURS_GARDIEN: N_("Parcours Gardien: social landlords"),
    ServiceLine.PROXIM_SERVICES: N_("Proxim’Services: services at home"),
    ServiceLine.COODIAG: N_("COODIAG: diagnosis of a territory"),
    ServiceLine.TRAINING: N_("Training"),
}
"""Each service as an msgid."""

MARKS: Mapping[Mark, str] = {
    Mark.CEDRE: N_("CEDRE ISO 9001"),
    Mark.CAP: N_("CAP"),
    Mark.QUALIOPI: N_("Qualiopi"),
    Mark.OTHER: N_("Another label"),
}
"""Each mark as an msgid."""

LINKS: Mapping[LinkNature, str] = {
    LinkNature.SAME_DIRECTOR: N_("Same director"),
    LinkNature.SISTER: N_("Sister structures: same board or same group"),
    LinkNature.STANDING_GROUP: N_("Standing group (GES) and its member"),
}
"""Each nature of a link as an msgid."""
