"""What was last seen of MEMORY.md and the logs, and what was lost of it: kept, as it is memory.

Lost lines may live here only. So it is a file of its own, `seen.sqlite` in the
workspace's state folder (0700, file 0600), with the journal's care: on disk
before anyone is told. It is bounded: a few dozen versions of MEMORY.md, the
logs of two days, and alarms, of which those that are settled go first.

A dashboard and commands use it at the same time, so every call opens the file
for itself, and what is compared and then written is one transaction. What
comes from a file is stored as bytes, as it need not be UTF-8.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

from memdeck.errors import NothingFound, Unusable
from memdeck.live.alarm import Version
from memdeck.live.seen_rows import (
    NONSENSE,
    SHAPES,
    alarm_of,
    counted,
    joined,
    make_tables,
    makes_sense,
    spans_of,
    unpacked,
)
from memdeck.model import Alarm, AlarmKind, AlarmState
from memdeck.salvage import STUB, DamagedError, begin_anew, is_stub, reason_of
from memdeck.secrets import covered
from memdeck.text import plural, show

FILE_NAME: Final = "seen.sqlite"
MOST_VERSIONS: Final = 48
"""Of MEMORY.md; an agent that rewrites from an older copy than that goes unnoticed."""
MOST_BYTES: Final = 8_000_000
"""Of versions, compressed."""
MOST_ALARMS: Final = 100
"""Settled ones go beyond that, the oldest first; open ones beyond three times as many."""
_BUSY_SECONDS: Final = 5.0
_ALARM: Final = "id, kind, file, time, words, count, before, after, state, sections, spans, data"


@dataclass(frozen=True, slots=True)
class SeenVersion:
    """The last version of MEMORY.md that was seen."""

    time: datetime
    digest: str
    data: bytes


@dataclass(frozen=True, slots=True)
class SeenLog:
    """A log as it was last seen."""

    size: int
    data: bytes | None
    """None for logs that are neither today's nor yesterday's."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept with an alarm: the version before, and where in it the lost lines stand."""

    data: bytes
    spans: tuple[tuple[int, int], ...]


class BegunAnew(Unusable):
    """The file was damaged, and is begun anew; `str` of it says what was saved."""


