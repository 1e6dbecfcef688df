"""Bringing structures in and editing them: who may, what is recorded, what is refused."""

import pytest

from procurement.core import events
from procurement.core.errors import Forbidden, Invalid, NotFound, StaleVersion
from procurement.core.policy import VISITOR, Actor, MembershipRole, Role
from procurement.members.models import Member, MemberKind
from procurement.members.operations import Identity, create_member, edit_member
from tests.factories import actor_of, make_delegate, make_manager, make_member, make_user, next_siret

CONTENT = {"kind": MemberKind.AI, "department": "14", "town": "Bayeux"}


def profile(member: Member, **changed):
    return {"territory": member.territory, "skills": member.skills, "phone": member.phone} | changed


def test_the_delegate_brings_a_structure_in(session):
    siret = next_siret()
    member = create_member(
        actor_of(make_delegate()),
        name="  AI Bayeux ",
        siret=f"{siret[:9]} {siret[9:]}",
        phone="0261910001",
        **CONTENT,
    )
    assert (member.name, member.siret, member.phone) == ("AI Bayeux", siret, "02 61 91 00 01")
    assert member.territory == ["14"]
    assert [event.verb for event in events.history([("member", member.id)])] == ["member_created"]


@pytest.mark.parametrize("who", ["visitor", "observer", "manager"])
def test_nobody_else_brings_one_in(session, who):
    actor = {
        "visitor": lambda: VISITOR,
        "observer": lambda: actor_of(make_user(roles=[Role.OBSERVER])),
        "manager": lambda: actor_of(make_manager()),
    }[who]()
    with pytest.raises(Forbidden):
        create_member(actor, name="AI Bayeux", siret=next_siret(), **CONTENT)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 10_000_000}, "name"),
        ({"name": "nul\x00"}, "name"),
        ({"siret": "73282932000079"}, "siret"),
        ({"town": ""}, "town"),
        ({"department": "75"}, "department"),
        ({"territory": ["14", "99"]}, "department"),
        ({"phone": "12"}, "phone"),
        ({"skills": "x" * 2001}, "skills"),
    ],
)
def test_wrong_values_are_refused_with_their_field(session, wrong, field):
    with pytest.raises(Invalid) as refused:
        create_member(
            actor_of(make_delegate()), **({"name": "AI Bayeux", "siret": next_siret()} | CONTENT | wrong)
        )
    assert refused.value.field == field


@pytest.mark.parametrize("field", ["name", "siret"])
def test_a_structure_comes_in_once(session, field):
    there = make_member()
    new = {"name": "AI Bayeux", "siret": next_siret()} | CONTENT | {field: getattr(there, field)}
    with pytest.raises(Invalid) as refused:
        create_member(actor_of(make_delegate()), **new)
    assert refused.value.field == field


def test_a_manager_says_what_the_structure_does(session):
    member = make_member()
    manager = actor_of(make_manager(member))
    edit_member(manager, member.id, 1, **profile(member, skills="Espaces verts", territory=["61", "14"]))
    assert (member.skills, member.territory, member.version) == ("Espaces verts", ["14", "61"], 2)
    last = events.history([("member", member.id)])[0]
    assert last.verb == "member_edited"
    assert sorted(last.facts["fields"]) == ["skills", "territory"]
    assert last.detail.values["after"] == {"skills": "Espaces verts", "territory": ["14", "61"]}
    assert events.verify("member", member.id) is None


def test_nothing_changed_records_nothing(session):
    member = make_member()
    edit_member(actor_of(make_manager(member)), member.id, 1, **profile(member))
    assert member.version == 1
    assert len(events.history([("member", member.id)])) == 1


def test_a_contributor_or_another_structure_does_not_edit(session):
    member = make_member()
    contributor = actor_of(make_user(memberships={member: MembershipRole.CONTRIBUTOR}))
    for actor in (contributor, actor_of(make_manager())):
        with pytest.raises(Forbidden):
            edit_member(actor, member.id, 1, **profile(member, skills="x"))
    for outsider in (VISITOR, actor_of(make_user(roles=[Role.OBSERVER]))):
        with pytest.raises(NotFound):
            edit_member(outsider, member.id, 1, **profile(member, skills="x"))


def test_name_and_siret_are_the_office_s(session):
    member = make_member()
    identity = Identity(name="AI Falaise", siret=next_siret(), **CONTENT)
    with pytest.raises(Forbidden):
        edit_member(actor_of(make_manager(member)), member.id, 1, **profile(member), identity=identity)
    edit_member(actor_of(make_delegate()), member.id, 1, **profile(member), identity=identity)
    assert (member.name, member.town) == ("AI Falaise", "Bayeux")


def test_the_second_of_two_is_told(session):
    member = make_member()
    delegate = actor_of(make_delegate())
    edit_member(delegate, member.id, 1, **profile(member, skills="One"))
    with pytest.raises(StaleVersion) as stale:
        edit_member(delegate, member.id, 1, **profile(member, skills="Two"))
    assert stale.value.current == 2
    assert member.skills == "One"


def test_a_structure_that_is_not_there_is_not_found(session):
    with pytest.raises(NotFound):
        edit_member(Actor(system=True), 999_999_999, 1, territory=["14"], skills="", phone="")
