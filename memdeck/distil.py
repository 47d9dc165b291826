"""Text made shorter by a program of the user's choosing, such as a language model's own command.

The program reads the text on its standard input and prints a shorter one. It
is started from an argument list, never through a shell; what it prints is a
proposal, shown as a difference, and nothing is written by it here. Which
program it is stands in the user's own settings alone (`memdeck.settings`).
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from memdeck.difference import Change, DiffLine, DiffPiece, changed
from memdeck.errors import Unusable, WrongUsage
from memdeck.settings import Settings
from memdeck.text import show, thin

__all__ = [
    "Cancelled",
    "Change",
    "DiffLine",
    "DiffPiece",
    "Distiller",
    "changed",
    "distiller",
    "end_all",
    "program_path",
]

OUTPUT_LIMIT: Final = 256 * 1024
"""Bytes that a shorter text may have."""
SAID_LIMIT: Final = 16 * 1024
"""Bytes that are kept of what the program complains about; the rest is read and dropped."""
_LOOK: Final = 0.05
"""Seconds between two looks at whether it was cancelled."""
_PIECE: Final = 65_536
_WORDS_LIMIT: Final = 200
_KEPT: Final = "Nothing was changed"

_living: set[subprocess.Popen[bytes]] = set()


def end_all() -> None:
    """End every program that is still at work, with all that it started: at the end of this one."""
    for process in tuple(_living):
        _kill(process)


atexit.register(end_all)


class Cancelled(Unusable):
    """The person did not want to wait any longer."""


def program_path(name: str) -> str | None:
    """The whole path of a program that a person has set by its name or path; None without one.

    A path must be absolute, or begin in the home folder.
    """
    if "/" in name:
        path = Path(name).expanduser() if name.startswith("~/") else Path(name)
        return str(path) if path.is_absolute() and path.exists() else None
    # Not from an entry that is not absolute: it is in whatever folder one is in.
    searched = os.environ.get("PATH", os.defpath).split(os.pathsep)
    folders = [each for each in searched if each.startswith("/")]
    return shutil.which(name, path=os.pathsep.join(folders)) if folders else None


@dataclass(frozen=True, slots=True)
class Distiller:
    """A program that makes text shorter."""

    command: tuple[str, ...]
    """Its name or its path, and its arguments."""
    timeout: float
    """Seconds that it may take."""
    folder: Path
    """Where it is started. Not the workspace: such programs take orders from files they find."""

    @property
    def name(self) -> str:
        """Of the program, to be shown."""
        return show(self.command[0])[:80]

    def run(self, text: str, stop: Callable[[], bool] = lambda: False) -> str:
        """The shorter text, without the line feeds at its end.

        It is text of a program, with whatever is in it: pass it through `show`
        before a terminal sees it. `stop` is asked many times a second, in the
        thread of the caller; once it says yes, the program is ended and
        Cancelled is raised. Raises Unusable in words when it cannot be
        started, fails, takes too long, prints nothing, too much or no UTF-8.
        """
        data = text.encode("utf-8", "surrogateescape")
        process = self._start()
        _living.add(process)
        try:
            output, complaint = self._talk(process, data, stop)
        finally:
            # Also what it started and left behind: the group is ended, whoever leads it.
            _kill(process)
            process.wait()
            _living.discard(process)
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
        return self._shorter(output, complaint, process.returncode)

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603 - the user's own program, without a shell
                [self._program(), *self.command[1:]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self.folder,
                # Its own session: it cannot ask on memdeck's terminal, and the
                # whole group is ended with it.
                start_new_session=True,
                bufsize=0,
            )
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise self._unusable(
                f"could not be started ({show(reason)})", "see to it that it can be run"
            ) from error

    def _program(self) -> str:
        """The whole path of the program; raises Unusable when there is none."""
        found = program_path(self.command[0])
        if found is not None:
            return found
        raise self._unusable(
            "was not found", "install it, or name another one as distill.command in your settings"
        )

    def _talk(
        self, process: subprocess.Popen[bytes], data: bytes, stop: Callable[[], bool]
    ) -> tuple[bytes, bytes]:
        """Give it the text and take what it prints until it ends: output and complaints."""
        limit = time.monotonic() + self.timeout
        with _Conversation(process, data) as conversation:
            while True:
                # Before what it printed is looked at: what it printed last is then there.
                ended = _ended(process)
                if stop():
                    raise Cancelled(f"{self.name} was stopped. {_KEPT}.")
                if not ended:
                    conversation.go_on(_LOOK)
                if len(conversation.output) > OUTPUT_LIMIT:
                    raise self._unusable(
                        f"printed more than {thin(OUTPUT_LIMIT)} bytes and was stopped",
                        "see to it that it prints a shorter text",
                    )
                if ended:
                    # What it started and left behind has nothing more to say.
                    _kill(process)
                    if not conversation.go_on(0):
                        return bytes(conversation.output), bytes(conversation.complaint)
                if time.monotonic() >= limit:
                    raise self._unusable(
                        f"took longer than {self.timeout:g} s and was stopped",
                        "try again, or set distill.timeout higher",
                    )

    def _shorter(self, output: bytes, complaint: bytes, code: int) -> str:
        """What it printed, as text; raises Unusable when that is none, or when it failed."""
        if code != 0:
            said = _first_line(complaint)
            how = f"ended by signal {-code}" if code < 0 else f"exit code {code}"
            words = f": {said}" if said else ", without a word"
            raise self._unusable(f"failed ({how}){words}", "see to it that it works by itself")
        try:
            text = output.decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise self._unusable(
                f"printed what is no UTF-8 text (byte {error.start})",
                "see to it that it prints UTF-8",
            ) from error
        if not text.strip():
            raise self._unusable("printed nothing", "see to it that it prints the shorter text")
        return text

    def _unusable(self, what: str, remedy: str) -> Unusable:
        return Unusable(f"{self.name} {what}. {_KEPT}: {remedy}.")


def distiller(settings: Settings, folder: Path | None = None) -> Distiller:
    """The program that the user has set, started in `folder`, else in the home folder.

    Raises WrongUsage, in words that say how to set one, when there is none.
    """
    if not settings.distil_command:
        raise WrongUsage(
            "No program makes text shorter here: name one as distill.command in your own "
            'settings, such as command = ["llm", "-s", "Say it shorter"] under [distill].'
        )
    home = folder or Path(os.environ.get("HOME") or "/")
    return Distiller(settings.distil_command, settings.distil_timeout, home)


class _Conversation:
    """The three pipes of a program, none of which waits for another."""

    def __init__(self, process: subprocess.Popen[bytes], data: bytes) -> None:
        self.output = bytearray()
        self.complaint = bytearray()
        self._input = memoryview(data)
        self._process = process
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> _Conversation:
        process = self._process
        for pipe, event in (
            (process.stdin, selectors.EVENT_WRITE),
            (process.stdout, selectors.EVENT_READ),
            (process.stderr, selectors.EVENT_READ),
        ):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, event)
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()

    def go_on(self, seconds: float) -> bool:
        """Wait so long for a pipe to be ready, and use what is: whether something was read."""
        if not self._selector.get_map():
            # All are closed, and it still runs.
            time.sleep(seconds)
            return False
        read = False
        for key, _ in self._selector.select(seconds):
            pipe = key.fileobj
            assert not isinstance(pipe, int)
            if pipe is self._process.stdin:
                self._write(key.fd)
            else:
                read = self._read(pipe, key.fd) or read
        return read

    def _write(self, descriptor: int) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        try:
            self._input = self._input[os.write(descriptor, self._input[:_PIECE]) :]
        except BlockingIOError:
            return
        except OSError:
            # It does not want more: that is its own affair.
            self._input = self._input[:0]
        if not self._input:
            self._selector.unregister(stdin)
            stdin.close()

    def _read(self, pipe: object, descriptor: int) -> bool:
        try:
            piece = os.read(descriptor, _PIECE)
        except BlockingIOError:
            return False
        if not piece:
            self._selector.unregister(descriptor)
            return False
        if pipe is self._process.stdout:
            self.output += piece
        else:
            self.complaint += piece[: SAID_LIMIT - len(self.complaint)]
        return True


def _ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether the program itself has ended; its id stays taken, so that its group can be ended."""
    if not hasattr(os, "waitid"):
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the program and what it started, without waiting."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _first_line(complaint: bytes) -> str:
    lines = re.split(r"[\r\n]+", complaint.decode("utf-8", "replace"))
    return next((show(each.strip())[:_WORDS_LIMIT] for each in lines if each.strip()), "")
