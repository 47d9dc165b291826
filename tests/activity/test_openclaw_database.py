"""OpenClaw's sessions in SQLite: read beside a gateway at work, with nothing changed."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from memdeck.model import ActivityKind
from memdeck.pulse.openclaw_sessions import OpenClawReader
from tests.activity.openclaw import (
    EVENTS,
    NEW_TABLE,
    NOW,
    OLD_TABLE,
    OUTCOMES,
    at,
    database_path,
    header,
    in_files,
    made,
    message,
    milliseconds,
    store,
)

ROOT = Path("/nowhere/atlas")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / ".openclaw"


@pytest.fixture(params=[OLD_TABLE, NEW_TABLE], ids=["2026.7.2", "later"])
def gateway(request: pytest.FixtureRequest, state: Path) -> Iterator[sqlite3.Connection]:
    database = made(database_path(state), request.param, EVENTS)
    yield database
    database.close()


@pytest.fixture
def reader(state: Path) -> OpenClawReader:
    return OpenClawReader(state, ROOT)


def words(reader: OpenClawReader) -> list[str]:
    return [each.words for each in reader.read(NOW).activities]


def everything(state: Path) -> dict[str, tuple[int, str]]:
    return {
        str(each.relative_to(state)): (
            each.stat().st_mtime_ns,
            hashlib.sha256(each.read_bytes()).hexdigest(),
        )
        for each in sorted(state.rglob("*"))
        if each.is_file()
    }


def test_both_shapes_tell_the_same(gateway: sqlite3.Connection, reader: OpenClawReader) -> None:
    store(gateway, [header(ROOT), message("user", "Fix it"), message("assistant", "Done", 4)])
    (_, asked, answered) = reader.read(NOW).activities
    assert (asked.when, asked.words, asked.agent) == (at(5), "user: Fix it", "atlas")
    assert (answered.place, answered.source) == ("session main", "OpenClaw")
    assert reader.read(NOW) is reader.read(NOW)


def test_new_events_are_told(gateway: sqlite3.Connection, reader: OpenClawReader) -> None:
    store(gateway, [message("user", "one")])
    assert words(reader) == ["user: one"]
    store(gateway, [message("user", "two")])
    assert words(reader) == ["user: one", "user: two"]
    gateway.execute("DELETE FROM transcript_events WHERE seq = 1")
    gateway.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert words(reader) == ["user: one"]


def words_elsewhere(state: Path) -> list[str]:
    """What another process than the gateway's reads: SQLite shares what it knows within one."""
    program = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from pathlib import Path
from memdeck.pulse.openclaw_sessions import OpenClawReader
from tests.activity.openclaw import NOW
for each in OpenClawReader(Path({str(state)!r}), Path("/nowhere/atlas")).read(NOW).activities:
    print(each.words)
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.split("\n")[:-1]


def test_nothing_is_changed_and_no_lock_is_in_the_way(
    gateway: sqlite3.Connection, state: Path
) -> None:
    store(gateway, [message("user", "one")])
    before = everything(state)
    assert words_elsewhere(state) == ["user: one"]
    assert everything(state) == before
    gateway.execute("BEGIN EXCLUSIVE")
    gateway.execute("DELETE FROM transcript_events")
    before = everything(state)
    assert words_elsewhere(state) == ["user: one"], "as of the last commit"
    assert everything(state) == before
    gateway.execute("ROLLBACK")
    assert gateway.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    before = everything(state)
    assert words_elsewhere(state) == ["user: one"]
    assert everything(state) == before


def test_what_a_killed_gateway_left_is_read_and_left(state: Path) -> None:
    path = database_path(state)
    program = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from pathlib import Path
