"""The journal's rows: values to columns and back.

What comes from a file is stored as bytes (`blob`), as it need not be UTF-8.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from memdeck.curated.records import Origin, Place, Record, Rescued, State
from memdeck.curated.splice import Splice
from memdeck.salvage import DamagedError

_COLUMNS: Final = (
    "id, time, actor, kind, words, path, before_hash, after_hash, undoes, undone_by, state, outcome"
)

_NONSENSE: Final = (ValueError, TypeError, AttributeError, OverflowError)
"""What comes of a value that is not of its column."""


def blob(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def text_of(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def splice_row(splice: Splice, place: Place) -> tuple[int | bytes, ...]:
    return (
        splice.offset,
        splice.old,
        splice.new,
        place.head,
        place.tail,
        b"\n".join(place.above),
        place.gap_above,
        place.gap_below,
        b"\n".join(place.below),
        blob(place.section),
        place.twins,
    )


def _lines(joined: bytes) -> tuple[bytes, ...]:
    return tuple(joined.split(b"\n")) if joined else ()


def select_records(
    database: sqlite3.Connection, condition: str, values: Sequence[str | int | bytes]
) -> tuple[Record, ...]:
    """The records that meet a condition, which is one of ours, never a caller's text.

    Raises sqlite3.Error, also when a row says what no memdeck writes.
    """
    try:
        return _selected(database, condition, values)
    except _NONSENSE as error:
        raise DamagedError("a row of it makes no sense") from error


def select_rescued(database: sqlite3.Connection) -> tuple[Rescued, ...]:
    """The bytes of others that were kept, newest first. Raises as `select_records`."""
    query = "SELECT time, path, words, data, record FROM rescued ORDER BY number DESC"
    try:
        return tuple(
            Rescued(datetime.fromisoformat(at), Path(os.fsdecode(path)), text_of(words), *rest)
            for at, path, words, *rest in database.execute(query)
        )
    except _NONSENSE as error:
        raise DamagedError("a row of it makes no sense") from error


def _selected(
    database: sqlite3.Connection, condition: str, values: Sequence[str | int | bytes]
) -> tuple[Record, ...]:
    query = f"SELECT {_COLUMNS} FROM records {condition}"  # noqa: S608
    rows = database.execute(query, values).fetchall()
    chosen = f"record IN (SELECT id FROM records {condition}) ORDER BY record, position"  # noqa: S608
    splices: dict[str, list[tuple[Splice, Place]]] = {}
    query = f"SELECT * FROM splices WHERE {chosen}"  # noqa: S608
    for record, _, offset, old, new, *place in database.execute(query, values):
        splices.setdefault(record, []).append((Splice(offset, old, new), _place(place)))
    origins: dict[str, list[Origin]] = {}
    query = f"SELECT * FROM origins WHERE {chosen}"  # noqa: S608
    for record, _, file, line, digest, text in database.execute(query, values):
        origins.setdefault(record, []).append(Origin(text_of(file), line, digest, text_of(text)))
    return tuple(_record(row, splices.get(row[0], ()), origins.get(row[0], ())) for row in rows)


def _place(row: Sequence[Any]) -> Place:
    head, tail, above, gap_above, gap_below, below, section, twins = row
    return Place(
        head, tail, _lines(above), gap_above, gap_below, _lines(below), text_of(section), twins
    )


def _record(
    row: Sequence[Any],
    spliced: Iterable[tuple[Splice, Place]],
    origins: Iterable[Origin],
) -> Record:
    spliced = tuple(spliced)
    return Record(
        id=row[0],
        time=datetime.fromisoformat(row[1]),
        actor=text_of(row[2]),
        kind=row[3],
        words=text_of(row[4]),
        path=Path(os.fsdecode(row[5])),
        before_hash=row[6],
        after_hash=row[7],
        splices=tuple(splice for splice, _ in spliced),
        places=tuple(place for _, place in spliced),
        origins=tuple(origins),
        undoes=row[8],
        undone_by=row[9],
        state=State(row[10]),
        outcome=text_of(row[11]),
    )
