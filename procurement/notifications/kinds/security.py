"""What opens a door, and what was changed at one."""

from datetime import timedelta

from procurement.accounts.silence import WARNED_BEFORE
from procurement.core.i18n import N_
from procurement.notifications.audiences import accounts
from procurement.notifications.categories import Category
from procurement.notifications.kinds.kind import Kind

KINDS = (
    Kind(
        name="sign_in_link",
        category=Category.SECURITY,
        audience=accounts.sign_in_link,
        why=N_("somebody, you most likely, asked for a link to sign in with this address"),
        mandatory=True,
        urgent=True,
        tells_actor=True,
        verbs=frozenset({"sign_in_link_requested"}),
        useful_for=timedelta(minutes=15),
    ),
    Kind(
        name="password_reset",
        category=Category.SECURITY,
        audience=accounts.password_reset,
        why=N_("somebody, you most likely, asked for a new password with this address"),
        mandatory=True,
        urgent=True,
        tells_actor=True,
        verbs=frozenset({"password_reset_requested"}),
        useful_for=timedelta(hours=1),
    ),
    Kind(
        name="invitation",
        category=Category.SECURITY,
        audience=accounts.invited,
        by_address=True,
        why=N_("somebody of the network invited this address"),
        mandatory=True,
        urgent=True,
        verbs=frozenset({"invitation_sent"}),
    ),
    Kind(
        name="account_silent",
        category=Category.SECURITY,
        audience=accounts.silent,
        why=N_("you have an account that you haven’t used for nearly two years"),
        mandatory=True,
        verbs=frozenset({"silence_warned"}),
        useful_for=WARNED_BEFORE,
    ),
    Kind(
        name="address_confirmation",
        category=Category.SECURITY,
        audience=accounts.wanted_address,
        by_address=True,
        why=N_("somebody, you most likely, wants to use this address for their account"),
        mandatory=True,
        urgent=True,
        verbs=frozenset({"address_change_requested"}),
        useful_for=timedelta(days=1),
    ),
    Kind(
        name="address_wanted",
        category=Category.SECURITY,
        audience=accounts.present_address,
        why=N_("another address was asked for your account"),
        mandatory=True,
        urgent=True,
        tells_actor=True,
        verbs=frozenset({"address_change_requested"}),
        useful_for=timedelta(days=1),
    ),
    Kind(
        name="address_changed",
        category=Category.SECURITY,
        audience=accounts.former_address,
        by_address=True,
        why=N_("this address was the one of an account until now"),
        mandatory=True,
        urgent=True,
        verbs=frozenset({"address_changed"}),
    ),
)
