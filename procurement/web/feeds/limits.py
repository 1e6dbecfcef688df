"""How often feeds are read, and guessed."""

from flask import Response, request

from procurement.accounts.calendar_address import digest
from procurement.web.libraries import limiter
from procurement.web.limits import FAILURES_PER_ADDRESS, View

READINGS = "120 per hour"
"""Of one calendar. Programs read it every fifteen minutes at most, several devices together more often."""


def private(view: View) -> View:
    """Limit wrong secrets by address, and readings of one calendar: many people's come from one company's servers."""

    def by_secret() -> str:
        # The counters hold no secret.
        return "calendar:" + digest(str((request.view_args or {}).get("token"))).hex()

    def refused(response: Response) -> bool:
        return response.status_code == 404

    wrong = limiter.limit(FAILURES_PER_ADDRESS, deduct_when=refused)
    limited: View = limiter.limit(READINGS, key_func=by_secret)(wrong(view))
    return limited
