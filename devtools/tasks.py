"""The verbs that end by themselves: test, lint, bench, shots, flask."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from devtools import embedded, leftovers, migrations, servers
from devtools.console import ROOT, say
from devtools.keeper import Keeper
from devtools.run import MODULE, prepare

APP = ("flask", "--app", "procurement:create_app")
CHECKS: dict[str, tuple[str, ...]] = {
    "ruff": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "."),
    "types": ("mypy",),
    "imports": ("devtools.lint_imports",),
    "templates": ("djlint", "--lint", "--quiet", "templates"),
    "translations": ("procurement.core.i18n_check",),
}


def test(keeper: Keeper, arguments: Sequence[str]) -> int:
    """Run the tests on servers of their own; returns pytest's status."""
    with _throwaway(keeper) as (folder, env):
        pytest = [
            *(*MODULE, "pytest", "-n", str(os.cpu_count() or 2), "--dist", "loadgroup"),
            *(f"--basetemp={folder / 'pytest'}", f"--rootdir={ROOT}", *arguments),
        ]
        return keeper.wait_for(keeper.start("tests", pytest, env, cwd=ROOT, listen=False), interactive=True)


def lint(keeper: Keeper, _arguments: Sequence[str]) -> int:
    """Run every check, also after one has failed; 1 if any failed."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    failed = [name for name, words in CHECKS.items() if not _check(keeper, name, words, env)]
    with _throwaway(keeper) as (_, env):
        env |= {"DATABASE_URL": _own_database(env), "REDIS_URL": env["TEST_REDIS_URL"]}
        if not _check(keeper, "migrations", (*APP, "db", "check"), env):
            failed.append("migrations")
    say(f"lint: {', '.join(failed)} failed" if failed else "lint: all is well")
    return 1 if failed else 0


def module(keeper: Keeper, arguments: Sequence[str]) -> int:
    """Run a module of the project (the first argument) on servers of its own; returns its status."""
    name, *rest = arguments
    with _throwaway(keeper, throwaway=False) as (_, env):
        env |= {"DATABASE_URL": _own_database(env), "REDIS_URL": env["TEST_REDIS_URL"]}
        part = keeper.start(name, [*MODULE, name, *rest], env, cwd=Path.cwd(), listen=False, stdin=None)
        return keeper.wait_for(part, interactive=True)


def flask(keeper: Keeper, arguments: Sequence[str]) -> int:
    """Run a command of the product where its data are; returns its status."""
    with servers.shared(keeper) as installation:
        own = installation.owned and installation.database_is_ours
        if own and arguments[:1] != ["db"] and not migrations.up_to_date(installation.env["DATABASE_URL"]):
            prepare(keeper, installation, demo=False)
        if installation.owned:
            installation.announce(None)
        part = keeper.start(
            "flask", [*MODULE, *APP, *arguments], installation.env, cwd=Path.cwd(), listen=False, stdin=None
        )
        return keeper.wait_for(part, interactive=True)


def _check(keeper: Keeper, name: str, words: Sequence[str], env: dict[str, str]) -> bool:
    say(f"lint: {name}")
    return keeper.wait_for(keeper.start(name, [*MODULE, *words], env, cwd=ROOT, listen=False)) == 0


def _own_database(env: dict[str, str]) -> str:
    databases: Any = import_module(f"{embedded.NAME}.databases")
    address: str = databases.create(env["TEST_DATABASE_ADMIN_URL"], "own", env["TEST_DATABASE_TEMPLATE"])
    return address


@contextlib.contextmanager
def _throwaway(keeper: Keeper, *, throwaway: bool = True) -> Iterator[tuple[Path, dict[str, str]]]:
    """Start servers in a temporary folder that goes away with all that was put there.

    Gives the folder, and the environment that tells where the servers are.
    """
    folder = Path(os.environ.get("DEV_TEMPORARY") or tempfile.mkdtemp(prefix="mg-"))
    for name in ("tmp", "files", "mailbox"):
        (folder / name).mkdir(exist_ok=True)
    suite: Any = import_module(f"{embedded.NAME}.suite")
    try:
        with suite.servers(folder, throwaway=throwaway) as running:
            parts = [
                keeper.adopt("postgres", running.postgres.server, import_module("signal").SIGINT),
                keeper.adopt("valkey", running.valkey.server),
            ]
            env = {
                **{name: value for name, value in os.environ.items() if name not in servers.TOLD},
                **running.env,
                leftovers.NAME: leftovers.marker(folder),
                "TMPDIR": str(folder / "tmp"),
                "INSTANCE_DIR": str(folder / "instance"),
                "SECRET_KEY": "throwaway-secret-key-0123456789abcdef",
                "SEAL_KEYS": "throwaway-sealing-key-0123456789abcdef",
                "SMTP_URL": "smtp://127.0.0.1:9",
                "MAILBOX_DIR": str(folder / "mailbox"),
                "STORAGE_DIR": str(folder / "files"),
                "SPOOL_DIR": str(folder / "spool"),
                "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"),
                "PYTHONPATH": str(ROOT),
            }
            try:
                yield folder, env
            finally:
                keeper.end([part for part in keeper.parts if part not in parts])
                leftovers.clear(folder)
                for part in parts:
                    keeper.release(part)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
