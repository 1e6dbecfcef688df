"""What one shape of a notice says, before it is joined with whatever else its source gives."""

from dataclasses import dataclass, field

from procurement.notices.parsed import Amounts, LotGroup, NoticeKind, ReadCriterion, ReadLot, Reservation


@dataclass(slots=True)
class Inner:
    """A notice's inner part in common words; texts as they came, values already checked."""

    shape: str
    title: str = ""
    title_is_prose: bool = False
    """Whether the shape has a sentence or a page where others have a title."""
    description: str = ""
    folder_id: str = ""
    reference: str = ""
    kind: NoticeKind | None = None
    linked: list[str] = field(default_factory=list)
    correction: str = ""
    partial: bool = False
    """Whether a change concerns some lots only."""
    buyer_name: str = ""
    sender_name: str = ""
    """Where no buyer can be told: the service that sent the notice, which stands in the buyer's place."""
    buyer_ids: list[str] = field(default_factory=list)
    buyer_city: str = ""
    buyer_postcode: str = ""
    cpv: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    lots: list[ReadLot] = field(default_factory=list)
    lot_groups: tuple[LotGroup, ...] = ()
    procedure: str = ""
    market_types: list[str] = field(default_factory=list)
    is_framework: bool | None = None
    """None: the shape has no place for it."""
    reservation: Reservation = Reservation.UNKNOWN
    reserved_execution: bool | None = None
    social: list[str] = field(default_factory=list)
    social_objectives: list[str] = field(default_factory=list)
    group_form_text: str = ""
    group_form_asked: bool = False
    """Whether a form is asked for, in words or not."""
    submission: list[str] = field(default_factory=list)
    applications: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    criteria: list[ReadCriterion] = field(default_factory=list)
    criteria_text: str = ""
    """Where the shape says them in running text."""
    amounts: Amounts = field(default_factory=Amounts)
    buyer_profile_url: str = ""
    documents_url: str = ""
    deposit_url: str = ""
