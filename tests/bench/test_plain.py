"""Reading a workspace as git and a text editor show it, without memdeck."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.soak.ledger import Kind
from bench.soak.plain import read_plainly

if TYPE_CHECKING:
    from tests.conftest import GitHelper


def entry(agent: str, wake: int, step: int) -> str:
    value = {"wake": wake, "step": step, "words": "on the way"}
    fields = {"branch": f"work/{agent}", "timestamp": "2026-03-20T10:00:00Z", "key": "task.state"}
    return json.dumps({**fields, "value": value, "id": "aa"}) + "\n"


@pytest.fixture
def root(tmp_path: Path, git: GitHelper) -> Path:
    root = git.repository(tmp_path / "team")
    git.note(root, entry("ada", 1, 1))
    git.note(root, entry("bob", 2, 1))
    git.commit(root)
    git.note(root, entry("ada", 3, 2))
    (root / "memory" / "heartbeats").mkdir(parents=True)
    log = "# 2026-03-20 - Daily Log\n\n- 10:00 ada, wake 1: step 1 of the crossing.\n"
    (root / "memory" / "2026-03-20.md").write_text(log)
    (root / "MEMORY.md").write_text("# M\n\n## Critical Decisions\n\n- ada, wake 1: keep off.\n")
    beat = {"ts": "2026-03-20T10:00:00Z", "agent": "ada", "status": "ok", "note": None}
    (root / "memory" / "heartbeats" / "2026-03.jsonl").write_text(json.dumps(beat) + "\n")
    return root


def test_everything_is_found_with_its_agent_and_id(root: Path) -> None:
    found = read_plainly(root)
    assert sorted(found.ids[Kind.NOTE]) == [("ada", "1"), ("ada", "3"), ("bob", "2")]
    assert found.ids[Kind.LOG] == [("ada", "1")]
    assert found.ids[Kind.MEMORY] == [("ada", "1")]
    assert found.ids[Kind.BEAT] == [("ada", "2026-03-20T10:00:00Z")]
    assert found.states == {"ada": ("3", 2), "bob": ("2", 1)}
    assert found.faults == []


def test_half_a_line_is_a_fault(root: Path) -> None:
    with (root / "memory" / "2026-03-20.md").open("a") as log:
        log.write("- 10:05 ad")
    with (root / "memory" / "heartbeats" / "2026-03.jsonl").open("a") as record:
        record.write('{"ts": "2026-')
    assert read_plainly(root).faults == [
        "memory/2026-03-20.md:4 is no line that an agent wrote: '- 10:05 ad'",
        'memory/heartbeats/2026-03.jsonl:2 is no beat: \'{"ts": "2026-\'',
    ]


def test_a_damaged_note_is_a_fault(root: Path, git: GitHelper) -> None:
    git.note(root, '{"branch": "work/ada", "value": half')
    (fault,) = read_plainly(root).faults
    assert fault.startswith("the note of ")


def test_what_is_left_beside_the_files_is_a_fault(root: Path) -> None:
    (root / ".MEMORY.md.abc.swap").write_text("")
    (root / "memory" / "x.tmp").write_text("")
    assert read_plainly(root).faults == [
        ".MEMORY.md.abc.swap was left behind",
        "memory/x.tmp was left behind",
    ]


def test_a_damaged_repository_is_a_fault(root: Path, git: GitHelper) -> None:
    blob = git(root, "rev-parse", "HEAD")
    (root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert any(each.startswith("git fsck: ") for each in read_plainly(root).faults)
