"""What the mails about accounts speak of, for their snapshots."""

from datetime import timedelta
from types import SimpleNamespace

from procurement.notifications.dossier import Matter
from tests.factories import paris

NOW = paris(2026, 11, 24, 10)
PERSON = SimpleNamespace(name="Responsable – AI Caen")

STRUCTURE = SimpleNamespace(id=7, name="AI Caen", phone="02 31 00 00 00")

ABOUT_ACCOUNTS = {
    "address_confirmation": Matter(
        path="/adresse/SECRET",
        secret="SECRET",
        expires_at=NOW + timedelta(days=1),
        change=SimpleNamespace(user=PERSON),
    ),
    "account_silent": Matter(expires_at=NOW + timedelta(days=30)),
    "address_changed": Matter(change=SimpleNamespace(user=PERSON)),
    "handed_over": Matter(member=STRUCTURE),
    "manager_lacking": Matter(structures=[STRUCTURE]),
}
"""By kind; after a dash, another of its cases."""
