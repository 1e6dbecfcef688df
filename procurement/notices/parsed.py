"""What a reader hands over: one notice in our words, whatever the source and the shape it came in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from procurement.core.errors import Refusal

TITLE_LIMIT = 400
"""Characters of a title; the rest of a longer one stands in the description."""
DESCRIPTION_LIMIT = 20_000
LOTS_LIMIT = 500


class NoticeKind(StrEnum):
    """What a notice announces. Only a contract notice asks for tenders."""

    CONTRACT_NOTICE = "contract_notice"
    PRIOR_INFORMATION = "prior_information"
    INTENTION = "intention"
    """The buyer means to conclude without competition."""
    AWARD = "award"
    CONTRACT_MODIFICATION = "contract_modification"
    CORRECTION = "correction"
    CANCELLATION = "cancellation"
    OTHER = "other"


class Reservation(StrEnum):
    """To whom a contract is reserved (L2113-12 to L2113-16 of the code de la commande publique)."""

    UNKNOWN = "unknown"
    """The source doesn't say, or says that it is reserved only in words that we can't read."""
    NONE = "none"
    SIAE = "siae"
    EA_ESAT = "ea_esat"
    EA_ESAT_SIAE = "ea_esat_siae"
    """Both at once; also what eForms' res-ws means: disabled or disadvantaged persons."""
    PRISON = "prison"
    ESS = "ess"
    PUBLIC_SERVICE = "public_service"
    """eForms' res-pub-ser: organisations with a public service mission."""
    OTHER = "other"
    """Reserved, the source doesn't say to whom."""

    @property
    def reserved(self) -> bool | None:
        """Whether the contract is reserved; None where the source doesn't say."""
        if self is Reservation.UNKNOWN:
            return None
        return self is not Reservation.NONE


class AskedGroupForm(StrEnum):
    """The form of group the buyer asks for, as far as its words tell."""

    UNKNOWN = ""
    ANY = "any"
    ANY_WITH_SOLIDARY_LEAD = "any_with_solidary_lead"
    JOINT = "joint"
    JOINT_WITH_SOLIDARY_LEAD = "joint_with_solidary_lead"
    SOLIDARY = "solidary"


class UnreadableNotice(Refusal):
    """A record that can't be read; `source_id` names it as far as it could be known, the message says why.

    The message is an English msgid, filled with the parameters.
    """

    def __init__(self, source_id: str, reason: str, **params: Any) -> None:
        super().__init__(reason, **params)
        self.source_id = source_id


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the delegate should know about how a notice was read: an English msgid and its parameters."""

    message: str
    params: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


@dataclass(frozen=True, slots=True)
class ReadDeadline:
    """A date as the source says it, and the two instants drawn from it, both aware, in Paris time.

    `displayed` is the hour that the official bulletin shows; `reminder` is the same, or the earlier one where the
    source can be understood in two ways: then `doubtful` is true and `doubt` says why (an English msgid).
    """

    raw: str
    displayed: datetime
    reminder: datetime
    doubtful: bool = False
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Amounts:
    """Money without tax, in `currency`; None where the source says nothing or 0, which means the same there."""

    estimated: Decimal | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class ReadLot:
    """One lot of a notice."""

    number: str
    title: str
    description: str = ""
    cpv_main: str = ""
    cpv_codes: tuple[str, ...] = ()
    reservation: Reservation = Reservation.UNKNOWN
    submission_deadline: ReadDeadline | None = None
    applications_deadline: ReadDeadline | None = None
    questions_deadline: ReadDeadline | None = None
    amounts: Amounts = field(default_factory=Amounts)


@dataclass(frozen=True, slots=True)
class ReadCriterion:
    """One thing that offers are judged by: its own words, else its sort; its weight where that is a percentage."""

    name: str
    sort: str = ""
    """BT-539: "price", "cost" or "quality"; empty where the source doesn't sort."""
    weight: Decimal | None = None
    """In percent."""
    lots: tuple[str, ...] = ()
    """Numbers of the lots it belongs to; empty for all."""


@dataclass(frozen=True, slots=True)
class LotGroup:
    """Lots that the buyer may award together: the group's own number and title, and the numbers of its lots."""

    number: str
    title: str
    lots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParsedNotice:
    """One notice. Empty text, empty tuple or None: the source doesn't say."""

    source: str
    source_id: str
    kind: NoticeKind
    title: str
    shape: str = ""
    """Which of the source's shapes it came in, for whoever looks into a doubt."""
    folder_id: str = ""
    """The procedure's identifier, shared by all notices of one procedure (eForms)."""
    reference: str = ""
    """The buyer's own number for the contract."""
    linked_ids: tuple[str, ...] = ()
    """Identifiers of earlier notices it refers to."""
    correction: str = ""
    """What a correction or a cancellation says, in its own words."""
    partial: bool = False
    """Whether a change concerns some lots only."""
    description: str = ""
    buyer_name: str = ""
    buyer_siret: str | None = None
    buyer_city: str = ""
    buyer_postcode: str = ""
    departments: tuple[str, ...] = ()
    published_on: date | None = None
    cpv_main: str = ""
    cpv_codes: tuple[str, ...] = ()
    """All codes named, the main one first, lots' codes included."""
    lots: tuple[ReadLot, ...] = ()
    lot_groups: tuple[LotGroup, ...] = ()
    procedure: str = ""
    market_types: tuple[str, ...] = ()
    is_framework: bool = False
    reservation: Reservation = Reservation.UNKNOWN
    """Of the contract; where lots differ, that of the first reserved one, and the lots say which."""
    reserved_execution: bool | None = None
    social: tuple[str, ...] = ()
    """Social considerations: execution_condition, award_criterion, objective."""
    social_objectives: tuple[str, ...] = ()
    """Codes of eForms' social-objective list, such as opp (jobs for disadvantaged persons)."""
    group_form: AskedGroupForm = AskedGroupForm.UNKNOWN
    group_form_text: str = ""
    submission_deadline: ReadDeadline | None = None
    applications_deadline: ReadDeadline | None = None
    questions_deadline: ReadDeadline | None = None
    criteria: tuple[ReadCriterion, ...] = ()
    amounts: Amounts = field(default_factory=Amounts)
    buyer_profile_url: str = ""
    documents_url: str = ""
    deposit_url: str = ""
    notice_url: str = ""
    remarks: tuple[Remark, ...] = ()

    @property
    def corrects(self) -> tuple[str, ...]:
        """Identifiers of the notices that this one corrects or cancels."""
        if self.kind in {NoticeKind.CORRECTION, NoticeKind.CANCELLATION}:
            return self.linked_ids
        return ()
