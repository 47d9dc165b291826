"""What is searched: the three tiers as last read, and the logs' bytes as they are on disk now."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from types import TracebackType
from typing import Final

from memdeck.daily.days import log_bytes
from memdeck.errors import Unusable
from memdeck.model import Day, Deck, LogFile, MemoryFile, Notes
from memdeck.text import show

_FLAGS: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
_LARGEST: Final = 4 * 1024 * 1024
"""Bytes of a log that is read quickly."""


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """The tiers of one workspace. Log files need only be listed."""

    root: Path
    notes: Notes
    memory: MemoryFile
    days: tuple[Day, ...]
    """Newest first."""
    zone: tzinfo = UTC
    """Where an entry's moment is a date."""


def sources_of(deck: Deck, zone: tzinfo) -> Sources:
    """What a deck holds, to be searched; `zone` is that of the workspace."""
    return Sources(deck.root, deck.notes, deck.memory, deck.days, zone)


class LogReader:
    """Reads one log after the other, as quickly as that goes; used in a `with` block.

    Ten years are 3,650 files: three system calls for each that is as the
    listing says. Links and whatever else is out of the ordinary go the careful
    way of `memdeck.daily.days`.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = -1

    def __enter__(self) -> Callable[[LogFile], bytes | None]:
        return self._read

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._folder >= 0:
            os.close(self._folder)
            self._folder = -1

    def _read(self, file: LogFile) -> bytes | None:
        """The bytes of a log; None when it is gone. Raises Unusable in words."""
        if self._folder < 0:
            self._open()
        try:
            # One byte more than it had: what was written since is not missed.
            handle = os.open(file.name, _FLAGS, dir_fd=self._folder)
            try:
                data = os.read(handle, file.size + 1 if file.size < _LARGEST else 0)
            finally:
                os.close(handle)
            if len(data) == file.size:
                return data
        except FileNotFoundError:
            return None
        except OSError:
            # A link, a folder, one that this user may not read: the careful way says which.
            pass
        return self._carefully(file)

    def _carefully(self, file: LogFile) -> bytes | None:
        try:
            return log_bytes(self._root, file.name)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unusable(f"{show(file.name)} could not be read ({error.strerror}).") from error

    def _open(self) -> None:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        try:
            self._folder = os.open(self._root, flags)
        except OSError as error:
            raise Unusable(
                f"{show(str(self._root))} could not be opened ({error.strerror})."
            ) from error
