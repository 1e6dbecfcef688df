"""PostgreSQL starts anywhere, ends with its keeper, and starts again whatever happened."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from procurement.embedded import databases, postgres, process
from procurement.embedded.errors import ServerError
from procurement.embedded.postgres import Postgres

ROOT = Path(__file__).parents[2]
PASSWORD = "p@ss /word"
KEEPER = """
import sys, time
from pathlib import Path
import devtools.embedded
from embedded.postgres import Postgres
server = Postgres(Path(sys.argv[1]), password=sys.argv[2], throwaway=True)
server.start()
print(server.server.pid, server.url(), flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that only we may enter, whoever the server runs as, with a difficult name."""
    closed = tmp_path_factory.mktemp("closed") / "a folder, d'accès réservé"
    closed.mkdir()
    closed.parent.chmod(0o700)
    return closed / "postgres"


@pytest.fixture
def server(folder: Path) -> Iterator[Postgres]:
    with Postgres(folder, password=PASSWORD, throwaway=True) as running:
        yield running


def ask(url: str, query: str) -> object:
    with psycopg.connect(databases.libpq(url)) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    return row[0] if row else None


def test_sorts_searches_and_folds_french(server: Postgres) -> None:
    url = databases.create(server.url(), "french")
    with psycopg.connect(databases.libpq(url)) as connection:
        for name in ("unaccent", "pg_trgm", "btree_gist"):
            connection.execute(f"CREATE EXTENSION {name}")
    assert ask(url, "SELECT lower('ÉLÈVE')") == "élève"
    assert ask(url, "SELECT unaccent('Élève')") == "Eleve"
    assert ask(url, "SELECT to_tsvector('french', 'les collèges') @@ to_tsquery('french', 'collège')") is True
    assert ask(url, "SHOW timezone") == "UTC"


def test_listens_on_no_port_and_asks_for_the_password(server: Postgres) -> None:
    assert ask(server.url(), "SHOW listen_addresses") == ""
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(server.url().replace("p%40ss", "other"), "SELECT 1")


def test_keeps_its_data_over_a_restart(folder: Path) -> None:
    with Postgres(folder, password=PASSWORD, throwaway=True) as first:
        ask(databases.create(first.url(), "kept"), "SELECT 1")
    with Postgres(folder, password=PASSWORD, throwaway=True) as second:
        assert databases.exists(second.url(), "kept")
        databases.drop(second.url(), "kept")
        assert not databases.exists(second.url(), "kept")


def test_copies_a_template(server: Postgres) -> None:
    template = databases.create(server.url(), "pattern")
    with psycopg.connect(databases.libpq(template)) as connection:
        connection.execute("CREATE TABLE thing AS SELECT 42 AS answer")
    assert ask(databases.create(server.url(), "copied", "pattern"), "SELECT answer FROM thing") == 42
    with psycopg.connect(databases.libpq(databases.with_database(server.url(), "copied"))):
        # Made again, although somebody is connected to the old one.
        assert ask(databases.create(server.url(), "copied", "pattern"), "SELECT answer FROM thing") == 42


def test_a_folder_in_use_is_refused(server: Postgres) -> None:
    with pytest.raises(ServerError, match="another process is using"):
        Postgres(server.folder).start()
    assert ask(server.url(), "SELECT 1") == 1


def test_leaves_no_socket_behind(folder: Path) -> None:
    with Postgres(folder, password=PASSWORD, throwaway=True) as running:
        sockets = Path((folder / "socket").read_text())
        assert sockets.is_dir()
    assert not sockets.exists()
    with pytest.raises(ServerError, match="not started"):
        running.url()


def test_begins_again_when_the_data_were_only_half_made(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("18")
    (tmp_path / "unfinished").touch()
    with Postgres(tmp_path, throwaway=True) as running:
        assert ask(running.url(), "SELECT 1") == 1


def test_says_why_it_does_not_start(folder: Path) -> None:
    with pytest.raises(ServerError, match=r"PostgreSQL: it did not start\. It said: .*max_connections"):
        Postgres(folder, password=PASSWORD, settings={"max_connections": "many"}).start()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's signal at a parent's death is Linux's")
@pytest.mark.parametrize("victim", ["keeper", "both"])
def test_ends_with_a_killed_keeper_and_starts_again(folder: Path, victim: str) -> None:
    with Postgres(folder, password=PASSWORD, throwaway=True):
        pass
    keeper = subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(folder), PASSWORD], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert keeper.stdout is not None
    pid, _url = keeper.stdout.readline().split()
    if victim == "both":
        os.kill(int(pid), signal.SIGKILL)
    keeper.kill()
    keeper.wait()
    keeper.stdout.close()
    with Postgres(folder, password=PASSWORD, throwaway=True) as running:
        assert ask(running.url(), "SELECT 1") == 1
    assert not process.is_alive(int(pid))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives up its rights")
def test_as_root_runs_as_nobody_and_takes_over_a_copied_folder(folder: Path) -> None:
    with Postgres(folder, password=PASSWORD, throwaway=True) as running:
        assert running.server is not None
        assert (Path("/proc") / str(running.server.pid)).stat().st_uid == postgres.NOBODY
    for path in (running.data, *running.data.rglob("*")):
        os.chown(path, 0, 0)
    with Postgres(folder, password=PASSWORD, throwaway=True) as running:
        assert ask(running.url(), "SELECT 1") == 1
