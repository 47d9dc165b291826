"""What an agent holds of its memory while it is awake.

    cache = MemoryCache(workspace.root, interval=pulse.interval)
    cache.warm(deck.budget.parts)
    text = cache.get("MEMORY.md")
    pulse.beat(cache=cache.take_counts())

The least recently used file goes first, and every file lives as long as the
heartbeat interval, counted from when it was read or warmed: whoever has not
checked in for so long starts cold. A file that has changed on disk is never
given as it was.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from cachetools import LRUCache, TTLCache

from memdeck.bootstrap.files import read_source
from memdeck.errors import NothingFound, Unusable, WrongUsage
from memdeck.model import MISSING, CacheCounts, Part, Source
from memdeck.text import plural, show

INTERVAL: Final = 55 * 60.0
"""Seconds that a file lives unless another interval is given: the article's."""
SIZE: Final = 100
"""Files that are held unless another size is given: the article's."""
_SETTLED: Final = 2_000_000_000
"""Nanoseconds after which a second change of a file cannot have the time of the first: the
coarsest file system counts two seconds."""

Stamp = tuple[int, int, int, int, int]


def since_boot() -> float:
    """Seconds since the machine was started; goes on while it sleeps and is never set back."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


@dataclass(frozen=True, slots=True)
class Warmed:
    """What was read ahead."""

    paths: tuple[str, ...]
    """Relative to the workspace, in the order of the parts."""
    size: int
    """Bytes of all of them."""
    problems: tuple[str, ...]
    """What is not held, each with the reason in words."""


@dataclass(slots=True)
class _Held:
    stamp: Stamp
    settled: bool
    """Whether a later change would show in the stamp for certain."""
    data: bytes


class MemoryCache:
    """Files of one workspace by their paths; it belongs to one process, and one thread at a time.

    Each `get` counts as one of three: a hit; expired, when it was held and its
    time was over; else a miss. `warm` counts as none.
    """

    def __init__(
        self,
        root: Path,
        *,
        interval: float = INTERVAL,
        size: int = SIZE,
        timer: Callable[[], float] = since_boot,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        """`interval` is in seconds, as is `timer`; `size` in files, each of 4 MiB at most.

        `clock` is the time of day in nanoseconds that files are stamped with.
        It is only asked whether a file has just been written. Raises
        WrongUsage for an interval or a size that is not above 0.
        """
        if not (math.isfinite(interval) and interval > 0 and size > 0):
            raise WrongUsage(
                "A cache lives for some seconds and holds one file or more: "
                "give an interval and a size above 0."
            )
        self._root = root.resolve()
        self._size = size
        self._timer = timer
        self._clock = clock
        self._now = timer()
        # Asked once for each call, so that nothing runs out half way through one.
        self._held: TTLCache[str, _Held] = TTLCache(size, interval, timer=lambda: self._now)
        self._over: LRUCache[str, None] = LRUCache(size)
        """What ran out and was not asked for since."""
        self._hits = self._misses = self._expired = 0

    def __len__(self) -> int:
        """How many files are held."""
        self._tick()
        return len(self._held)

    def get(self, path: str | PurePath) -> bytes:
        """A file as it is on disk now; only its status is looked at while it is held.

        `path` is relative to the workspace, or whole. Raises NothingFound when
        there is no such file, Unusable when it cannot be read or lies outside.
        """
        self._tick()
        name = self._name(path)
        before = self._held.get(name)
        source = self._load(name)
        if before is not None and self._held.get(name) is before:
            self._hits += 1
        elif self._over.pop(name, name) is None:
            self._expired += 1
        else:
            self._misses += 1
        if source.problem is not None:
            kind = NothingFound if source.problem == MISSING else Unusable
            raise kind(f"{show(name)} cannot be given: {source.problem}.")
        return source.data

    def warm(self, parts: Iterable[Part | str]) -> Warmed:
        """Hold the files of a bootstrap's parts, and others by their names, from now on.

        Those that are held and did not change are not read again. Nothing is
        raised for what is on disk. Notes are no files: a part without paths
        has nothing to warm.
        """
        self._tick()
        names = dict.fromkeys(
            self._name(path)
            for each in parts
            for path in ((each,) if isinstance(each, str) else each.paths)
        )
        held: list[str] = []
        problems: list[str] = []
        size = 0
        for name in names:
            if len(held) == self._size:
                problems.append(f"{show(name)}: there is room for {plural(self._size, 'file')}")
                continue
            source = self._load(name)
            if source.problem is not None:
                problems.append(f"{show(name)}: {source.problem}")
                continue
            if (kept := self._held.get(name)) is None:
                problems.append(f"{show(name)}: it came while it was looked for")
                continue
            # Stored again: its time begins anew, and it is the last to go.
            self._held[name] = kept
            self._over.pop(name, None)
            held.append(name)
            size += len(source.data)
        return Warmed(tuple(held), size, tuple(problems))

    @property
    def counts(self) -> CacheCounts:
        """How it did since `take_counts`."""
        return CacheCounts(self._hits, self._misses, self._expired)

    def take_counts(self) -> CacheCounts:
        """How it did since this was last asked, for the beat that is about to be written."""
        counts = self.counts
        self._hits = self._misses = self._expired = 0
        return counts

    def _tick(self) -> None:
        """Take the time, and drop what it is over for."""
        now = self._timer()
        if now < self._now:
            # Set back: how long anything has been held cannot be told any more.
            for name in self._held:
                self._over[name] = None
            self._held.clear()
        self._now = now
        for name, _ in self._held.expire(now):
            self._over[name] = None

    def _name(self, path: str | PurePath) -> str:
        """The path relative to the workspace, or one that leads out of it and is refused later."""
        name = os.path.normpath(path)
        if not os.path.isabs(name):  # noqa: PTH117
            return name
        return os.path.relpath(name, self._root)

    def _load(self, name: str) -> Source:
        """The file, held from now on; what was held of it goes unless it is still that."""
        stamp, settled = self._look(name)
        held = self._held.get(name)
        if held is not None and held.stamp == stamp and held.settled:
            return Source(name, held.data)
        source = read_source(self._root, name)
        if held is not None and held.stamp == stamp and held.data == source.data:
            # It had just been written when it was read, and has not been written since.
            held.settled = settled
            return source
        self._held.pop(name, None)
        if stamp is not None and source.problem is None:
            # The status is from before the reading: a change meanwhile shows the next time.
            self._held[name] = _Held(stamp, settled, source.data)
        return source

    def _look(self, name: str) -> tuple[Stamp | None, bool]:
        """What tells a change of a file, and whether any later change would; None if not there."""
        now = self._clock()
        try:
            status = os.stat(self._root / name)  # noqa: PTH116
        except (OSError, ValueError):
            return None, False
        # The time of the last change of its status cannot be set by whoever writes it.
        changed = max(status.st_mtime_ns, status.st_ctime_ns)
        stamp = (
            *(status.st_size, status.st_mtime_ns, status.st_ctime_ns),
            *(status.st_ino, status.st_dev),
        )
        return stamp, now - changed >= _SETTLED
