"""The feed of a workspace, from disk and git to the deck: each time only what changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from memdeck.curated.edits import Promote
from memdeck.curated.journal import Journal
from memdeck.curated.records import Origin
from memdeck.curated.store import MemoryStore
from memdeck.demo import DEMO_NOW, make_workspace
from memdeck.live.activity import activity_places
from memdeck.live.reader import Reader
from memdeck.model import Activity, ActivityKind, Deck
from memdeck.workspace import Workspace, open_workspace
from tests.activity.openclaw import header, in_files, lines, message
from tests.conftest import GitHelper

TODAY = "memory/2026-02-06.md"
HEARTBEATS = "memory/heartbeats/2026-02.jsonl"
LATER = DEMO_NOW + timedelta(minutes=3)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(make_workspace(tmp_path / "atlas"))


@pytest.fixture
def clock() -> list[datetime]:
    return [DEMO_NOW]


@pytest.fixture
def reader(workspace: Workspace, clock: list[datetime]) -> Reader:
    return Reader(workspace, lambda: clock[0])


def read(reader: Reader, **options: bool) -> Deck:
    for _ in reader.stages(**options):
        pass
    assert reader.deck is not None
    return reader.deck


def new(before: Deck, after: Deck) -> list[Activity]:
    known = {(each.when, each.kind, each.words) for each in before.activity}
    return [each for each in after.activity if (each.when, each.kind, each.words) not in known]


def append(root: Path, name: str, text: str, when: datetime = LATER) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
    os.utime(path, (when.timestamp(), when.timestamp()))


def test_all_tiers_are_told_newest_first(reader: Reader) -> None:
    deck = read(reader)
    kinds = {each.kind for each in deck.activity}
    assert kinds >= {ActivityKind.LOG, ActivityKind.NOTES, ActivityKind.COMMIT, ActivityKind.BEAT}
    times = [each.when for each in deck.activity]
    assert times == sorted(times, reverse=True)
    assert all(each.words and "\n" not in each.words for each in deck.activity)
    assert times[0] <= DEMO_NOW + timedelta(minutes=5)
    assert (deck.activity_sources, deck.activity_problems) == ((), ())


def test_nothing_changed_is_no_stage_and_no_process_of_its_own(
    reader: Reader, git_started: Callable[[], list[str]]
) -> None:
    deck = read(reader)
    assert sum("rev-list" in each for each in git_started()) >= 1
    assert list(reader.stages()) == [] or reader.deck is deck
    assert not [each for each in git_started() if "rev-list" in each]
    assert read(reader).activity is deck.activity


def test_a_line_that_is_appended_is_told_with_what_it_costs(
    reader: Reader, workspace: Workspace
) -> None:
    before = read(reader)
    append(workspace.root, TODAY, "- Lockers in the north are online\n- 14:34 atlas: done\n")
    after = read(reader, notes=False)
    found = {each.words: each for each in new(before, after)}
    line = found["Lockers in the north are online"]
    assert (line.when, line.about, line.kind) == (LATER, False, ActivityKind.LOG)
    assert line.tokens is not None
    assert line.tokens > 3
    assert line.place.startswith(f"{TODAY}:")
    assert found["atlas: done"].agent == "atlas"
    assert after.activity[: len(found)] == tuple(found.values())[: len(found)]


def test_a_log_that_is_new_is_new_in_all_its_lines(reader: Reader, workspace: Workspace) -> None:
    before = read(reader)
    append(workspace.root, "memory/2026-02-06-scout.md", "- one\n- two\n")
    found = new(before, read(reader, notes=False))
    assert [(each.words, each.agent, each.about) for each in found] == [
        ("two", "scout", False),
        ("one", "scout", False),
    ]


def test_an_entry_is_told_when_it_is_stored(
    reader: Reader, workspace: Workspace, git: GitHelper
) -> None:
    before = read(reader)
    entry = {"branch": "main", "timestamp": "2026-02-06T14:34:00Z", "key": "task", "value": "go"}
    git.note(workspace.root, json.dumps({**entry, "agent": "mason"}))
    assert read(reader, notes=False).activity is before.activity
    (found,) = new(before, read(reader))
    assert (found.kind, found.agent, found.words) == (ActivityKind.NOTES, "mason", "task: go")
    assert found.place == "main task"


def test_what_another_program_writes_to_the_memory_is_told(
    reader: Reader, workspace: Workspace
) -> None:
    before = read(reader)
    data = workspace.memory_path.read_text()
    item = before.memory.items[0]
    workspace.memory_path.write_text(data.replace(item.source, "Something else"))
    found = {each.words: each for each in new(before, read(reader, notes=False))}
    assert set(found) == {"added Something else", f"removed {item.text}"[:200]}
    assert found["added Something else"].tokens


def test_an_operation_is_told_by_its_actor_with_what_it_added(
    reader: Reader, workspace: Workspace
) -> None:
    before = read(reader)
    journal = Journal(workspace.ensure_state_folder())
    store = MemoryStore(workspace.root, workspace.memory_path, journal, "scout", lambda: LATER)
    line = before.days[0].items[0]
    store.apply(
        Promote("Critical Decisions", ("Doors open twice",)),
        [Origin(line.file, line.line, line.digest, line.text)],
    )
    after = read(reader, notes=False)
    (found,) = new(before, after)
    assert (found.kind, found.agent, found.when) == (ActivityKind.MEMORY, "scout", LATER)
    assert found.words == "Promoted to Critical Decisions: Doors open twice"
    assert found.place.startswith("MEMORY.md:")
    assert found.tokens is not None
    assert found.tokens > 2
    row = int(found.place.partition(":")[2])
    assert b"Doors open twice" in after.memory.data.split(b"\n")[row - 1]
    append(workspace.root, "MEMORY.md", "\n- Later\n")
    (kept,) = [each for each in read(reader).activity if each.agent == "scout" and each.tokens
               and each.kind is ActivityKind.MEMORY]  # fmt: skip
    assert kept.tokens == found.tokens


def test_commits_are_asked_for_when_a_branch_has_moved(
    reader: Reader, workspace: Workspace, git: GitHelper, git_started: Callable[[], list[str]]
) -> None:
    before = read(reader)
    tree = git(workspace.root, "rev-parse", "HEAD^{tree}")
    when = {
        f"GIT_{each}_DATE": f"{int(LATER.timestamp())} +0000" for each in ("COMMITTER", "AUTHOR")
    }
    commit = git(workspace.root, "commit-tree", "-m", "Try doors", tree, environment=when)
    git(workspace.root, "update-ref", "refs/heads/fix/doors", commit)
    git_started()
    assert read(reader, notes=False).activity is before.activity
    assert git_started() == []
    (found,) = new(before, read(reader))
    assert (found.kind, found.words, found.agent) == (
        ActivityKind.COMMIT,
        "Try doors",
        "Ada Example",
    )
    assert found.when == LATER
    assert sum("rev-list" in each for each in git_started()) == 1


def test_alerts_and_records_are_told_as_they_come(reader: Reader, workspace: Workspace) -> None:
    before = read(reader)
    ok = {"ts": "2026-02-06T14:34:00Z", "agent": "mason", "status": "ok", "interval_s": 3300}
    alert = {**ok, "status": "alert", "note": "disk full"}
    append(workspace.root, HEARTBEATS, json.dumps(ok) + "\n" + json.dumps(alert) + "\n")
    append(workspace.root, "memory/runs/a.jsonl", '{"ts": "2026-02-06T14:33:00Z", "event": "x"}\n')
    found = new(before, read(reader, notes=False))
    told = [(each.kind, each.words, each.agent) for each in found]
    assert (ActivityKind.BEAT, "alert: disk full", "mason") in told
    assert (ActivityKind.RECORD, "x", None) in told
    assert len([each for each in told if each[2] == "mason"]) == 1, "an ok is no activity"


def test_openclaw_is_told_by_name_when_it_is_there(
    reader: Reader, workspace: Workspace, home: Path
) -> None:
    before = read(reader)
    said = [header(workspace.root), message("assistant", "Done")]
    transcript = in_files(home / ".openclaw", said)
    after = read(reader, notes=False)
    assert after.activity_sources == ("OpenClaw",)
    found = [each for each in new(before, after) if each.source == "OpenClaw"]
    assert [each.words for each in found] == ["assistant: Done", "a session begins"]
    with transcript.open("a") as file:
        file.write(lines([message("user", "More", minutes=1)]))
    (more,) = new(after, read(reader, notes=False))
    assert more.words == "user: More"
    (home / ".openclaw/agents/atlas/sessions/sessions.json").write_text("{")
    assert len(read(reader, notes=False).activity_problems) == 1


def test_another_place_of_openclaw_is_named_by_the_environment(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_files(tmp_path / "elsewhere", [message("user", "Hello")])
    monkeypatch.setenv("OPENCLAW_STATE_DIR", str(tmp_path / "elsewhere"))
    deck = read(Reader(workspace, lambda: DEMO_NOW))
    assert deck.activity_sources == ("OpenClaw",)


def test_what_is_ahead_of_the_clock_is_told_when_it_was_seen(
    reader: Reader, workspace: Workspace, clock: list[datetime]
) -> None:
    before = read(reader)
    append(workspace.root, "memory/a.jsonl", '{"ts": "2026-02-06T17:00:00Z", "event": "early"}\n')
    (found,) = new(before, read(reader, notes=False))
    assert (found.when, found.about) == (DEMO_NOW, True)
    clock[0] += timedelta(minutes=30)
    append(workspace.root, "memory/b.jsonl", '{"ts": "2026-02-06T14:50:00Z", "event": "now"}\n')
    told = {each.words: each for each in read(reader, notes=False).activity}
    assert told["early"].when == DEMO_NOW
    clock[0] += timedelta(hours=3)
    told = {each.words: each for each in read(reader, notes=False).activity}
    assert told["early"].when == datetime(2026, 2, 6, 17, 0, tzinfo=UTC)


def test_silence_is_told_when_only_time_has_passed_and_stays_told(
    reader: Reader, workspace: Workspace, clock: list[datetime]
) -> None:
    before = read(reader)
    clock[0] += timedelta(hours=3)
    after = reader.pulse_at(clock[0])
    assert after is not None
    silent = {each.agent for each in new(before, after) if each.kind is ActivityKind.BEAT}
    assert "atlas" in silent
    assert reader.pulse_at(clock[0]) is after
    beat = {"ts": clock[0].strftime("%Y-%m-%dT%H:%M:%SZ"), "agent": "atlas", "status": "ok"}
    append(workspace.root, HEARTBEATS, json.dumps(beat) + "\n", clock[0])
    later = read(reader, notes=False)
    assert "atlas" in {each.agent for each in new(before, later) if each.kind is ActivityKind.BEAT}


def test_a_folder_without_anything_has_no_activity(tmp_path: Path) -> None:
    deck = read(Reader(open_workspace(tmp_path), lambda: DEMO_NOW))
    assert (deck.activity, deck.activity_sources, deck.activity_problems) == ((), (), ())


def test_what_is_to_be_looked_at_is_named(workspace: Workspace, home: Path) -> None:
    in_files(home / ".openclaw", [])
    places = activity_places(workspace, os.environ)
    assert workspace.root / HEARTBEATS in places
    assert home / ".openclaw/agents/atlas/sessions" in places


def test_reading_the_feed_loads_no_more_than_it_needs() -> None:
    program = (
        "import sys; from memdeck.live.activity import ActivityReader; "
        "print(*({'git', 'tiktoken', 'rich', 'textual'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_who_does_not_ask_for_it_is_not_made_to_wait_for_it(workspace: Workspace) -> None:
    deck = read(Reader(workspace, lambda: DEMO_NOW, pulse=False))
    assert (deck.activity, deck.pulse.agents) == ((), ())
    assert deck.budget is not None
