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
from memdeck.curated.writing.late import Patience

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
SOME = b"# Memory\n\n- Tides come twice a day\n- Fog hides the buoy\n"
OURS = b"# Memory\n\n- Tides come twice a day\n- Ink\n- Fog hides the buoy\n"

# Puts `- Ink` into MEMORY.md and kills itself at a step; before that, at another step, does
# what the test says. `displaced()` is the old file, for one who had found its name before
# it was taken over.
CHILD = """
import os, resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from memdeck.curated.journal import Journal
from memdeck.curated.splice import Edit, Splice
from memdeck.curated.store import MemoryStore
from memdeck.curated.writing import exchange
from memdeck.curated.writing.late import Patience
from memdeck.errors import Refused

root, way, fatal, early, code = Path(sys.argv[1]), *sys.argv[2:]
memory = root / "agent" / "MEMORY.md"
if way == "renamed":
    exchange.renameat2 = lambda *_: 22

def displaced():
    (path,) = (each for each in memory.parent.iterdir() if each.suffix in (".swap", ".old"))
    return path

def rename_over(data):
    (memory.parent / "editor").write_bytes(data)
    (memory.parent / "editor").rename(memory)

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
COMMON = ["locked", "read", "begun", "staged", "compared"]
BEFORE = [*(("exchanged", each) for each in COMMON), *(("renamed", each) for each in COMMON)]
BEFORE += [("renamed", "kept")]
COMMON = ["replaced", "watched", "released", "finished"]
AFTER = [*(("exchanged", each) for each in COMMON), *(("renamed", each) for each in COMMON)]
AFTER += [("exchanged", "exchanged")]


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    path = tmp_path / "agent" / "MEMORY.md"
    path.parent.mkdir()
    path.write_bytes(SOME)
    return path


def run_child(
    memory: Path, fatal: str, early: str = "", code: str = "", *, way: str = "exchanged"
) -> str:
    """What the child printed; it was killed if it had to be."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(memory.parent.parent), way, fatal, early, code],
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


@pytest.mark.fault("kill -9 at each named step of the safe writer before MEMORY.md is replaced")
@pytest.mark.parametrize(("way", "step"), BEFORE)
def test_killed_before_the_replacement_nothing_happened(memory: Path, way: str, step: str) -> None:
    run_child(memory, step, way=way)
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


@pytest.mark.fault("kill -9 at each named step of the safe writer after MEMORY.md is replaced")
@pytest.mark.parametrize(("way", "step"), AFTER)
def test_killed_after_the_replacement_it_stands(memory: Path, way: str, step: str) -> None:
    run_child(memory, step, way=way)
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


@pytest.mark.parametrize(
    "step", ["staged", "compared", "exchanged", "replaced", "watched", "released", "finished"]
)
def test_killed_in_an_undo(memory: Path, step: str) -> None:
    run_child(memory, "")
    run_child(memory, step, "locked", "# undo")
    open_store(memory).recover()
    expect_settled(memory)
    undone = step not in ("staged", "compared")
    assert memory.read_bytes() == (SOME if undone else OURS)
    (first,) = (each for each in open_store(memory).journal.records() if each.kind == "add")
    assert (first.undone_by is not None) == undone


@pytest.mark.fault("kill -9 while lines that came late are brought over")
@pytest.mark.parametrize("step", ["replaced", "watched", "carried", "released"])
@pytest.mark.parametrize("way", ["exchanged", "renamed"])
def test_late_lines_survive_a_kill(memory: Path, way: str, step: str) -> None:
    write = "displaced().open('ab').write(b'- late\\n')"
    run_child(memory, step, "replaced", write, way=way)
    told = open_store(memory).recover()
    assert memory.read_bytes() == OURS + b"- late\n"
    assert len(told) == (2 if step == "replaced" else 1)
    expect_settled(memory)


@pytest.mark.fault("kill -9 beside an appender that wrote while the new MEMORY.md was made")
@pytest.mark.parametrize("step", ["compared", "exchanged", "replaced", "watched", "released"])
@pytest.mark.parametrize("way", ["exchanged", "renamed"])
def test_lines_added_while_the_new_file_was_made_survive_a_kill(
    memory: Path, way: str, step: str
) -> None:
    if (way, step) == ("renamed", "exchanged"):
        step = "kept"
    run_child(memory, step, "staged", "memory.open('ab').write(b'- late\\n')", way=way)
    open_store(memory).recover()
    there = SOME if step in ("compared", "kept") else OURS
    assert memory.read_bytes() == there + b"- late\n"
    expect_settled(memory)


