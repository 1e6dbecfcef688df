"""Who was told what about a tender, and when (N31): each line whole, in pages, for whom it is."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from procurement.accounts.operations import request_sign_in_link
from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import NotFound
from procurement.core.policy import SYSTEM, Actor, MembershipRole, Role
from procurement.deadlines.models import DeadlineKind
from procurement.embedded.smtp import Reply
from procurement.members.invitations import end_membership, start_membership
from procurement.members.models import Membership
from procurement.notifications.kinds import KINDS
from procurement.notifications.models import Delivery, DeliveryState
from procurement.notifications.queries.told import (
    AT_ONCE,
    MessageState,
    Wanted,
    message,
    tally,
    told,
    told_at_length,
)
from tests.counting import counted
from tests.factories import (
    actor_of,
    make_delegate,
    make_manager,
    make_member,
    make_tender,
    make_user,
    paris,
)
from tests.factories.messages import make_message
from tests.worker import text_of

MORNING = paris(2026, 12, 2, 8)
DELEGATE = Actor(user_id=1, roles=frozenset({Role.LEGAL_DELEGATE}))
ADMIN = Actor(user_id=2, roles=frozenset({Role.NETWORK_ADMIN}))
ALL = Wanted()


@pytest.fixture(autouse=True)
def _morning(app):
    with clock.at(MORNING):
        yield


def test_a_line_says_event_reason_recipient_address_hours_and_text(worker):  # N31
    member = make_member(name="AI Bayeux")
    manager = make_manager(member, name="Manager of Bayeux", email="bayeux@example.org")
    with clock.at(paris(2026, 11, 24)):
        tender = make_tender(title="Schools", deadlines={DeadlineKind.REGISTRATION_CLOSE: paris(2026, 12, 9)})
    [mail] = worker.tick()
    [line] = told(DELEGATE, tender.id, ALL).rows
    assert (line.kind, line.lead, line.deadline_kind, line.event) == (
        "registration_closing",
        "J-7",
        DeadlineKind.REGISTRATION_CLOSE,
        None,
    )
    assert (line.recipient_id, line.name, line.structures, line.address) == (
        manager.id,
        "Manager of Bayeux",
        "AI Bayeux",
        "bayeux@example.org",
    )
    assert (line.created_at, line.due_at, line.sent_at, line.settled_at) == (MORNING,) * 4
    assert (line.state, line.attempts, line.reason, line.error) == (MessageState.SENT, 1, "", "")
    kept = message(DELEGATE, line.delivery_id).delivery.text
    said = re.sub(r"(/desabonnement/)\S+", r"\1…", text_of(mail))  # the link to stop it is a secret too
    assert " ".join(kept.replace("\u00a0", " ").split()) == said


def test_secrets_are_masked_before_anything_is_kept(worker):  # N31
    request_sign_in_link(make_user().email)
    [mail] = worker.tick()
    secret = text_of(mail).split("/connexion/lien/")[1].split()[0]
    kept = db.session.scalars(select(Delivery.text)).one()
    assert secret not in kept
    assert "/connexion/lien/…" in kept


@pytest.mark.parametrize("state", list(MessageState))
def test_each_state_is_told_counted_and_found(state):
    tender = make_tender()
    user = make_user()
    for one in MessageState:
        make_message(tender, user, one)
    assert tally(DELEGATE, tender.id) == dict.fromkeys(MessageState, 1)
    [line] = told(DELEGATE, tender.id, Wanted(state=state)).rows
    assert line.state is state


def test_a_mail_refused_for_now_waits_and_says_when_it_is_tried_again(worker):  # N5
    make_manager()
    with clock.at(paris(2026, 11, 24)):
        tender = make_tender(deadlines={DeadlineKind.REGISTRATION_CLOSE: paris(2026, 12, 9)})
    worker.smtp.fail(how=Reply(451, "greylisted"))
    worker.tick()
    [line] = told(DELEGATE, tender.id, ALL).rows
    assert (line.state, line.attempts, line.error) == (MessageState.WAITING, 1, "451 greylisted")
    assert line.again_at == MORNING + timedelta(minutes=1)


def test_what_was_dropped_of_a_mail_that_left_was_not_told():
    tender, user = make_tender(), make_user()
    left = make_message(tender, user, MessageState.SENT)
    dropped = make_message(tender, user, MessageState.VOID, in_mail=left.delivery_id)
    lines = {line.id: line for line in told(DELEGATE, tender.id, ALL).rows}
    assert lines[left.id].sent_at is not None
    assert (lines[dropped.id].state, lines[dropped.id].sent_at) == (MessageState.VOID, None)


def test_structures_and_roles_are_those_of_that_day():
    member, other = make_member(name="AI Caen"), make_member(name="AI Falaise")
    user = make_user(roles=[Role.LEGAL_DELEGATE])
    with clock.at(MORNING - timedelta(days=2)):
        membership = start_membership(SYSTEM, user, member, MembershipRole.MANAGER)
    tender = make_tender()
    make_message(tender, user)
    end_membership(SYSTEM, membership)
    with clock.at(MORNING + timedelta(days=1)):
        start_membership(SYSTEM, user, other, MembershipRole.MANAGER)
    [line] = told(DELEGATE, tender.id, ALL).rows
    assert line.structures == "AI Caen"
    assert db.session.get(Membership, membership.id).ended_at is not None


def test_an_address_without_an_account_is_shown_as_such():
    tender = make_tender()
    make_message(tender, None, kind="invitation", address="new@example.org")
    [line] = told(DELEGATE, tender.id, ALL).rows
    assert (line.name, line.address, line.recipient_id) == ("", "new@example.org", None)


@pytest.mark.parametrize(
    "words", ["lisieux", "LISIEUX", "helene", "Hélène", "h.x@", "%isieux", "autre"], ids=str
)
def test_a_person_is_found_by_name_structure_or_address_accents_aside(words):
    tender = make_tender()
    member = make_member(name="AI Lisieux")
    found = make_user(name="Hélène", email="h.x@example.org", memberships={member: MembershipRole.MANAGER})
    make_message(tender, found, at=MORNING + timedelta(minutes=1))
    make_message(tender, make_user(name="Somebody", email="s@example.org"))
    lines = told(DELEGATE, tender.id, Wanted(person=words)).rows
    assert [line.name for line in lines] == ([] if words in {"%isieux", "autre"} else ["Hélène"])


def test_one_kind_alone():
    tender, user = make_tender(), make_user()
    make_message(tender, user, kind="tender_cancelled")
    make_message(tender, user, kind="deadline_moved")
    assert [line.kind for line in told(DELEGATE, tender.id, Wanted(kind="deadline_moved")).rows] == [
        "deadline_moved"
    ]


def test_another_tender_is_another_matter():
    tender, user = make_tender(), make_user()
    make_message(make_tender(), user)
    assert told(DELEGATE, tender.id, ALL).rows == []
    assert tally(DELEGATE, tender.id) == {}


def test_pages_newest_first_there_and_back():
    tender, user = make_tender(), make_user()
    ids = [make_message(tender, user).id for _ in range(7)][::-1]
    first = told(DELEGATE, tender.id, ALL, size=3)
    second = told(DELEGATE, tender.id, ALL, before=first.older, size=3)
    third = told(DELEGATE, tender.id, ALL, before=second.older, size=3)
    assert [[line.id for line in page.rows] for page in (first, second, third)] == [
        ids[:3],
        ids[3:6],
        ids[6:],
    ]
    assert (first.newer, third.older) == (0, 0)
    back = told(DELEGATE, tender.id, ALL, after=third.newer, size=3)
    assert [line.id for line in back.rows] == ids[3:6]
    again = told(DELEGATE, tender.id, ALL, after=back.newer, size=3)
    assert [line.id for line in again.rows] == ids[:3]
    assert again.newer == 0
    assert [line.id for line in told(DELEGATE, tender.id, ALL, before=again.older, size=3).rows] == ids[3:6]


def test_pages_do_not_repeat_or_skip_while_messages_come_in():
    tender, user = make_tender(), make_user()
    ids = [make_message(tender, user).id for _ in range(4)][::-1]
    first = told(DELEGATE, tender.id, ALL, size=2)
    make_message(tender, user)
    assert [line.id for line in told(DELEGATE, tender.id, ALL, before=first.older, size=2).rows] == ids[2:]


@pytest.mark.parametrize("size", [2, 60])
def test_a_page_is_one_statement_however_full(size):
    tender = make_tender()
    for _ in range(size):
        make_message(tender, make_manager())
    with counted(account=True) as sent:
        assert len(told(DELEGATE, tender.id, ALL, size=50).rows) == min(size, 50)
    assert len(sent) == 1, sent
    with counted(account=True) as sent:
        tally(DELEGATE, tender.id)
    assert len(sent) == 1, sent


def test_at_length_all_lines_come_some_at_a_time(monkeypatch):
    assert AT_ONCE >= 500
    monkeypatch.setattr("procurement.notifications.queries.told.AT_ONCE", 3)
    tender, user = make_tender(), make_user()
    ids = [make_message(tender, user).id for _ in range(7)][::-1]
    parts = list(told_at_length(DELEGATE, tender.id, ALL, texts=False))
    assert [[line.id for line in part] for part in parts] == [ids[:3], ids[3:6], ids[6:]]
    assert {line.text for part in parts for line in part} == {""}


def test_texts_are_read_for_exports_and_a_mail_about_several_tenders_is_marked():
    tender, user = make_tender(), make_user()
    alone = make_message(tender, user, text="About one.\n")
    both = make_message(tender, user, text="About two.\n")
    make_message(make_tender(), user, in_mail=both.delivery_id)
    [lines] = told_at_length(DELEGATE, tender.id, ALL, texts=True)
    assert {line.id: (line.text, line.shared) for line in lines} == {
        alone.id: ("About one.\n", False),
        both.id: ("About two.\n", True),
    }


# The wall


def test_the_delegate_sees_all_and_nobody_else_any():  # G3
    tender = make_tender()
    manager = make_manager()
    for kind in KINDS:
        make_message(tender, manager, kind=kind)
    assert sum(tally(actor_of(make_delegate()), tender.id).values()) == len(KINDS)
    for person in (manager, make_manager(), make_user(roles=[Role.OBSERVER]), make_user(), None):
        actor = actor_of(person)
        assert told(actor, tender.id, ALL).rows == []
        assert tally(actor, tender.id) == {}
        assert list(told_at_length(actor, tender.id, ALL, texts=True)) == []


def test_the_administrator_sees_nothing_that_names_a_group_s_people():  # G3
    tender, user = make_tender(), make_manager()
    for kind in [*KINDS, "a_kind_to_come"]:
        make_message(tender, user, kind=kind)
    assert {line.kind for line in told(ADMIN, tender.id, ALL).rows} == {
        "tender_published",
        "registration_closing",
        "deadline_moved",
        "tender_cancelled",
    }
    walled = make_message(tender, user, kind="member_proposed")
    assert message(ADMIN, walled.delivery_id).lines == []


def test_a_mail_does_not_exist_for_others():  # G3
    told_one = make_message(make_tender(), make_manager())
    assert message(ADMIN, told_one.delivery_id).delivery.state is DeliveryState.SENT
    for actor in (Actor(), actor_of(make_manager()), actor_of(make_user(roles=[Role.OBSERVER]))):
        with pytest.raises(NotFound):
            message(actor, told_one.delivery_id)
    with pytest.raises(NotFound):
        message(DELEGATE, told_one.delivery_id + 1000)


def test_a_mail_tells_all_it_carries_with_their_tenders():
    user = make_user()
    first, second = make_tender(title="One"), make_tender(title="Two")
    told_one = make_message(first, user)
    make_message(second, user, MessageState.VOID, in_mail=told_one.delivery_id)
    with counted(account=True) as sent:
        found = message(DELEGATE, told_one.delivery_id)
    assert [(line.tender, line.state) for line in found.lines] == [
        ("One", MessageState.SENT),
        ("Two", MessageState.VOID),
    ]
    assert len(sent) == 2, sent