from tests.activity.openclaw import *
store(made(Path({str(path)!r}), OLD_TABLE, EVENTS), [message("user", "last words")])
os._exit(0)
"""
    subprocess.run([sys.executable, "-c", program], check=True)
    before = everything(state)
    assert len(before) == 3
    assert words(OpenClawReader(state, ROOT)) == ["user: last words"]
    assert everything(state) == before
    path.with_name(f"{path.name}-shm").unlink()
    before = everything(state)
    found = OpenClawReader(state, ROOT).read(NOW)
    assert found.activities == ()
    assert "atlas/agent/openclaw-agent.sqlite cannot be read" in found.problems[0]
    assert everything(state) == before


def test_a_session_runs_until_it_has_said_nothing_for_too_long(
    gateway: sqlite3.Connection, reader: OpenClawReader
) -> None:
    store(gateway, [message("user", "go", 40)], status="running", minutes=20)
    assert words(reader) == ["user: go", "is running"]
    later = reader.read(NOW + timedelta(minutes=11))
    assert [each.words for each in later.activities] == ["user: go"]
    store(gateway, [], status="done")
    assert words(reader) == ["user: go"]


def test_outcomes_of_heartbeats_that_need_someone_are_exceptions(
    gateway: sqlite3.Connection, reader: OpenClawReader
) -> None:
    gateway.execute(OUTCOMES)
    for key, outcome, summary in (("a", "needs_attention", "No space"), ("b", "progress", "Half")):
        row = (key, key, outcome, summary, milliseconds(at(9)), 0)
        gateway.execute("INSERT INTO heartbeat_outcomes VALUES (?, ?, ?, ?, ?, ?)", row)
    told = reader.read(NOW).activities
    assert [(each.kind, each.words) for each in told] == [
        (ActivityKind.BEAT, "needs attention: No space"),
        (ActivityKind.RECORD, "progress: Half"),
    ]
    assert [each.when for each in told] == [at(9), at(9)]


def test_what_the_database_has_counts_before_the_files(
    gateway: sqlite3.Connection, state: Path, reader: OpenClawReader
) -> None:
    in_files(state, [message("user", "archived")], name="s1")
    in_files(state, [message("user", "only in files")], name="s0")
    store(gateway, [message("user", "live")], session="s1")
    assert words(reader) == ["user: live", "user: only in files"]


def test_a_session_of_another_workspace_is_left_out(
    gateway: sqlite3.Connection, reader: OpenClawReader, tmp_path: Path
) -> None:
    (tmp_path / "MEMORY.md").touch()
    store(gateway, [header(tmp_path), message("user", "theirs")])
    assert words(reader) == []


def test_an_event_too_long_to_be_told_is_left_out(
    gateway: sqlite3.Connection, reader: OpenClawReader
) -> None:
    store(gateway, [message("user", "x" * 2_000_000), message("user", "short")])
    assert words(reader) == ["user: short"]


def test_of_many_events_and_sessions_the_newest_are_told(
    gateway: sqlite3.Connection, reader: OpenClawReader
) -> None:
    for number in range(40):
        events = [message("user", f"{number}.{each}") for each in range(100)]
        store(gateway, events, session=f"s{number}", key=f"k{number}", minutes=100 - number)
    told = words(reader)
    assert len(told) == 12 * 20
    assert "user: 39.99" in told
    assert "user: 27.99" not in told
    store(gateway, [message("user", "one more")], session="s39", key="k39")
    assert "user: one more" in words(reader)


@pytest.mark.parametrize("what", ["no tables", "other columns", "a view", "no database", "empty"])
def test_a_database_of_another_shape_is_no_trouble(state: Path, what: str) -> None:
    path = database_path(state)
    if what == "no database":
        path.write_bytes(b"not a database" * 100)
    elif what == "empty":
        path.touch()
    else:
        database = sqlite3.connect(path, isolation_level=None)
        database.execute("CREATE TABLE auth_profile_store (a)")
        if what == "other columns":
            database.execute("CREATE TABLE session_entries (a)")
            database.execute("CREATE TABLE transcript_events (a)")
        if what == "a view":
            endless = (
                "WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n) SELECT a FROM n"
            )
            database.execute(f"CREATE VIEW session_entries AS {endless}")
            database.execute(f"CREATE VIEW transcript_events AS {endless}")
        database.close()
    before = everything(state)
    found = OpenClawReader(state, ROOT).read(NOW)
    assert found.activities == ()
    assert bool(found.problems) == (what in ("other columns", "no database"))
    assert everything(state) == before