@pytest.mark.fault("a line written to the displaced MEMORY.md after a kill -9")
def test_a_line_written_after_the_kill_to_what_was_displaced_is_brought_over(
    memory: Path,
) -> None:
    """By one who was held up by the lease, which ended with its holder."""
    run_child(memory, "exchanged")
    with next(memory.parent.glob(".*.swap")).open("ab") as late:
        late.write(b"- late\n")
    with memory.open("ab") as other:
        other.write(b"- in time\n")
    assert "7 bytes" in open_store(memory).recover()[1]
    assert memory.read_bytes() == OURS + b"- in time\n- late\n"
    expect_settled(memory)


def test_what_was_brought_over_before_the_kill_is_not_doubled(memory: Path) -> None:
    write = "displaced().open('ab').write(b'- late\\n- late\\n')"
    run_child(memory, "carried", "replaced", write)
    assert memory.read_bytes() == OURS + b"- late\n- late\n"
    with next(memory.parent.glob(".*.swap")).open("ab") as late:
        late.write(b"- later\n- late\n")
    with memory.open("ab") as other:
        other.write(b"- in time\n")
    assert "15 bytes" in open_store(memory).recover()[1]
    assert memory.read_bytes() == OURS + b"- late\n- late\n- in time\n- later\n- late\n"
    expect_settled(memory)


APPENDED = "Put.plan = lambda _, data: Edit((Splice(len(data), b'', b'- Ink\\n'),), 'x')"
RETIRED = "Put.plan = lambda _, data: Edit((Splice(len(data) - 21, data[-21:], b''),), 'x')"


@pytest.mark.parametrize("step", ["staged", "exchanged"])
@pytest.mark.parametrize("code", [APPENDED, RETIRED])
def test_one_text_may_be_the_beginning_of_the_other(memory: Path, step: str, code: str) -> None:
    """What lies beside MEMORY.md is then known by the longer one, and never taken for late."""
    run_child(memory, step, "locked", code)
    after = SOME + b"- Ink\n" if code == APPENDED else SOME[:-21]
    assert len(open_store(memory).recover()) == 1
    assert memory.read_bytes() == (after if step == "exchanged" else SOME)
    expect_settled(memory)


@pytest.mark.fault("kill -9 after another program rewrote the displaced MEMORY.md")
def test_a_rewritten_old_file_survives_a_kill(memory: Path) -> None:
    write = "displaced().write_bytes(b'# All new\\n')"
    run_child(memory, "watched", "replaced", write)
    told = open_store(memory).recover()
    assert memory.read_bytes() == b"# All new\n"
    assert "it is in its place again" in told[0]
    assert "its lines are not in MEMORY.md" in told[1]
    assert [each.data for each in open_store(memory).journal.rescued()] == [OURS]
    expect_settled(memory)


def test_a_rewritten_old_file_is_kept_when_others_have_written_since(memory: Path) -> None:
    write = "displaced().write_bytes(b'# All new\\n')"
    run_child(memory, "watched", "replaced", write)
    with memory.open("ab") as other:
        other.write(b"- in time\n")
    told = open_store(memory).recover()
    assert memory.read_bytes() == OURS + b"- in time\n"
    assert "its version is kept in the journal" in told[1]
    assert [each.data for each in open_store(memory).journal.rescued()] == [b"# All new\n"]
    expect_settled(memory)


@pytest.mark.fault("kill -9 after an editor renamed its own file into the gap of a write")
@pytest.mark.parametrize("late", [b"", b"- late\n"])
@pytest.mark.parametrize("step", ["exchanged", "put back"])
def test_a_file_renamed_into_the_gap_survives_a_kill(memory: Path, step: str, late: bytes) -> None:
    theirs = SOME.replace(b"Fog", b"Mist")
    rename = f"rename_over({theirs!r})"
    run_child(memory, step, "compared", f"{rename}")
    if late:
        with next(memory.parent.glob(".*.swap")).open("ab") as file:
            file.write(late)
    open_store(memory).recover()
    assert memory.read_bytes() == theirs + late
    expect_settled(memory)


