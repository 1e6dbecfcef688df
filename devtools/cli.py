"""What ``dev.py`` can do, and the outer half of doing it: runs under any Python ≥ 3.11, standard library only."""

import contextlib
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from devtools import chromium, leftovers, reset, system, venv
from devtools.console import DevError, in_words, say
from devtools.guard import run_inside

BENCH, FUZZ, SHOTS, SOAK = "bench", "bench.fuzz", "tests.browser.shots", "tests.reliability.soak"


def run(arguments: Sequence[str]) -> int:
    """Start the product and keep it running: servers, web, worker, beat (PORT=8000)."""
    _no(arguments)
    venv.ensure("run")
    return run_inside("run", [])


def test(arguments: Sequence[str]) -> int:
    """Run the tests, with any arguments of pytest (--no-browser: without Chromium)."""
    venv.ensure("run", "dev")
    extra = {}
    if "--no-browser" in arguments:
        arguments = [*(word for word in arguments if word != "--no-browser"), "-m", "not browser"]
    else:
        extra["CHROMIUM"] = chromium.ensure()
    system.ensure_for_tests()
    with _temporary() as folder:
        return run_inside("test", arguments, extra | folder)


def lint(arguments: Sequence[str]) -> int:
    """Check style, types, layers, templates, translations and migrations."""
    _no(arguments)
    venv.ensure("run", "dev")
    with _temporary() as folder:
        return run_inside("lint", [], folder)


def bench(arguments: Sequence[str]) -> int:
    """Measure how fast it is, one figure a line (names: only those)."""
    venv.ensure("run", "dev")
    with _temporary() as folder:
        return run_inside("module", [BENCH, *arguments], folder)


def fuzz(arguments: Sequence[str]) -> int:
    """Mangle what comes from outside, 20,000 times each (a part's name, a number: only that)."""
    venv.ensure("run", "dev")
    with _temporary() as folder:
        return run_inside("module", [FUZZ, *arguments], folder)


def soak(arguments: Sequence[str]) -> int:
    """Send 2,000 reminders through 20 kills, and count what came."""
    _no(arguments)
    venv.ensure("run", "dev")
    with _temporary() as folder:
        return run_inside("module", [SOAK], folder)


def shots(arguments: Sequence[str]) -> int:
    """Write screenshots of the main pages, at two widths."""
    venv.ensure("run", "dev")
    with _temporary() as folder:
        return run_inside("module", [SHOTS, *arguments], folder | {"CHROMIUM": chromium.ensure()})


def flask(arguments: Sequence[str]) -> int:
    """Run a command of the product, the servers started for it: flask --help lists them."""
    venv.ensure("run")
    return run_inside("flask", arguments)


def wipe(arguments: Sequence[str]) -> int:
    """Start the data afresh, after asking (--yes: without asking)."""
    unknown = [word for word in arguments if word != "--yes"]
    _no(unknown)
    return reset.reset(sure="--yes" in arguments)


def install(arguments: Sequence[str]) -> int:
    """Make .venv with what the product needs, and nothing more."""
    _no(arguments)
    venv.ensure("run")
    return 0


def show_help(_arguments: Sequence[str] = ()) -> int:
    """Show this list."""
    for name, verb in VERBS.items():
        print(f"  python3 dev.py {name:<8} {(verb.__doc__ or '').rstrip('.')}")
    return 0


VERBS: dict[str, Callable[[Sequence[str]], int]] = {
    "run": run,
    "test": test,
    "lint": lint,
    "flask": flask,
    "bench": bench,
    "fuzz": fuzz,
    "soak": soak,
    "shots": shots,
    "reset": wipe,
    "install": install,
    "help": show_help,
}


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; returns the exit status."""
    if not arguments or arguments[0] in {"-h", "--help"}:
        return show_help()
    verb, *rest = arguments
    if verb not in VERBS:
        say(f"dev.py can't {verb}. It can:")
        show_help()
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        return VERBS[verb](rest)
    except DevError as failure:
        say(str(failure))
        return failure.status
    except OSError as error:
        say(str(in_words(error)))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 130


def _end(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def _no(arguments: Sequence[str]) -> None:
    if arguments:
        raise DevError(f"{arguments[0]}: no such option here; `python3 dev.py help` lists what there is.", 2)


@contextlib.contextmanager
def _temporary() -> Iterator[dict[str, str]]:
    """Give a temporary folder, as the inner half reads it; it goes away, and so does who uses it."""
    folder = Path(tempfile.mkdtemp(prefix="mg-"))
    # The servers may run as another user, who has to get through, and can't look around.
    folder.chmod(0o711)
    try:
        yield {"DEV_TEMPORARY": str(folder)}
    finally:
        leftovers.clear(folder)
        shutil.rmtree(folder, ignore_errors=True)
