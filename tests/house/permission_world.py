"""A small network for the permission matrix: a group, its rival, and each role looking on."""

from dataclasses import dataclass, field
from datetime import timedelta

from flask import current_app
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from procurement.accounts import sessions
from procurement.accounts.models import User
from procurement.core import clock, heartbeats
from procurement.core.db import add, db
from procurement.core.heartbeats import BEAT, JOB, Sign
from procurement.core.policy import SYSTEM, MembershipRole, Role
from procurement.dossiers.models import Reference
from procurement.dossiers.operations import add_entry
from procurement.files.queries import files_of
from procurement.members.labels import add_label
from procurement.members.links import link
from procurement.members.models import Invitation, LinkNature, Mark, MemberKind, Membership
from procurement.notices.models import Aside, ForwardedMail, MailState, Notice, NoticeState, Twin
from procurement.notices.runs import import_files
from procurement.notifications.models import Delivery, DeliveryState
from procurement.tenders.models import Visibility
from procurement.tenders.queries import TenderSearch
from procurement.tenders.saved import save_search
from tests.factories import (
    actor_of,
    make_bid,
    make_certificate,
    make_file,
    make_member,
    make_participation,
    make_seat,
    make_tender,
    make_user,
)

ROLES = ("visitor", "observer", "contributor", "manager", "outsider", "delegate", "admin")
"""Columns of the table. Contributor and manager belong to the structure that the addresses are about; the outsider
manages another one, in a rival group on the same lot."""


@dataclass
class World:
    """People by role, and the numbers that fill addresses: by parameter, or by "parameter@variant"."""

    people: dict[str, User | None] = field(default_factory=dict)
    numbers: dict[str, object] = field(default_factory=dict)


def build() -> World:
    """A tender with two rival groups, a draft, an agreement, and somebody in each role."""
    ours, theirs, third = (make_member(MemberKind.AI) for _ in range(3))
    agency = make_member(MemberKind.ETTI)
    manager = make_user(memberships={ours: MembershipRole.MANAGER})
    contributor = make_user(memberships={ours: MembershipRole.CONTRIBUTOR})
    membership, managing = (
        db.session.scalars(select(Membership).where(Membership.user_id == one.id)).one()
        for one in (contributor, manager)
    )
    now = clock.now()
    invitation = add(
        Invitation(
            email="new@example.org",
            member_id=ours.id,
            membership_role=MembershipRole.CONTRIBUTOR,
            invited_by=manager.id,
            created_at=now,
            expires_at=now + timedelta(days=7),
        )
    )
    outsider = make_user(memberships={theirs: MembershipRole.MANAGER})
    delegate = make_user(roles=[Role.LEGAL_DELEGATE])
    tender = make_tender(sites=2)
    draft = make_tender(published=False)
    participation = make_participation(tender, ours)
    rival = make_participation(tender, theirs)
    make_participation(tender, third)
    bid = make_bid(tender, members=[third])
    seat = make_seat(bid, ours, confirmed=False)
    rival_bid = make_bid(tender, members=[theirs])
    heartbeats.note([Sign(BEAT, every_s=5), Sign(f"{JOB}a job", every_s=2)])
    delivery = add(
        Delivery(
            recipient_id=contributor.id,
            bundle="one",
            priority=0,
            state=DeliveryState.FAILED,
            created_at=now,
            due_at=now,
            claimed_at=now,
        )
    )
    mail = current_app.config["SETTINGS"].mailbox_dir / "00000000000000000001-1-1.eml"
    mail.write_bytes(b"To: somebody@example.org\r\nSubject: Hello\r\n\r\nHello.\r\n")
    certificate = make_certificate(ours)
    scan = files_of("certificate", [certificate.id])[certificate.id][0]
    document, hidden = make_file(tender), make_file(draft)
    run, _ = import_files(SYSTEM, "boamp", ["no notice"])
    unreadable = db.session.scalars(select(Notice)).one()
    correction = add(
        Notice(
            source="boamp",
            source_id="26-2",
            raw="{}",
            digest=b"2",
            first_seen_at=now,
            changed_at=now,
            state=NoticeState.SKIPPED,
            reason="It changed.",
            look=True,
            tender_id=tender.id,
        )
    )
    twin = add(Twin(draft_id=draft.id, tender_id=tender.id, noticed_at=now))
    waits = {"came_at": now, "state": MailState.ASIDE, "why": Aside.STRANGER, "text": "Notice"}
    mails = [add(ForwardedMail(key=key, **waits)) for key in (b"1", b"2")]
    search = save_search(actor_of(manager), "Ours", TenderSearch(text="schools"))
    label = add_label(actor_of(manager), ours.id, Mark.CAP, from_on=clock.today(), until_on=None)
    linked = link(actor_of(manager), ours.id, third.id, LinkNature.SISTER)
    reference = add_entry(
        actor_of(manager),
        Reference(member_id=ours.id, client="Town", subject="Cleaning", from_year=2025, contact=""),
    )
    return World(
        people={
            "visitor": None,
            "observer": make_user(roles=[Role.OBSERVER]),
            "contributor": contributor,
            "manager": manager,
            "outsider": outsider,
            "delegate": delegate,
            "admin": make_user(roles=[Role.NETWORK_ADMIN]),
        },
        numbers={
            "tender_id": tender.id,
            "tender_id@draft": draft.id,
            "tender_id@public": make_tender(visibility=Visibility.PUBLIC).id,
            "member_id": ours.id,
            "agency_id": agency.id,
            "participation_id": participation.id,
            "participation_id@rival": rival.id,
            "bid_id": bid.id,
            "bid_id@rival": rival_bid.id,
            "seat_id": seat.id,
            "lot_id": tender.lots[0].id,
            "user_id": contributor.id,
            "number": sessions.begin(manager, browser="", via="link").id,
            "membership_id": membership.id,
            "membership_id@manager": managing.id,
            "invitation_id": invitation.id,
            "certificate_id": certificate.id,
            "kind": certificate.kind.value,
            "version_id@certificate": scan.versions[0].id,
            "file_id": document.id,
            "version_id": document.versions[0].id,
            "version_id@draft": hidden.versions[0].id,
            "delivery_id": delivery.id,
            "search_id": search.id,
            "label_id": label.id,
            "ending": "csv",
            "part": "identite",
            "part@bank": "banque",
            "lines": "references",
            "entry_id": reference.id,
            "link_id": linked.id,
            "source": "boamp",
            "run_id": run.id,
            "notice_id": unreadable.id,
            "notice_id@correction": correction.id,
            "mail_id": mails[0].id,
            "mail_id@text": mails[1].id,
            "twin_id": twin.id,
            "answer": "distincts",
            "role": Role.OBSERVER.value,
            "token": "forged",
            "slug": "offres",
            "name": mail.stem,
        },
    )


def answer(client: FlaskClient, method: str, path: str) -> str:
    """What the role gets there, in the table's words: yes, in (asked to sign in), no (403), none (404)."""
    return answer_of(client.open(path, method=method), path)


def answer_of(response: TestResponse, path: str) -> str:
    """What a response of `path` says, in the table's words."""
    if (
        response.status_code in {301, 302, 303}
        and (response.location or "").partition("?")[0] == "/connexion"
    ):
        return "in" if not path.startswith("/deconnexion") else "yes"
    if response.status_code >= 500 or response.status_code == 405:
        return f"fault {response.status_code}"
    return {403: "no", 404: "none"}.get(response.status_code, "yes")
