"""OpenClaw's sessions of one agent in SQLite, read beside OpenClaw at work.

Nothing is made, changed or locked against its writer: the database is opened
for reading, and so is the index of its write-ahead log (`readonly_shm`), into
which SQLite would write even where it only reads. While nothing waits in the
log the file is read as one that nobody writes, and what was read counts only
when the file was the same afterwards.

Two shapes are known. From 2026.7.2 on: `session_entries` (session_key,
session_id, updated_at, status) and `transcript_events` (session_id, seq,
event_json); later `session_nodes` (current_session_id) stands for the former.
Times are milliseconds since 1970. Before that the database has neither.

Source: openclaw/openclaw, src/state/openclaw-agent-schema.sql.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from memdeck.model import Activity, ActivityKind
from memdeck.openclaw import Mark, bound, mark
from memdeck.pulse.fields import moment_of, one_line
from memdeck.pulse.openclaw_events import (
    AT_WORK,
    MOST_EVENTS,
    MOST_SESSIONS,
    SOURCE,
    Session,
    folder_of,
    parse_event,
)
from memdeck.text import show

if TYPE_CHECKING:
    import sqlite3

NAME: Final = "openclaw-agent.sqlite"
_VALUE_LIMIT: Final = 1_000_000
"""Bytes of one event; a larger one is left out."""
_ATTEMPTS: Final = 3
_SHAPES: Final = (("session_nodes", "current_session_id"), ("session_entries", "session_id"))
_OUTCOMES: Final = "heartbeat_outcomes"
_MEANT: Final = {"needs_attention": "needs attention"}


@dataclass(slots=True)
class _Known:
    """What has been read of the transcript of a session."""

    folder: str | None = None
    last: int = -1
    """The number of the newest event that was read."""
    told: deque[Activity] = field(default_factory=lambda: deque(maxlen=MOST_EVENTS))


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database says."""

    sessions: tuple[Session, ...] = ()
    """As read; whether one still runs is for `still_running` to say."""
    outcomes: tuple[tuple[str, Activity], ...] = ()
    """What came of heartbeats that were no mere `ok`, with the key of the session."""
    problem: str | None = None
    """Why it could not be read this time, in words; what is told is of an earlier one."""


