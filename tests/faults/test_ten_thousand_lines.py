"""The safe writer for a long while beside others, each of which says what it was told is stored."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memdeck.curated.edits import Move, Promote, Rewrite
from memdeck.curated.journal import Journal, State
from memdeck.curated.sections import parse_memory
from memdeck.curated.splice import Operation
from memdeck.curated.store import MemoryStore
from memdeck.errors import NothingFound, Refused

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
SOME = b"# Memory\n\n## Lessons\n- Tides\n\n## Open\n- Ask about fog\n\n## Log\n- begun\n"

# Appends so many numbered lines, opening the file for each and holding it open for a while.
APPENDER = """
import random, sys, time
path, name, count, hold, pause = sys.argv[1:]
print("ready", flush=True)
for number in range(int(count)):
    with open(path, "ab", buffering=0) as file:
        if float(hold):
            time.sleep(float(hold))
        file.write(f"- {name} {number:06}\\n".encode())
    time.sleep(random.random() * 2 * float(pause))
"""

# Reads the file, adds a line, writes a whole file and renames it over, as editors and agents do.
RENAMER = """
import os, random, sys, time
path, name, count, hold, pause = sys.argv[1:]
print("ready", flush=True)
for number in range(int(count)):
    with open(path, "rb") as file:
        text = file.read()
    time.sleep(float(hold))
    with open(path + ".editor", "wb") as file:
        file.write(text + f"- {name} {number:06}\\n".encode())
    os.rename(path + ".editor", path)
    time.sleep(random.random() * 2 * float(pause))
"""

# Appends numbered lines to a file that it never closes.
HOLDER = """
import random, sys, time
path, name, count, hold, pause = sys.argv[1:]
with open(path, "ab", buffering=0) as file:
    print("ready", flush=True)
    for number in range(int(count)):
        file.write(f"- {name} {number:06}\\n".encode())
        time.sleep(float(pause))
"""

# Another memdeck: adds lines to Lessons until it is told to end, and says which are there; or
# until it has made so many steps, and kills itself.
MEMDECK = """
import json, os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from memdeck.curated.journal import Journal
from memdeck.curated.splice import Edit, Splice
from memdeck.curated.store import MemoryStore
from memdeck.curated.writing.late import Patience
from memdeck.errors import Refused

memory, name, watch, steps = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4])

class Add:
    kind = "add"
    def __init__(self, line):
        self.line = line
    def plan(self, data):
        offset = data.find(b"\\n## Open")
        if offset < 0:
            raise Refused("There is no section Open.")
        return Edit((Splice(offset, b"", self.line.encode() + b"\\n"),), "Added " + self.line)

def at_step(_):
    global steps
    steps -= 1
    if steps == 0:
        os.kill(os.getpid(), signal.SIGKILL)

store = MemoryStore(memory.parent, memory, Journal(memory.parent.parent / "state"), name,
    lambda: datetime(2026, 3, 14, 12, tzinfo=UTC), patience=Patience(watch=watch),
    at_step=at_step)
stop = memory.parent.parent / "stop"
there, refused, number = [], [], 0
print("ready", flush=True)
while not stop.exists():
    try:
        store.apply(Add(f"- {name} {number:06}"))
        there.append(f"- {name} {number:06}")
    except Refused as error:
        refused.append(str(error))
    number += 1