class Ledger:
    """The file inside one transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def last(self) -> SeenVersion | None:
        """The last version of MEMORY.md; None when none has been seen."""
        query = "SELECT time, digest, data FROM versions ORDER BY number DESC LIMIT 1"
        row = self._database.execute(query).fetchone()
        return (
            SeenVersion(datetime.fromisoformat(row[0]), row[1], unpacked(row[2])) if row else None
        )

    def versions(self) -> tuple[Version, ...]:
        """What the versions said, newest first; they can be read while the transaction lasts."""
        query = "SELECT number, digest, keys FROM versions ORDER BY number DESC"
        return tuple(
            Version(digest, counted(keys), partial(self._data, number))
            for number, digest, keys in self._database.execute(query)
        )

    def _data(self, number: int) -> bytes:
        query = "SELECT data FROM versions WHERE number = ?"
        row = self._database.execute(query, (number,)).fetchone()
        return unpacked(row[0]) if row else b""

    def times(self) -> dict[str, datetime]:
        """When each version was seen last, by its digest."""
        query = "SELECT digest, time FROM versions ORDER BY number"
        return {
            digest: datetime.fromisoformat(time) for digest, time in self._database.execute(query)
        }

    def add(self, version: Version, data: bytes, now: datetime) -> None:
        """Remember a version as the last one; the oldest go when they are too many."""
        self._database.execute(
            "INSERT INTO versions (time, digest, keys, data) VALUES (?, ?, ?, ?)",
            (now.isoformat(), version.digest, joined(version.keys), zlib.compress(data)),
        )
        rows = self._database.execute(
            "SELECT number, length(data) FROM versions ORDER BY number DESC"
        ).fetchall()
        size = 0
        for index, (number, length) in enumerate(rows):
            size += length
            if index and (index >= MOST_VERSIONS or size > MOST_BYTES):
                self._database.execute("DELETE FROM versions WHERE number <= ?", (number,))
                break

    def logs(self) -> dict[str, SeenLog]:
        """The logs as last seen, by name."""
        query = "SELECT file, size, data FROM logs"
        return {
            os.fsdecode(name): SeenLog(size, None if data is None else unpacked(data))
            for name, size, data in self._database.execute(query)
        }

    def see_logs(self, seen: Mapping[str, SeenLog | None]) -> None:
        """Remember logs as they are now; None for one that is gone."""
        gone = [(os.fsencode(name),) for name, log in seen.items() if log is None]
        self._database.executemany("DELETE FROM logs WHERE file = ?", gone)
        self._database.executemany(
            "INSERT OR REPLACE INTO logs VALUES (?, ?, ?)",
            [
                (os.fsencode(name), log.size, None if log.data is None else zlib.compress(log.data))
                for name, log in seen.items()
                if log is not None
            ],
        )

    def alarms(self, state: AlarmState | None = None) -> tuple[Alarm, ...]:
        """The alarms, newest first."""
        condition, values = ("WHERE state = ?", (state,)) if state else ("", ())
        query = f"SELECT {_ALARM} FROM alarms {condition} ORDER BY number DESC"  # noqa: S608
        return tuple(alarm_of(row) for row in self._database.execute(query, values))

    def state_of(self, alarm_id: str) -> AlarmState | None:
        """What became of an alarm; None when there is none of that id."""
        query = "SELECT state FROM alarms WHERE id = ?"
        row = self._database.execute(query, (alarm_id,)).fetchone()
        return AlarmState(row[0]) if row else None

    def raise_alarm(self, alarm: Alarm, kept: Kept, keys: Iterable[bytes]) -> None:
        """Remember an alarm, as the newest one, with what it is about."""
        self._database.execute("DELETE FROM alarms WHERE id = ?", (alarm.id,))
        self._database.execute(
            f"INSERT INTO alarms ({_ALARM}, keys) "  # noqa: S608
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                alarm.id,
                alarm.kind,
                os.fsencode(alarm.file),
                alarm.when.isoformat(),
                alarm.words.encode("utf-8", "surrogateescape"),
                alarm.count,
                alarm.before,
                alarm.after,
                alarm.state,
                json.dumps([covered(each.section) for each in alarm.lost]),
                json.dumps(kept.spans),
                zlib.compress(kept.data),
                b"".join(keys),
            ),
        )
        self._trim()

    def lost_keys(self) -> tuple[tuple[str, AlarmKind, str, Counter[bytes]], ...]:
        """Of each open alarm its id, kind and file, and what is lost."""
        query = "SELECT id, kind, file, keys FROM alarms WHERE state = ?"
        return tuple(
            (alarm_id, AlarmKind(kind), os.fsdecode(name), counted(keys))
            for alarm_id, kind, name, keys in self._database.execute(query, (AlarmState.OPEN,))
        )

    def settle(self, alarm_id: str, state: AlarmState) -> bool:
        """Say what became of an alarm; whether there is one of that id."""
        query = "UPDATE alarms SET state = ? WHERE id = ?"
        return self._database.execute(query, (state, alarm_id)).rowcount > 0

    def kept(self, alarm_id: str) -> Kept | None:
        """What is kept with an alarm."""
        query = "SELECT data, spans FROM alarms WHERE id = ?"
        row = self._database.execute(query, (alarm_id,)).fetchone()
        return Kept(unpacked(row[0]), spans_of(row[1])) if row else None

    def purge(self, needle: bytes) -> int:
        """Forget every version, log and alarm that holds these bytes; how many there were."""
        count = 0
        for table, key in (("versions", "number"), ("alarms", "number"), ("logs", "file")):
            rows = self._database.execute(
                f"SELECT {key}, data FROM {table} WHERE data IS NOT NULL"  # noqa: S608
            ).fetchall()
            held = [(row,) for row, data in rows if needle in unpacked(data)]
            self._database.executemany(f"DELETE FROM {table} WHERE {key} = ?", held)  # noqa: S608
            count += len(held)
        return count

    def _trim(self) -> None:
        rows = self._database.execute(
            "SELECT number, state FROM alarms ORDER BY number DESC"
        ).fetchall()
        for index, (number, state) in enumerate(rows):
            most = MOST_ALARMS * (3 if state == AlarmState.OPEN else 1)
            if index >= most:
                self._database.execute("DELETE FROM alarms WHERE number = ?", (number,))


class Seen:
    """The file in one state folder. Making one touches nothing; any thread may use it."""

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder
        self.path: Final = folder / FILE_NAME

    @property
    def stamp(self) -> tuple[int, int, int] | None:
        """What tells that anyone wrote to it; None without a file."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_size, status.st_mtime_ns, status.st_ino

    def alarms(self, state: AlarmState | None = None) -> tuple[Alarm, ...]:
        """The alarms, of one state or all, newest first. Raises Unusable."""
        if not self.path.exists():
            return ()
        with self.transaction() as ledger:
            return ledger.alarms(state)

    def kept(self, alarm_id: str) -> Kept:
        """What is kept with an alarm. Raises NothingFound, Unusable."""
        kept = None
        if self.path.exists():
            with self.transaction() as ledger:
                kept = ledger.kept(alarm_id)
        if kept is None:
            raise NothingFound("There is no such alarm any more: it was settled long ago.")
        return kept

    def dismiss(self, alarm_id: str) -> None:
        """The loss was meant: say no more of it. Its lines are kept. Raises as `kept`."""
        with self.transaction() as ledger:
            if not ledger.settle(alarm_id, AlarmState.DISMISSED):
                raise NothingFound("There is no such alarm any more: it was settled long ago.")

    def purge(self, needle: bytes) -> int:
        """Forget for good what holds these bytes, a secret for instance; how many things it were.

        Raises Unusable.
        """
        if not needle or not self.path.exists():
            return 0
        with self.transaction() as ledger:
            return ledger.purge(needle)

    @contextmanager
    def transaction(self) -> Iterator[Ledger]:
        """One transaction that is on disk when this ends; others wait.

        Raises Unusable; BegunAnew when the file was damaged, and is not any more: try again.
        """
        try:
            self._make()
            database = self._begun_to_write()
            try:
                yield Ledger(database)
                database.execute("COMMIT")
            finally:
                database.close()
        except (sqlite3.Error, OSError, *NONSENSE) as error:
            self._mend()
            reason = reason_of(error)
            raise Unusable(
                f"{show(str(self.path))}, which keeps what other programs took out of memory, "
                f"cannot be used ({show(reason)}), so such losses go unnoticed; nothing else "
                "is affected. Make room or put its permissions right; if it is damaged, move it "
                "away."
            ) from error

    def _mend(self) -> None:
        """Raises BegunAnew when the file is damaged and a new one could take its place."""
        try:
            mended = begin_anew(self.path, self._connect, make_tables, SHAPES, makes_sense)
        except (sqlite3.Error, OSError, UnicodeDecodeError):
            return
        if mended is not None:
            raise BegunAnew(
                f"{FILE_NAME}, which keeps what other programs took out of memory, was damaged "
                f"({show(mended.reason)}), so it was begun anew with what could be read of it, "
                f"{plural(mended.rows['alarms'], 'loss', 'losses')} and "
                f"{plural(mended.rows['versions'], 'version')} of MEMORY.md; the damaged file is "
                f"kept beside it as {show(mended.aside.name)}. The memory itself is as it was."
            )

    def _begun_to_write(self) -> sqlite3.Connection:
        while True:
            before = self.path.stat()
            if is_stub(before):
                raise DamagedError(STUB)
            database = self._open()
            try:
                database.execute("BEGIN IMMEDIATE")
                if os.path.samestat(before, self.path.stat()):
                    make_tables(database)
                    return database
                # While this waited for its turn another memdeck has begun it anew.
            except BaseException:
                database.close()
                raise
            database.close()

    def _make(self) -> None:
        """The folder and the file, for their owner alone."""
        if self.path.exists():
            if self.path.stat().st_mode & 0o077:
                self.path.chmod(0o600)
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.folder.stat().st_mode & 0o077:
            self.folder.chmod(0o700)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))

    def _connect(self) -> sqlite3.Connection:
        name = quote(os.fsencode(self.path.absolute()))
        return sqlite3.connect(
            f"file:{name}?mode=rw", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
        )

    def _open(self) -> sqlite3.Connection:
        database = self._connect()
        try:
            # As the journal, and for its reasons; what is forgotten leaves no bytes behind.
            database.execute("PRAGMA journal_mode = TRUNCATE")
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA secure_delete = ON")
        except sqlite3.Error:
            database.close()
            raise
        return database
