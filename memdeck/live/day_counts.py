"""Items and tokens of every day, without reading again what has been read before.

Ten years are 3,650 logs: to read and parse them takes four seconds, to look
whether they changed 20 ms. What a file held is remembered by its status (size,
mtime, ctime, inode) and by the files of the program that parsed and counted it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import memdeck
from memdeck.cache import Cache, fingerprint
from memdeck.daily.days import read_day
from memdeck.live.reader import Reader
from memdeck.model import Day, Deck
from memdeck.model.logs import FileCount
from memdeck.workspace import Workspace

if TYPE_CHECKING:
    from memdeck.bootstrap.cache import CachedCounter

_TABLE: Final = "files"
_READ_AT_ONCE: Final = 64
"""Days whose bytes are held at one time."""
_SETTLED: Final = 2_000_000_000
"""Nanoseconds after which a second change of a file cannot have the mtime of the first: the
coarsest file system counts two seconds."""


def read_counted(workspace: Workspace, now: datetime) -> tuple[Deck, Mapping[str, FileCount]]:
    """The deck with the days of today and yesterday in full, and the numbers of every log.

    Promoted lines are those that the journal knows.
    """
    # The numbers say nothing of what is like what.
    reader = Reader(workspace, lambda: now, parse_days=0, likeness_days=0)
    for _ in reader.stages():
        pass
    assert reader.deck is not None
    counts = count_days(
        workspace.root, reader.deck.days, reader.counter, Cache(workspace.state_folder), now=now
    )
    return reader.deck, counts


def count_days(
    root: Path, days: Sequence[Day], counter: CachedCounter, cache: Cache, *, now: datetime
) -> dict[str, FileCount]:
    """The numbers of every file of `days`, by its name relative to the workspace at `root`.

    Files that are only listed and not known are read. One that has gone
    meanwhile is left out. Only what has not been written to lately, as of
    `now`, is remembered.
    """
    basis = _basis(counter)
    keys = dict(_keys(days, basis)) if basis is not None else {}
    known = cache.rows(_TABLE, tuple(keys.values()))
    counts: dict[str, FileCount] = {}
    for name, key in keys.items():
        items, tokens = known.get(key, (None, None))
        if isinstance(items, int) and isinstance(tokens, int):
            counts[name] = FileCount(items, tokens)
    unknown = [day for day in days if any(file.name not in counts for file in day.files)]
    for start in range(0, len(unknown), _READ_AT_ONCE):
        read = [read_day(root, day) for day in unknown[start : start + _READ_AT_ONCE]]
        files = [file for day in read for file in day.files]
        for file, tokens in zip(
            files, counter.count_all([each.data for each in files]), strict=True
        ):
            counts[file.name] = FileCount(len(file.items), tokens, file.problem)
    if unknown and basis is not None and basis == _basis(counter):
        # Whoever was written to while it was read has another key now.
        settled = dict(_keys(unknown, basis, before=now))
        cache.keep(
            _TABLE,
            [
                (key, counts[name].items, counts[name].tokens)
                for name, key in settled.items()
                if keys.get(name) == key and name in counts and counts[name].problem is None
            ],
        )
    return counts


def _keys(
    days: Sequence[Day], basis: bytes, *, before: datetime | None = None
) -> Iterator[tuple[str, bytes]]:
    """By which each file that is only listed is remembered; with `before`, if it was at rest then.

    Links are never remembered: where they lead is looked at each time.
    """
    limit = None if before is None else int(before.timestamp()) * 1_000_000_000 - _SETTLED
    for file in (file for day in days for file in day.files if not file.parsed):
        try:
            status = os.lstat(file.path)
        except OSError:
            continue
        if not stat.S_ISREG(status.st_mode):
            continue
        if limit is not None and max(status.st_mtime_ns, status.st_ctime_ns) >= limit:
            continue
        told = (
            *(basis, file.name, status.st_size, status.st_mtime_ns),
            *(status.st_ctime_ns, status.st_ino, status.st_dev),
        )
        yield file.name, sha256(repr(told).encode()).digest()


def _basis(counter: CachedCounter) -> bytes | None:
    """What changes with the program that parses and counts; None when that cannot be told."""
    counting = counter.basis
    try:
        spec = find_spec("pyromark")
        parser = map(Path, (spec.submodule_search_locations or ()) if spec else ())
        ours = Path(memdeck.__file__).parent
        sources = (each for each in sorted(ours.iterdir()) if each.suffix == ".py")
        parsing = fingerprint(*sources, ours / "daily", ours / "model", *parser)
    except (ImportError, ValueError, OSError):
        return None
    return None if counting is None else counting + parsing
