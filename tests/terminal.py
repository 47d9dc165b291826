"""A real terminal for tests: a pty with an emulator behind it, and keys as bytes."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pyte

ROOT = Path(__file__).parent.parent
_SIZE = ("COLUMNS", "LINES")
# What a busy machine may need until it answers a key.
_SLOW_SECONDS = 2.0
KEYS = {
    "enter": b"\r",
    "escape": b"\x1b",
    "tab": b"\t",
    "space": b" ",
    "down": b"\x1b[B",
    "up": b"\x1b[A",
    "ctrl+c": b"\x03",
    "ctrl+f": b"\x06",
    "ctrl+o": b"\x0f",
    "ctrl+p": b"\x10",
    "ctrl+q": b"\x11",
    "ctrl+r": b"\x12",
    "ctrl+s": b"\x13",
    "ctrl+t": b"\x14",
    "ctrl+z": b"\x1a",
}


class Terminal:
    """memdeck in a pty of its own, as a person has it."""

    def __init__(
        self,
        *arguments: str | Path,
        columns: int = 120,
        rows: int = 36,
        environment: Mapping[str, str] | None = None,
        stderr: Path | None = None,
    ) -> None:
        """With `stderr`, what is said there goes to that file."""
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self._leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.modes_before = termios.tcgetattr(follower)
        self._follower = follower
        self.process = subprocess.Popen(
            [sys.executable, "-m", "memdeck", *map(str, arguments)],
            stdin=follower,
            stdout=follower,
            stderr=follower if stderr is None else os.open(stderr, os.O_CREAT | os.O_WRONLY),
            cwd=ROOT,
            start_new_session=True,
            # A window has a controlling terminal; the tests have no threads at this point.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
            env={
                # The size is the terminal's own, not what some runner of tests says it is.
                **{name: value for name, value in os.environ.items() if name not in _SIZE},
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                "LANG": "C.UTF-8",
                "TEXTUAL_ANIMATIONS": "none",
                **(environment or {}),
            },
        )

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._leader], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._leader, 65536)
        except OSError:
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(self.screen.display)

    def wait_for(self, wanted: str | Callable[[str], bool], seconds: float = 20) -> str:
        """The screen once it shows `wanted`; fails with what it shows instead."""
        met = wanted if callable(wanted) else lambda text: wanted in text
        end = time.monotonic() + seconds
        while not met(self.text):
            if time.monotonic() > end or self.process.poll() is not None:
                self._read(0.1)
                if met(self.text):
                    break
                raise AssertionError(f"{wanted!r} was not shown; the screen shows:\n{self.text}")
            self._read(0.1)
        return self.text

    def wait_until(self, met: Callable[[], bool], seconds: float = 20) -> None:
        """Read on until something is so."""
        end = time.monotonic() + seconds
        while not met():
            assert time.monotonic() < end, f"it did not come; the screen shows:\n{self.text}"
            self._read(0.1)

    def wait_stopped(self) -> None:
        """Read on until memdeck is stopped, and until all that it sent before is read."""

        def stopped() -> bool:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            return fields[0] == "T"

        self.wait_until(stopped)
        while self._read(0.05):
            pass

    def press(self, *keys: str) -> None:
        """Send keys as the bytes that a terminal sends for them."""
        for key in keys:
            os.write(self._leader, KEYS.get(key, key.encode()))
            if key == "escape":
                # Directly before other bytes it would be read as one sequence with them.
                self._read(_SLOW_SECONDS)
            self._settle(0.3 if key == "escape" else 0.05)

    def _settle(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to memdeck alone."""
        os.kill(self.process.pid, number)

    def hang_up(self) -> None:
        """Take the terminal away, as closing its window does."""
        os.close(self._leader)
        os.close(self._follower)
        self._leader = self._follower = -1

    def wait(self, seconds: float = 15) -> int:
        """The exit code, once memdeck has ended."""
        end = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < end:
            if self._leader >= 0:
                self._read(0.05)
            else:
                time.sleep(0.05)
        if self._leader >= 0:
            while self._read(0.05):
                pass
        assert self.process.poll() is not None, f"memdeck has not ended; it shows:\n{self.text}"
        return self.process.returncode

    @property
    def modes(self) -> list[object]:
        """The terminal's modes (echo, line editing, ...)."""
        return termios.tcgetattr(self._follower)

    def close(self) -> None:
        """End what is left."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._leader >= 0:
            os.close(self._leader)
            os.close(self._follower)


def session_processes(session: int) -> list[int]:
    """Ids of the living processes of a session."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(folder.name))
    return found
