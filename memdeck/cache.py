"""The cache of a workspace: what was worked out once and may be lost at any time.

One SQLite file, `cache.sqlite`, in the workspace's state folder (0700, file
0600). It only saves time. So nothing here raises for what is wrong with the
file or its folder: whoever asks is told that nothing is known, and works it
out. A file that is damaged, or that has other tables than it should, is moved
aside as `cache.damaged.sqlite`, and a new one is begun.

What is read is trusted no further than its `seal`: SQLite does not notice a
page that was overwritten with other values.

No handle is kept, so that threads, forks and a deleted file are no matter: to
open, ask and close takes 0.1 ms.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote

FILE_NAME: Final = "cache.sqlite"
_ASIDE: Final = "cache.damaged.sqlite"
_BUSY_SECONDS: Final = 0.25
"""A transaction of memdeck takes a few milliseconds; whoever holds it longer is not waited for."""
_PATIENCE: Final = 3
"""How often it may be busy, or be moved aside, before it is left alone."""
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of the file that are in use before the rows that were used least lately go."""
MOST_ROWS: Final = 50_000
"""Of one table."""
_WRITES_PER_TRIM: Final = 64
_ASKED_AT_ONCE: Final = 500
"""Keys in one query; SQLite takes 999 in its older versions."""

_VERSION: Final = 2
"""Of the tables. With a further table goes a further version: an older file is given it, a newer
one is left as it is. A table that changes is given another name."""
_LAST_VERSION: Final = 999
"""A number above it is no newer memdeck's, but damage."""
_TABLES: Final = {
    "tokens": ("count", "starts"),
    "encodings": ("encoding", "warning"),
    "files": ("items", "tokens"),
    "choices": ("kind", "until", "actor", "time"),
}
"""The columns of each, next to its key, its seal and `used`: the day, in days of the Julian
calendar, on which the row was last asked for."""
_NEVER_TRIMMED: Final = {"choices"}
"""What a person said, and nobody could work out again; it takes a person to make it grow."""
_TODAY: Final = "CAST(julianday('now') AS INTEGER)"

_DAMAGED: Final = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_FORMAT,
    sqlite3.SQLITE_IOERR_SHORT_READ,
    # Our statements are right, so these say that the tables are not ours.
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_SCHEMA,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    # And this, that a row is not ours: we keep nothing so large.
    sqlite3.SQLITE_TOOBIG,
}
_BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

Value = bytes | int | None
Row = tuple[Value, ...]
T = TypeVar("T")


class _DamagedError(Exception):
    """The file says what no memdeck writes."""


_TOLD_OTHERWISE: Final = (_DamagedError, UnicodeDecodeError)
"""Damage that SQLite does not name: Python cannot read the name of a column."""


