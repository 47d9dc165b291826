"""The lines of a file that other programs append to, each read once.

Such a file grows while it is read, so its last line may be half written; it
may be started again, or be replaced by another of the same name.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from memdeck.openclaw import open_file

AT_ONCE: Final = 4 * 1024 * 1024
"""Bytes that are read at once: of what is more, those at the end."""
_ANCHOR: Final = 64
"""Bytes before the place that was read to: while they are the same, so is the file."""


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line that was not there at the last reading, without its line feed."""

    data: bytes
    number: int | None
    """From 1; None when the beginning of the file was never read."""


@dataclass(frozen=True, slots=True)
class Grown:
    """What a file has more than at the last reading."""

    lines: Sequence[NewLine] = ()
    rest: NewLine | None = None
    """A last line without line feed: whole, or half written. The next reading tells it again."""
    restarted: bool = False
    """Whether what was read before is not in it any more: all of it is told."""


class Tail:
    """Follows one file; reads what is new to it."""

    def __init__(self, path: Path, at_once: int = AT_ONCE) -> None:
        """`at_once` is in bytes."""
        self.path: Final = path
        self._at_once = at_once
        self._inode = (0, 0)
        self._offset = 0
        self._lines: int | None = 0
        self._anchor = b""

    def read(self) -> Grown:
        """What came since the last call. Raises OSError, for what is no file, too."""
        with open_file(self.path) as file:
            status = os.fstat(file.fileno())
            inode = (status.st_dev, status.st_ino)
            restarted = self._offset > 0 and not (
                inode == self._inode
                and status.st_size >= self._offset
                and self._is_as_it_was(file.fileno())
            )
            if restarted or inode != self._inode:
                self._inode, self._offset, self._lines, self._anchor = inode, 0, 0, b""
            skipped = status.st_size - self._offset > self._at_once
            if skipped:
                self._offset, self._lines = status.st_size - self._at_once, None
            file.seek(self._offset)
            data = file.read(self._at_once)
        if skipped:
            # Most likely in the middle of a line.
            begun = data.find(b"\n") + 1 or len(data)
            self._offset += begun
            data = data[begun:]
        return self._told(data, restarted)

    def _told(self, data: bytes, restarted: bool) -> Grown:
        *whole, rest = data.split(b"\n")
        first = None if self._lines is None else self._lines + 1
        lines = [
            NewLine(line, None if first is None else first + index)
            for index, line in enumerate(whole)
        ]
        ended = len(data) - len(rest)
        self._offset += ended
        if self._lines is not None:
            self._lines += len(whole)
        self._anchor = (self._anchor + data[max(0, ended - _ANCHOR) : ended])[-_ANCHOR:]
        number = None if first is None else first + len(whole)
        return Grown(lines, NewLine(rest, number) if rest.strip() else None, restarted)

    def _is_as_it_was(self, descriptor: int) -> bool:
        size = len(self._anchor)
        return os.pread(descriptor, size, self._offset - size) == self._anchor
