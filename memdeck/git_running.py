"""A git process that has been started: asked while it runs, and ended whatever happens."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from memdeck.git_words import GitFailed, command_name, failure, missing

_living: set[Running] = set()


def end_all() -> None:
    """End every git process that is still at work, such as a slow fetch. At the end of the
    program, of whichever thread started it."""
    for running in tuple(_living):
        running.kill()


atexit.register(end_all)


class Running:
    """A git process. As a context manager, it is ended with the block."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        folder: Path,
        arguments: Sequence[str],
        timeout: float,
        *,
        through_env: bool,
    ) -> None:
        """`timeout` is its time limit in seconds, from now on; `through_env`: env(1) starts it."""
        self._process = process
        self._folder = folder
        self._arguments = arguments
        self._timeout = timeout
        self._through_env = through_env
        self._timer: threading.Timer | None = None
        self._timed_out = False
        _living.add(self)

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    @property
    def alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    @property
    def process_id(self) -> int:
        """Of git itself, also where env(1) has started it."""
        return self._process.pid

    def finish(self, stdin: bytes | None = None, allowed: Collection[int] = (0,)) -> bytes:
        """Give it the last of its input, and wait for it to end: the rest of what it says.

        Raises GitFailed in words when it ends with a code that is not allowed
        or takes longer than the time limit.
        """
        try:
            output, said = self._process.communicate(stdin, timeout=self._timeout)
        except subprocess.TimeoutExpired:
            raise self._too_slow() from None
        finally:
            self.end()
        if self._process.returncode in allowed:
            return output
        raise self._failed(said)

    def ask(self, question: bytes) -> IO[bytes]:
        """Send a question: the stream to read the answer from, which `answered` closes.

        The question must be small, and the answer be read to its end and no
        further. While an answer is waited for, the time limit runs.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        self._timer = threading.Timer(self._timeout, self._stop)
        self._timer.daemon = True
        self._timer.start()
        try:
            stdin.write(question)
            stdin.flush()
        except (BrokenPipeError, ValueError):  # ended, or closed after it was found broken
            raise self.broken() from None
        return stdout

    def answered(self) -> None:
        """The answer was read: the time limit does not run any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def broken(self) -> GitFailed:
        """Why an answer ended before its end."""
        self.answered()
        if self._timed_out:
            return self._too_slow()
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        said = self._process.stderr.read() if self._process.stderr else b""
        self._process.wait()
        return self._failed(said)

    def end(self) -> None:
        """Leave nothing of it behind: itself, what it started, pipes, zombie."""
        self.answered()
        if self._process.poll() is None:
            self.kill()
            self._process.wait()
        _living.discard(self)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def _stop(self) -> None:
        self._timed_out = True
        self.kill()

    def kill(self) -> None:
        """Stop it and what it started, without waiting."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def _too_slow(self) -> GitFailed:
        return GitFailed(
            f"git {command_name(self._arguments)} took longer than {self._timeout:g} s in "
            f"{self._folder} and was stopped; see whether the disk answers, then try again."
        )

    def _failed(self, said: bytes) -> GitFailed:
        words = said.decode("utf-8", "replace")
        code = self._process.returncode
        if self._through_env and code in (126, 127) and words.startswith("env:"):
            return missing()
        return failure(self._folder, self._arguments, code, words)
