"""Records that programs keep beside the logs: `*.jsonl` below `memory/`, one object a line.

A line counts when one of its fields says when it was. The record of heartbeats
is not among them (see `memdeck.pulse.beats`). Nothing here raises for what is
on disk.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from memdeck.model import Activity, ActivityKind
from memdeck.pulse.beats import FOLDER as HEARTBEATS
from memdeck.pulse.fields import agent_of, object_of, when_of, words_of
from memdeck.pulse.tails import NewLine, Tail

FOLDER: Final = "memory"
MOST: Final = 100
"""Lines of one file that are told."""
_MOST_FILES: Final = 64
"""The files that were changed last; others are not read."""
_DEPTH: Final = 3
"""How many folders deep below `memory/` they are looked for."""

Stamp = tuple[int, int, int]
Parse = Callable[[bytes], Activity | None]


@dataclass(frozen=True, slots=True)
class Found:
    """What records tell."""

    activities: tuple[Activity, ...] = ()
    """In no order that matters, those of one file in the order of its lines."""
    problems: tuple[str, ...] = ()
    """Which could not be read, in words."""


@dataclass(slots=True)
class Followed:
    """A file of which the newest lines are known."""

    tail: Tail
    parse: Parse
    marker: bytes = b""
    """Lines without it are not parsed."""
    most: int = MOST
    """Lines that are told; of twice as many that are new at once the others are not parsed."""
    stamp: Stamp = (-1, -1, -1)
    told: deque[Activity] = field(default_factory=deque)
    rest: Activity | None = None
    """What a last line without line feed tells."""
    problem: str | None = None

    def look(self, name: str, stamp: Stamp) -> bool:
        """Read what is new in the file of that name; whether it may tell something else now."""
        if stamp == self.stamp:
            return False
        try:
            grown = self.tail.read()
        except OSError as error:
            problem = f"{name} could not be read ({error.strerror or error})"
            changed, self.problem = problem != self.problem, problem
            return changed
        self.stamp, self.problem = stamp, None
        if grown.restarted:
            self.told.clear()
        lines = [each for each in grown.lines if self.marker in each.data]
        for line in lines[-2 * self.most :]:
            if (activity := self._activity(name, line)) is not None:
                self.told.append(activity)
        while len(self.told) > self.most:
            self.told.popleft()
        self.rest = self._activity(name, grown.rest) if grown.rest is not None else None
        return True

    def activities(self) -> Iterator[Activity]:
        """What its newest lines tell, in their order."""
        yield from self.told
        if self.rest is not None:
            yield self.rest

    def _activity(self, name: str, line: NewLine) -> Activity | None:
        activity = self.parse(line.data)
        if activity is None:
            return None
        place = name if line.number is None else f"{name}:{line.number}"
        return replace(activity, place=place)


class RecordReader:
    """Reads the records of a workspace again and again, each time only what is new."""

    def __init__(self, root: Path) -> None:
        """`root` is the workspace's, resolved."""
        self._root = root
        self._files: dict[str, Followed] = {}
        self._found = Found()

    def read(self) -> Found:
        """What the newest lines tell; the same object as before while nothing changed."""
        there = dict(_newest(self._root))
        changed = there.keys() != self._files.keys()
        for name, stamp in there.items():
            if name not in self._files:
                self._files[name] = Followed(Tail(self._root / name), parse_record)
            changed |= self._files[name].look(name, stamp)
        if not changed:
            return self._found
        self._files = {name: self._files[name] for name in there}
        self._found = Found(
            tuple(each for file in self._files.values() for each in file.activities()),
            tuple(file.problem for file in self._files.values() if file.problem is not None),
        )
        return self._found


def parse_record(line: bytes) -> Activity | None:
    """What a line of a record tells; None when it says no time."""
    fields = object_of(line)
    when = when_of(fields) if fields is not None else None
    if fields is None or when is None:
        return None
    return Activity(when, ActivityKind.RECORD, words_of(fields), agent_of(fields))


def record_files(root: Path) -> Iterator[Path]:
    """The records below `memory/`, that of heartbeats included."""
    for folder, entries in _walk(root):
        yield from (folder / entry.name for entry in entries)


def _newest(root: Path) -> list[tuple[str, Stamp]]:
    """The records that were changed last, by name relative to the workspace, with their stamps."""
    found: list[tuple[int, str, Stamp]] = []
    for folder, entries in _walk(root):
        if folder == root / HEARTBEATS:
            continue
        for entry in entries:
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            stamp = (status.st_size, status.st_mtime_ns, status.st_ino)
            found.append((-status.st_mtime_ns, f"{folder.relative_to(root)}/{entry.name}", stamp))
    return [(name, stamp) for _, name, stamp in sorted(found)[:_MOST_FILES]]


def _walk(root: Path) -> Iterator[tuple[Path, list[os.DirEntry[str]]]]:
    """`memory/` and the folders in it, each with the records directly in it; links are left out."""
    waiting = [(root / FOLDER, 0)]
    while waiting:
        folder, depth = waiting.pop()
        records: list[os.DirEntry[str]] = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if depth < _DEPTH and not entry.name.startswith(".git"):
                            waiting.append((folder / entry.name, depth + 1))
                    elif entry.name.endswith(".jsonl") and entry.is_file(follow_symlinks=False):
                        records.append(entry)
        except OSError:
            # Not there, or not ours to look into: `memory/` itself is told of with the logs.
            continue
        yield folder, records
