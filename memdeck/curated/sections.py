"""MEMORY.md read: from disk, and from bytes to sections with items."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from memdeck.curated.planning.marks import marks
from memdeck.curated.planning.outline import outline
from memdeck.limits import LARGEST_READ
from memdeck.markdown import line_starts
from memdeck.model import MemoryFile, Section, SectionKind
from memdeck.reach import may_be_read
from memdeck.text import plural

_CONFLICT: Final = re.compile(rb"(?:^|(?<=[\r\n]))(?:<{7}|>{7})(?=[ \r\n]|\Z)")
_NO_LINE_END: Final = re.compile(rb"[^\r\n]")
_COMMENT: Final = b"<!---->"
"""As long as a conflict marker."""
_GONE: Final = "The folder of MEMORY.md is not there: it was moved or deleted."
_NEW_LINE: Final = re.compile(rb"\r\n|\n|\r")


def parse_memory(data: bytes) -> tuple[Section, ...]:
    """The sections of a MEMORY.md, for any bytes at all."""
    return outline(data).sections


def targets(sections: Sequence[Section]) -> tuple[Section, ...]:
    """The sections that may take an item: not those of other programs, nor a mere file title."""
    return tuple(
        section
        for index, section in enumerate(sections)
        if not section.foreign and not _is_file_title(section, sections[index + 1 :])
    )


def _is_file_title(section: Section, behind: Sequence[Section]) -> bool:
    """Whether a heading of level 1 holds headings, and no list of its own."""
    return (
        section.level == 1
        and section.kind is SectionKind.HEADING
        and not any(item.marker for item in section.items)
        and any(each.kind is SectionKind.HEADING for each in behind)
        and next(each for each in behind if each.kind is SectionKind.HEADING).level > 1
    )


def conflict_markers(data: bytes) -> int | None:
    """The line of the first merge conflict marker; None without one."""
    found = _CONFLICT.search(data)
    return None if found is None else len(_NEW_LINE.findall(data, 0, found.start())) + 1


def conflict_lines(data: bytes) -> tuple[tuple[int, int], ...]:
    """The first and the last line of each merge conflict: from `<<<<<<<` to `>>>>>>>`.

    Of one that has no end, the lines that are surely part of it: to its `=======`, or the
    marker alone.
    """
    found: list[tuple[int, int]] = []
    opened: int | None = None
    upto = 0
    starts = line_starts(data)
    for number, start in enumerate(starts, 1):
        mark = data[start : start + 7]
        if mark == b"=======" and opened is not None:
            upto = number
        elif _CONFLICT.match(data, start):
            if mark.startswith(b"<"):
                found += [(opened, upto)] if opened is not None else []
                opened = upto = number
            else:
                found.append((opened or number, number))
                opened = None
    return (*found, (opened, upto)) if opened is not None else tuple(found)


def without_conflicts(memory: MemoryFile) -> MemoryFile:
    """The file as if there were a comment where a merge is open; the same one when none is.

    Every other line stands where it stood, to the byte. For looking only, never for writing.
    """
    spans = conflict_lines(memory.data)
    if not spans:
        return memory
    starts = [*line_starts(memory.data), len(memory.data)]
    data = bytearray(memory.data)
    for first, last in spans:
        start, end = starts[first - 1], starts[last]
        data[start:end] = _NO_LINE_END.sub(b" ", data[start:end])
        # Not nothing: a section that holds a conflict alone is not an empty one.
        data[start : start + len(_COMMENT)] = _COMMENT
    return replace(memory, data=bytes(data), sections=parse_memory(bytes(data)))


def read_memory(path: Path, previous: MemoryFile | None = None) -> MemoryFile:
    """The curated memory as it is on disk; what is wrong with it is said in `problem`,
    what is odd about it in `marks`.

    A link is followed for reading when it leads to a file of the same
    workspace, that is of the folder that holds `path`, or to where the user's
    own settings say (`read.links`). When the bytes are those
    of `previous`, `previous` itself is returned.
    """
    read = _read(path)
    if (
        previous is not None
        and (previous.path, previous.exists, previous.problem)
        == (read.path, read.exists, read.problem)
        and previous.data == read.data
    ):
        return previous
    if not read.data:
        return read
    whole = outline(read.data)
    return replace(read, sections=whole.sections, marks=marks(whole))


def _read(path: Path) -> MemoryFile:
    """The file without its sections."""

    def wrong(problem: str) -> MemoryFile:
        return MemoryFile(path=path, exists=True, problem=problem)

    name = path.name
    try:
        link = path.is_symlink()
        if not link and not path.exists():
            gone = None if path.parent.is_dir() else _GONE
            return MemoryFile(path=path, problem=gone)
        target = Path(os.path.realpath(path, strict=True))
        if link and not may_be_read(path.parent, target):
            return wrong(
                f"{name} is a link that leads out of the workspace, so it is not read: "
                "read.links in your own settings allows it."
            )
        # A pipe that nobody writes to would be waited for until the end of days.
        handle = os.open(target, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return wrong(f"{name} is a link to a file that does not exist; mend or remove the link.")
    except OSError as error:
        return wrong(_unreadable(name, error))
    try:
        status = os.fstat(handle)
        if stat.S_ISDIR(status.st_mode):
            return wrong(f"{name} is a folder; it must be a file to hold curated memory.")
        if not stat.S_ISREG(status.st_mode):
            return wrong(f"{name} is no ordinary file, so it is not read.")
        with os.fdopen(os.dup(handle), "rb") as file:
            # One byte more: it may have grown since.
            data = file.read(LARGEST_READ + 1) if status.st_size <= LARGEST_READ else b""
        if max(status.st_size, len(data)) > LARGEST_READ:
            return wrong(too_large(name, status.st_size))
    except OSError as error:
        return wrong(_unreadable(name, error))
    finally:
        os.close(handle)
    line = conflict_markers(data)
    return MemoryFile(
        path=path,
        data=data,
        exists=True,
        modified=datetime.fromtimestamp(status.st_mtime, tz=UTC),
        problem=None
        if line is None
        else f"{name} has merge conflict markers at line {line}: resolve them before it is edited.",
    )


def too_large(name: str, size: int) -> str:
    """What is said of a MEMORY.md of so many bytes."""
    megabytes = plural(size // 1024**2, "megabyte")
    return (
        f"{name} is too large to be curated memory ({megabytes}), so it is not read; "
        "move out of it what no session needs."
    )


def _unreadable(name: str, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"{name} cannot be read: its permissions do not allow it."
    return f"{name} cannot be read: {error.strerror or error}."
