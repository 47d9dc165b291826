"""A made state of OpenClaw, in both of its generations."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)
OLD_TABLE = """CREATE TABLE session_entries (session_key TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL, entry_json TEXT NOT NULL, updated_at INTEGER NOT NULL,
    status TEXT, created_by_json TEXT) STRICT"""
NEW_TABLE = """CREATE TABLE session_nodes (session_key TEXT NOT NULL PRIMARY KEY,
    current_session_id TEXT NOT NULL, entry_json TEXT NOT NULL, entry_valid INTEGER,
    updated_at INTEGER NOT NULL, status TEXT) STRICT"""
EVENTS = """CREATE TABLE transcript_events (session_id TEXT NOT NULL, seq INTEGER NOT NULL,
    event_json TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (session_id, seq)) STRICT"""
OUTCOMES = """CREATE TABLE heartbeat_outcomes (session_key TEXT NOT NULL PRIMARY KEY,
    run_session_key TEXT NOT NULL, outcome TEXT NOT NULL, summary TEXT NOT NULL,
    occurred_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT"""


def at(minutes: float) -> datetime:
    """So many minutes before now."""
    return NOW - timedelta(minutes=minutes)


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def header(folder: Path | str, minutes: float = 60) -> dict[str, Any]:
    return {
        "type": "session", "version": 3, "id": "s1", "timestamp": at(minutes).isoformat(),
        "cwd": str(folder),
    }  # fmt: skip


def message(role: str, text: str | list[dict[str, Any]], minutes: float = 5) -> dict[str, Any]:
    content = [{"type": "text", "text": text}] if isinstance(text, str) else text
    return {
        "type": "message", "id": "a1", "parentId": None, "timestamp": at(minutes).isoformat(),
        "message": {"role": role, "content": content},
    }  # fmt: skip


def lines(events: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(each) + "\n" for each in events)


def sessions_folder(state: Path, agent: str = "atlas") -> Path:
    folder = state / "agents" / agent / "sessions"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def in_files(
    state: Path, events: Sequence[dict[str, Any]], *, agent: str = "atlas", name: str = "s1"
) -> Path:
    """A session in files, the transcript's path; it is known as main."""
    folder = sessions_folder(state, agent)
    store = {f"agent:{agent}:main": {"sessionId": name, "updatedAt": milliseconds(at(5))}}
    (folder / "sessions.json").write_text(json.dumps(store, indent=2), encoding="utf-8")
    transcript = folder / f"{name}.jsonl"
    transcript.write_text(lines(events), encoding="utf-8")
    return transcript


def lock(transcript: Path, minutes: float = 1, process: object = 77) -> Path:
    path = transcript.with_name(f"{transcript.name}.lock")
    content = {"pid": process, "createdAt": at(minutes).isoformat(), "starttime": 5}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def database_path(state: Path, agent: str = "atlas") -> Path:
    path = state / "agents" / agent / "agent" / "openclaw-agent.sqlite"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def made(path: Path, *tables: str) -> sqlite3.Connection:
    """The database of a gateway that stays at work: what it writes waits in the log."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA wal_autocheckpoint = 0")
    for table in tables:
        database.execute(table)
    return database


def store(
    database: sqlite3.Connection,
    events: Sequence[dict[str, Any]],
    *,
    session: str = "s1",
    key: str = "agent:atlas:main",
    status: str | None = None,
    minutes: float = 5,
) -> None:
    """Append events to a session, in one transaction."""
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    table, column = (
        ("session_nodes", "current_session_id")
        if "session_nodes" in tables
        else ("session_entries", "session_id")
    )
    database.execute("BEGIN IMMEDIATE")
    database.execute(
        f"INSERT OR REPLACE INTO {table} (session_key, {column}, entry_json, updated_at, status)"
        " VALUES (?, ?, '{}', ?, ?)",
        (key, session, milliseconds(at(minutes)), status),
    )
    query = "SELECT coalesce(max(seq), -1) FROM transcript_events WHERE session_id = ?"
    (last,) = database.execute(query, (session,)).fetchone()
    database.executemany(
        "INSERT INTO transcript_events VALUES (?, ?, ?, 0)",
        [(session, last + 1 + index, json.dumps(each)) for index, each in enumerate(events)],
    )
    database.execute("COMMIT")