class Cache:
    """The cache in one state folder. Making one touches nothing; any thread may use it."""

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder
        self.path: Final = folder / FILE_NAME
        self._off = False
        self._busy = 0
        self._moved = 0
        self._writes = 0

    def rows(self, table: str, keys: Sequence[bytes] | None = None) -> dict[bytes, Row]:
        """What is known of these keys, else of all, by key: the values of its columns.

        A row whose seal is broken is not known.
        """

        def ask(database: sqlite3.Connection) -> list[Any]:
            columns = ", ".join(_TABLES[table])
            select = f"SELECT key, {columns}, seal, used < {_TODAY} FROM {table}"  # noqa: S608
            if keys is None:
                return database.execute(select).fetchall()
            found: list[Any] = []
            for chunk in _chunks(keys):
                marks = ", ".join("?" * len(chunk))
                found += database.execute(f"{select} WHERE key IN ({marks})", chunk)
            return found

        known: dict[bytes, Row] = {}
        stale: list[bytes] = []
        nothing: list[Any] = []
        for key, *values, seal, is_stale in self._try(ask, otherwise=nothing, write=False):
            if seal == seal_of(table, key, values):
                known[key] = tuple(values)
                if is_stale:
                    stale.append(key)
        if stale:
            self._touch(table, stale)
        return known

    def keep(self, table: str, rows: Iterable[tuple[bytes, *tuple[Value, ...]]]) -> None:
        """Remember rows, each its key and what `rows` gives back, in one transaction.

        Makes the state folder and the file when they are missing.
        """
        sealed = [(*row, seal_of(table, row[0], row[1:])) for row in rows]
        if not sealed:
            return
        columns = ("key", *_TABLES[table], "seal")
        marks = ", ".join("?" * len(columns))

        def store(database: sqlite3.Connection) -> None:
            database.executemany(
                f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}, used) "  # noqa: S608
                f"VALUES ({marks}, {_TODAY})",
                sealed,
            )
            if self._writes % _WRITES_PER_TRIM == 0:
                _trim(database)
            self._writes += 1

        self._try(store, otherwise=None, write=True)

    def forget(self, table: str, keys: Sequence[bytes]) -> None:
        """Remember nothing of these keys any more."""

        def remove(database: sqlite3.Connection) -> None:
            for chunk in _chunks(keys):
                marks = ", ".join("?" * len(chunk))
                database.execute(f"DELETE FROM {table} WHERE key IN ({marks})", chunk)  # noqa: S608

        if keys and self.path.exists():
            self._try(remove, otherwise=None, write=True)

    def _touch(self, table: str, keys: Sequence[bytes]) -> None:
        """Say of rows that they were used today; once a day, so that reading is not writing."""

        def touch(database: sqlite3.Connection) -> None:
            database.executemany(
                f"UPDATE {table} SET used = {_TODAY} WHERE key = ?",  # noqa: S608
                ((key,) for key in keys),
            )

        self._try(touch, otherwise=None, write=True)

    # --- The file ----------------------------------------------------------

    def _try(self, work: Callable[[sqlite3.Connection], T], *, otherwise: T, write: bool) -> T:
        """What `work` gives in one transaction; `otherwise` when the cache is of no use."""
        for _ in range(2):
            if self._off:
                return otherwise
            inode = None
            try:
                if write:
                    self._make()
                elif not self.path.exists():
                    return otherwise
                inode = self.path.stat().st_ino
                with closing(self._open(write=write)) as database:
                    if not _ready(database, write=write):
                        return otherwise
                    done = work(database)
                    database.execute("COMMIT")
                    return done
            except (sqlite3.Error, OSError, MemoryError, *_TOLD_OTHERWISE) as error:
                if not self._set_aside(error, inode) or not write:
                    return otherwise
        return otherwise

    def _make(self) -> None:
        """The folder and the file, for their owner alone."""
        if self.path.exists():
            if self.path.stat().st_mode & 0o077:
                self.path.chmod(0o600)
            return
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if self.folder.stat().st_mode & 0o077:
            self.folder.chmod(0o700)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))

    def _open(self, *, write: bool) -> sqlite3.Connection:
        name = quote(os.fsencode(self.path.absolute()))
        database = sqlite3.connect(
            f"file:{name}?mode=rw", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
        )
        try:
            # Bytes that are not UTF-8 are damage too, and no error of Python's.
            database.text_factory = bytes
            if write:
                # WAL takes three times as long to open and to close, and its shared memory ends
                # the process when another program cuts it short. Nothing waits for the disk.
                database.execute("PRAGMA journal_mode = TRUNCATE")
                database.execute("PRAGMA synchronous = OFF")
            database.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        except BaseException:
            database.close()
            raise
        return database

    def _set_aside(self, error: Exception, inode: int | None) -> bool:
        """Deal with what went wrong; whether the file was moved aside and can be begun again."""
        code = getattr(error, "sqlite_errorcode", None)
        if isinstance(error, _TOLD_OTHERWISE):
            code = sqlite3.SQLITE_CORRUPT
        if code is None or inode is None:
            self._off = True
            return False
        if code & 0xFF in _BUSY:
            self._busy += 1
            self._off = self._busy >= _PATIENCE
            return False
        if code not in _DAMAGED and code & 0xFF not in _DAMAGED:
            self._off = True
            return False
        self._moved += 1
        self._off = self._moved >= _PATIENCE
        with suppress(OSError):
            # Another process may have begun a new one meanwhile.
            if self.path.stat().st_ino == inode:
                self.path.rename(self.path.with_name(_ASIDE))
                for suffix in ("-journal", "-wal", "-shm"):
                    self.path.with_name(FILE_NAME + suffix).unlink(missing_ok=True)
            return True
        self._off = True
        return False


def seal_of(table: str, key: object, values: Sequence[object]) -> bytes:
    """What a row must carry to be believed."""
    from hashlib import sha256

    return sha256(repr((table, key, *values)).encode()).digest()[:8]


def fingerprint(*places: Path) -> bytes:
    """What changes when a file at or below `places` is changed or replaced.

    By name, size, mtime and ctime: nothing sets the last one back. Nothing is
    read, so that a program's files (30 of them) take half a millisecond.
    """
    from hashlib import sha256

    found = sha256()
    for place in places:
        for name, status in _statuses(os.fspath(place)):
            told = (name, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            found.update(repr(told).encode())
    return found.digest()


def _statuses(place: str) -> Iterator[tuple[str, os.stat_result]]:
    with suppress(NotADirectoryError, FileNotFoundError):
        with os.scandir(place) as entries:
            names = sorted(each.name for each in entries if each.name != "__pycache__")
        for name in names:
            yield from _statuses(f"{place}/{name}")
        return
    with suppress(FileNotFoundError):
        yield place, os.stat(place)  # noqa: PTH116


def _ready(database: sqlite3.Connection, *, write: bool) -> bool:
    """Whether the tables are there and of this memdeck; to be written, they are made."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version == _VERSION:
        return True
    if version > _LAST_VERSION:
        raise _DamagedError
    if version > _VERSION or not write:
        return False
    for name, columns in _TABLES.items():
        all_columns = ", ".join(("key BLOB PRIMARY KEY", *columns, "used INTEGER", "seal BLOB"))
        database.execute(f"CREATE TABLE IF NOT EXISTS {name} ({all_columns})")
    database.execute(f"PRAGMA user_version = {_VERSION}")
    return True


def _trim(database: sqlite3.Connection) -> None:
    """Let the rows go that were used least lately, when there are too many."""
    pages, free, size = (
        database.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    too_large = (pages - free) * size > LARGEST
    for table in _TABLES.keys() - _NEVER_TRIMMED:
        (rows,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
        if rows <= MOST_ROWS and not too_large:
            continue
        gone = max(rows - MOST_ROWS, 0) + min(rows, MOST_ROWS) // 4
        database.execute(
            f"DELETE FROM {table} WHERE rowid IN "  # noqa: S608
            f"(SELECT rowid FROM {table} ORDER BY used, rowid LIMIT ?)",
            (gone,),
        )


def _chunks(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(keys), _ASKED_AT_ONCE):
        yield keys[start : start + _ASKED_AT_ONCE]
