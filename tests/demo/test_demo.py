"""The made workspace: the same every time, wherever its last day lies, with every shape in it."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from memdeck.bootstrap.pack import pack_article
from memdeck.bootstrap.tokens import Counter
from memdeck.curated.likeness import alike
from memdeck.curated.sections import read_memory
from memdeck.daily.days import days_of, read_days
from memdeck.demo import AGENTS, BRANCH, DEMO_NOW, make_workspace
from memdeck.errors import Refused
from memdeck.model import LogItem, LogKind, SectionKind
from memdeck.notes.reader import read_notes

TODAY = DEMO_NOW.date()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("made") / "atlas")


def contents(root: Path) -> dict[str, bytes]:
    """Every file outside of git's own, with when it was written."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }


def test_it_is_the_same_to_the_byte_wherever_and_by_whomever_it_is_made(
    workspace: Path, tmp_path: Path, git: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Somebody Else")
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    time.tzset()
    try:
        other = make_workspace(tmp_path / "other")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert contents(other) == contents(workspace)
    assert git(other, "for-each-ref") == git(workspace, "for-each-ref")
    for name in contents(workspace):
        if name.startswith("memory/"):
            assert (other / name).stat().st_mtime == (workspace / name).stat().st_mtime


def test_it_refuses_a_folder_that_is_in_use(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(Refused, match="nothing was written"):
        make_workspace(tmp_path)
    with pytest.raises(Refused, match="nothing was written"):
        make_workspace(tmp_path / "mine")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_with_another_last_day_every_date_moves_along(tmp_path: Path, git: Any) -> None:
    last = date(2031, 3, 1)
    root = make_workspace(tmp_path / "later", last_day=last)
    days = read_days(root, today=last)
    assert days[0].date == last
    assert days[-1].date == last - timedelta(days=30)
    old = re.compile(rb"202[0-9]-\d\d")
    assert [name for name, data in contents(root).items() if old.search(data)] == []
    assert [name for name in contents(root) if old.search(name.encode())] == []
    history = git(root, "log", "--all", "--format=%cI %aI %B")
    assert old.search(history.encode()) is None
    noted = git(root, "log", "--all", "--notes=agents", "--format=%N")
    assert '"timestamp": "2031-03-01T14:20:00Z"' in noted
    assert old.search(noted.encode()) is None
    stamp = datetime.fromtimestamp((root / f"memory/{last}.md").stat().st_mtime, UTC)
    assert stamp.date() == last


def test_with_a_now_the_instants_stand_to_it_as_they_do_to_the_fixed_one(
    tmp_path: Path, git: Any
) -> None:
    now = datetime(2031, 3, 1, 9, 5, 30, tzinfo=UTC)
    root = make_workspace(tmp_path / "later", last_day=now.date(), now=now)
    entries = read_notes(root, (), "refs/notes/agents").primary
    assert entries is not None
    latest = max(entry.timestamp for entry in entries.entries)
    assert latest == "2031-03-01T08:53:00Z"
    for path in (*root.glob("memory/heartbeats/*.jsonl"), root / f"memory/{now.date()}.md"):
        assert path.stat().st_mtime <= now.timestamp()


def test_the_gauge_has_something_to_show(workspace: Path) -> None:
    memory = read_memory(workspace / "MEMORY.md")
    budget = pack_article(
        memory,
        read_days(workspace, today=TODAY),
        read_notes(workspace, (), "refs/notes/agents"),
        today=TODAY,
        counter=Counter(),
        limit=15_000,
        root=workspace,
    )
    assert 10_000 < budget.used < 12_000
    assert all(part.tokens > 500 for part in budget.parts)
    headings = [each for each in memory.sections if each.kind is SectionKind.HEADING]
    assert sum(each.level == 2 for each in headings) == 11
    assert 70 < len(memory.items) < 95
    assert any(each.kind is SectionKind.GROUP for each in memory.sections)
    assert any(each.foreign for each in memory.sections)


def test_three_branches_remember_and_one_entry_is_damaged(workspace: Path, git: Any) -> None:
    notes = read_notes(workspace, (), "refs/notes/agents")
    assert notes.branch == BRANCH
    assert notes.primary is not None
    assert [(each.branch, each.current) for each in notes.primary.branches] == [
        (BRANCH, True),
        ("main", False),
        ("fix/rate-limit", False),
    ]
    assert len(notes.primary.branches[0].keys) == 5
    assert any(key.earlier for key in notes.primary.branches[0].keys)
    assert len(notes.primary.damaged) == 1
    assert git(workspace, "fsck", "--strict") == ""
    # Only today's logs are not committed yet: an agent's work tree, not a mess.
    status = git(workspace, "status", "--porcelain").splitlines()
    assert status == [
        "?? memory/2026-02-06-1105.md",
        "?? memory/2026-02-06.md",
        "?? memory/2026-02-06_round-morning.md",
    ]


def test_every_loose_shape_is_there(workspace: Path) -> None:
    days = read_days(workspace, today=TODAY)
    files = [file for day in days for file in day.files]
    items = [item for file in files for item in file.items]
    assert len(days) >= 28
    assert all(file.problem is None for file in files)
    assert [len(day.files) for day in days[:3]] == [3, 1, 2]
    assert sum(file.kind is LogKind.TRANSCRIPT for file in files) == 3
    marks = {mark for file in files for mark in file.marks}
    assert marks == {"empty", "its heading says 2026-01-18", "not all of it is UTF-8"}
    assert not any("dreaming" in file.name for file in files)
    assert (workspace / "memory" / "dreaming").is_dir()
    log_items = [item for file in files if file.kind is LogKind.LOG for item in file.items]
    assert any(not item.candidate for item in log_items)
    assert any(item.time for item in items)
    assert any(item.depth for item in items)
    assert any(" | " in item.text for item in items)
    assert any(b"\r\n" in file.data for file in files)
    assert any(file.data and not file.data.endswith(b"\n") for file in files)
    text = "".join(item.text for item in items)
    assert all(sign in text for sign in ("✅", "❌", "⏳", "המפה", "東京"))


def test_today_has_lines_that_are_in_memory_already_and_lines_that_are_not(workspace: Path) -> None:
    known = read_memory(workspace / "MEMORY.md").items
    today = days_of(read_days(workspace, today=TODAY), TODAY)
    assert today is not None

    def likeness(item: LogItem) -> float:
        found = alike(item.text, known, 0.0)
        return found[0][1] if found else 0.0

    found = [likeness(item) for item in today.items if item.candidate]
    assert any(each >= 80 for each in found)
    assert any(each < 60 for each in found)


def test_the_agents_beat_and_one_of_them_is_late(workspace: Path) -> None:
    beats = []
    for path in sorted((workspace / "memory" / "heartbeats").iterdir()):
        for line in path.read_text(encoding="utf-8").splitlines():
            beat = json.loads(line)
            assert set(beat) == {"ts", "agent", "status", "note", "interval_s", "cache"}
            assert beat["ts"].startswith(path.stem)
            beats.append(beat)
    assert [beat["ts"] for beat in beats] == sorted(beat["ts"] for beat in beats)
    last = {beat["agent"]: beat for beat in beats}
    assert set(last) == set(AGENTS)
    ages = {
        agent: (DEMO_NOW - datetime.fromisoformat(beat["ts"])).total_seconds() / beat["interval_s"]
        for agent, beat in last.items()
    }
    assert ages["atlas"] < 1
    assert 1 < ages["scout"] < 1.5
    assert (last["mason"]["status"], last["atlas"]["status"]) == ("alert", "ok")
    state = json.loads((workspace / "memory" / "heartbeat-state.json").read_text())
    assert "lastChecks" in state
    assert (workspace / "HEARTBEAT.md").read_text().startswith("# HEARTBEAT.md\n")


def test_no_date_is_left_unfilled(workspace: Path, git: Any) -> None:
    hole = re.compile(rb"\{-?\d+\}")
    assert [name for name, data in contents(workspace).items() if hole.search(data)] == []
    assert hole.search(git(workspace, "log", "--all", "--notes=agents").encode()) is None
