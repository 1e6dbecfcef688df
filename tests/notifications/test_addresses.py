"""Another e-mail address: the link goes to the new one, and once it is opened the former one is told."""

import re

from procurement.accounts import addresses
from tests.factories import actor_of, make_user
from tests.worker import recipients, subject_of, text_of


def test_the_new_address_gets_the_link_and_the_former_hears_of_the_change(worker):
    user = make_user(email="a@demo.example", locale="en", name="Person of a structure")
    addresses.request_change(actor_of(user), user, "new@demo.example")
    [asked] = worker.tick()
    assert recipients([asked]) == ["new@demo.example"]
    assert subject_of(asked).startswith("Confirm your new address")
    token = re.search(r"/adresse/(\S+)", text_of(asked))[1]
    addresses.confirm(token)
    [told] = worker.tick()
    assert recipients([told]) == ["a@demo.example"]
    assert "Person of a structure" in text_of(told)
    assert "new@demo.example" not in text_of(told), (
        "whoever reads the former mailbox needn't know the new address"
    )


def test_a_wish_given_up_sends_nothing(worker):
    user = make_user(email="a@demo.example")
    addresses.request_change(actor_of(user), user, "new@demo.example")
    addresses.drop_change(actor_of(user), user)
    assert worker.tick() == []


def test_nothing_leaves_for_an_address_whose_wish_was_replaced(worker):
    user = make_user(email="a@demo.example")
    addresses.request_change(actor_of(user), user, "typo@demo.exampel")
    addresses.request_change(actor_of(user), user, "new@demo.example")
    assert recipients(worker.tick()) == ["new@demo.example"]
