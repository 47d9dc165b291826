"""MEMORY.md written beside programs that know nothing of memdeck: nobody's lines are lost."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from memdeck.curated.edits import Promote
from memdeck.curated.journal import Journal, State
from memdeck.curated.splice import Edit, Operation, Splice
from memdeck.curated.store import MemoryStore
from memdeck.errors import Refused

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
SOME = b"# Memory\n\n## Lessons\n- Tides come twice a day\n\n## Log\n- begun\n"

# Appends numbered lines, one opening each, until the stop file is there; says how many.
APPENDER = """
import os, random, sys, time
path, name, hold, pause, stop = sys.argv[1:]
number = 0
print("ready", flush=True)
while not os.path.exists(stop):
    with open(path, "ab", buffering=0) as file:
        if float(hold):
            time.sleep(float(hold))
        file.write(f"- {name} {number:06}\\n".encode())
    number += 1
    time.sleep(random.random() * 2 * float(pause))
print(number, flush=True)
"""

# Reads the file, adds a line, writes a whole file and renames it over, as editors do.
RENAMER = """
import os, random, sys, time
path, name, hold, pause, stop = sys.argv[1:]
number = 0
print("ready", flush=True)
while not os.path.exists(stop):
    with open(path, "rb") as file:
        text = file.read()
    time.sleep(float(hold))
    with open(path + ".editor", "wb") as file:
        file.write(text + f"- {name} {number:06}\\n".encode())
    os.rename(path + ".editor", path)
    number += 1
    time.sleep(random.random() * 2 * float(pause))
print(number, flush=True)
"""


@dataclass(frozen=True)
class AddLine:
    """A line put into Lessons: an operation small enough to be sure of."""

    line: bytes
    kind: ClassVar[str] = "promote"

    def plan(self, data: bytes) -> Edit:
        offset = data.find(b"\n## Log")
        if offset < 0:
            raise Refused("There is no section Lessons.")
        return Edit((Splice(offset, b"", self.line + b"\n"),), "Promoted to Lessons")


@contextmanager
def beside(
    script: str, memory: Path, *writers: tuple[str, float, float]
) -> Iterator[dict[str, int]]:
    """Other programs at work; when they have ended, how many lines each was told are stored."""
    stop = memory.parent / "stop"
    stored: dict[str, int] = {}
    python = [sys.executable, "-S", "-E", "-c"]
    started = [
        subprocess.Popen(
            [*python, script, str(memory), name, str(hold), str(pause), str(stop)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for name, hold, pause in writers
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        yield stored
    finally:
        stop.touch()
        for process, (name, *_) in zip(started, writers, strict=True):
            output, _ = process.communicate(timeout=30)
            assert process.returncode == 0
            stored[name] = int(output)


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    path = tmp_path / "agent" / "MEMORY.md"
    path.parent.mkdir()
    path.write_bytes(SOME)
    return path


def open_store(memory: Path, actor: str = "operator") -> MemoryStore:
    journal = Journal(memory.parent.parent / "state")
    return MemoryStore(memory.parent, memory, journal, actor, lambda: NOON)


def promote(
    store: MemoryStore, count: int, name: str = "promoted", *, real: bool = False
) -> tuple[list[str], int]:
    """Promote so many lines: which of them are said to be there, and the late bytes.

    `real` plans as the dashboard does, which takes longer as the file grows.
    """
    there: list[str] = []
    late = 0
    for number in range(count):
        line = f"- {name} {number:06}"
        operation: Operation = AddLine(line.encode())
        if real:
            operation = Promote("Memory / Lessons", (line.removeprefix("- "),))
        try:
            applied = store.apply(operation)
        except Refused:
            continue
        there.append(line)
        late += applied.late_bytes
    return there, late


def expect_once(memory: Path, lines: list[str]) -> None:
    """Each of these lines stands in the file once and whole, and no other line does."""
    found = Counter(memory.read_text(encoding="utf-8").splitlines())
    expected = Counter([*SOME.decode().splitlines(), *lines])
    assert {line: found[line] - expected[line] for line in found | expected} == dict.fromkeys(
        found | expected, 0
    )
    assert [each.name for each in memory.parent.iterdir() if "memdeck" in each.name] == []


def numbered(stored: dict[str, int]) -> list[str]:
    return [f"- {name} {number:06}" for name, count in stored.items() for number in range(count)]


@pytest.mark.fault("four programs that append to MEMORY.md while lines are promoted")
def test_no_line_of_four_appenders_is_lost_beside_40_promotions(memory: Path) -> None:
    """Planned as the dashboard does: the more they have appended, the longer that takes."""
    store = open_store(memory)
    slow = [("slow-a", 0.004, 0.02), ("slow-b", 0.004, 0.02)]
    with beside(APPENDER, memory, ("quick-a", 0, 0.02), ("quick-b", 0, 0.02), *slow) as stored:
        there, late = promote(store, 40, real=True)
    expect_all(memory, store, there, late, stored)


@pytest.mark.fault("four programs that append to MEMORY.md and hardly pause")
@pytest.mark.slow
def test_none_is_lost_beside_100_when_they_hardly_pause(memory: Path) -> None:
    store = open_store(memory)
    slow = [("slow-a", 0.004, 0.002), ("slow-b", 0.004, 0.002)]
    with beside(APPENDER, memory, ("quick-a", 0, 0.001), ("quick-b", 0, 0.001), *slow) as stored:
        there, late = promote(store, 100)
    expect_all(memory, store, there, late, stored)


def expect_all(
    memory: Path, store: MemoryStore, there: list[str], late: int, stored: dict[str, int]
) -> None:
    assert len(there) > 36
    assert late, "nobody was late, so nothing was tried here"
    assert all(count > 20 for count in stored.values())
    expect_once(memory, [*there, *numbered(stored)])
    assert sum(each.state is State.DONE for each in store.journal.records()) == len(there)


@pytest.mark.fault("an editor that renames its own file over MEMORY.md again and again")
def test_an_editor_that_renames_its_own_file_over_it_breaks_nothing(memory: Path) -> None:
    """It loses lines of others by itself, as it writes from what it read before; memdeck none."""
    store = open_store(memory)
    with beside(RENAMER, memory, ("editor", 0.004, 0.02)):
        there, _ = promote(store, 40)
    assert there
    found = Counter(memory.read_text(encoding="utf-8").splitlines())
    assert all(found[line] == 1 for line in found if line)
    assert set(there) >= {line for line in found if "promoted" in line}
    assert set(SOME.decode().splitlines()) <= set(found)
    names = sorted(each.name for each in memory.parent.iterdir())
    assert [name for name in names if "memdeck" in name] == []


def _promote_in_process(memory: Path, name: str, count: int) -> None:
    there, _ = promote(open_store(memory, name), count, name)
    assert len(there) == count


@pytest.mark.fault("two memdecks that write MEMORY.md at once")
def test_two_memdecks_in_two_processes_wait_for_each_other(memory: Path) -> None:
    context = multiprocessing.get_context("spawn")
    started = [
        context.Process(target=_promote_in_process, args=(memory, name, 25)) for name in "ab"
    ]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
        assert process.exitcode == 0
    expect_once(memory, numbered({"a": 25, "b": 25}))
    store = open_store(memory, "a")
    for _ in range(25):
        store.undo()
    expect_once(memory, numbered({"b": 25}))
