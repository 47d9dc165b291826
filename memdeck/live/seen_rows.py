"""The rows of what was seen: values to columns and back, and whether a row makes sense."""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from memdeck.markdown import line_starts
from memdeck.model import Alarm, AlarmKind, AlarmState, LostLines
from memdeck.salvage import DamagedError, Shape

_KEY: Final = 8
_VERSION: Final = 1
_LAST_VERSION: Final = 999
"""A number above it is no newer memdeck's, but damage."""
_TABLES: Final = (
    """CREATE TABLE versions (
        number INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, digest TEXT NOT NULL,
        keys BLOB NOT NULL, data BLOB NOT NULL)""",
    "CREATE TABLE logs (file BLOB PRIMARY KEY, size INTEGER NOT NULL, data BLOB)",
    """CREATE TABLE alarms (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        file BLOB NOT NULL, time TEXT NOT NULL, words BLOB NOT NULL, count INTEGER NOT NULL,
        before TEXT NOT NULL, after TEXT NOT NULL, state TEXT NOT NULL, keys BLOB NOT NULL,
        sections TEXT NOT NULL, spans TEXT NOT NULL, data BLOB NOT NULL)""",
)
_NUMBER, _TEXT, _BYTES, _COUNT = (type(None),), (str,), (bytes,), (int,)
SHAPES: Final[dict[str, Shape]] = {
    "versions": (_NUMBER, _TEXT, _TEXT, _BYTES, _BYTES),
    "logs": (_BYTES, _COUNT, (bytes, type(None))),
    "alarms": (
        *(_NUMBER, _TEXT, _TEXT, _BYTES, _TEXT, _BYTES, _COUNT, _TEXT, _TEXT, _TEXT, _BYTES),
        *(_TEXT, _TEXT, _BYTES),
    ),
}
"""What the columns of each table may be; the numbers of rows are not stored in them."""
NONSENSE: Final = (ValueError, TypeError, AttributeError, IndexError, zlib.error)
"""What comes of a row that no memdeck wrote."""


def make_tables(database: sqlite3.Connection) -> None:
    """In the transaction that is open; raises sqlite3.Error."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > _LAST_VERSION:
        raise DamagedError("its version is none of memdeck's")
    if version > _VERSION:
        raise sqlite3.DatabaseError("it was written by a newer memdeck")
    if version < _VERSION:
        for statement in _TABLES:
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {_VERSION}")


def makes_sense(table: str, row: Sequence[Any]) -> bool:
    """Whether a row can be read as what its table holds; raises nothing."""
    try:
        if table == "versions":
            datetime.fromisoformat(row[1])
            unpacked(row[4])
        elif table == "logs":
            os.fsdecode(row[0])
            unpacked(row[2] if row[2] is not None else zlib.compress(b""))
        else:
            _, *known, _keys, sections, spans, data = row
            alarm_of((*known, sections, spans, data))
    except NONSENSE:
        return False
    return True


def alarm_of(row: Sequence[Any]) -> Alarm:
    alarm_id, kind, name, time, words, count, before, after, state, sections, spans, data = row
    old = unpacked(data)
    starts = line_starts(old)
    lost = tuple(
        LostLines(old[start:end], _line(starts, start), section)
        for (start, end), section in zip(spans_of(spans), json.loads(sections), strict=True)
    )
    return Alarm(
        id=alarm_id,
        kind=AlarmKind(kind),
        file=os.fsdecode(name),
        when=datetime.fromisoformat(time),
        words=words.decode("utf-8", "surrogateescape"),
        lost=lost,
        count=count,
        before=before,
        after=after,
        state=AlarmState(state),
    )


def _line(starts: Sequence[int], offset: int) -> int:
    return bisect_right(starts, offset)


def spans_of(text: str) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in json.loads(text))


def unpacked(data: bytes) -> bytes:
    return zlib.decompress(data)


def joined(keys: Counter[bytes]) -> bytes:
    return b"".join(sorted(keys.elements()))


def counted(joined: bytes) -> Counter[bytes]:
    return Counter(joined[at : at + _KEY] for at in range(0, len(joined), _KEY))
