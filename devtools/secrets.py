"""The secrets of an installation: invented once, kept where only its owner reads them."""

import json
import os
import secrets
from pathlib import Path

NAMES = ("SECRET_KEY", "SEAL_KEYS", "DATABASE_PASSWORD", "REDIS_PASSWORD")


def secrets_of(folder: Path) -> dict[str, str]:
    """Return the secrets kept in ``folder/secrets.json``, inventing those that are missing."""
    path = folder / "secrets.json"
    try:
        kept: dict[str, str] = json.loads(path.read_text())
    except (OSError, ValueError):
        kept = {}
    missing = [name for name in NAMES if not kept.get(name)]
    if missing:
        kept |= {name: secrets.token_urlsafe(48) for name in missing}
        fresh = path.with_name(f".secrets-{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(kept, file, indent=1)
        fresh.replace(path)
    return kept
