"""Files of the workspace for any profile, read safely and only when they changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from memdeck.model import MISSING, Source
from memdeck.reach import may_be_read
from memdeck.text import plural

LARGEST: Final = 4 * 1024 * 1024
"""Bytes. No harness gives its sessions as much; what is larger is not read."""
_KEPT: Final = 64
"""Files of which the bytes are kept between two readings."""
_WILD: Final = frozenset("*?[")

Stamp = tuple[int, int, int, int]
Seen = Mapping[tuple[str, str], object]


@dataclass(frozen=True, slots=True)
class Listed:
    """A name in a folder."""

    name: str
    regular: bool
    """Whether it is a file itself: no link, no folder."""
    modified: int
    """In nanoseconds."""
    size: int


def is_pattern(path: str) -> bool:
    """Whether a path has wild cards."""
    return not _WILD.isdisjoint(path)


class FileReader:
    """Reads files of one workspace; an unchanged one is the same `Source` as before.

    It notes all that it looked at since `begin`, so that `same` tells later
    whether looking again would show anything else.
    """

    def __init__(self, root: Path) -> None:
        """`root` is resolved."""
        self._root = root
        self._known: dict[str, tuple[Stamp | None, Source]] = {}
        self._seen: dict[tuple[str, str], object] = {}

    def begin(self) -> None:
        """Note from here on."""
        self._seen = {}
        if len(self._known) > _KEPT:
            self._known = {}

    @property
    def seen(self) -> Seen:
        """What was looked at since `begin`, and how it was."""
        return self._seen

    def same(self, seen: Seen) -> bool:
        """Whether all of it is still as it was then."""
        return all(self._look(kind, what) == before for (kind, what), before in seen.items())

    def read(self, path: str) -> Source:
        """A file by its path relative to the workspace; its problem in words when it has one.

        Only regular files inside the workspace are opened, and named exactly so.
        """
        stamp = self._note("file", path)
        assert stamp is None or isinstance(stamp, tuple)
        known = self._known.get(path)
        if known is not None and known[0] == stamp and known[1].problem is None:
            return known[1]
        source = read_source(self._root, path)
        if known is not None and source.problem and known[1].problem == source.problem:
            source = known[1]
        self._known[path] = stamp, source
        return source

    def starting(self, folder: str, start: str) -> tuple[Listed, ...]:
        """What lies in a folder and has a name that begins with `start`, by name."""
        found = self._note("start", f"{folder}/{start}")
        assert isinstance(found, tuple)
        return found

    def glob(self, pattern: str) -> tuple[str, ...]:
        """The files that a pattern matches, by name; `*`, `?` and `[...]` within one folder.

        Hidden files match none. What has no wild card is given whether it is there or not.
        """
        found = self._note("glob", pattern)
        assert isinstance(found, tuple)
        return found

    def folders(self, pattern: str) -> tuple[Path, ...]:
        """The folders in which files that a pattern matches lie, or would."""
        parent = pattern.rpartition("/")[0]
        names = self._matching(parent, files=False) if parent else [""]
        return tuple(self._root / name for name in names)

    def _note(self, kind: str, what: str) -> object:
        found = self._seen[kind, what] = self._look(kind, what)
        return found

    def _look(self, kind: str, what: str) -> object:
        if kind == "file":
            return self._stamp(what)
        if kind == "glob":
            return tuple(self._matching(what, files=True))
        folder, _, start = what.rpartition("/")
        return tuple(self._listed(folder, start))

    def _stamp(self, path: str) -> Stamp | None:
        try:
            status = os.stat(self._root / path)  # noqa: PTH116
        except (OSError, ValueError):
            return None
        return status.st_size, status.st_mtime_ns, status.st_ino, status.st_mode

    def _listed(self, folder: str, start: str) -> Iterator[Listed]:
        for name in _names(self._root, folder):
            if not name.startswith(start):
                continue
            try:
                status = os.lstat(self._root / folder / name)
            except OSError:
                continue
            regular = stat.S_ISREG(status.st_mode)
            yield Listed(name, regular, status.st_mtime_ns, status.st_size)

    def _matching(self, pattern: str, *, files: bool) -> list[str]:
        folders = [""]
        *parents, last = pattern.split("/")
        for parent in parents if files else (*parents, last):
            folders = [
                name
                for folder in folders
                for name in self._in(folder, parent)
                if (self._root / name).is_dir()
            ]
        if not files:
            return folders
        if not is_pattern(pattern):
            return [pattern]
        return [
            name
            for folder in folders
            for name in self._in(folder, last)
            if not (self._root / name).is_dir()
        ]

    def _in(self, folder: str, pattern: str) -> list[str]:
        start = f"{folder}/" if folder else ""
        if not is_pattern(pattern):
            return [start + pattern] if os.path.lexists(self._root / (start + pattern)) else []
        return [
            start + name
            for name in _names(self._root, folder)
            if not name.startswith(".") and fnmatchcase(name, pattern)
        ]


def read_source(root: Path, path: str) -> Source:
    """A file as it is now, of the workspace at `root` (resolved); its problem in words if any.

    Only regular files inside the workspace are opened, and named exactly so.
    """
    try:
        opened = (root / path).resolve(strict=True)
        if not may_be_read(root, opened):
            return Source(path, problem="a link that leads out of the workspace")
        named = root / path
        if named.name not in _names(root, path.rpartition("/")[0]):
            # Where a file system takes names that differ in case for the same.
            return Source(path, problem=MISSING)
        if problem := _problem(opened.lstat()):
            return Source(path, problem=problem)
        # O_NONBLOCK: a fifo that takes the file's place meanwhile must not hold us.
        handle = os.open(opened, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if problem := _problem(os.fstat(file.fileno())):
                return Source(path, problem=problem)
            return Source(path, file.read(LARGEST))
    except FileNotFoundError:
        return Source(path, problem=MISSING)
    except PermissionError:
        return Source(path, problem="it may not be read by this user")
    except (OSError, RuntimeError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) else None
        return Source(path, problem=f"it could not be read ({words or error})")


def _names(root: Path, folder: str) -> list[str]:
    place = root / folder
    try:
        if not may_be_read(root, place.resolve()):
            return []
        with os.scandir(place) as entries:
            return sorted(entry.name for entry in entries)
    except (OSError, RuntimeError):
        return []


def _problem(status: os.stat_result) -> str | None:
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    if status.st_size > LARGEST:
        return f"too large to be read ({plural(status.st_size // 1024**2, 'megabyte')})"
    return None
