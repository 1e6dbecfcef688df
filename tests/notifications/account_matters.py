"""What the mails about accounts speak of, for their snapshots."""

from datetime import timedelta
from types import SimpleNamespace

from procurement.notifications.dossier import Matter
from procurement.notifications.forwarding import Answer
from tests.factories import paris

NOW = paris(2026, 11, 24, 10)
PERSON = SimpleNamespace(name="Responsable – AI Caen")

FORWARDED = SimpleNamespace(id=12, title="Nettoyage des vitres des écoles", created_at=NOW)

STRUCTURE = SimpleNamespace(id=7, name="AI Caen", phone="02 31 00 00 00")

ABOUT_ACCOUNTS = {
    "address_confirmation": Matter(
        path="/adresse/SECRET",
        secret="SECRET",
        expires_at=NOW + timedelta(days=1),
        change=SimpleNamespace(user=PERSON),
    ),
    "address_wanted": Matter(change=SimpleNamespace(user=PERSON)),
    "account_silent": Matter(expires_at=NOW + timedelta(days=30)),
    "address_changed": Matter(change=SimpleNamespace(user=PERSON)),
    "mail_read": Matter(
        tender=FORWARDED,
        answer=Answer(
            "TR : Consultation",
            known=False,
            read=[("reference", "2026-S-041"), ("deadline_submission", "2026-12-18T11:00:00+00:00")],
            left=["buyer_siret", "deadline_questions"],
            refused=[("setup.exe", "This file is empty: nothing reached us.", {})],
        ),
    ),
    "mail_read-known": Matter(tender=FORWARDED, answer=Answer("TR : Consultation", known=True)),
    "handed_over": Matter(member=STRUCTURE),
    "manager_lacking": Matter(structures=[STRUCTURE]),
}
"""By kind; after a dash, another of its cases."""
