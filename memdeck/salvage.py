"""What can still be read of a damaged SQLite file, row by row.

SQLite itself reads a file from its first page down, so that one damaged page
hides what hangs on it. Here every page is looked at for itself: one that holds
rows says so in its first byte. The format is that of sqlite.org/fileformat2.

The damaged file is never written to: it is kept beside the new one that takes
its place.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

Value = int | float | str | bytes | None
Shape = tuple[tuple[type, ...], ...]
"""Of the rows of one table: what each column may be."""

_LEAF: Final = 0x0D
_FILE_HEADER: Final = 100
_PAGE_SIZE: Final = 4096
"""Where the file does not say: what SQLite makes."""
_DAMAGE: Final = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_FORMAT,
    sqlite3.SQLITE_IOERR_SHORT_READ,
    # Our statements are right, so these say that the tables are not ours.
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_SCHEMA,
    sqlite3.SQLITE_MISMATCH,
}
_MOST_COLUMNS: Final = 32
_MOST_ASIDE: Final = 1000


STUB: Final = "it is only the start of a file"


def is_stub(status: os.stat_result) -> bool:
    """Whether a file has less than a page, which SQLite takes for empty and writes over."""
    return 0 < status.st_size < _PAGE_SIZE


class DamagedError(sqlite3.DatabaseError):
    """A row says what no memdeck writes."""


def is_damage(error: Exception) -> bool:
    """Whether an error says that the file is damaged, and not that it cannot be reached."""
    if isinstance(error, (DamagedError, UnicodeDecodeError)):
        return True
    if not isinstance(error, sqlite3.Error):
        return False
    if str(error).startswith("Could not decode to UTF-8"):
        return True
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and (code in _DAMAGE or code & 0xFF in _DAMAGE)


def reason_of(error: Exception) -> str:
    """Why it cannot be read or written, in a few words."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    if isinstance(error, UnicodeDecodeError):
        # Of a name in its tables: Python cannot read what SQLite says of it.
        return "database disk image is malformed"
    return str(error)


# --- Rows ----------------------------------------------------------------------


