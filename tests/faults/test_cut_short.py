"""Writes of MEMORY.md that are cut short: killed at any step, or out of room."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memdeck.curated.journal import Journal, State
from memdeck.curated.store import MemoryStore
from memdeck.curated.writing.swap import Patience

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
SOME = b"# Memory\n\n- Tides come twice a day\n- Fog hides the buoy\n"
OURS = b"# Memory\n\n- Tides come twice a day\n- Ink\n- Fog hides the buoy\n"

# Puts `- Ink` into MEMORY.md and kills itself at a step; before that, at another step, does
# what the test says. `held` is MEMORY.md, open for appending since before the write.
CHILD = """
import os, resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from memdeck.curated.journal import Journal
from memdeck.curated.splice import Edit, Splice
from memdeck.curated.store import MemoryStore
from memdeck.curated.writing.swap import Patience
from memdeck.errors import Refused

root, fatal, early, code = Path(sys.argv[1]), *sys.argv[2:]
memory = root / "agent" / "MEMORY.md"
held = memory.open("ab", buffering=0)

class Put:
    kind = "add"
    def plan(self, data):
        return Edit((Splice(data.index(b"- Fog"), b"", b"- Ink\\n"),), "Added ink")

def at_step(name):
    if name == early:
        exec(code)
    if name == fatal:
        os.kill(os.getpid(), signal.SIGKILL)

store = MemoryStore(
    root / "agent", memory, Journal(root / "state"), "operator",
    lambda: datetime(2026, 3, 14, 12, tzinfo=UTC), at_step=at_step,
    patience=Patience(quiet=0.01, watch=0.3, grace=0.002),
)
try:
    if code.startswith("# undo"):
        store.undo()
    else:
        store.apply(Put())
except Refused as error:
    print(error)
"""
BEFORE = ["locked", "read", "begun", "staged", "compared", "kept"]
AFTER = ["replaced", "watched", "released", "finished"]


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    path = tmp_path / "agent" / "MEMORY.md"
    path.parent.mkdir()
    path.write_bytes(SOME)
    return path


def run_child(memory: Path, fatal: str, early: str = "", code: str = "") -> str:
    """What the child printed; it was killed if it had to be."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(memory.parent.parent), fatal, early, code],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    assert (done.returncode == 0) == (fatal == "")
    return done.stdout


def open_store(memory: Path) -> MemoryStore:
    return MemoryStore(
        memory.parent,
        memory,
        Journal(memory.parent.parent / "state"),
        "operator",
        lambda: NOON,
        patience=Patience(quiet=0.01, watch=0.3, grace=0.002),
    )


def expect_settled(memory: Path) -> None:
    assert [each.name for each in memory.parent.iterdir()] == ["MEMORY.md"]
    records = open_store(memory).journal.records()
    assert not [each for each in records if each.state is State.BEGUN]
    assert open_store(memory).recover() == ()


CLOSE = "held.close()"


@pytest.mark.parametrize("step", BEFORE)
def test_killed_before_the_replacement_nothing_happened(memory: Path, step: str) -> None:
    run_child(memory, step, "locked", CLOSE)
    assert memory.read_bytes() == SOME
    told = open_store(memory).recover()
    if step in ("locked", "read"):
        assert told == ()
    else:
        assert told == (
            "“Added ink” of 2026-03-14 12:00 was cut short: it had not been written, and "
            "MEMORY.md is as it was.",
        )
    assert memory.read_bytes() == SOME
    expect_settled(memory)


@pytest.mark.parametrize("step", AFTER)
def test_killed_after_the_replacement_it_stands(memory: Path, step: str) -> None:
    run_child(memory, step, "locked", CLOSE)
    assert memory.read_bytes() == OURS
    told = open_store(memory).recover()
    if step == "finished":
        assert told == ()
    else:
        assert told == (
            "“Added ink” of 2026-03-14 12:00 was cut short: it had been written, and stands.",
        )
    expect_settled(memory)
    open_store(memory).undo()
    assert memory.read_bytes() == SOME


