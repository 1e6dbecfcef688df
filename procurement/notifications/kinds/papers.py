"""Certificates that lapse, are refused, or are wanted."""

from datetime import timedelta

from procurement.core.i18n import N_
from procurement.deadlines.models import DeadlineKind
from procurement.notifications.audiences import papers
from procurement.notifications.categories import Category
from procurement.notifications.kinds.kind import Kind
from procurement.notifications.rules import Lead

EXPIRY_LEADS = (Lead(days=60), Lead(days=30), Lead(days=7))
"""Domain 4.2."""

_MANAGES = N_("you manage this structure")

KINDS = (
    Kind(
        name="certificate_expiring",
        category=Category.PAPERS,
        audience=papers.must_renew,
        why=_MANAGES,
        deadline_kinds=frozenset({DeadlineKind.CERTIFICATE_EXPIRY}),
        leads=EXPIRY_LEADS,
        fixed=True,
    ),
    Kind(
        name="certificate_refused",
        category=Category.PAPERS,
        audience=papers.refused,
        why=_MANAGES,
        verbs=frozenset({"certificate_refused"}),
        useful_for=timedelta(days=21),
    ),
    Kind(
        name="certificates_wanted",
        category=Category.PAPERS,
        audience=papers.wanted,
        why=_MANAGES,
        verbs=frozenset({"certificates_chased"}),
        useful_for=timedelta(days=14),
    ),
)
