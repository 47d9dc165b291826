"""The days of a workspace: which files of `memory/` are logs, and what each holds.

A day is all of its files. Files that did not change since the last reading are
the same objects, and so are days whose files are. Nothing here raises for what
is on disk: what cannot be read says why.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from memdeck.daily.parse import parse_log
from memdeck.errors import Unusable
from memdeck.limits import LARGEST_READ, LARGEST_SEARCHED
from memdeck.model import Day, LogFile
from memdeck.reach import may_be_read
from memdeck.text import plural

FOLDER: Final = "memory"
"""Where daily logs lie, below the workspace."""

_NAME: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[-_].+)?\.md\Z", re.ASCII | re.DOTALL)
GONE: Final = "The folder of the workspace is not there: it was moved or deleted."
IN_FUTURE: Final = "in the future"
"""The mark of a day that has not begun."""
_FAR: Final = 90
"""Days. A year that no other day has is doubtful when it is further off than this."""


def log_date(name: str) -> date | None:
    """The date in the name of a log: `2026-02-06.md`, `2026-02-06-slug.md`, `2026-02-06_slug.md`.

    What follows a hyphen may be a time (`-1105`). None for other names and for
    impossible dates.
    """
    found = _NAME.match(name)
    if found is None:
        return None
    try:
        return date(int(found.group(1)), int(found.group(2)), int(found.group(3)))
    except ValueError:
        return None


def read_days(
    root: Path,
    previous: Sequence[Day] = (),
    *,
    today: date,
    parse_newest: int | None = None,
    parse_dates: Collection[date] = (),
) -> tuple[Day, ...]:
    """The days of the workspace at `root`, newest first.

    Files whose size, mtime and inode did not change since `previous` are the
    same objects; when nothing changed at all, `previous` itself is returned.
    With `parse_newest`, only so many days and those of `parse_dates` are read
    and parsed; the files of the others are listed with `parsed` false, unless
    they were parsed before. `read_day` parses one more.
    """
    known = {file.name: file for day in previous for file in day.files}
    by_date: dict[date, list[str]] = {}
    for entry_name in _names(root):
        on = log_date(entry_name)
        if on is not None:
            by_date.setdefault(on, []).append(entry_name)
    dates = sorted(by_date, reverse=True)
    parsed = set(dates[:parse_newest]).union(parse_dates)
    old_days = {day.date: day for day in previous}
    doubtful = _doubtful_years(dates)
    days: list[Day] = []
    for on in dates:
        parse = on in parsed
        names = (f"{FOLDER}/{each}" for each in sorted(by_date[on]))
        found = (_file(root, each, known.get(each), on, parse=parse) for each in names)
        files = tuple(file for file in found if file is not None)
        if not files:
            continue
        marks = _day_marks(on, today, doubtful)
        old = old_days.get(on)
        days.append(old if _same_day(old, files, marks) and old else Day(on, files, marks))
    if len(days) == len(previous) and all(
        new is old for new, old in zip(days, previous, strict=True)
    ):
        return previous if isinstance(previous, tuple) else tuple(previous)
    return tuple(days)


def read_day(root: Path, day: Day) -> Day:
    """`day` with all of its files read and parsed; `day` itself when they were."""
    if all(file.parsed for file in day.files):
        return day
    found = (_file(root, file.name, file, day.date, parse=True) for file in day.files)
    return replace(day, files=tuple(file for file in found if file is not None))


def log_bytes(root: Path, name: str) -> bytes:
    """What a log holds now, by its path relative to the workspace at `root`.

    Raises FileNotFoundError when it is gone, Unusable in words when it cannot be read.
    """
    try:
        return _read(root, root / name, LARGEST_SEARCHED)[0]
    except FileNotFoundError:
        raise
    except (OSError, RuntimeError) as error:
        raise Unusable(_words(error, name)) from error
    except Unusable as error:
        raise Unusable(f"{name}: {error}") from error


def days_of(days: Iterable[Day], on: date) -> Day | None:
    """The day of a date; None when it has no file."""
    return next((day for day in days if day.date == on), None)


def folder_problem(root: Path) -> str | None:
    """Why `memory/` cannot be listed, in words; None when it can, or is not there yet."""
    try:
        with os.scandir(_folder(root)):
            return None
    except FileNotFoundError:
        return None if root.is_dir() else GONE
    except (OSError, Unusable) as error:
        return _words(error, FOLDER)


# --- Reading ---------------------------------------------------------------


def _folder(root: Path) -> Path:
    folder = root / FOLDER
    if folder.is_symlink() and not _inside(root, folder):
        raise Unusable(f"{FOLDER} leads out of the workspace")
    return folder


def _names(root: Path) -> list[str]:
    try:
        with os.scandir(_folder(root)) as entries:
            return [entry.name for entry in entries]
    except (OSError, Unusable):
        # `folder_problem` says why.
        return []


def _file(root: Path, name: str, known: LogFile | None, on: date, *, parse: bool) -> LogFile | None:
    """One file as it is now; `known` itself when it did not change. None when it is gone."""
    # Ten years are 3,650 files: an unchanged one costs its status, and no path is built.
    place = f"{root}/{name}"
    try:
        status = os.lstat(place)
        if stat.S_ISLNK(status.st_mode):
            status = os.stat(place)  # noqa: PTH116
        stamp = _stamp(status)
        # A file whose mode was mended keeps its stamp, so trouble is looked at again.
        unchanged = known is not None and known.stamp == stamp and known.problem is None
        if known is not None and unchanged and (known.parsed or not parse):
            return known
    except FileNotFoundError:
        path = root / name
        if not path.is_symlink():
            return None
        return _unreadable(path, name, None, known, "a link to a file that is not there")
    except OSError as error:
        return _unreadable(root / name, name, None, known, _words(error, name))
    path = root / name
    if not parse:
        return LogFile(path, name, status.st_size, _moment(status), parsed=False, stamp=stamp)
    try:
        data, status = _read(root, path, LARGEST_READ)
    except FileNotFoundError:
        return None
    except (OSError, RuntimeError, Unusable) as error:
        return _unreadable(path, name, status, known, _words(error, name))
    kind, sections, marks = parse_log(data, name, on)
    return LogFile(
        path=path,
        name=name,
        size=len(data),
        modified=_moment(status),
        data=data,
        kind=kind,
        sections=sections,
        marks=marks,
        stamp=_stamp(status),
    )


def _read(root: Path, path: Path, most: int) -> tuple[bytes, os.stat_result]:
    """The bytes of a log and its status before they were read. Never waits for a writer."""
    opened = path
    if path.is_symlink():
        opened = path.resolve(strict=True)
        if not _inside(root, path):
            raise Unusable("a link that leads out of the workspace; it is not followed")
    before = opened.lstat()
    _check_regular(before, most)
    # O_NONBLOCK: a fifo that takes the file's place meanwhile must not hold us.
    handle = os.open(opened, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        _check_regular(status, most)
        return file.read(most), status


def _check_regular(status: os.stat_result, most: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise Unusable("a folder, though it is named like a log")
    if not stat.S_ISREG(status.st_mode):
        raise Unusable("not a regular file; it is not opened")
    if status.st_size > most:
        size = plural(status.st_size // 1024**2, "megabyte")
        raise Unusable(f"too large to be a log ({size}); it is not read")


def _inside(root: Path, path: Path) -> bool:
    return may_be_read(root, path.resolve())


def _unreadable(
    path: Path, name: str, status: os.stat_result | None, known: LogFile | None, problem: str
) -> LogFile:
    """A file that says why it has no content; `known` when it said the same."""
    stamp = _stamp(status) if status else (0, 0, 0)
    if known is not None and known.problem == problem and known.stamp == stamp:
        return known
    size = status.st_size if status and stat.S_ISREG(status.st_mode) else 0
    modified = _moment(status) if status else datetime.fromtimestamp(0, UTC)
    return LogFile(path, name, size, modified, problem=problem, stamp=stamp)


def _words(error: BaseException, name: str) -> str:
    if isinstance(error, PermissionError):
        return f"{name} may not be read by this user"
    if isinstance(error, OSError):
        return f"{name} could not be read ({error.strerror or error})"
    return str(error)


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino


def _moment(status: os.stat_result) -> datetime:
    try:
        return datetime.fromtimestamp(status.st_mtime, UTC)
    except (OverflowError, ValueError, OSError):
        # A clock that was never set can leave a year that dates do not reach.
        return datetime.fromtimestamp(0, UTC)


# --- Marks -----------------------------------------------------------------


def _same_day(old: Day | None, files: tuple[LogFile, ...], marks: tuple[str, ...]) -> bool:
    return (
        old is not None
        and old.marks == marks
        and len(old.files) == len(files)
        and all(mine is theirs for mine, theirs in zip(old.files, files, strict=True))
    )


def _doubtful_years(dates: Sequence[date]) -> frozenset[int]:
    """Years that a single day has, far from every other: most likely typed wrong."""
    by_year: dict[int, list[date]] = {}
    for on in dates:
        by_year.setdefault(on.year, []).append(on)
    if len(dates) < 3:
        return frozenset()
    return frozenset(
        year
        for year, mine in by_year.items()
        if len(mine) == 1 and all(abs((mine[0] - on).days) > _FAR for on in dates if on != mine[0])
    )


def _day_marks(on: date, today: date, doubtful: frozenset[int]) -> tuple[str, ...]:
    marks = []
    if on > today:
        marks.append(IN_FUTURE)
    if on.year in doubtful:
        marks.append(f"no other day is in {on.year}")
    return tuple(marks)
