"""What OpenClaw's agents do, by its own state: read beside it, with nothing changed or locked.

Below its state folder (`OPENCLAW_STATE_DIR`, else `~/.openclaw`) each agent has
`agents/NAME/sessions/`: `sessions.json` (what is known of each session, by its
key), a transcript `ID.jsonl` for each, and `ID.jsonl.lock` while one is written.
Newer versions keep the same in `agents/NAME/agent/openclaw-agent.sqlite`, and
what a session has there counts. Without the folder nothing is read.

Source: openclaw/openclaw, docs/reference/session-management-compaction.md and
src/agents/session-write-lock.ts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from memdeck.model import Activity
from memdeck.openclaw import open_file
from memdeck.pulse.fields import moment_of, object_of
from memdeck.pulse.openclaw_database import NAME, AgentDatabase, still_running
from memdeck.pulse.openclaw_events import (
    AT_WORK,
    MOST_EVENTS,
    MOST_SESSIONS,
    Session,
    activities_of,
    belongs,
    folder_of,
    parse_event,
)
from memdeck.pulse.records import Followed, Found, Stamp
from memdeck.pulse.tails import Tail
from memdeck.text import show

_AGENTS: Final = "agents"
_SESSIONS: Final = "sessions"
_STORE: Final = "sessions.json"
_MOST_AGENTS: Final = 64
_AT_ONCE: Final = 256 * 1024
"""Bytes at the end of a transcript that are read at first."""
_LARGEST_STORE: Final = 16 * 1024 * 1024
_LARGEST_HEADER: Final = 64 * 1024
_BESIDE: Final = (".trajectory.jsonl", ".checkpoint.")
"""What lies beside transcripts and is none."""


def is_alive(process: int) -> bool:
    """Whether a process of that number runs on this machine."""
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


class OpenClawReader:
    """Reads OpenClaw's state again and again, each time only what is new."""

    def __init__(self, folder: Path, root: Path, alive: Callable[[int], bool] = is_alive) -> None:
        """`folder` is that of the state, there or not; `root` the workspace's, resolved."""
        self._agents = folder / _AGENTS
        self._root = root
        self._alive = alive
        self._stores: dict[str, _Agent] = {}
        self._told: tuple[object, ...] = ()
        self._found = Found()

    @property
    def there(self) -> bool:
        """Whether OpenClaw keeps state here, as of the last reading."""
        return bool(self._stores)

    def read(self, now: datetime) -> Found:
        """What its agents did; the same object as before while nothing changed."""
        names = _agent_names(self._agents)
        known = self._stores
        self._stores = {
            name: known.get(name) or _Agent(self._agents / name, self._root, self._alive)
            for name in names
        }
        told = tuple((name, store.read(now)) for name, store in self._stores.items())
        if told == self._told:
            return self._found
        self._told = told
        self._found = Found(
            tuple(activity for _, found in told for activity in found.activities),
            tuple(problem for _, found in told for problem in found.problems),
        )
        return self._found


def watched_places(folder: Path) -> tuple[Path, ...]:
    """What changes when OpenClaw's agents did something: files and folders to look at."""
    agents = folder / _AGENTS
    return tuple(
        place
        for name in _agent_names(agents)
        for place in (
            agents / name / _SESSIONS,
            agents / name / _SESSIONS / _STORE,
            agents / name / "agent" / NAME,
            agents / name / "agent" / f"{NAME}-wal",
        )
    )


class _Agent:
    """One agent's sessions, in files and in the database."""

    def __init__(self, folder: Path, root: Path, alive: Callable[[int], bool]) -> None:
        self._name = folder.name
        self._files = _Files(folder / _SESSIONS, alive)
        self._database = AgentDatabase(folder / "agent" / NAME)
        self._root = root
        self._from: tuple[object, ...] = ()
        self._found = Found()

    def read(self, now: datetime) -> Found:
        stored = self._database.read()
        sessions = tuple(still_running(each, now) for each in stored.sessions)
        files = self._files.read(now)
        source = (sessions, stored.outcomes, stored.problem, files)
        if source == self._from:
            return self._found
        self._from = source
        ids = {each.id for each in sessions}
        ours = [
            each
            for each in (*sessions, *(each for each in files.sessions if each.id not in ids))
            if belongs(each.folder, self._root)
        ]
        elsewhere = {each.key for each in sessions} - {each.key for each in ours}
        activities = [each for session in ours for each in activities_of(self._name, session)]
        for key, outcome in stored.outcomes:
            if key not in elsewhere:
                told = activities_of(self._name, Session("", key, told=(outcome,)))
                activities += told
        problems = [each for each in (stored.problem, *files.problems) if each is not None]
        self._found = Found(tuple(activities), tuple(problems))
        return self._found


