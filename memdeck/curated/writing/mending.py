"""A damaged journal begun anew, from every row of it that can still be read.

The damaged file stays beside the new one, to the byte. What took the place of
a file is told by the next memdeck that starts, also when this one is killed:
until then the words wait in the new journal.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from memdeck.curated.purging import PURGED
from memdeck.curated.records import State
from memdeck.curated.writing.disk import read_all
from memdeck.curated.writing.rows import blob, select_records, select_rescued, text_of
from memdeck.curated.writing.schema import (
    LAST_VERSION,
    MIGRATIONS,
    OLD_RECORD,
    ORIGIN,
    RECORD,
    RESCUED,
    SEQUENCE,
    SPLICE,
    connect,
    upgrade,
    version_of,
)
from memdeck.salvage import (
    STUB,
    DamagedError,
    Value,
    insert,
    is_damage,
    is_of,
    is_stub,
    keep_beside,
    reason_of,
    rows_in,
    sync_folder,
)
from memdeck.text import plural, show

_UNREADABLE: Final = "the journal was damaged, and not all of what it wrote could be read any more"
_BESIDE: Final = "It was found in a damaged journal; what had been done with it could not be read."
_NO_TIME: Final = "1970-01-01T00:00:00+00:00"

Row = tuple[Value, ...]


def mend(path: Path) -> None:
    """Begin the journal anew when it is damaged; `notices_in` it then says what was done.

    Raises sqlite3.Error and OSError: then the file is as it was.
    """
    # Closed last: with it this process loses its locks on the file.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with closing(connect(path)) as database:
            reason = STUB if is_stub(os.fstat(descriptor)) else _what_is_wrong(database)
            if reason is not None:
                _take_alone(database)
                found = _found_in(read_all(descriptor))
                fresh = path.with_name(f"{path.stem}.new.sqlite")
                for each in (fresh, Path(f"{fresh}-journal")):
                    each.unlink(missing_ok=True)
                aside = keep_beside(path)
                words = found.words(reason, aside)
                os.close(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
                with closing(sqlite3.connect(fresh, isolation_level=None)) as made:
                    made.execute("PRAGMA synchronous = FULL")
                    found.put_into(made, os.fsencode(path), words)
                fresh.replace(path)
                sync_folder(path.parent)
    finally:
        os.close(descriptor)


def notices_in(database: sqlite3.Connection, path: Path) -> dict[int, str]:
    """What is still to be told of the journal at `path`, by the number of its row."""
    query = "SELECT number, words FROM rescued WHERE path = ? AND data = x'' ORDER BY number"
    return {
        number: text_of(words) for number, words in database.execute(query, (os.fsencode(path),))
    }


def forget_notices(database: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """They are told."""
    database.executemany("DELETE FROM rescued WHERE number = ?", [(each,) for each in numbers])


def _what_is_wrong(database: sqlite3.Connection) -> str | None:
    """Why the file is no whole journal, in words; None when it is one, or another memdeck's."""
    try:
        version = version_of(database)
        if version > LAST_VERSION:
            raise DamagedError("its version is none of memdeck's")
        (said,) = database.execute("PRAGMA integrity_check(1)").fetchone()
        if said != "ok":
            return str(said).replace("\n", " ")
        if 0 < version <= len(MIGRATIONS):
            select_records(database, "ORDER BY number DESC LIMIT ?", (-1,))
            select_rescued(database)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if not is_damage(error):
            raise
        return reason_of(error)
    return None


def _take_alone(database: sqlite3.Connection) -> None:
    """Keep others out. Where the file is too damaged to be locked, they cannot write it either."""
    try:
        database.execute("BEGIN EXCLUSIVE")
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if not is_damage(error):
            raise