@pytest.mark.parametrize("step", ["staged", "kept", "replaced", "watched", "released", "finished"])
def test_killed_in_an_undo(memory: Path, step: str) -> None:
    run_child(memory, "", "locked", CLOSE)
    run_child(memory, step, "locked", f"# undo\n{CLOSE}")
    open_store(memory).recover()
    expect_settled(memory)
    undone = step not in ("staged", "kept")
    assert memory.read_bytes() == (SOME if undone else OURS)
    (first,) = (each for each in open_store(memory).journal.records() if each.kind == "add")
    assert (first.undone_by is not None) == undone


@pytest.mark.parametrize("step", ["replaced", "watched", "carried", "released"])
def test_late_lines_survive_a_kill(memory: Path, step: str) -> None:
    write = "held.write(b'- late\\n'); held.close()"
    run_child(memory, step, "kept" if step != "replaced" else "replaced", write)
    told = open_store(memory).recover()
    assert memory.read_bytes() == OURS + b"- late\n"
    assert len(told) == (1 if step in ("carried", "released") else 2)
    expect_settled(memory)


def test_a_rewritten_old_file_survives_a_kill(memory: Path) -> None:
    write = "held.truncate(0); held.write(b'# All new\\n'); held.close()"
    run_child(memory, "watched", "replaced", write)
    told = open_store(memory).recover()
    assert memory.read_bytes() == OURS
    assert "its version is kept in the journal" in told[1]
    assert [each.data for each in open_store(memory).journal.rescued()] == [b"# All new\n"]
    expect_settled(memory)


def test_killed_while_giving_way_to_a_writer_that_never_closes(memory: Path) -> None:
    run_child(memory, "rolled back", "replaced", "memory.open('ab').write(b'- in time\\n')")
    told = open_store(memory).recover()
    assert memory.read_bytes() == SOME + b"- in time\n"
    assert "it had not been written" in told[0]
    assert "10 bytes" in told[1]
    expect_settled(memory)


def test_what_was_cut_short_is_settled_before_the_next_write(memory: Path) -> None:
    run_child(memory, "replaced", "locked", CLOSE)
    memory.write_bytes(memory.read_bytes() + b"- Of another\n")
    undo = open_store(memory).undo()
    assert "its lines stand in what others have written since" in undo.warnings[0]
    assert memory.read_bytes() == SOME + b"- Of another\n"


def test_others_wrote_after_a_write_that_never_happened(memory: Path) -> None:
    run_child(memory, "staged", "locked", CLOSE)
    memory.write_bytes(SOME + b"- Of another\n")
    assert "its lines are not in MEMORY.md" in open_store(memory).recover()[0]
    assert memory.read_bytes() == SOME + b"- Of another\n"
    expect_settled(memory)


def test_an_old_file_that_is_still_written_to_is_left_until_it_is_not(memory: Path) -> None:
    run_child(memory, "replaced", "locked", CLOSE)
    (old,) = memory.parent.glob(".MEMORY.md.memdeck-*.old")
    with old.open("ab", buffering=0) as holder:
        holder.write(b"- late one\n")
        open_store(memory).recover()
        assert old.exists()
        holder.write(b"- late two\n")
    assert "22 bytes" in open_store(memory).recover()[0]
    assert memory.read_bytes() == OURS + b"- late one\n- late two\n"
    expect_settled(memory)


def test_a_full_disk_leaves_the_old_file_whole(memory: Path) -> None:
    large = SOME + b"- long ago\n" * 50_000
    memory.write_bytes(large)
    limit = "held.close(); resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))"
    assert "no room on the disk" in run_child(memory, "", "locked", limit)
    assert memory.read_bytes() == large
    (record,) = open_store(memory).journal.records()
    assert (record.state, "no room" in record.outcome) == (State.FAILED, True)
    expect_settled(memory)


def test_a_full_disk_for_the_journal_writes_nothing(memory: Path) -> None:
    limit = "held.close(); resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
    said = run_child(memory, "", "locked", limit)
    assert "cannot be written" in said
    assert memory.read_bytes() == SOME
    assert [each.name for each in memory.parent.iterdir()] == ["MEMORY.md"]