print(json.dumps([there, refused]), flush=True)
"""


@dataclass
class Other:
    """A program at work on MEMORY.md."""

    script: str
    arguments: Sequence[object]
    process: subprocess.Popen[str] | None = None

    def start(self, memory: Path) -> None:
        quick = [] if self.script is MEMDECK else ["-S", "-E"]
        self.process = subprocess.Popen(
            [sys.executable, *quick, "-c", self.script, str(memory), *map(str, self.arguments)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def end(self) -> str:
        assert self.process is not None
        output, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0
        return output

    @property
    def lines(self) -> list[str]:
        """Which it was told are stored."""
        name, count = self.arguments[0], self.arguments[1]
        assert isinstance(count, int)
        return [f"- {name} {number:06}" for number in range(count)]


@contextmanager
def working(memory: Path, *others: Other) -> Iterator[None]:
    """Begins with all of them at work, and ends when they have ended by themselves."""
    for other in others:
        other.start(memory)
    yield
    for other in others:
        other.end()


@contextmanager
def memdecks(memory: Path, *names: str, watch: float = 2) -> Iterator[list[list[str]]]:
    """Other memdecks at work; when they have ended, the lines that landed, and the refusals."""
    started = [Other(MEMDECK, (name, watch, 0)) for name in names]
    said: list[list[str]] = [[], []]
    for each in started:
        each.start(memory)
    try:
        yield said
    finally:
        (memory.parent.parent / "stop").touch()
        for each in started:
            for ours, theirs in zip(said, json.loads(each.end()), strict=True):
                ours += theirs


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    path = tmp_path / "agent" / "MEMORY.md"
    path.parent.mkdir()
    path.write_bytes(SOME)
    return path


def open_store(memory: Path) -> MemoryStore:
    journal = Journal(memory.parent.parent / "state")
    return MemoryStore(memory.parent, memory, journal, "operator", lambda: NOON)


def lines_of(data: bytes) -> Counter[str]:
    return Counter(data.decode().split("\n"))


def expect_exactly(memory: Path, lines: Sequence[str]) -> None:
    """What was there, and each of these lines once and whole; nothing of memdeck beside it."""
    found, expected = lines_of(memory.read_bytes()), lines_of(SOME) + Counter(lines)
    assert (expected - found, found - expected) == ({}, {})
    assert [each.name for each in memory.parent.iterdir()] == ["MEMORY.md"]
    assert open_store(memory).recover() == ()


@pytest.mark.fault("10 000 lines appended beside two memdecks")
@pytest.mark.slow
def test_of_ten_thousand_lines_beside_two_memdecks_none_is_lost_or_doubled(memory: Path) -> None:
    appenders = [
        Other(APPENDER, ("quick-a", 4000, 0, 0.001)),
        Other(APPENDER, ("quick-b", 4000, 0, 0.001)),
        Other(APPENDER, ("slow-a", 1000, 0.003, 0.003)),
        Other(APPENDER, ("slow-b", 1000, 0.003, 0.003)),
    ]
    with memdecks(memory, "deck-a", "deck-b") as said, working(memory, *appenders):
        pass
    there, refused = said
    assert len(there) > 50
    assert all("nothing was written" in words for words in refused)
    expect_exactly(memory, [*there, *(line for each in appenders for line in each.lines)])


@pytest.mark.fault("a program that appends for long without closing MEMORY.md")
@pytest.mark.slow
def test_one_that_does_not_close_the_file_loses_nothing_and_is_named(memory: Path) -> None:
    others = [
        Other(HOLDER, ("holder", 300, 0, 0.005)),
        Other(APPENDER, ("quick", 500, 0, 0.002)),
    ]
    with memdecks(memory, "deck", watch=0.2) as said, working(memory, *others):
        pass
    there, refused = said
    assert any("open for writing all the time" in words for words in refused)
    assert all("nothing was written" in words for words in refused)
    expect_exactly(memory, [*there, *(line for each in others for line in each.lines)])


@pytest.mark.fault("kill -9 again and again beside other writers")
@pytest.mark.slow
def test_killed_again_and_again_nothing_is_lost_or_doubled(memory: Path) -> None:
    """At any step, with lines coming all the while: each killed one is settled by the next."""
    chance = random.Random(7)
    appenders = [
        Other(APPENDER, ("quick", 3000, 0, 0.002)),
        Other(APPENDER, ("slow", 1000, 0.003, 0.004)),
    ]
    with working(memory, *appenders):
        for number in range(30):
            killed = Other(MEMDECK, (f"deck-{number}", 2, chance.randint(2, 40)))
            killed.start(memory)
            assert killed.process is not None
            killed.process.communicate(timeout=30)
            assert killed.process.returncode == -signal.SIGKILL
    open_store(memory).recover()
    records = open_store(memory).journal.records()
    assert not [each for each in records if each.state is State.BEGUN]
    there = [each.words.removeprefix("Added ") for each in records if each.state is State.DONE]
    assert len(there) > 20
    expect_exactly(memory, [*there, *(line for each in appenders for line in each.lines)])


@pytest.mark.fault("an editor that renames its file over MEMORY.md beside two memdecks")
@pytest.mark.slow
def test_beside_one_who_renames_its_own_file_every_line_can_be_found(memory: Path) -> None:
    """It drops lines of ours by itself, as it writes from what it read before: the journal has
    them. Of its own it drops none, and neither do two memdecks."""
    renamer = Other(RENAMER, ("editor", 800, 0.002, 0.003))
    with memdecks(memory, "deck-a", "deck-b") as said, working(memory, renamer):
        pass
    there, refused = said
    assert there
    assert all("nothing was written" in words for words in refused)
    found = lines_of(memory.read_bytes())
    journal = open_store(memory).journal
    rescued = lines_of(b"\n".join(each.data for each in journal.rescued()))
    recorded = lines_of(b"".join(each.new for it in journal.records() for each in it.splices))
    assert not [line for line in renamer.lines if line not in found + rescued]
    assert not [line for line in there if line not in found + recorded]
    assert not [line for line, count in found.items() if count > 1 and line]
    assert lines_of(SOME) - found == {}


def mine_in(data: bytes) -> dict[str, str]:
    """The section of each item that is ours, by its text: each stands there once."""
    items = [(item, each.title) for each in parse_memory(data) for item in each.items]
    mine = {item.text: title for item, title in items if item.text.startswith("Mine")}
    assert len(mine) == sum(item.text.startswith("Mine") for item, _ in items)
    return mine


def next_edit(
    chance: random.Random, number: int, data: bytes, mine: dict[str, str]
) -> tuple[Operation | None, dict[str, str]]:
    """What is to be done, None for an undo, and what of ours will stand there then."""
    ids = {item.text: item.id for each in parse_memory(data) for item in each.items}
    what = chance.choice(["promote", "promote", "edit", "move", "undo"])
    if what == "undo":
        return None, {}
    if what == "promote" or not mine:
        text = f"Mine {number:03}"
        return Promote("Memory / Lessons", (text,)), {**mine, text: "Lessons"}
    text = chance.choice(sorted(mine))
    if what == "move":
        title = "Open" if mine[text] == "Lessons" else "Lessons"
        return Move((ids[text],), f"Memory / {title}", expect=text), {**mine, text: title}
    others = {each: title for each, title in mine.items() if each != text}
    return (
        Rewrite(ids[text], f"{text} again", expect=text),
        {**others, f"{text} again": mine[text]},
    )


@pytest.mark.fault("200 edits beside a program that appends ten times a second")
@pytest.mark.slow
def test_two_hundred_edits_beside_one_who_appends_ten_times_a_second(memory: Path) -> None:
    """Each lands or is refused with a reason; what landed is what stands there, to the line."""
    chance = random.Random(5)
    store = open_store(memory)
    appender = Other(APPENDER, ("agent", 80, 0, 0.1))
    expected: list[dict[str, str]] = [{}]
    kinds: Counter[str] = Counter()
    refused: list[str] = []
    with working(memory, appender):
        for number in range(200):
            operation, then = next_edit(chance, number, memory.read_bytes(), expected[-1])
            try:
                applied = store.undo() if operation is None else store.apply(operation)
            except (Refused, NothingFound) as error:
                refused.append(str(error))
            else:
                kinds[applied.record.kind] += 1
                assert applied.record.state is State.DONE
                if operation is None:
                    expected.pop()
                else:
                    expected.append(then)
            assert mine_in(memory.read_bytes()) == expected[-1]
    assert all(refused)
    assert set(kinds) == {"promote", "edit", "move", "undo"}
    assert sum(kinds.values()) > 180
    expect_exactly(memory, [*appender.lines, *(f"- {text}" for text in expected[-1])])
