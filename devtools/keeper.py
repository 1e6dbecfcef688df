"""Keeps the parts of a run: starts them, passes on what they say, ends all when one ends."""

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any, Self

from devtools import embedded
from devtools.console import say

process: Any = import_module(f"{embedded.NAME}.process")

PATIENCE = 6.0
COLOURS = {"web": 36, "worker": 35, "beat": 33, "mail": 32}


class Stopping(BaseException):
    """Somebody asked us to end; ``number`` is the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class PartEndedError(Exception):
    """A part ended that should go on."""


@dataclass
class Part:
    """One process we started, and how to end it."""

    name: str
    process: "subprocess.Popen[bytes]"
    end_by: signal.Signals = signal.SIGTERM
    patience: float = PATIENCE
    said: list[str] = field(default_factory=list)
    unfinished: bytes = b""


class Keeper:
    """The inner half's watch over its children. Make one, in the main thread, then use it as a context."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._lifeline: socket.socket | None = None
        self._hand_on: Part | None = None
        self._stopping = False
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        self._colour = sys.stdout.isatty()

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        told = os.environ.pop("DEV_LIFELINE", "")
        if told:
            self._lifeline = socket.socket(fileno=int(told))
            self._lifeline.set_inheritable(False)
            threading.Thread(target=self._watch_lifeline, args=(self._lifeline,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        self.end(self.parts)
        signal.set_wakeup_fd(-1)

    def _asked(self, number: int, _frame: FrameType | None) -> None:
        """End at the first signal; while ending, or while a command handles it itself, carry on."""
        if self._hand_on is not None and number == signal.SIGINT:
            with contextlib.suppress(ProcessLookupError):
                process.signal_group(self._hand_on.process, signal.SIGINT)
        elif not self._stopping:
            self._stopping = True
            raise Stopping(number)

    def _watch_lifeline(self, lifeline: socket.socket) -> None:
        with contextlib.suppress(OSError):
            lifeline.recv(1)
        os.kill(os.getpid(), signal.SIGTERM)

    def _tell(self, line: str) -> None:
        if self._lifeline is not None:
            with contextlib.suppress(OSError):
                self._lifeline.sendall(line.encode() + b"\n")

    def start(
        self,
        name: str,
        command: Sequence[str],
        env: Mapping[str, str],
        *,
        cwd: str | Path,
        listen: bool = True,
        log: Path | None = None,
        stdin: int | None = subprocess.DEVNULL,
        pass_fds: Sequence[int] = (),
        niceness: int = 0,
    ) -> Part:
        """Start a part. What it says is passed on line by line, with its name in front.

        ``log``: goes to that file instead; ``listen=False``: goes straight to where ours goes.
        ``niceness``: how far it lets others go first.
        """
        with contextlib.ExitStack() as stack:
            file = stack.enter_context(log.open("wb")) if log is not None else None
            output = file if file is not None else subprocess.PIPE if listen else None
            started = process.spawn(
                command, env=env, cwd=cwd, output=output, stdin=stdin, pass_fds=pass_fds, niceness=niceness
            )
        part = self.adopt(name, started)
        if started.stdout is not None:
            os.set_blocking(started.stdout.fileno(), False)
            self._selector.register(started.stdout, selectors.EVENT_READ, part)
        return part

    def adopt(
        self, name: str, started: "subprocess.Popen[bytes]", end_by: signal.Signals = signal.SIGTERM
    ) -> Part:
        """Watch over a process that somebody else started and will end by itself: a server."""
        part = Part(name, started, end_by)
        self.parts.append(part)
        self._tell(f"started {started.pid} {int(end_by)}")
        return part

    def release(self, part: Part) -> None:
        """Watch over a part no more: it has ended."""
        if part in self.parts:
            self.parts.remove(part)
            self._tell(f"ended {part.process.pid}")

    def wait(self, until: Callable[[], bool] = lambda: False, patience: float | None = None) -> bool:
        """Pass on what parts say until ``until()``; False when ``patience`` seconds passed before.

        Raises ``PartEndedError`` when a part ends.
        """
        end = None if patience is None else time.monotonic() + patience
        while not until():
            self._pass_on(0.05 if end is not None else 1.0)
            self._check()
            if end is not None and time.monotonic() > end:
                return False
        return True

    def wait_for(self, part: Part, *, interactive: bool = False) -> int:
        """Wait until a part ends, as it should, and return its status. Raises ``PartEndedError`` for another.

        ``interactive``: a Ctrl-C goes to the part, which decides what it means.
        """
        self._hand_on = part if interactive else None
        try:
            while part.process.poll() is None:
                self._pass_on(1.0)
                self._check(part)
        finally:
            self._hand_on = None
        self._drain(part)
        process.signal_group(part.process, signal.SIGKILL)
        self.release(part)
        status: int = part.process.returncode
        return status if status >= 0 else 128 - status

    def end(self, parts: Sequence[Part]) -> None:
        """End parts, all at once: each by its signal, and by force after its patience."""
        parts = [part for part in parts if part in self.parts]
        for part in parts:
            if part.process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    part.process.send_signal(part.end_by)
        began = time.monotonic()
        while any(part.process.poll() is None and time.monotonic() < began + part.patience for part in parts):
            self._pass_on(0.05)
        for part in parts:
            process.stop(part.process, signal.SIGKILL, 0)
            self._drain(part)
            self.release(part)

    def _check(self, awaited: Part | None = None) -> None:
        for part in self.parts:
            if part is not awaited and part.process.poll() is not None:
                self._drain(part)
                raise PartEndedError(_obituary(part))

    def _pass_on(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake_read, 4096)
            else:
                self._read(key.data)

    def _drain(self, part: Part) -> None:
        while part.process.stdout is not None and not part.process.stdout.closed and self._read(part):
            pass

    def _read(self, part: Part) -> bool:
        """Pass on what a part said since; False when there is nothing more."""
        stream = part.process.stdout
        if stream is None or stream.closed:
            return False
        try:
            text = os.read(stream.fileno(), 65536)
        except BlockingIOError:
            return False
        if not text:
            self._selector.unregister(stream)
            stream.close()
        *lines, part.unfinished = (part.unfinished + text).split(b"\n")
        for line in lines:
            if line.strip():
                self._show(part, line.decode("utf-8", "replace").rstrip())
        return bool(text)

    def _show(self, part: Part, line: str) -> None:
        part.said = [*part.said[-7:], line]
        name = f"{part.name:<6} |"
        if self._colour:
            name = f"\x1b[{COLOURS.get(part.name, 37)}m{name}\x1b[0m"
        with contextlib.suppress(OSError):
            print(name, line, flush=True)


def _obituary(part: Part) -> str:
    status = part.process.returncode
    how = f"status {status}" if status >= 0 else f"signal {-status}"
    return f"{part.name} ended by itself ({how}), so everything stops."


def end_in_words(number: int) -> int:
    """Return the exit status that says which signal ended us; tell it where a person asked."""
    if number == signal.SIGINT:
        say("Stopped.")
    return 128 + number
