"""The job that warns and closes accounts nobody uses, and the mail that comes of it."""

from procurement.accounts.silence import CLOSED_AFTER, WARNED_BEFORE
from procurement.core import clock
from tests.factories import make_user, paris
from workers.accounts import close_silent

NOW = paris(2026, 11, 24, 10)


def test_the_job_warns_then_closes_and_says_how_many(app, session):
    with clock.at(NOW):
        users = [make_user(last_seen_at=NOW - CLOSED_AFTER) for _ in range(3)]
        session.commit()
        assert close_silent() == {"warned": 3, "closed": 0}
        assert close_silent() == {"warned": 0, "closed": 0}
    with clock.at(NOW + WARNED_BEFORE):
        assert close_silent() == {"warned": 0, "closed": 3}
    assert not any(user.active for user in users)
