"""What the rules weigh of a group: plain values, read by `bids.facts`, so that rules need no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from procurement.bids.models import GroupForm
from procurement.certificates.models import CertificateKind
from procurement.certificates.rules import CertificateState
from procurement.core.clock import PARIS
from procurement.members.models import MemberKind
from procurement.tenders.models import LegalRegime, Reservation, ServiceNature


@dataclass(frozen=True, slots=True)
class Contract:
    """What the tender says that bears on who may answer and how."""

    nature: ServiceNature = ServiceNature.SERVICE
    regime: LegalRegime = LegalRegime.PUBLIC_CONTRACT
    departments: frozenset[str] = frozenset()
    eligible_kinds: frozenset[str] = frozenset()
    ban_alone_and_grouped: bool = False
    ban_several_groups: bool = False
    submission_due: datetime | None = None
    zone: ZoneInfo = PARIS
    """In which the buyer says its hours."""


@dataclass(frozen=True, slots=True)
class GroupLot:
    """A lot of the answer; `reservation` is the lot's own, or the tender's. `departments`: of its sites."""

    id: int
    number: str
    reservation: Reservation = Reservation.NONE
    departments: frozenset[str] = frozenset()
    site_ids: frozenset[int] = frozenset()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """How a structure stands with a certificate that it owes: its state today, and its last day."""

    kind: CertificateKind
    state: CertificateState
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Seated:
    """A structure with a live place in the group, and what it registered for."""

    member_id: int
    name: str
    kind: MemberKind
    territory: frozenset[str] = frozenset()
    confirmed: bool = True
    lot_ids: frozenset[int] = frozenset()
    site_ids: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    """Accounts that belong to the structure."""
    papers: tuple[Paper, ...] = ()
    """The certificates that it owes, whatever the contract."""
    told: bool = True
    """Whether what it registered for may be told to whoever reads."""


@dataclass(frozen=True, slots=True)
class Rival:
    """Another live answer of the network to the same tender: known to the delegate only (G3)."""

    bid_id: int
    lot_ids: frozenset[int]
    name: str = ""
    lead_id: int | None = None
    coordinator_id: int | None = None
    member_ids: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Group:
    """A group's answer, as the rules see it. `waivers`: reasons by rule and structure (None: the group)."""

    contract: Contract
    lots: tuple[GroupLot, ...]
    seated: tuple[Seated, ...]
    form: GroupForm | None = None
    contract_form: GroupForm | None = None
    lead_id: int | None = None
    coordinator_id: int | None = None
    submitted_at: datetime | None = None
    rivals: tuple[Rival, ...] = ()
    waivers: Mapping[tuple[str, int | None], str] = field(default_factory=dict)
    papers_on: date | None = None
    """The day on which certificates were read; None: they weren't."""
