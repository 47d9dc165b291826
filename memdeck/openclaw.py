"""Where OpenClaw keeps its state, and how to look at it with nothing changed by it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    import sqlite3

STATE_VARIABLE: Final = "OPENCLAW_STATE_DIR"
_STEP: Final = 1000
"""Instructions of SQLite between two looks at how many there were."""
_MOST_STEPS: Final = 200

Mark = tuple[int, ...] | None
"""By what a file is known again without reading it; None when it is not there."""


def state_folder(environ: Mapping[str, str], home: Path | None = None) -> Path:
    """The folder that holds OpenClaw's state, whether it is there or not.

    `home` is the person's home folder, when it is not that of `environ`.
    """
    if home is None:
        home = Path(environ.get("HOME") or Path.home())
    named = environ.get(STATE_VARIABLE, "").strip()
    if not named:
        return home / ".openclaw"
    if named == "~" or named.startswith("~/"):
        return home / named[2:]
    return Path(named)


def mark(path: Path) -> Mark:
    """By what the file is known again: where it is, its size and its times."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def open_file(path: Path) -> BinaryIO:
    """A file to read; raises OSError for what is none, without waiting for a fifo."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    file = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "it is no file")
    return file


def bound(database: sqlite3.Connection, value_limit: int) -> None:
    """See to it that no database, whatever it holds, takes long or much memory to ask.

    `value_limit` is in bytes. Text is given as bytes.
    """
    import sqlite3

    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, value_limit)
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    database.text_factory = bytes
    steps = iter(range(_MOST_STEPS))
    database.set_progress_handler(lambda: int(next(steps, None) is None), _STEP)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
