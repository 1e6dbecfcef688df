"""Where each table names a person, what of it is theirs to take away, and what becomes of it when they are erased.

One declaration for export and erasure: a test walks the foreign keys to accounts, so that none is forgotten here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, false, select
from sqlalchemy.orm import InstrumentedAttribute

from procurement.accounts.models import (
    AddressChange,
    CalendarAddress,
    PasswordReset,
    RoleGrant,
    SecondFactor,
    SignIn,
    SignInLink,
    User,
)
from procurement.bids.models import Bid, Seat, Waiver
from procurement.certificates.models import Certificate
from procurement.core.db import Base, db
from procurement.core.forms_sent import FormReceipt
from procurement.core.i18n import N_
from procurement.files.models import FileVersion
from procurement.members.models import Invitation, Membership
from procurement.notices.models import ForwardedMail, ImportRun
from procurement.notifications.models import Absence, Bounce, Delivery, Notification, Preference
from procurement.privacy.models import Erasure
from procurement.tenders.models import Following, Handling, SavedSearch, Summary, Tender

Column = InstrumentedAttribute[Any]


class Fate(StrEnum):
    """What becomes of a row when the person that it names is erased."""

    GOES = "goes"
    EMPTIED = "emptied"
    """The row stays, without the words that say who it was."""
    STAYS = "stays"
    """It says a number, which nothing leads back to a person any more."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Holding:
    """One way in which a table names a person: by `names`, a column that holds the account's number.

    `shown` are the columns that the person takes away: what is of others, or secret, isn't among them.
    """

    title: str
    """What it is, to the person: an msgid."""
    names: Column
    shown: Sequence[Column]
    address: Column | None = None
    """A column that holds the person's address, in rows that were written before they had an account."""
    fate: Fate = Fate.STAYS
    emptied: Mapping[str, object] = field(default_factory=dict)
    """What is written over the words of a row that is emptied, by attribute."""

    @property
    def model(self) -> type[Base]:
        """The table's class."""
        return cast("type[Base]", self.names.class_)

    def about(self, user_id: int, addresses: Collection[str]) -> ColumnElement[bool]:
        """The rows that name this person, by number or by one of the addresses they have or had here."""
        by_number: ColumnElement[bool] = self.names == user_id
        return by_number if self.address is None else by_number | self.at(addresses)

    def at(self, addresses: Collection[str]) -> ColumnElement[bool]:
        """The rows that name nobody but one of these addresses."""
        return (
            and_(self.names.is_(None), self.address.in_(addresses)) if self.address is not None else false()
        )

    @property
    def table(self) -> str:
        """The table's name."""
        return str(self.model.__tablename__)


def _held(
    title: str,
    names: object,
    *shown: object,
    address: object = None,
    fate: Fate = Fate.STAYS,
    emptied: Mapping[str, object] | None = None,
) -> Holding:
    return Holding(
        title=title,
        names=names,  # type: ignore[arg-type]
        shown=shown,  # type: ignore[arg-type]
        address=address,  # type: ignore[arg-type]
        fate=fate,
        emptied=emptied or {},
    )