@dataclass(frozen=True, slots=True)
class _InFiles:
    sessions: tuple[Session, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class _Transcript:
    followed: Followed
    folder: str | None = None
    told: tuple[Activity, ...] = ()


class _Files:
    """The older generation: `sessions.json`, transcripts and locks."""

    def __init__(self, folder: Path, alive: Callable[[int], bool]) -> None:
        self._folder = folder
        self._alive = alive
        self._transcripts: dict[str, _Transcript] = {}
        self._store_stamp: Stamp | None = None
        self._keys: dict[str, str] = {}
        self._problem: str | None = None

    def read(self, now: datetime) -> _InFiles:
        files = _files_in(self._folder)
        self._look_at_store(files.get(_STORE))
        names = [
            name
            for name in files
            if name.endswith(".jsonl") and not any(each in name for each in _BESIDE)
        ]
        newest = sorted(names, key=lambda name: files[name][1], reverse=True)[:MOST_SESSIONS]
        known = self._transcripts
        self._transcripts = {
            name: known.get(name)
            or _Transcript(
                Followed(Tail(self._folder / name, _AT_ONCE), parse_event, most=MOST_EVENTS)
            )
            for name in sorted(newest)
        }
        problems = [self._problem]
        sessions = []
        for name, transcript in self._transcripts.items():
            followed = transcript.followed
            if followed.look(f"OpenClaw's {self._said(name)}", files[name]):
                transcript.told = tuple(replace(each, place="") for each in followed.activities())
                transcript.folder = transcript.folder or folder_of(self._header(name))
            problems.append(followed.problem)
            running = self._running(name, now) if f"{name}.lock" in files else None
            session_id = name.removesuffix(".jsonl")
            key = self._keys.get(name, session_id)
            sessions.append(Session(session_id, key, running, transcript.folder, transcript.told))
        return _InFiles(tuple(sessions), tuple(each for each in problems if each is not None))

    def _header(self, name: str) -> bytes:
        try:
            with open_file(self._folder / name) as file:
                return file.readline(_LARGEST_HEADER)
        except OSError:
            return b""

    def _look_at_store(self, stamp: Stamp | None) -> None:
        """Which session each transcript is of; the last that is known while it cannot be read."""
        if stamp == self._store_stamp:
            return
        self._store_stamp = stamp
        self._problem = None
        if stamp is None:
            self._keys = {}
            return
        try:
            with open_file(self._folder / _STORE) as file:
                data = file.read(_LARGEST_STORE + 1)
            store: Any = json.loads(data) if len(data) <= _LARGEST_STORE else None
        except (OSError, ValueError, RecursionError):
            store = None
        if not isinstance(store, dict):
            self._problem = f"OpenClaw's {self._said(_STORE)} could not be read"
            return
        self._keys = dict(_transcript_keys(store))

    def _running(self, name: str, now: datetime) -> datetime | None:
        """Since when the session is written, by its lock; None when the lock was left behind."""
        try:
            with open_file(self._folder / f"{name}.lock") as file:
                lock = object_of(file.read(4096)) or {}
        except OSError:
            return None
        process, since = lock.get("pid"), moment_of(lock.get("createdAt"))
        if since is None or not isinstance(process, int) or process <= 0:
            return None
        return since if now - since <= AT_WORK and self._alive(process) else None

    def _said(self, name: str) -> str:
        return show(f"{self._folder.parent.name}/{_SESSIONS}/{name}")[:160]


def _transcript_keys(store: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The name of each transcript with the key of its session."""
    for key, entry in store.items():
        if not isinstance(entry, dict):
            continue
        file, session = entry.get("sessionFile"), entry.get("sessionId")
        if isinstance(session, str):
            yield f"{session}.jsonl", key
        if isinstance(file, str):
            yield file.rpartition("/")[2], key


def _agent_names(agents: Path) -> list[str]:
    try:
        with os.scandir(agents) as entries:
            names = sorted(each.name for each in entries if each.is_dir(follow_symlinks=False))
    except (OSError, ValueError):
        return []
    return names[:_MOST_AGENTS]


def _files_in(folder: Path) -> dict[str, Stamp]:
    found: dict[str, Stamp] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith((".jsonl", ".lock", ".json")) and entry.is_file(
                    follow_symlinks=False
                ):
                    status = entry.stat(follow_symlinks=False)
                    found[entry.name] = (status.st_size, status.st_mtime_ns, status.st_ino)
    except OSError:
        return found
    return found
