"""Contracts that may suit one's structure, and changes of those one takes part in."""

from procurement.core.i18n import N_
from procurement.notifications.audiences import tenders
from procurement.notifications.categories import Category
from procurement.notifications.kinds.kind import Kind

KINDS = (
    Kind(
        name="tender_published",
        category=Category.OPPORTUNITIES,
        audience=tenders.published,
        why=N_("this contract suits a structure that you manage, or a search that you keep"),
        verbs=frozenset({"tender_published"}),
    ),
    Kind(
        name="tender_changed",
        category=Category.TENDERS,
        audience=tenders.tender_changed,
        why=N_("you take part in this contract, or coordinate it"),
        verbs=frozenset({"tender_edited"}),
    ),
)