@dataclass(slots=True)
class _Found:
    """What could be read."""

    records: dict[str, Row] = field(default_factory=dict)
    """By id."""
    splices: dict[str, dict[int, Row]] = field(default_factory=dict)
    """By the id of their record, and position."""
    origins: list[Row] = field(default_factory=list)
    rescued: list[Row] = field(default_factory=list)
    twice: set[str] = field(default_factory=set)
    """Records of which two different copies were found: the file does not say which one is old."""
    given: int = 0
    """How many records there have been, as far as is known."""
    unsure: list[str] = field(default_factory=list)
    """Records of which something may be missing: to take back half would do harm."""
    loose: list[tuple[str, Row]] = field(default_factory=list)
    """Splices of these, and of records that are gone."""

    def add_record(self, row: Row) -> None:
        """One that was found, without its splices."""
        record = str(row[1])
        before = self.records.setdefault(record, row)
        if before != row:
            self.twice.add(record)
            if before[11] == State.BEGUN:
                self.records[record] = row
        self.given = max(self.given, int(str(row[0])))

    def add_splice(self, row: Row) -> None:
        """One that was found."""
        record = str(row[0])
        if self.splices.setdefault(record, {}).setdefault(int(str(row[1])), row) != row:
            self.twice.add(record)

    def words(self, reason: str, aside: Path) -> str:
        """What is said of it."""
        lost = self.given - len(self.records)
        words = [
            f"The journal was damaged ({show(reason)}), so it was begun anew with what could be "
            f"read of it, {plural(len(self.records), 'operation')}; the damaged file is kept "
            f"beside it as {show(aside.name)}."
        ]
        if lost > 0:
            words.append(f"{plural(lost, 'operation')} could not be read.")
        if self.unsure:
            words.append(f"{len(self.unsure)} of those that could cannot be undone any more.")
        if self.loose:
            words.append("What was found of the text of these is kept, too.")
        return " ".join([*words, "MEMORY.md is as it was."])

    def put_into(self, database: sqlite3.Connection, path: bytes, words: str) -> None:
        """Make a journal of it, with the words that are to be told."""
        upgrade(database, lambda _: None)
        database.execute("BEGIN IMMEDIATE")
        insert(database, "records", self.records.values())
        whole = [
            row
            for record, rows in self.splices.items()
            if record in self.records and record not in self.unsure
            for row in rows.values()
        ]
        insert(database, "splices", whole)
        insert(database, "origins", self.origins)
        insert(database, "rescued", self.rescued)
        for each in self.unsure:
            database.execute(
                "UPDATE records SET outcome = ? WHERE id = ?", (blob(_UNREADABLE), each)
            )
        beside = "INSERT INTO rescued (record, time, path, words, data) VALUES (?, ?, ?, ?, ?)"
        for record, row in self.loose:
            known = self.records.get(record)
            time, at = (known[2], known[6]) if known else (_NO_TIME, path)
            database.execute(beside, (record, time, at, blob(_BESIDE), row[3] or row[4]))
        database.execute(beside, (None, _NO_TIME, path, blob(words), b""))
        database.execute("COMMIT")


def _found_in(data: bytes) -> _Found:
    found = _Found()
    for number, row in rows_in(data):
        if is_of(RECORD, row) or is_of(OLD_RECORD, row):
            found.add_record((number, *row[1:13], row[13] if len(row) > 13 else None))
        elif is_of(SPLICE, row):
            found.add_splice(row)
        elif is_of(ORIGIN, row):
            found.origins.append(row)
        elif is_of(RESCUED, row):
            found.rescued.append((number, *row[1:]))
        elif is_of(SEQUENCE, row) and row[0] == "records":
            found.given = max(found.given, int(str(row[1])))
    _leave_out_nonsense(found)
    for record, known in found.records.items():
        parts, there = known[13], found.splices.get(record, {})
        purged = not there and known[5] == PURGED.encode()
        whole = parts is not None and set(there) == set(range(int(str(parts))))
        if record in found.twice or not (whole or purged):
            found.unsure.append(record)
    for record, rows in found.splices.items():
        if record not in found.records or record in found.unsure:
            found.loose += [(record, row) for row in rows.values()]
    return found


def _leave_out_nonsense(found: _Found) -> None:
    """Rows that have the shape of ours and say what no memdeck writes."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        upgrade(database, lambda _: None)
        for record, row in list(found.records.items()):
            insert(database, "records", [row])
            try:
                if not select_records(database, "WHERE id = ? LIMIT -1", (record,)):
                    raise DamagedError
            except sqlite3.Error:
                del found.records[record]
        for each in list(found.rescued):
            database.execute("DELETE FROM rescued")
            insert(database, "rescued", [each])
            try:
                select_rescued(database)
            except sqlite3.Error:
                found.rescued.remove(each)
