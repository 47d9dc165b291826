"""Regular expressions, tried in a process of their own.

Python's `re` can take longer than anyone waits (`(a+)+$` on a line of 40 `a`),
lets no other thread run meanwhile and cannot be interrupted. So a helper
process tries the pattern; whoever searches waits for it, can stop at any time,
and ends it when a part takes too long. It starts in some 25 ms.
"""

from __future__ import annotations

import marshal
import os
import select
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from memdeck.errors import MemdeckError
from memdeck.search.fold import Span, joined
from memdeck.search.matching import Match, Stopped, lines_of

PATIENCE: Final = 2.0
"""Seconds for one request of some hundred kilobytes, which usually takes some milliseconds."""
_LOOK: Final = 0.02
"""Seconds between two looks whether the search is to stop."""
_SIZE: Final = struct.Struct("<Q")
_HELPER: Final = Path(__file__).with_name("pattern_helper.py")


class TakesTooLong(MemdeckError):
    """A pattern that was not done with a part within `PATIENCE`."""


class PatternMatcher:
    """Lines in which a pattern is found. Belongs to one thread."""

    def __init__(
        self, pattern: str, *, ignore_case: bool, patience: float = PATIENCE,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        self._pattern = pattern
        self._ignore_case = ignore_case
        self._patience = patience
        self.stop = stop
        self._helper: subprocess.Popen[bytes] | None = None

    def matches(self, parts: Sequence[bytes]) -> list[list[Match]]:
        """The lines of each part in which the pattern is found, with the places.

        Raises TakesTooLong, Stopped, and MemdeckError when there is no helper.
        """
        if self._helper is None:
            self._helper = _started()
            self._say((self._pattern, self._ignore_case))
        self._say(list(parts))
        answer: list[list[tuple[int, list[Span]]]] = self._hear()
        found: list[list[Match]] = []
        for part, numbers in zip(parts, answer, strict=True):
            spans = dict(numbers)
            found.append(
                [
                    Match(start, end, None, joined(spans[number]))
                    for number, (start, end, _) in enumerate(lines_of(part))
                    if number in spans
                ]
                if spans
                else []
            )
        return found

    def spans(self, _line: str, /) -> tuple[Span, ...]:
        """None: each match tells its own, as the helper found them."""
        return ()

    def close(self) -> None:
        """End the helper."""
        helper, self._helper = self._helper, None
        if helper is None:
            return
        helper.kill()
        for stream in (helper.stdin, helper.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    # What was still to be said, nobody hears.
                    continue
        helper.wait()

    def _say(self, what: Any) -> None:
        helper = self._helper
        assert helper is not None
        assert helper.stdin is not None
        said = marshal.dumps(what)
        try:
            # It reads all of it before it begins, so that this does not wait for long.
            helper.stdin.write(_SIZE.pack(len(said)) + said)
            helper.stdin.flush()
        except OSError as error:
            raise _gone() from error

    def _hear(self) -> Any:
        helper = self._helper
        assert helper is not None
        assert helper.stdout is not None
        handle = helper.stdout.fileno()
        heard = bytearray()
        wanted = _SIZE.size
        quiet = 0.0
        while True:
            if self.stop():
                raise Stopped
            if not select.select([handle], [], [], _LOOK)[0]:
                quiet += _LOOK
                if quiet >= self._patience:
                    raise TakesTooLong(
                        "The pattern takes too long, so the search was ended before it was "
                        "through: a repeat inside of a repeat, as in (a+)+, can take for ever."
                    )
                continue
            data = os.read(handle, 1 << 20)
            if not data:
                raise _gone()
            heard += data
            if len(heard) >= _SIZE.size:
                wanted = _SIZE.size + _SIZE.unpack_from(heard)[0]
            if len(heard) >= wanted:
                # Both sides are this program, and the same Python.
                return marshal.loads(heard[_SIZE.size :])  # noqa: S302


def _started() -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - our own file, by the Python that runs us
            [sys.executable, "-I", "-S", "-W", "ignore", str(_HELPER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, ValueError) as error:
        raise _gone() from error


def _gone() -> MemdeckError:
    return MemdeckError(
        "The helper process that tries patterns could not be started or ended early, so the "
        "search is not complete: search for words instead, or try again."
    )
