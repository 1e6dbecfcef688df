"""An installation with a PostgreSQL and a Valkey of its own, to be stopped and started while it works."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

from procurement.embedded import suite
from procurement.embedded.postgres import Postgres
from procurement.embedded.valkey import Valkey
from tests.reliability.installation import Installation, installed


class Servers:
    """The two servers. Their addresses stay the same over a stop and a start."""

    def __init__(self, postgres: Postgres, valkey: Valkey, door: Path) -> None:
        self.postgres = postgres
        self.valkey = valkey
        self._door = door

    def database_url(self) -> str:
        """PostgreSQL's address by way of the door: a link to the folder of its socket, which each start makes anew."""
        url = self.postgres.url()
        folder = unquote(url.partition("host=")[2].partition("&")[0])
        fresh = self._door.with_suffix(".fresh")
        fresh.symlink_to(folder)
        fresh.replace(self._door)
        return url.replace(f"host={quote(folder, safe='')}", f"host={quote(str(self._door), safe='')}")

    def start_database(self) -> None:
        """Start PostgreSQL again, behind the same door."""
        self.postgres.start()
        self.database_url()


@contextlib.contextmanager
def own_installation(folder: Path) -> Iterator[tuple[Installation, Servers]]:
    """An installation on servers of its own, its worker and beat not started yet."""
    shelter = Path(tempfile.mkdtemp(prefix="mg-door-"))
    shelter.chmod(0o711)
    try:
        with suite.servers(folder / "servers") as running:
            servers = Servers(running.postgres, running.valkey, shelter / "door")
            with installed(
                folder, servers.database_url(), suite.TEMPLATE, running.valkey.url, "reliability"
            ) as installation:
                yield installation, servers
    finally:
        shutil.rmtree(shelter, ignore_errors=True)
