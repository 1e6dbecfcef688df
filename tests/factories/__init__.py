"""Things for tests to work with: people, structures, tenders, registrations, bids, each unique without being asked.

They are made in the state a test asks for, in few statements; what a test is about, it does by the product's own
verbs. Call them inside an application context; they flush and never commit.
"""

from tests.factories.bids import make_bid, make_participation, make_seat
from tests.factories.certificates import make_certificate
from tests.factories.files import a_pdf, make_file
from tests.factories.people import actor_of, make_delegate, make_manager, make_member, make_user, next_siret
from tests.factories.tenders import make_deadline, make_tender, paris

__all__ = [
    "a_pdf",
    "actor_of",
    "make_bid",
    "make_certificate",
    "make_deadline",
    "make_delegate",
    "make_file",
    "make_manager",
    "make_member",
    "make_participation",
    "make_seat",
    "make_tender",
    "make_user",
    "next_siret",
    "paris",
]
