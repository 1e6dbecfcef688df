"""``dev.py run``: servers, migrations, demo network, web, worker and beat, until somebody says stop."""

import contextlib
import errno
import http.client
import os
import socket
import sys
from collections.abc import Sequence

from devtools import leftovers, migrations, servers
from devtools.console import ROOT, DevError, say
from devtools.keeper import Keeper, PartEndedError
from devtools.servers import Installation

MODULE = (sys.executable, "-m")
AS_ROOT = "ignore:You're running the worker with superuser privileges"
WEB = (
    *("granian", "--interface", "wsgi", "--factory", "--workers", "1", "--blocking-threads", "8"),
    *("--log-level", "error"),
)
APP = "procurement:create_app"
CELERY = ("celery", "-A", "workers.app:celery", "--quiet")
WORKER = ("worker", "--concurrency", "2", "--loglevel", "WARNING", "--without-gossip", "--without-mingle")
BEAT = ("beat", "--loglevel", "WARNING")
BEHIND_PAGES = 5
READY_PATIENCE = 120.0


def run(keeper: Keeper, _arguments: Sequence[str]) -> int:
    """Run the product until it is told to stop. Never returns otherwise than by an exception."""
    host, port = os.environ.get("HOST") or "127.0.0.1", _port()
    _check_free(host, port)
    url = os.environ.get("PUBLIC_URL") or f"http://localhost:{port}"
    with servers.own(keeper, url) as installation:
        accounts = prepare(keeper, installation, demo=installation.database_is_ours)
        env = {**installation.env, leftovers.NAME: installation.marker}
        # Root in a container is who we are on many a fresh machine: Celery need not say it each time.
        env["PYTHONWARNINGS"] = ",".join(filter(None, [env.get("PYTHONWARNINGS"), AS_ROOT]))
        keeper.start("web", [*MODULE, *WEB, "--host", host, "--port", str(port), APP], env, cwd=ROOT)
        if not keeper.wait(lambda: _answers(host, port), READY_PATIENCE):
            raise PartEndedError(f"web doesn't answer on port {port}, so everything stops.")
        # After the page, which is what is waited for; and on a small machine behind it for good.
        keeper.start("worker", [*MODULE, *CELERY, *WORKER], env, cwd=ROOT, niceness=BEHIND_PAGES)
        keeper.start("beat", [*MODULE, *CELERY, *BEAT], env, cwd=ROOT, niceness=BEHIND_PAGES)
        installation.announce(url)
        _banner(url, accounts, installation)
        keeper.wait()
    return 0


def prepare(keeper: Keeper, installation: Installation, *, demo: bool) -> str:
    """Migrate the database if it needs it; ``demo``: load the demo network the first time.

    Returns the demo accounts, to be shown (empty without them).
    """
    said = installation.folder / "demo-accounts.txt"
    current = migrations.up_to_date(installation.env["DATABASE_URL"])
    if not current or (demo and not said.exists()):
        say("Preparing the database" + (" and the demo network" if demo and not said.exists() else ""))
        log = installation.folder / "log" / "prepare.log"
        options = ["--demo", str(said)] if demo else []
        env = {**installation.env, leftovers.NAME: installation.marker}
        part = keeper.start("prepare", [*MODULE, "devtools.prepare", *options], env, cwd=ROOT, log=log)
        if keeper.wait_for(part) != 0:
            told = log.read_text(errors="replace").strip().splitlines() or ["(nothing)"]
            raise DevError(f"The database can't be prepared: {told[-1]} (all it said: {log})")
    return said.read_text(encoding="utf-8") if demo else ""


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise DevError(f"PORT={text} is no port: choose a number from 1 to 65535.")
    return int(text)


def _check_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise DevError(
                    f"Port {port} is taken by another program: choose another, PORT={port + 1} python3 dev.py run."
                ) from None
            if error.errno == errno.EACCES:
                raise DevError(f"Port {port} needs more rights: choose one above 1023, PORT=8000.") from None
            raise DevError(f"HOST={host} can't be listened on: {error.strerror}.") from None


def _answers(host: str, port: int) -> bool:
    """Tell whether the web server answers a request, whatever it answers."""
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection(near, port, timeout=10)
        try:
            connection.request("GET", "/")
            return bool(connection.getresponse().status)
        finally:
            connection.close()
    return False


def _banner(url: str, accounts: str, installation: Installation) -> None:
    lines = ["", f"Marchés groupés is ready: {url}"]
    if accounts:
        lines += ["", *(f"  {line}" for line in accounts.strip().splitlines())]
    elif not installation.database_is_ours:
        lines += [
            "  DATABASE_URL is yours: the demo network isn't loaded (python3 dev.py flask demo load --yes does)."
        ]
    if installation.env.get("EMBEDDED"):
        lines += ["", f"  Mail stays here: {url}/dev/mailbox"]
    lines += ["  Ctrl-C stops everything.", ""]
    with contextlib.suppress(OSError):
        print("\n".join(lines), flush=True)