HOLDINGS: Sequence[Holding] = (
    # The account
    _held(
        N_("My roles in the network"),
        RoleGrant.user_id,
        RoleGrant.role,
        RoleGrant.granted_at,
        RoleGrant.ended_at,
    ),
    _held(N_("Roles that I gave"), RoleGrant.granted_by, RoleGrant.role, RoleGrant.granted_at),
    _held(N_("Roles that I ended"), RoleGrant.ended_by, RoleGrant.role, RoleGrant.ended_at),
    _held(
        N_("My structures"),
        Membership.user_id,
        Membership.member_id,
        Membership.role,
        Membership.granted_at,
        Membership.ended_at,
    ),
    _held(
        N_("Places in a structure that I gave"),
        Membership.granted_by,
        Membership.member_id,
        Membership.role,
        Membership.granted_at,
    ),
    _held(
        N_("Places in a structure that I ended"),
        Membership.ended_by,
        Membership.member_id,
        Membership.role,
        Membership.ended_at,
    ),
    _held(
        N_("Links that I asked for to sign in"),
        SignInLink.user_id,
        SignInLink.created_at,
        SignInLink.used_at,
        SignInLink.next_path,
        fate=Fate.GOES,
    ),
    _held(
        N_("New passwords that I asked for"),
        PasswordReset.user_id,
        PasswordReset.created_at,
        PasswordReset.used_at,
        fate=Fate.GOES,
    ),
    _held(N_("My private calendar"), CalendarAddress.user_id, CalendarAddress.made_at, fate=Fate.GOES),
    _held(
        N_("Forms that I sent"),
        FormReceipt.actor_id,
        FormReceipt.taken_at,
        FormReceipt.location,
        fate=Fate.GOES,
    ),
    _held(
        N_("Browsers in which I signed in"),
        SignIn.user_id,
        SignIn.browser,
        SignIn.via,
        SignIn.began_at,
        SignIn.seen_at,
        SignIn.ended_at,
        fate=Fate.GOES,
    ),
    _held(N_("My code of the telephone"), SecondFactor.user_id, SecondFactor.since, fate=Fate.GOES),
    _held(
        N_("Changes of my e-mail address"),
        AddressChange.user_id,
        AddressChange.former,
        AddressChange.email,
        AddressChange.created_at,
        AddressChange.used_at,
        AddressChange.dropped_at,
        fate=Fate.GOES,
    ),
    # Invitations
    _held(
        N_("Invitations to me"),
        Invitation.user_id,
        Invitation.email,
        Invitation.name,
        Invitation.member_id,
        Invitation.created_at,
        Invitation.used_at,
        address=Invitation.email,
        fate=Fate.EMPTIED,
        emptied={"email": "", "name": ""},
    ),
    _held(
        N_("Invitations that I sent"),
        Invitation.invited_by,
        Invitation.member_id,
        Invitation.membership_role,
        Invitation.role,
        Invitation.created_at,
    ),
    # Messages
    _held(
        N_("E-mails to me"),
        Delivery.recipient_id,
        Delivery.due_at,
        Delivery.sent_at,
        Delivery.sent_to,
        Delivery.state,
        Delivery.subject,
        Delivery.text,
        address=Delivery.address,
        fate=Fate.EMPTIED,
        emptied={"sent_to": "", "subject": "", "text": "", "error": ""},
    ),
    _held(
        N_("What I was told"),
        Notification.recipient_id,
        Notification.kind,
        Notification.lead,
        Notification.tender_id,
        Notification.created_at,
        Notification.outcome,
        address=Notification.address,
    ),
    _held(
        N_("E-mails to me that came back"),
        Bounce.user_id,
        Bounce.at,
        Bounce.verdict,
        Bounce.address,
        Bounce.status,
        Bounce.said,
        address=Bounce.address,
        fate=Fate.EMPTIED,
        emptied={"address": "", "said": ""},
    ),
    _held(
        N_("How I receive messages"),
        Preference.user_id,
        Preference.category,
        Preference.rhythm,
        fate=Fate.GOES,
    ),
    _held(N_("My absences"), Absence.user_id, Absence.first_day, Absence.last_day, fate=Fate.GOES),
    _held(
        N_("Absences of others in which I stand in"),
        Absence.stand_in_id,
        Absence.first_day,
        Absence.last_day,
        fate=Fate.GOES,
    ),
    _held(
        N_("Tenders that I follow or muted"),
        Following.user_id,
        Following.tender_id,
        Following.muted,
        Following.since,
        fate=Fate.GOES,
    ),
    _held(
        N_("Searches that I keep"),
        SavedSearch.user_id,
        SavedSearch.name,
        SavedSearch.text,
        SavedSearch.marks,
        SavedSearch.within_days,
        SavedSearch.created_at,
        SavedSearch.paused_at,
        fate=Fate.GOES,
    ),
    # What I did for a structure or for the network
    _held(N_("Tenders that I wrote"), Tender.created_by, Tender.title, Tender.reference, Tender.created_at),
    _held(
        N_("Drafts that I look at"),
        Handling.assigned_to,
        Handling.tender_id,
        fate=Fate.EMPTIED,
        emptied={"assigned_to": None},
    ),
    _held(
        N_("Drafts that I left aside"),
        Handling.ignored_by,
        Handling.tender_id,
        Handling.ignored_at,
        Handling.ignored_reason,
    ),
    _held(N_("Summaries that I wrote"), Summary.updated_by, Summary.tender_id, Summary.updated_at),
    _held(N_("Sources that I had asked"), ImportRun.wanted_by, ImportRun.source, ImportRun.began_at),
    _held(
        N_("E-mails that I forwarded to the platform"),
        ForwardedMail.forwarded_by,
        ForwardedMail.sender,
        ForwardedMail.subject,
        ForwardedMail.came_at,
        ForwardedMail.tender_id,
        fate=Fate.EMPTIED,
        emptied={"sender": "", "subject": "", "text": "", "attachments": []},
    ),
    _held(
        N_("E-mails that I took up or dropped"),
        ForwardedMail.settled_by,
        ForwardedMail.state,
        ForwardedMail.came_at,
    ),
    _held(N_("Group answers that I opened"), Bid.created_by, Bid.name, Bid.tender_id, Bid.created_at),
    _held(N_("Group answers that I coordinate"), Bid.coordinator_id, Bid.name, Bid.tender_id, Bid.created_at),
    _held(N_("Places that I proposed"), Seat.proposed_by, Seat.member_id, Seat.proposed_at),
    _held(N_("Rules that I set aside"), Waiver.waived_by, Waiver.code, Waiver.reason, Waiver.waived_at),
    _held(
        N_("Files that I put there"),
        FileVersion.uploaded_by,
        FileVersion.name,
        FileVersion.size,
        FileVersion.media_type,
        FileVersion.uploaded_at,
    ),
    _held(
        N_("Certificates that I sent"),
        Certificate.recorded_by,
        Certificate.member_id,
        Certificate.kind,
        Certificate.issued_on,
        Certificate.expires_on,
        Certificate.note,
        Certificate.recorded_at,
    ),
    _held(
        N_("Certificates that I checked"),
        Certificate.checked_by,
        Certificate.member_id,
        Certificate.kind,
        Certificate.checked_at,
    ),
    _held(
        N_("My requests to be erased"),
        Erasure.user_id,
        Erasure.asked_at,
        Erasure.withdrawn_at,
        Erasure.done_at,
    ),
    _held(N_("Requests to be erased that I carried out"), Erasure.done_by, Erasure.done_at),
)
"""Every column that holds an account's number; the trail, whose numbers are no foreign keys, stands apart."""

ACCOUNT: Sequence[Column] = (
    User.name,
    User.email,
    User.phone,
    User.locale,
    User.zone,
    User.digest_hour,
    User.working_days,
    User.created_at,
    User.last_seen_at,
    User.news_read_at,
    User.silence_warned_at,
    User.mail_suspended_at,
    User.mail_fault,
)
"""What a person takes away of the account's own row: neither the digest of the password nor what names a session."""

KEPT_BACK = frozenset({"id", "password", "fs_uniquifier", "active", "erased_at", "mail_revived_at"})
"""The other columns of that row: secrets, or what says nothing of the person."""


def addresses_of(user: User) -> Collection[str]:
    """The address of an account, and those that it had before. One statement."""
    former = select(AddressChange.former).where(
        AddressChange.user_id == user.id, AddressChange.used_at.is_not(None)
    )
    return {user.email, *db.session.scalars(former)}