def rows_in(data: bytes) -> Iterator[tuple[int, tuple[Value, ...]]]:
    """Every row of a table that the bytes of a SQLite file still hold, with its row id.

    In no order, of no named table, and a row that was deleted may be among
    them. What cannot be read is left out.
    """
    size, usable = _sizes(data)
    free = _free_pages(data, size)
    for number in range(1, len(data) // size + 1):
        start = (number - 1) * size
        page = data[start : start + size]
        header = _FILE_HEADER if number == 1 else 0
        if number in free or page[header] != _LEAF:
            continue
        count = int.from_bytes(page[header + 3 : header + 5], "big")
        for index in range(min(count, usable // 2)):
            at = header + 8 + 2 * index
            offset = int.from_bytes(page[at : at + 2], "big")
            # The errors of bytes that are not what they should be.
            with suppress(IndexError, ValueError, OverflowError):
                yield _row(data, start + offset, size, usable)


def is_of(shape: Shape, row: Sequence[Value]) -> bool:
    """Whether a row may be one of the table that has this shape."""
    return len(row) == len(shape) and all(
        isinstance(value, kinds) for value, kinds in zip(row, shape, strict=True)
    )


def _sizes(data: bytes) -> tuple[int, int]:
    """Bytes of a page, and how many of them are used."""
    size = int.from_bytes(data[16:18], "big")
    size = 65536 if size == 1 else size
    if not data.startswith(b"SQLite format 3\0") or size < 512 or size & (size - 1):
        return _PAGE_SIZE, _PAGE_SIZE
    return size, size - data[20]


def _free_pages(data: bytes, size: int) -> set[int]:
    """Pages that hold nothing any more but what was deleted."""
    found: set[int] = set()
    trunk = int.from_bytes(data[32:36], "big")
    while 0 < trunk <= len(data) // size and trunk not in found:
        found.add(trunk)
        page = data[(trunk - 1) * size : trunk * size]
        count = min(int.from_bytes(page[4:8], "big"), size // 4 - 2)
        found |= {int.from_bytes(page[at : at + 4], "big") for at in range(8, 8 + 4 * count, 4)}
        trunk = int.from_bytes(page[:4], "big")
    return found


def _row(data: bytes, at: int, size: int, usable: int) -> tuple[int, tuple[Value, ...]]:
    """Raises IndexError, ValueError and OverflowError when it is none."""
    length, at = _varint(data, at)
    number, at = _varint(data, at)
    start, (end, at) = at, _varint(data, at)
    kinds: list[int] = []
    while at < start + end and len(kinds) < _MOST_COLUMNS:
        kind, at = _varint(data, at)
        kinds.append(kind)
    # Before anything is copied: of bytes that are no row, this is hardly ever true.
    if at != start + end or end + sum(map(_width, kinds)) != length or length > len(data):
        raise ValueError
    payload = _payload(data, start, length, size, usable)
    values = []
    at = end
    for kind in kinds:
        field = payload[at : at + _width(kind)]
        values.append(_value(kind, field))
        at += len(field)
    if at != length:
        raise ValueError
    return number - (1 << 64) if number >> 63 else number, tuple(values)


def _payload(data: bytes, at: int, length: int, size: int, usable: int) -> bytes:
    """All of a row, which goes on in pages of its own when it is long."""
    most = usable - 35
    if length <= most:
        return data[at : at + length]
    least = (usable - 12) * 32 // 255 - 23
    local = least + (length - least) % (usable - 4)
    local = local if local <= most else least
    parts = [data[at : at + local]]
    following = int.from_bytes(data[at + local : at + local + 4], "big")
    missing = length - local
    while missing > 0:
        if not 1 < following <= len(data) // size:
            raise ValueError
        page = data[(following - 1) * size : (following - 1) * size + usable]
        parts.append(page[4 : 4 + missing])
        missing -= usable - 4
        following = int.from_bytes(page[:4], "big")
    return b"".join(parts)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index in range(8):
        byte = data[at + index]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + index + 1
    return value << 8 | data[at + 8], at + 9


def _width(kind: int) -> int:
    if kind >= 12:
        return (kind - 12) // 2
    return (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)[kind]


def _value(kind: int, field: bytes) -> Value:
    if kind >= 12:
        return field.decode() if kind % 2 else field
    if kind == 7:
        import struct

        (value,) = struct.unpack(">d", field)
        return float(value)
    if kind in (8, 9):
        return kind - 8
    return int.from_bytes(field, "big", signed=True) if kind else None


@dataclass(frozen=True, slots=True)
class BegunAnew:
    """A file that took a damaged one's place."""

    reason: str
    aside: Path
    """Where the damaged one is kept."""
    rows: Mapping[str, int]
    """How many rows of each table were saved."""


def begin_anew(
    path: Path,
    connect: Callable[[], sqlite3.Connection],
    make_tables: Callable[[sqlite3.Connection], None],
    shapes: Mapping[str, Shape],
    makes_sense: Callable[[str, Sequence[Value]], bool],
) -> BegunAnew | None:
    """Begin a file anew, row by row, if it is damaged; None when it is not.

    For files of which every row stands for itself. Raises sqlite3.Error and OSError: then it is
    as it was.
    """
    # Closed last: with it this process loses its locks on the file.
    with path.open("rb") as file, closing(connect()) as database:
        stub = is_stub(os.fstat(file.fileno()))
        reason = STUB if stub else _what_is_wrong(database, shapes, makes_sense)
        if reason is None:
            return None
        try:
            database.execute("BEGIN EXCLUSIVE")
        except (sqlite3.Error, UnicodeDecodeError) as error:
            # Where the file is too damaged to be locked, others cannot write it either.
            if not is_damage(error):
                raise
        rows: dict[str, list[tuple[Value, ...]]] = {name: [] for name in shapes}
        for number, row in rows_in(file.read()):
            for name, shape in shapes.items():
                if is_of(shape, row) and makes_sense(name, row):
                    numbered = shape[0] == (type(None),)
                    rows[name].append((number, *row[1:]) if numbered else row)
        aside = keep_beside(path)
        fresh = path.with_name(f"{path.stem}.new.sqlite")
        for each in (fresh, Path(f"{fresh}-journal")):
            each.unlink(missing_ok=True)
        os.close(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        with closing(sqlite3.connect(fresh, isolation_level=None)) as made:
            made.execute("PRAGMA synchronous = FULL")
            made.execute("BEGIN IMMEDIATE")
            make_tables(made)
            saved = {name: insert(made, name, some) for name, some in rows.items()}
            made.execute("COMMIT")
        fresh.replace(path)
        sync_folder(path.parent)
    return BegunAnew(reason, aside, saved)


def _what_is_wrong(
    database: sqlite3.Connection,
    shapes: Mapping[str, Shape],
    makes_sense: Callable[[str, Sequence[Value]], bool],
) -> str | None:
    try:
        (said,) = database.execute("PRAGMA integrity_check(1)").fetchone()
        if said != "ok":
            return str(said).replace("\n", " ")
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if not version:
            return None
        for table in shapes:
            for row in database.execute(f"SELECT * FROM {table}"):  # noqa: S608
                if not makes_sense(table, row):
                    return "a row of it makes no sense"
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if not is_damage(error):
            raise
        return reason_of(error)
    return None


def insert(database: sqlite3.Connection, table: str, rows: Iterable[Sequence[Value]]) -> int:
    """Put rows into a table, but for those that are there already; how many."""
    count = 0
    for row in rows:
        marks = ", ".join("?" * len(row))
        query = f"INSERT OR IGNORE INTO {table} VALUES ({marks})"  # noqa: S608
        count += database.execute(query, row).rowcount
    return count


# --- Files ---------------------------------------------------------------------


def keep_beside(path: Path) -> Path:
    """Give a damaged file a second name, with the rollback journal that lies beside it.

    `NAME.damaged.sqlite`, or one with a number: what is there stays. Its first
    name stays too, until another file takes it. Raises OSError.
    """
    for number in range(1, _MOST_ASIDE):
        again = f"-{number}" if number > 1 else ""
        aside = path.with_name(f"{path.stem}.damaged{again}.sqlite")
        try:
            _second_name(path, aside)
        except FileExistsError:
            if not aside.samefile(path):
                continue
        rollback = Path(f"{path}-journal")
        with suppress(FileNotFoundError):
            # Else SQLite would write its pages into the file that takes this one's place.
            rollback.rename(f"{aside}-journal")
        return aside
    raise FileExistsError(f"there are {_MOST_ASIDE} damaged files already")


def sync_folder(folder: Path) -> None:
    """See to it that the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _second_name(path: Path, other: Path) -> None:
    try:
        os.link(path, other)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links. Half a copy must not look like a whole one.
        part = other.with_suffix(".part")
        shutil.copyfile(path, part)
        part.chmod(0o600)
        if other.exists():
            raise FileExistsError(other) from None
        part.rename(other)