class AgentDatabase:
    """Reads one agent's database again and again, each time only what is new."""

    def __init__(self, path: Path) -> None:
        self._path: Final = path
        self._marks: tuple[Mark, ...] | None = None
        self._known: dict[str, _Known] = {}
        self._stored = Stored()

    def read(self) -> Stored:
        """What it says; the same object as before while it has not been written to."""
        before = _marks(self._path)
        if before == self._marks:
            return self._stored
        try:
            found = self._tried()
        except (_NotKnownError, OSError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            problem = f"OpenClaw's {show(self._name)} cannot be read ({show(reason)[:120]})"
            if problem != self._stored.problem:
                self._stored = replace(self._stored, problem=problem)
            return self._stored
        self._marks = before
        if found != self._stored:
            self._stored = found
        return self._stored

    @property
    def _name(self) -> str:
        return "/".join(self._path.parts[-4:])

    def _tried(self) -> Stored:
        import sqlite3

        for _ in range(_ATTEMPTS):
            before = _marks(self._path)
            if before[0] is None:
                self._known = {}
                return Stored()
            waiting = bool(before[1] and before[1][2])
            try:
                with _opened(self._path, waiting=waiting) as database:
                    found = self._read(database)
            except sqlite3.Error as error:
                raise _NotKnownError(str(error)) from error
            # With a log SQLite itself sees to it that a reading is of one moment.
            if waiting or _marks(self._path) == before:
                return found
            self._known = {}
        raise _NotKnownError("it was written to each time")

    def _read(self, database: sqlite3.Connection) -> Stored:
        database.execute("BEGIN")
        tables = {
            bytes(name).decode("utf-8", "replace")
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        shape = next((each for each in _SHAPES if each[0] in tables), None)
        if shape is None or "transcript_events" not in tables:
            self._known = {}
            return Stored()
        table, current = shape
        rows = database.execute(
            f"SELECT session_key, {current}, updated_at, status FROM {table}"  # noqa: S608
            " ORDER BY updated_at DESC LIMIT ?",
            (MOST_SESSIONS,),
        ).fetchall()
        sessions = [self._session(database, *row) for row in rows]
        self._known = {each.id: self._known[each.id] for each in sessions}
        outcomes = tuple(_outcomes(database)) if _OUTCOMES in tables else ()
        return Stored(tuple(sessions), outcomes)

    def _session(
        self, database: sqlite3.Connection, key: Any, name: Any, updated: Any, status: Any
    ) -> Session:
        session_id = _text(name)
        known = self._known.setdefault(session_id, _Known())
        self._follow(database, session_id, known)
        moment = moment_of(updated)
        if moment is not None and known.told:
            moment = max(moment, known.told[-1].when)
        running = moment if _text(status) == "running" else None
        return Session(session_id, _text(key), running, known.folder, tuple(known.told))

    def _follow(self, database: sqlite3.Connection, session_id: str, known: _Known) -> None:
        """Read the events of a session that are new."""
        newest = "SELECT max(seq) FROM transcript_events WHERE session_id = ?"
        (last,) = database.execute(newest, (session_id,)).fetchone()
        if last == known.last or not isinstance(last, int):
            return
        if last < known.last:
            # Taken back, or written anew.
            known.told.clear()
            known.last = -1
        if known.last < 0:
            known.folder = folder_of(_first_event(database, session_id) or b"")
        numbers = database.execute(
            "SELECT seq FROM transcript_events WHERE session_id = ? AND seq > ?"
            " ORDER BY seq DESC LIMIT ?",
            (session_id, known.last, 2 * MOST_EVENTS),
        ).fetchall()
        for (number,) in reversed(numbers):
            event = _event(database, session_id, number)
            if event is not None and (activity := parse_event(event)) is not None:
                known.told.append(activity)
        known.last = last


def still_running(session: Session, now: datetime) -> Session:
    """The session, not running any more when it has said nothing for too long."""
    if session.running is None or now - session.running <= AT_WORK:
        return session
    return replace(session, running=None)


class _NotKnownError(Exception):
    """Why it could not be read, in words."""


@contextmanager
def _opened(path: Path, *, waiting: bool) -> Iterator[sqlite3.Connection]:
    """The database to read; `waiting`: something waits in its log."""
    import sqlite3
    from urllib.parse import quote

    if mark(path.with_name(f"{path.name}-journal")) is not None and not waiting:
        raise _NotKnownError("it is being written to")
    how = "readonly_shm=1" if waiting else "immutable=1"
    name = f"file:{quote(os.fsencode(path))}?mode=ro&{how}"
    database = sqlite3.connect(name, uri=True, timeout=0.2, isolation_level=None)
    try:
        bound(database, _VALUE_LIMIT)
        yield database
    finally:
        database.close()


def _marks(path: Path) -> tuple[Mark, ...]:
    return mark(path), mark(path.with_name(f"{path.name}-wal"))


def _first_event(database: sqlite3.Connection, session_id: str) -> bytes | None:
    first = "SELECT min(seq) FROM transcript_events WHERE session_id = ?"
    (number,) = database.execute(first, (session_id,)).fetchone()
    return _event(database, session_id, number)


def _event(database: sqlite3.Connection, session_id: str, number: int) -> bytes | None:
    import sqlite3

    query = "SELECT event_json FROM transcript_events WHERE session_id = ? AND seq = ?"
    try:
        row = database.execute(query, (session_id, number)).fetchone()
    except sqlite3.DataError:
        # Longer than the limit: a picture, most likely.
        return None
    return row[0] if row is not None and isinstance(row[0], bytes) else None


def _outcomes(database: sqlite3.Connection) -> Iterator[tuple[str, Activity]]:
    rows = database.execute(
        f"SELECT session_key, outcome, summary, occurred_at FROM {_OUTCOMES} LIMIT ?",  # noqa: S608
        (MOST_SESSIONS,),
    )
    for key, outcome, summary, occurred in rows:
        when, said = moment_of(occurred), _text(outcome)
        if when is None:
            continue
        alarming = said in ("blocked", "needs_attention")
        kind = ActivityKind.BEAT if alarming else ActivityKind.RECORD
        words = one_line(f"{_MEANT.get(said, said)}: {_text(summary)}")
        yield _text(key), Activity(when, kind, words, source=SOURCE)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
