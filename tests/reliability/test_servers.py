"""Valkey away, PostgreSQL restarted, while mails leave: each leaves once."""

from collections.abc import Iterator

import pytest

from tests.reliability.installation import Installation
from tests.reliability.own_servers import Servers, own_installation
from tests.reliability.waves import Tally, finish, send, slow_down, strike, wave

pytestmark = [pytest.mark.reliability, pytest.mark.xdist_group("reliability")]

ALL = Tally(reminders=100)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, Servers]]:
    """An installation with servers of its own."""
    with own_installation(tmp_path_factory.mktemp("own")) as (installation, servers):
        yield installation, servers


@pytest.fixture
def installation(both: tuple[Installation, Servers]) -> Installation:
    """The installation, worker and beat running, no mail received yet."""
    installation, _ = both
    installation.smtp.heal()
    installation.smtp.clear()
    installation.start("worker", "beat")
    return installation


@pytest.fixture
def servers(both: tuple[Installation, Servers]) -> Servers:
    """Its servers."""
    return both[1]


def test_valkey_gone_while_mails_leave_loses_nothing(installation, servers):  # N2
    due = wave(installation, 100)
    installation.smtp.fail(slow_down)
    send(installation, due)

    def away():
        servers.valkey.stop()
        servers.valkey.start()

    strike(installation, 100, 2, away, seed=4)
    assert finish(installation, due) == ALL


def test_what_falls_due_while_valkey_is_gone_leaves_when_it_is_back(installation, servers):  # N2, N7
    due = wave(installation, 100)
    servers.valkey.stop()
    send(installation, due, wait_for=0)
    servers.valkey.start()
    assert finish(installation, due) == ALL


def test_postgresql_restarted_while_mails_leave_loses_nothing(installation, servers):  # N4
    due = wave(installation, 100)
    installation.smtp.fail(slow_down)
    send(installation, due)

    def restart():
        servers.postgres.stop()
        servers.start_database()

    strike(installation, 100, 2, restart, seed=5)
    came = finish(installation, due)
    # What the server took while the answer couldn't be written down stands in the journal: it isn't sent again.
    assert came == ALL
