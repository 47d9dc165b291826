"""OpenClaw's state database, read beside OpenClaw at work, with nothing changed by it.

The database is another program's, and in use: nothing in its folder is made,
changed or locked. While it is at rest SQLite reads it as a file that nobody
writes (`immutable`), and what was read counts only when the file was the same
afterwards. While changes wait beside it (a write-ahead log, a journal) a
private copy of both is read, because SQLite would make and stamp files beside
the original even where it only reads.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from memdeck.openclaw import Mark, bound, mark, open_file, state_folder
from memdeck.text import show, thin

if TYPE_CHECKING:
    import sqlite3

VALUE_LIMIT: Final = 1_000_000
"""Bytes of one value; a larger one is not read."""
COPY_LIMIT: Final = 64_000_000
"""Bytes of a database in use that is copied, with what waits beside it."""
_ATTEMPTS: Final = 3
_QUERY: Final = (
    "SELECT value_json FROM plugin_state_entries"
    " WHERE plugin_id = ? AND namespace = ? AND entry_key = ?"
)

_Wanted = tuple[str, str, Sequence[str]]
"""Owner, name space and keys."""


class NotKnown(Exception):
    """Why nothing could be read, in words for a person."""


def database_path(environ: Mapping[str, str], home: Path | None = None) -> Path:
    """Where the database is, whether it is there or not; links are followed.

    `home` is the person's home folder, when it is not that of `environ`.
    """
    # Beside a link, SQLite looks for the files of where it leads to.
    try:
        return Path(os.path.realpath(state_folder(environ, home) / "state" / "openclaw.sqlite"))
    except ValueError:  # a zero byte
        return Path(os.devnull) / "openclaw.sqlite"


def marks(path: Path) -> tuple[Mark, ...]:
    """Of the database, of its write-ahead log and of its journal."""
    return tuple(mark(each) for each in (path, *_beside(path)))


def read_values(path: Path, owner: str, namespace: str, keys: Sequence[str]) -> list[Any] | None:
    """What is stored under each of the keys, text as bytes; None where nothing is.

    A value over `VALUE_LIMIT` is empty. None instead of a list when there is no
    database. Raises NotKnown for everything else that goes wrong.
    """
    for _ in range(_ATTEMPTS):
        before = marks(path)
        found = _looked_up(path, (owner, namespace, keys))
        if marks(path) != before:
            continue
        if isinstance(found, str):
            raise NotKnown(found)
        return found
    raise NotKnown("OpenClaw's state database was written to each time it was read")


def _looked_up(path: Path, wanted: _Wanted) -> list[Any] | str | None:
    """The values; None when there is no database; why they could not be read, in words."""
    import sqlite3

    try:
        kind = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        return _cannot(error)
    if not stat.S_ISREG(kind):
        return "OpenClaw's state database is no file"
    try:
        waiting = [each for each in _beside(path) if _size(each)]
        return _copied(path, waiting, wanted) if waiting else _asked(path, wanted)
    except NotKnown as error:
        return str(error)
    except sqlite3.Error as error:
        return f"OpenClaw's state database cannot be used ({show(str(error))[:120]})"
    except (OSError, ValueError) as error:
        return _cannot(error)


def _beside(path: Path) -> tuple[Path, Path]:
    return path.with_name(path.name + "-wal"), path.with_name(path.name + "-journal")


def _size(path: Path) -> int:
    """In bytes; 0 when it is not there."""
    found = mark(path)
    return found[2] if found else 0


def _copied(path: Path, waiting: Sequence[Path], wanted: _Wanted) -> list[Any]:
    """As `_asked`, of a private copy with what waits beside it; gone afterwards."""
    import tempfile

    size = sum(each.stat().st_size for each in (path, *waiting))
    if size > COPY_LIMIT:
        raise NotKnown(
            f"OpenClaw's state database is in use and too large to copy ({thin(size)} bytes)"
        )
    with tempfile.TemporaryDirectory(prefix="memdeck-", ignore_cleanup_errors=True) as folder:
        # The log first: what goes from there into the database meanwhile is then in both.
        for each in (*waiting, path):
            _copy(each, Path(folder) / each.name)
        # A journal is taken back, which writes to the copy; a log is only read.
        mode = "rw" if any(each.name.endswith("-journal") for each in waiting) else "ro"
        return _asked(Path(folder) / path.name, wanted, f"mode={mode}")


def _copy(source: Path, target: Path) -> None:
    with open_file(source) as read, target.open("xb") as written:
        left = COPY_LIMIT
        while left > 0 and (piece := read.read(min(left, 1_000_000))):
            written.write(piece)
            left -= len(piece)


def _asked(path: Path, wanted: _Wanted, how: str = "mode=ro&immutable=1") -> list[Any]:
    """What SQLite finds under the keys; raises sqlite3.Error and NotKnown."""
    import sqlite3
    from urllib.parse import quote

    owner, namespace, keys = wanted
    name = quote(os.fsencode(path))
    database = sqlite3.connect(f"file:{name}?{how}", uri=True, timeout=0.2, isolation_level=None)
    try:
        bound(database, VALUE_LIMIT)
        # A table of another shape would be read from its first row to its last one.
        plan = database.execute(f"EXPLAIN QUERY PLAN {_QUERY}", (owner, namespace, "")).fetchall()
        if not plan or any(not bytes(row[-1]).startswith(b"SEARCH") for row in plan):
            raise NotKnown("OpenClaw's state database has another shape than is known")
        database.execute("BEGIN")
        return [_value(database, (owner, namespace, key)) for key in keys]
    finally:
        database.close()


def _value(database: sqlite3.Connection, key: tuple[str, str, str]) -> Any:
    import sqlite3

    try:
        row = database.execute(_QUERY, key).fetchone()
    except sqlite3.DataError:
        # Longer than `VALUE_LIMIT`: the other records may still be read.
        return b""
    return None if row is None else row[0]


def _cannot(error: OSError | ValueError) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"OpenClaw's state database cannot be read ({show(reason)[:120]})"
