"""OpenClaw's sessions in files."""

from __future__ import annotations

import json
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from memdeck.model import Activity, ActivityKind
from memdeck.pulse.openclaw_events import HEARTBEAT_OK, parse_event
from memdeck.pulse.openclaw_sessions import OpenClawReader, is_alive, watched_places
from tests.activity.openclaw import NOW, at, header, in_files, lines, lock, message, sessions_folder

ROOT = Path("/nowhere/atlas")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / ".openclaw"


def reader(state: Path, root: Path = ROOT) -> OpenClawReader:
    return OpenClawReader(state, root, alive=lambda process: process == 77)


def words(each: OpenClawReader) -> list[str]:
    return [activity.words for activity in each.read(NOW).activities]


def test_without_its_folder_nothing_is_read(state: Path) -> None:
    each = reader(state)
    assert each.read(NOW).activities == ()
    assert each.there is False
    assert each.read(NOW) is each.read(NOW)


def test_what_was_said_is_told_with_agent_and_session(state: Path) -> None:
    in_files(
        state, [header(ROOT), message("user", "Fix the\nlocker"), message("assistant", "Done", 4)]
    )
    each = reader(state)
    found = each.read(NOW)
    assert each.there
    assert found.activities == (
        Activity(at(60), ActivityKind.RECORD, "a session begins", "atlas",
                 place="session main", source="OpenClaw"),
        Activity(at(5), ActivityKind.RECORD, "user: Fix the locker", "atlas",
                 place="session main", source="OpenClaw"),
        Activity(at(4), ActivityKind.RECORD, "assistant: Done", "atlas",
                 place="session main", source="OpenClaw"),
    )  # fmt: skip
    assert each.read(NOW) is found


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (message("toolResult", "a whole file"), None),
        (message("assistant", [{"type": "thinking", "thinking": "hm"}]), None),
        (message("assistant", [{"type": "toolCall", "name": "read"}]), "calls read"),
        (
            message("assistant", [{"type": "toolCall", "name": each} for each in "abcde"]),
            "calls a, b, c and 2 more",
        ),
        (message("user", f"Anything to do? Else say {HEARTBEAT_OK}"), None),
        (message("assistant", HEARTBEAT_OK), None),
        ({"type": "compaction", "timestamp": at(1).isoformat(), "tokensBefore": 45123},
         "compacts 45 123 tokens"),
        ({"type": "model_change", "timestamp": at(1).isoformat()}, None),
        ({"type": "message", "message": {"role": "user", "content": "when?"}}, None),
        ({"type": "message",
          "message": {"role": "user", "content": "now", "timestamp": 1770379200000}}, "user: now"),
        ({**message("assistant", ""), "message": {"role": "assistant", "stopReason": "error",
          "errorMessage": "overloaded"}}, "fails: overloaded"),
        ({"type": "message", "timestamp": at(1).isoformat(), "message": ["?"]}, None),
    ],
)  # fmt: skip
def test_each_event_in_words(event: dict[str, object], told: str | None) -> None:
    activity = parse_event(json.dumps(event).encode())
    assert (activity.words if activity else None) == told


def test_what_is_appended_is_told_and_a_half_line_waits(state: Path) -> None:
    transcript = in_files(state, [header(ROOT)])
    each = reader(state)
    assert words(each) == ["a session begins"]
    line = lines([message("user", "Hello")])
    with transcript.open("a") as file:
        file.write(line[:30])
    assert words(each) == ["a session begins"]
    with transcript.open("a") as file:
        file.write(line[30:])
    assert words(each) == ["a session begins", "user: Hello"]


def test_a_lock_says_that_a_session_is_running(state: Path) -> None:
    transcript = in_files(state, [header(ROOT)])
    each = reader(state)
    held = lock(transcript, minutes=3)
    assert words(each) == ["a session begins", "is running"]
    assert each.read(NOW).activities[-1].when == at(3)
    held.unlink()
    assert words(each) == ["a session begins"]


@pytest.mark.parametrize(("minutes", "process"), [(31, 77), (1, 78), (1, "x"), (1, None)])
def test_a_lock_that_was_left_behind_says_nothing(
    state: Path, minutes: float, process: object
) -> None:
    lock(in_files(state, [header(ROOT)]), minutes, process)
    assert words(reader(state)) == ["a session begins"]


def test_a_session_stops_running_while_time_passes(state: Path) -> None:
    lock(in_files(state, [header(ROOT)]), minutes=29)
    each = reader(state)
    assert "is running" in words(each)
    later = each.read(NOW + timedelta(minutes=2))
    assert [activity.words for activity in later.activities] == ["a session begins"]


def test_sessions_of_another_workspace_are_left_out(state: Path, tmp_path: Path) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    for each in (root, other):
        each.mkdir()
        (each / "MEMORY.md").touch()
    in_files(state, [header(root), message("user", "ours")], agent="atlas")
    in_files(state, [header(other), message("user", "theirs")], agent="scout")
    in_files(state, [header(root / "src"), message("user", "below")], agent="mason")
    in_files(state, [header("/"), message("user", "gateway")], agent="main")
    in_files(state, [message("user", "unsaid")], agent="zed")
    told = [each for each in words(reader(state, root)) if each.startswith("user")]
    assert told == ["user: ours", "user: gateway", "user: below", "user: unsaid"]


def test_what_lies_beside_transcripts_is_none(state: Path) -> None:
    in_files(state, [header(ROOT)])
    folder = sessions_folder(state)
    for name in ("s1.trajectory.jsonl", "s1.checkpoint.1.jsonl", "s1.jsonl.reset.2026", "s1.bak"):
        (folder / name).write_text(lines([message("user", "no")]))
    os.mkfifo(folder / "pipe.jsonl")
    (folder / "link.jsonl").symlink_to("/etc/passwd")
    assert words(reader(state)) == ["a session begins"]


@pytest.mark.parametrize("store", ["{", "[]", "\0", '{"a": 1, "b": {"sessionId": 3}}'])
def test_a_broken_store_hides_no_transcript(state: Path, store: str) -> None:
    in_files(state, [message("user", "still here")])
    (sessions_folder(state) / "sessions.json").write_text(store)
    found = reader(state).read(NOW)
    assert [each.place for each in found.activities] == ["session s1"]
    if not store.startswith('{"a"'):
        assert found.problems == ("OpenClaw's atlas/sessions/sessions.json could not be read",)


def test_agents_come_and_go(state: Path) -> None:
    in_files(state, [message("user", "one")], agent="atlas")
    each = reader(state)
    assert words(each) == ["user: one"]
    in_files(state, [message("user", "two")], agent="scout")
    assert words(each) == ["user: one", "user: two"]
    shutil.rmtree(state / "agents" / "atlas")
    assert words(each) == ["user: two"]
    assert all("scout" in str(place) for place in watched_places(state))


def test_a_process_is_alive_or_not() -> None:
    assert is_alive(os.getpid())
    assert not is_alive(2**22 + 1)
    assert not is_alive(10**30)
