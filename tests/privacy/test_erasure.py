"""Being erased: nothing left that says who it was, everything left that proves what was done."""

import pytest
from sqlalchemy import Text, cast, func, select
from sqlalchemy.dialects.postgresql import BYTEA, TSQUERY, TSVECTOR

from procurement.accounts import operations as accounts
from procurement.accounts.models import AddressChange, User
from procurement.bids.models import Waiver
from procurement.certificates.models import Certificate
from procurement.core import clock, events
from procurement.core.db import Base, add
from procurement.core.errors import Conflict, Forbidden, NotFound
from procurement.core.events import Event
from procurement.core.policy import SYSTEM, VISITOR, MembershipRole, Role
from procurement.files.models import FileVersion
from procurement.members.invitations import invite
from procurement.members.models import Invitation
from procurement.notifications.models import Delivery, Notification
from procurement.privacy import operations, queries
from procurement.privacy.holdings import HOLDINGS, Fate
from procurement.privacy.models import Erasure
from procurement.privacy.queries import Hurdle
from procurement.tenders.models import Handling, Tender
from tests.factories import actor_of, make_bid, make_manager, make_member, make_tender, make_user
from tests.factories.messages import make_message
from tests.privacy.everything import make_known

MARK, OTHER = "violette", "capucine"


@pytest.fixture
def admin(session):
    return make_user(roles=[Role.NETWORK_ADMIN])


def rows(session, holding, user_id):
    return session.scalar(select(func.count()).select_from(holding.model).where(holding.names == user_id))


def told(session, mark):
    """Where the words of somebody stand, in all tables: (table, column)."""
    found = set()
    for table in Base.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, BYTEA | TSVECTOR | TSQUERY):
                continue
            hit = select(func.count()).select_from(table).where(cast(column, Text).contains(mark))
            if session.scalar(hit):
                found.add((table.name, column.name))
    return found


def test_nothing_left_says_who_it_was_but_what_they_wrote_for_others(session, admin):
    user = make_known(MARK)
    assert ("user_account", "email") in told(session, MARK)
    operations.erase(actor_of(admin), user.id)
    kept = {
        (Waiver.__tablename__, "reason"),
        (Certificate.__tablename__, "note"),
        (FileVersion.__tablename__, "name"),
        (Handling.__tablename__, "ignored_reason"),
        ("event_detail", "values"),
    }
    assert told(session, MARK) == kept, "reasons, notes and files of structures and groups"
    assert user.name == f"Compte effacé n° {user.id}"
    assert not user.active
    assert user.password is None


def test_each_table_does_what_is_declared(session, admin):
    user, other = make_known(MARK), make_known(OTHER)
    before = {holding: rows(session, holding, user.id) for holding in HOLDINGS}
    beside = {holding: rows(session, holding, other.id) for holding in HOLDINGS}
    operations.erase(actor_of(admin), user.id)
    for holding in HOLDINGS:
        left = rows(session, holding, user.id)
        if holding.fate is Fate.GOES or holding.names.key in holding.emptied:
            assert (before[holding] > 0, left) == (True, 0), holding.title
        elif holding.table != Erasure.__tablename__:
            assert left == before[holding] > 0, holding.title
        assert rows(session, holding, other.id) == beside[holding], "others' rows are theirs"
    assert {"user_account", "delivery", "saved_search", "event_detail"} <= {
        table for table, _ in told(session, OTHER)
    }


def test_the_trail_of_everything_still_verifies(session, admin):
    user = make_known(MARK)
    operations.erase(actor_of(admin), user.id)
    subjects = session.execute(select(Event.subject_type, Event.subject_id).distinct()).all()
    assert ("user_account", user.id) in {tuple(one) for one in subjects}
    assert [events.verify(*one) for one in subjects] == [None] * len(subjects)
    verbs = [event.verb for event in events.history([("user_account", user.id)])]
    assert verbs[0] == "account_erased"
    assert "account_edited" in verbs, "that something was edited stays; what it was doesn't"


def test_who_did_what_is_still_proved_by_the_number(session, admin):
    user = make_known(MARK)
    operations.erase(actor_of(admin), user.id)
    assert session.scalar(select(func.count()).where(Tender.created_by == user.id)) == 1
    assert session.scalar(select(func.count()).where(Notification.recipient_id == user.id)) == 1
    assert session.scalar(select(func.count()).where(Event.actor_id == user.id)) > 1


