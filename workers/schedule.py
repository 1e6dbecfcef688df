"""What beat rings for, and how often. Always short, always in UTC: local hours are the plan's affair (N8)."""

from typing import Any

EVERY = 2.0
"""Seconds from one tick to the next."""

STALE = 10.0
"""Seconds after which a tick that nobody took is thrown away: they don't pile up while no worker runs."""


SILENCE_EVERY = 3600.0
"""Seconds from one look at accounts that nobody uses to the next: a beat that starts anew each day still rings."""
RETURNS_EVERY = 60.0
"""Seconds from one look into the mailbox of returns to the next."""
FORWARDED_EVERY = 60.0
"""Seconds from one look into the mailbox of forwarded notices to the next."""

NOTICES_EVERY = 5.0
"""Seconds from one look for a step of a source to the next; which source's turn it is stands in its runs."""
RETAIN_EVERY = 60.0
"""Seconds from one look whether today's ending of what is over is done to the next."""


def _tick(task: str, every: float = EVERY) -> dict[str, Any]:
    return {"task": task, "schedule": every, "options": {"expires": max(STALE, every)}}


BEAT: dict[str, dict[str, Any]] = {
    "prepare": _tick("notifications.prepare"),
    "sweep": _tick("notifications.sweep"),
    "retain": _tick("privacy.retain", RETAIN_EVERY),
    "silence": _tick("accounts.silence", SILENCE_EVERY),
    "returns": _tick("notifications.returns", RETURNS_EVERY),
    "forwarded": _tick("notices.forwarded", FORWARDED_EVERY),
    "notices": _tick("notices.fetch", NOTICES_EVERY),
}
