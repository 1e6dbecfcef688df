"""What the stories of the tenders stand on: structures and people, found by name, and what they do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from procurement.accounts.models import User
from procurement.accounts.operations import create_user, grant_role
from procurement.bids import operations as bids
from procurement.bids.models import Bid, Participation, Seat
from procurement.core import clock
from procurement.core.policy import SYSTEM, Actor
from procurement.demo.days import Days
from procurement.demo.dossiers import fill
from procurement.demo.people import MEMBERS, OFFICE, Account
from procurement.demo.registry import describe, offer_of
from procurement.demo.structures import demo_name, numbered
from procurement.members.invitations import start_membership
from procurement.members.models import Member, MemberKind
from procurement.members.operations import create_member
from procurement.members.queries import actor_of
from procurement.tenders.facts import TenderFacts
from procurement.tenders.operations import create_tender

Place = tuple[MemberKind, str]
"""A structure by kind and town."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A tender that is written: its id, its lots by rank (from 1) and its sites by name."""

    tender_id: int
    lots: Mapping[int, int]
    sites: Mapping[str, int]


@dataclass
class Network:
    """The structures and the people, once they are there."""

    days: Days
    password: str | None
    members: dict[str, Member] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def settle(self) -> None:
        """Bring in the office, the structures and their people, over the months before the first tender."""
        for hour, account in enumerate(OFFICE, start=9):
            with self.days.at(self.days.ago(70, hour)):
                self.actors[account.address] = self._open(account)
        for rank, new in enumerate(numbered()):
            with self.days.at(self.days.ago(69 - rank // 8, 9 + rank % 8)):
                about = new.structure
                self.members[new.name] = create_member(
                    self.delegate,
                    name=new.name,
                    kind=about.kind,
                    siret=new.siret,
                    department=about.department,
                    town=about.town,
                    territory=about.territory.split(),
                    skills=about.skills,
                    phone=new.phone,
                    offer=offer_of(about),
                    is_demo=True,
                )
        with self.days.at(self.days.ago(61, 9)):
            describe(self.delegate, self.members, clock.today())
            fill(self.delegate, self.members, clock.today())
        for rank, account in enumerate(MEMBERS):
            with self.days.at(self.days.ago(60 - rank // 4, 10 + rank % 4, 20)):
                self.actors[account.address] = self._open(account)

    def _open(self, account: Account) -> Actor:
        """Open an account, with its role or its places. The first is the product's own doing, then the office's."""
        opener = self.actors.get("administration", SYSTEM)
        user: User = create_user(
            opener, email=account.email, name=account.name, locale=account.locale, password=self.password
        )
        if account.role is not None:
            grant_role(opener, user, account.role)
        for name, role in account.places:
            start_membership(self.delegate, user, self.members[name], role)
        return actor_of(user)

    @property
    def delegate(self) -> Actor:
        """The legal delegate."""
        return self.actors["deleguee.juridique"]

    def member_id(self, place: Place) -> int:
        """The structure of that kind and town."""
        return self.members[demo_name(*place)].id

    def manager(self, place: Place) -> Actor:
        """Who commits that structure: its manager, or the delegate for one that phones, without an account."""
        member_id = self.member_id(place)
        return next((actor for actor in self.actors.values() if actor.manages(member_id)), self.delegate)

    def write(self, facts: TenderFacts) -> Sheet:
        """The delegate writes a tender, as a draft."""
        tender = create_tender(self.delegate, facts)
        return Sheet(
            tender_id=tender.id,
            lots={lot.rank: lot.id for lot in tender.lots},
            sites={site.name: site.id for lot in tender.lots for site in lot.sites},
        )

    def register(
        self,
        sheet: Sheet,
        place: Place,
        lots: Iterable[int],
        sites: Iterable[str] = (),
        *,
        hours: int | None = None,
        brings: str = "",
        seeks: str = "",
        would_lead: bool = False,
        shown: bool = False,
    ) -> Participation:
        """A structure registers for lots, by rank, and sites, by name; `hours` a week."""
        facts = bids.RegistrationFacts(
            lot_ids=[sheet.lots[rank] for rank in lots],
            site_ids=[sheet.sites[name] for name in sites],
            hours_a_week=None if hours is None else Decimal(hours),
            brings=brings,
            seeks=seeks,
            would_lead=would_lead,
            shown_as_partner=shown,
        )
        return bids.register(self.manager(place), sheet.tender_id, self.member_id(place), facts)

    def not_for_us(self, sheet: Sheet, place: Place, reason: str) -> None:
        """A structure answers that the tender isn't for it."""
        bids.not_for_us(self.manager(place), sheet.tender_id, self.member_id(place), reason)

    def open_bid(self, sheet: Sheet, name: str, lots: Iterable[int]) -> Bid:
        """The delegate opens a group's answer on lots, by rank."""
        return bids.open_bid(self.delegate, sheet.tender_id, name, [sheet.lots[rank] for rank in lots])

    def propose(self, bid: Bid, *places: Place) -> list[Seat]:
        """The delegate proposes places in a group."""
        return [bids.propose(self.delegate, bid.id, self.member_id(place)) for place in places]

    def confirm(self, seat: Seat, place: Place) -> None:
        """A structure's manager confirms its place."""
        bids.confirm(self.manager(place), seat.id)