def test_places_and_roles_end_and_invitations_are_withdrawn(session, admin):
    structure = make_member()
    make_manager(structure)
    user = make_manager(structure, roles=[Role.OBSERVER])
    sent = invite(actor_of(admin), email=user.email, role=Role.LEGAL_DELEGATE)
    operations.erase(actor_of(admin), user.id)
    session.expire_all()
    assert actor_of(user).memberships == {}
    assert user.held_roles == frozenset()
    assert session.get(Invitation, sent.id).revoked_at is not None


def test_whom_nothing_binds_erases_the_account_alone(session):
    structure = make_member()
    contributor = make_user(memberships={structure: MembershipRole.CONTRIBUTOR})
    operations.erase(actor_of(contributor), contributor.id)
    assert contributor.erased_at
    request = session.scalars(select(Erasure).where(Erasure.user_id == contributor.id)).one()
    assert request.done_by == contributor.id


def test_whom_others_count_on_asks_the_administrator(session, admin):
    structure = make_member()
    make_manager(structure)
    for user in (make_manager(structure), make_user(roles=[Role.OBSERVER])):
        with pytest.raises(Forbidden):
            operations.erase(actor_of(user), user.id)
        request = operations.ask(actor_of(user))
        assert operations.ask(actor_of(user)).id == request.id, "asked twice is asked once"
        operations.erase(actor_of(admin), user.id)
        assert (request.done_at is not None, request.done_by) == (True, admin.id)


def test_nobody_erases_anybody_else(session):
    structure = make_member()
    user = make_user(memberships={structure: MembershipRole.CONTRIBUTOR})
    for actor in (
        VISITOR,
        actor_of(make_manager(structure)),
        actor_of(make_user(roles=[Role.LEGAL_DELEGATE])),
    ):
        with pytest.raises(Forbidden):
            operations.erase(actor, user.id)
    with pytest.raises(NotFound):
        operations.erase(SYSTEM, 0)
    with pytest.raises(NotFound):
        operations.ask(VISITOR)


def test_a_request_can_be_withdrawn(session):
    user = make_user()
    operations.ask(actor_of(user))
    operations.withdraw(actor_of(user))
    operations.withdraw(actor_of(user))
    assert queries.open_request(user.id) is None
    assert [e.verb for e in events.history([("user_account", user.id)])] == [
        "erasure_withdrawn",
        "erasure_asked",
    ]


def test_the_last_one_hands_over_first(session, admin):
    structure = make_member(name="AI alone")
    delegate = make_user(roles=[Role.LEGAL_DELEGATE])
    manager = make_manager(structure)
    make_bid(coordinator_id=delegate.id, name="The hills")
    first = {
        user: [(one.hurdle, one.name) for one in queries.to_hand_over(user)]
        for user in (admin, delegate, manager)
    }
    assert first == {
        admin: [(Hurdle.ADMIN, "")],
        delegate: [(Hurdle.DELEGATE, ""), (Hurdle.COORDINATOR, "The hills")],
        manager: [(Hurdle.MANAGER, "AI alone")],
    }
    for user in first:
        with pytest.raises(Conflict):
            operations.erase(actor_of(admin), user.id)
        assert user.erased_at is None
    make_manager(structure)
    assert queries.to_hand_over(manager) == []
    operations.erase(actor_of(admin), manager.id)


def test_erased_is_erased(session, admin):
    user = make_user()
    operations.erase(actor_of(admin), user.id)
    when = user.erased_at
    operations.erase(actor_of(admin), user.id)
    assert user.erased_at == when
    with pytest.raises(Conflict):
        accounts.reopen_account(actor_of(admin), user)


def test_somebody_erased_can_be_invited_anew(session, admin):
    user = make_user(email="again@example.org")
    operations.erase(actor_of(admin), user.id)
    fresh = accounts.create_user(SYSTEM, email="again@example.org", name="Again")
    assert fresh.id != user.id
    assert session.scalar(select(func.count()).where(User.email == "again@example.org")) == 1


def test_a_former_address_is_put_out_too_and_its_new_owner_loses_nothing(session, admin):
    user = make_user(email="new@example.org")
    now = clock.now()
    add(
        AddressChange(
            user_id=user.id,
            email=user.email,
            former="old@example.org",
            created_at=now,
            expires_at=now,
            used_at=now,
        )
    )
    tender, heir = make_tender(), make_user(email="old@example.org")
    ours = make_message(tender, address="old@example.org")
    theirs = make_message(tender, heir)
    operations.erase(actor_of(admin), user.id)
    assert session.get(Delivery, ours.delivery_id).address == f"erased-{user.id}@erased.invalid"
    assert session.get(Delivery, theirs.delivery_id).sent_to == "old@example.org"