@pytest.mark.fault("kill -9 after MEMORY.md became a link in the gap of a write")
@pytest.mark.parametrize("written_since", [False, True])
def test_a_link_put_into_the_gap_survives_a_kill(memory: Path, written_since: bool) -> None:
    (memory.parent / "elsewhere.md").write_bytes(b"# Elsewhere\n")
    run_child(memory, "exchanged", "compared", "memory.unlink(); memory.symlink_to('elsewhere.md')")
    if not written_since:
        assert "it is in its place again" in open_store(memory).recover()[0]
        assert memory.is_symlink()
        open_store(memory).recover()
        assert sorted(each.name for each in memory.parent.iterdir()) == [
            "MEMORY.md",
            "elsewhere.md",
        ]
    else:
        with memory.open("ab") as other:
            other.write(b"- in time\n")
        assert "no ordinary file" in open_store(memory).recover()[1]
        assert memory.read_bytes() == OURS + b"- in time\n"
        (link,) = memory.parent.glob(".*.swap")
        assert str(link.readlink()) == "elsewhere.md"


def test_a_line_renamed_into_the_gap_survives_a_kill(memory: Path) -> None:
    """Read, a line added, renamed: what most editors and agents do."""
    rename = f"rename_over({SOME + b'- theirs' + bytes([10])!r})"
    run_child(memory, "exchanged", "compared", rename)
    open_store(memory).recover()
    assert memory.read_bytes() == OURS + b"- theirs\n"
    expect_settled(memory)


@pytest.mark.fault("kill -9 while giving way to a writer that never closes")
@pytest.mark.parametrize("way", ["exchanged", "renamed"])
def test_killed_while_giving_way_to_a_writer_that_never_closes(memory: Path, way: str) -> None:
    """One who had found the name before, and is counted only after the file was taken over."""
    run_child(
        memory,
        "rolled back",
        "replaced",
        "global held; held = displaced().open('ab'); memory.open('ab').write(b'- in time\\n')",
        way=way,
    )
    told = open_store(memory).recover()
    assert memory.read_bytes() == SOME + b"- in time\n"
    assert "it had not been written" in told[0]
    assert "10 bytes" in told[1]
    expect_settled(memory)


@pytest.mark.fault("a write by others between a kill -9 and the next write")
def test_what_was_cut_short_is_settled_before_the_next_write(memory: Path) -> None:
    run_child(memory, "replaced")
    memory.write_bytes(memory.read_bytes() + b"- Of another\n")
    undo = open_store(memory).undo()
    assert "its lines stand in what others have written since" in undo.warnings[0]
    assert memory.read_bytes() == SOME + b"- Of another\n"


def test_others_wrote_after_a_write_that_never_happened(memory: Path) -> None:
    run_child(memory, "staged")
    memory.write_bytes(SOME + b"- Of another\n")
    assert "its lines are not in MEMORY.md" in open_store(memory).recover()[0]
    assert memory.read_bytes() == SOME + b"- Of another\n"
    expect_settled(memory)


def test_an_old_file_that_is_still_written_to_is_left_until_it_is_not(memory: Path) -> None:
    run_child(memory, "replaced")
    (old,) = memory.parent.glob(".MEMORY.md.memdeck-*.swap")
    with old.open("ab", buffering=0) as holder:
        holder.write(b"- late one\n")
        assert "still has an old MEMORY.md open" in open_store(memory).recover()[1]
        assert old.exists()
        holder.write(b"- late two\n")
    assert "22 bytes" in open_store(memory).recover()[0]
    assert memory.read_bytes() == OURS + b"- late one\n- late two\n"
    expect_settled(memory)


@pytest.mark.fault("no room for the new MEMORY.md (file size limit)")
def test_a_full_disk_leaves_the_old_file_whole(memory: Path) -> None:
    large = SOME + b"- long ago\n" * 50_000
    memory.write_bytes(large)
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))"
    assert "no room on the disk" in run_child(memory, "", "locked", limit)
    assert memory.read_bytes() == large
    (record,) = open_store(memory).journal.records()
    assert (record.state, "no room" in record.outcome) == (State.FAILED, True)
    expect_settled(memory)


@pytest.mark.fault("no room for the journal (file size limit)")
def test_a_full_disk_for_the_journal_writes_nothing(memory: Path) -> None:
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
    said = run_child(memory, "", "locked", limit)
    assert "cannot be written" in said
    assert memory.read_bytes() == SOME
    assert [each.name for each in memory.parent.iterdir()] == ["MEMORY.md"]
