"""The directory, and who belongs to a structure."""

import pytest

from procurement.core.errors import NotFound
from procurement.core.policy import VISITOR, MembershipRole, Role
from procurement.members.models import MemberKind
from procurement.members.queries import PAGE, Filters, directory, find, people_of
from tests.factories import actor_of, make_delegate, make_manager, make_member, make_user


def names(actor, **filters):
    return [member.name for member in directory(actor, Filters(**filters)).members]


@pytest.fixture
def three(session):
    make_member(name="Île verte", town="Évreux", department="27", skills="Espaces verts")
    make_member(
        MemberKind.ETTI, name="eTTI du Bessin", town="Bayeux", department="14", territory=["14", "61"]
    )
    make_member(name="AI Alençon", town="Alençon", department="61")
    return actor_of(make_delegate())


def test_sorted_as_french_sorts(three):
    assert names(three) == ["AI Alençon", "eTTI du Bessin", "Île verte"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"words": "ILE"}, ["Île verte"]),
        ({"words": "evreux verts"}, ["Île verte"]),
        ({"words": "evreux bessin"}, []),
        ({"words": "100%"}, []),
        ({"words": "_"}, []),
        ({"kind": MemberKind.ETTI}, ["eTTI du Bessin"]),
        ({"department": "61"}, ["AI Alençon", "eTTI du Bessin"]),
        ({"kind": MemberKind.AI, "department": "61"}, ["AI Alençon"]),
    ],
)
def test_narrowed(three, filters, found):
    assert names(three, **filters) == found


def test_page_after_page_gives_each_once(session):
    for _ in range(PAGE + 2):
        make_member()
    actor = actor_of(make_delegate())
    first = directory(actor, Filters())
    second = directory(actor, Filters(), first.following)
    assert first.total == PAGE + 2
    assert len(first.members) == PAGE
    assert second.following is None
    assert len({member.id for member in [*first.members, *second.members]}) == PAGE + 2


@pytest.mark.parametrize("role", [None, Role.OBSERVER])
def test_closed_to_outsiders(session, role):
    member = make_member()
    make_manager(member)
    actor = actor_of(make_user(roles=[role])) if role else VISITOR
    assert names(actor) == []
    assert people_of(actor, member) == []
    with pytest.raises(NotFound):
        find(actor, member.id)


def test_people_managers_first_and_those_who_left_no_more(session):
    member = make_member()
    make_user(memberships={member: MembershipRole.CONTRIBUTOR}, name="A")
    make_user(memberships={member: MembershipRole.MANAGER}, name="Z")
    make_user(memberships={member: MembershipRole.MANAGER}, name="Gone", active=False)
    people = people_of(actor_of(make_manager()), find(actor_of(make_manager()), member.id))
    assert [m.user.name for m in people] == ["Z", "A"]
