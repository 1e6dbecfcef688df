"""Another e-mail address: the link goes to the new one, and once it is opened the former one is told."""

import re

from procurement.accounts import addresses
from tests.factories import actor_of, make_user
from tests.worker import recipients, subject_of, text_of


def test_the_new_address_gets_the_link_and_the_former_hears_of_the_change(worker):
    user = make_user(email="a@demo.example", locale="en", name="Person of a structure")
    addresses.request_change(actor_of(user), user, "new@demo.example")
    warned, asked = sorted(worker.tick(), key=lambda mail: mail.recipients)
    assert [warned.recipients, asked.recipients] == [("a@demo.example",), ("new@demo.example",)]
    assert subject_of(asked).startswith("Confirm your new address")
    token = re.search(r"/adresse/(\S+)", text_of(asked))[1]
    assert "sign out everywhere" in text_of(warned)
    assert token not in warned.message.as_string(), "the link is for the new address alone"
    assert "new@demo.example" not in text_of(warned)
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
    assert sorted(recipients(worker.tick())) == ["a@demo.example", "new@demo.example"]
