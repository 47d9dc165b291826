"""The tables of the journal, version by version, and the shapes of their rows."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote

from memdeck.salvage import Shape

# Each script takes the file from the version of its index to the next one.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE records (
            number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, time TEXT NOT NULL,
            actor BLOB NOT NULL, kind TEXT NOT NULL, words BLOB NOT NULL, path BLOB NOT NULL,
            before_hash TEXT NOT NULL, after_hash TEXT NOT NULL, undoes TEXT, undone_by TEXT,
            state TEXT NOT NULL, outcome BLOB NOT NULL DEFAULT x'')""",
        "CREATE INDEX records_by_state ON records (state)",
        """CREATE TABLE splices (
            record TEXT NOT NULL, position INTEGER NOT NULL, offset INTEGER NOT NULL,
            old BLOB NOT NULL, new BLOB NOT NULL, head BLOB NOT NULL, tail BLOB NOT NULL,
            above BLOB NOT NULL, gap_above BLOB NOT NULL, gap_below BLOB NOT NULL,
            below BLOB NOT NULL, section BLOB NOT NULL, twins INTEGER NOT NULL,
            PRIMARY KEY (record, position))""",
        """CREATE TABLE origins (
            record TEXT NOT NULL, position INTEGER NOT NULL, file BLOB NOT NULL,
            line INTEGER NOT NULL, digest TEXT NOT NULL, text BLOB NOT NULL,
            PRIMARY KEY (record, position))""",
        """CREATE TABLE rescued (
            number INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT, time TEXT NOT NULL,
            path BLOB NOT NULL, words BLOB NOT NULL, data BLOB NOT NULL)""",
    ),
    (
        # How many splices it has: whether all are there is to be known of a damaged file.
        "ALTER TABLE records ADD COLUMN parts INTEGER",
    ),
)
BUSY_SECONDS: Final = 5.0
LAST_VERSION: Final = 999
"""A number above it is no newer memdeck's, but damage."""

_NONE: Final = type(None)
_NUMBER: Final = (_NONE,)
"""The key of a table of numbered rows is not stored in them."""
_TEXT, _BYTES, _COUNT = (str,), (bytes,), (int,)
_MAYBE: Final = (str, _NONE)

RECORD: Final[Shape] = (
    *(_NUMBER, _TEXT, _TEXT, _BYTES, _TEXT, _BYTES, _BYTES, _TEXT, _TEXT, _MAYBE, _MAYBE),
    *(_TEXT, _BYTES, (int, _NONE)),
)
OLD_RECORD: Final[Shape] = RECORD[:-1]
SPLICE: Final[Shape] = (_TEXT, _COUNT, _COUNT, *((_BYTES,) * 9), _COUNT)
ORIGIN: Final[Shape] = (_TEXT, _COUNT, _BYTES, _COUNT, _TEXT, _BYTES)
RESCUED: Final[Shape] = (_NUMBER, _MAYBE, _TEXT, _BYTES, _BYTES, _BYTES)
SEQUENCE: Final[Shape] = (_TEXT, _COUNT)
"""Of the table in which SQLite notes the last number that it gave."""


def connect(path: Path) -> sqlite3.Connection:
    """The file, which must be there. Nothing is read yet."""
    name = quote(os.fsencode(path.absolute()))
    return sqlite3.connect(
        f"file:{name}?mode=rw", uri=True, timeout=BUSY_SECONDS, isolation_level=None
    )


def version_of(database: sqlite3.Connection) -> int:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)


def upgrade(database: sqlite3.Connection, back_up: Callable[[int], None]) -> None:
    """Bring the file to the schema of this memdeck; before that `back_up` is given its version."""
    version = version_of(database)
    if version == len(MIGRATIONS):
        return
    if version > len(MIGRATIONS):
        raise sqlite3.DatabaseError(
            f"it was written by a newer memdeck, version {version} of its schema"
        )
    database.execute("BEGIN IMMEDIATE")
    # Another process may have done it meanwhile.
    version = version_of(database)
    if 0 < version < len(MIGRATIONS):
        back_up(version)
    for number in range(version, len(MIGRATIONS)):
        for statement in MIGRATIONS[number]:
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {number + 1}")
    database.execute("COMMIT")
