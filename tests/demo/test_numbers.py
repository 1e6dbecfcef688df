"""Structures, numbers and accounts of the demo, before any database."""

import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from procurement.accounts.rules import check_password
from procurement.core.phones import check_phone
from procurement.demo.calvados import SECTORS, college
from procurement.demo.people import ACCOUNTS, FIRST, demo_password
from procurement.demo.structures import STRUCTURES, numbered
from procurement.members.models import MemberKind
from procurement.members.rules import check_siret, check_territory


def test_the_network_has_the_real_one_s_shape():
    assert Counter(structure.kind for structure in STRUCTURES) == {
        MemberKind.AI: 35,
        MemberKind.ACI: 6,
        MemberKind.ETTI: 6,
        MemberKind.EI: 2,
        MemberKind.PROXIM: 3,
        MemberKind.GES: 2,
        MemberKind.TRAINING_BODY: 1,
        MemberKind.EBE: 1,
    }
    assert {structure.department for structure in STRUCTURES} == {"14", "27", "50", "61", "76"}


def test_every_siret_passes_the_check_and_lies_below_the_register():
    sirets = [check_siret(new.siret) for new in numbered()]
    assert len(set(sirets)) == 56
    assert all(siret[:9] < "000325175" for siret in sirets)


def test_every_phone_is_one_of_fiction():
    phones = [check_phone(new.phone) for new in numbered()]
    assert len(set(phones)) == 56
    assert all(phone.startswith("02 61 91 ") for phone in phones)


def test_every_structure_is_marked_as_demo_and_serves_its_own_department():
    for new in numbered():
        assert new.name.endswith(" (démo)")
        territory = check_territory(new.structure.territory.split() or [new.structure.department])
        assert new.structure.department in territory


def test_two_dozen_schools_each_once_with_hours():
    schools = [(college(town), hours) for _, towns in SECTORS for town, hours in towns]
    assert len(schools) == len({name for name, _ in schools}) == 24
    assert len(SECTORS) == 5
    assert all(hours > 0 for _, hours in schools)
    assert college("Isigny-sur-Mer") == "Collège d’Isigny-sur-Mer (démo)"
    assert college("Les Monts d’Aunay") == "Collège des Monts d’Aunay (démo)"
    assert college("Le Molay-Littry") == "Collège du Molay-Littry (démo)"
    assert college("Honfleur") == "Collège de Honfleur (démo)"


def test_accounts_reach_nobody_and_belong_to_structures_that_are_there():
    names = {new.name for new in numbered()}
    assert len({account.email for account in ACCOUNTS}) == len(ACCOUNTS)
    assert all(account.email.endswith("@demo.example") for account in ACCOUNTS)
    assert {name for account in ACCOUNTS for name, _ in account.places} <= names
    assert set(FIRST) <= {account.address for account in ACCOUNTS}


@given(st.text(min_size=32, max_size=64))
def test_the_password_is_one_that_people_could_choose(secret):
    password = demo_password(secret)
    assert re.fullmatch(r"([a-z]+-){4}\d{3}", password)
    for account in ACCOUNTS[:4]:
        check_password(password, (account.name, account.email))


def test_another_installation_has_another_password():
    assert demo_password("a" * 32) != demo_password("b" * 32)
    assert demo_password("a" * 32) == demo_password("a" * 32)
