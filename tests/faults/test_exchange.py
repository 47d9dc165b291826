"""The two names exchanged under a lease: what others do in the very moment of a write."""

from __future__ import annotations

import errno
import itertools
import os
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from memdeck.curated.journal import Journal, State
from memdeck.curated.splice import Edit, Splice
from memdeck.curated.store import Applied, MemoryStore
from memdeck.curated.undo import digest_of
from memdeck.curated.writing import exchange, lease
from memdeck.curated.writing.late import Patience
from memdeck.errors import Refused

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
SOME = b"# Memory\n\n## Lessons\n- Tides come twice a day\n- Fog hides the buoy\n\n## Open\n"
THEIRS = SOME.replace(b"Fog", b"Mist")
QUICK = Patience(lock=0.3, quiet=0.02, watch=0.4, grace=0.002)


def with_ink(data: bytes) -> bytes:
    return data.replace(b"\n## Open", b"- Ink\n\n## Open")


@dataclass(frozen=True)
class Ink:
    """Adds a line to Lessons."""

    kind: ClassVar[str] = "add"

    def plan(self, data: bytes) -> Edit:
        offset = data.find(b"\n## Open")
        if offset < 0:
            raise Refused("There is no section Open.")
        return Edit((Splice(offset, b"", b"- Ink\n"),), "Added ink")


@dataclass
class Desk:
    """A MEMORY.md in a folder, and a writer of it with something that happens at a step."""

    root: Path
    state: Path

    @property
    def memory(self) -> Path:
        return self.root / "MEMORY.md"

    @property
    def journal(self) -> Journal:
        return Journal(self.state)

    @property
    def displaced(self) -> Path:
        """What lies under the name that a write uses beside MEMORY.md."""
        (path,) = self.root.glob(".MEMORY.md.memdeck-*.swap")
        return path

    def store(self, at_step: Callable[[str], None] | None = None) -> MemoryStore:
        return MemoryStore(
            self.root,
            self.memory,
            self.journal,
            "operator",
            lambda: NOON,
            patience=QUICK,
            at_step=at_step,
        )

    def add_ink(self, **calls: Callable[[], object]) -> Applied:
        """Add a line; each call is made once, at the step of its name."""
        left = dict(calls)

        def at_step(name: str) -> None:
            call = left.pop(name, None)
            if call is not None:
                call()

        applied = self.store(at_step).apply(Ink())
        assert not left, "a step was never reached"
        return applied

    def rename_over(self, data: bytes) -> None:
        """As editors and agents do."""
        other = self.root / "editor.tmp"
        other.write_bytes(data)
        other.rename(self.memory)

    def rescued(self) -> list[bytes]:
        return [each.data for each in self.journal.rescued()]

    def expect(self, data: bytes, *beside: str) -> None:
        """These bytes in MEMORY.md, nothing of memdeck beside it, and nothing left to settle."""
        assert self.memory.read_bytes() == data
        assert sorted(each.name for each in self.root.iterdir()) == sorted(["MEMORY.md", *beside])
        assert self.store().recover() == ()
        assert not [each for each in self.journal.records() if each.state is State.BEGUN]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "agent", tmp_path / "state")
    desk.root.mkdir()
    desk.memory.write_bytes(SOME)
    return desk


def no_exchange(monkeypatch: pytest.MonkeyPatch, number: int = errno.EINVAL) -> None:
    monkeypatch.setattr(exchange, "renameat2", lambda *_: number)


def no_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "take", lambda _: None)


# --- Renamed in the gap ------------------------------------------------------


@pytest.mark.fault("a file renamed over MEMORY.md between the last look and the exchange")
def test_a_file_renamed_into_the_gap_is_not_lost(desk: Desk) -> None:
    """Between the comparison and the exchange there is no moment in which it could be seen."""
    desk.add_ink(compared=lambda: desk.rename_over(THEIRS))
    desk.expect(with_ink(THEIRS))
    desk.store().undo()
    desk.expect(THEIRS)


def test_its_mode_and_attributes_are_kept(desk: Desk) -> None:
    def rename() -> None:
        desk.rename_over(THEIRS)
        desk.memory.chmod(0o640)
        os.setxattr(desk.memory, "user.mood", b"calm")

    desk.add_ink(compared=rename)
    desk.expect(with_ink(THEIRS))
    assert stat.S_IMODE(desk.memory.stat().st_mode) == 0o640
    assert os.getxattr(desk.memory, "user.mood") == b"calm"


@pytest.mark.fault("a program that reads MEMORY.md in the moment before its own is put back")
def test_one_who_read_the_file_that_stood_there_for_a_moment(desk: Desk) -> None:
    """Who read ours in that moment, and goes by it, drops what was renamed into the gap."""
    ours = with_ink(SOME)

    def read() -> None:
        assert desk.memory.read_bytes() == ours

    desk.add_ink(compared=lambda: desk.rename_over(THEIRS), exchanged=read)
    desk.expect(with_ink(THEIRS))
    assert desk.rescued() == [THEIRS]


@pytest.mark.fault("a second file renamed over MEMORY.md while the first is put back")
def test_another_file_renamed_over_ours_while_theirs_is_put_back(desk: Desk) -> None:
    newest = SOME + b"- Newest\n"
    desk.add_ink(
        compared=lambda: desk.rename_over(THEIRS), exchanged=lambda: desk.rename_over(newest)
    )
    desk.expect(with_ink(newest))
    assert desk.rescued() == [THEIRS]


@pytest.mark.fault("lines appended while another program's file is put back")
def test_lines_that_came_to_ours_while_theirs_is_put_back(desk: Desk) -> None:
    def append() -> None:
        with desk.memory.open("ab") as file:
            file.write(b"- In time\n")

    desk.add_ink(compared=lambda: desk.rename_over(THEIRS), exchanged=append)
    desk.expect(with_ink(THEIRS) + b"- In time\n")


@pytest.mark.fault("a program that renames its file over MEMORY.md in every gap")
def test_one_who_renames_into_every_gap_is_refused_and_keeps_its_file(desk: Desk) -> None:
    numbers = itertools.count()

    def at_step(name: str) -> None:
        if name == "compared":
            desk.rename_over(SOME + b"- %d\n" % next(numbers))

    with pytest.raises(Refused, match="keeps rewriting"):
        desk.store(at_step).apply(Ink())
    desk.expect(SOME + b"- %d\n" % (next(numbers) - 1))


@pytest.mark.fault("MEMORY.md removed between the last look and the exchange")
def test_a_file_removed_in_the_gap_stays_removed(desk: Desk) -> None:
    with pytest.raises(Refused, match="no section Open"):
        desk.add_ink(compared=desk.memory.unlink)
    assert list(desk.root.iterdir()) == []
    assert desk.journal.records()[0].state is State.FAILED


@pytest.mark.fault("MEMORY.md replaced by a link between the last look and the exchange")
def test_a_link_put_there_in_the_gap_stays(desk: Desk) -> None:
    (desk.root / "elsewhere.md").write_bytes(THEIRS)

    def link() -> None:
        desk.memory.unlink()
        desk.memory.symlink_to("elsewhere.md")

    with pytest.raises(Refused, match="no ordinary file"):
        desk.add_ink(compared=link)
    assert desk.memory.is_symlink()
    desk.expect(THEIRS, "elsewhere.md")


@pytest.mark.fault("MEMORY.md replaced by a folder between the last look and the exchange")
def test_a_folder_put_there_in_the_gap_stays(desk: Desk) -> None:
    def make() -> None:
        desk.memory.unlink()
        desk.memory.mkdir()
        (desk.memory / "note").write_text("mine", encoding="utf-8")

    with pytest.raises(Refused, match="no ordinary file"):
        desk.add_ink(compared=make)
    assert (desk.memory / "note").read_text(encoding="utf-8") == "mine"
    assert [each.name for each in desk.root.iterdir()] == ["MEMORY.md"]


# --- Open in the moment ------------------------------------------------------

# Opens MEMORY.md for appending, which the kernel holds up while there is a lease on it.
OPENER = """
import sys
with open(sys.argv[1], "ab", buffering=0) as file:
    print("open", flush=True)
    sys.stdin.readline()
    file.write(b"- late\\n")
"""


@dataclass
class Opener:
    """A process that finds the old name just before it is taken over."""

    path: Path
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-E", "-c", OPENER, str(self.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        inode = f":{self.path.stat().st_ino} "
        until = time.monotonic() + 10
        while not any(
            "BREAKING" in line and inode in line
            for line in Path("/proc/locks").read_text(encoding="utf-8").split("\n")
        ):
            assert self.process.poll() is None, "it was not held up"
            assert time.monotonic() < until, "it was not held up"

    def write(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "open\n"
        assert self.process.communicate("go\n", timeout=10) == ("", None)
        assert self.process.returncode == 0


@pytest.mark.fault("an appender that opens MEMORY.md in the moment of the exchange")
def test_a_writer_held_up_by_the_lease_is_waited_for(desk: Desk) -> None:
    opener = Opener(desk.memory)
    applied = desk.add_ink(compared=opener.start, replaced=opener.write)
    assert applied.late_bytes == len(b"- late\n")
    desk.expect(with_ink(SOME) + b"- late\n")


@pytest.mark.fault(
    "an appender that opens MEMORY.md in the moment of the exchange and never closes it"
)
def test_one_held_up_that_never_closes_gets_its_file_back(desk: Desk) -> None:
    opener = Opener(desk.memory)

    def append() -> None:
        with desk.memory.open("ab") as file:
            file.write(b"- in time\n")

    with pytest.raises(Refused, match="open for writing all the time"):
        desk.add_ink(compared=opener.start, replaced=append)
    opener.write()
    desk.expect(SOME + b"- in time\n- late\n")
    assert desk.journal.records()[0].state is State.FAILED


@pytest.mark.fault("late lines, and then a writer that never closes")
def test_what_was_brought_over_before_giving_way_is_not_doubled(desk: Desk) -> None:
    opener = Opener(desk.memory)

    def append() -> None:
        with desk.displaced.open("ab") as file:
            file.write(b"- quick\n")

    with pytest.raises(Refused, match="open for writing all the time"):
        desk.add_ink(
            replaced=append, carried=lambda: setattr(opener, "process", hold(desk.displaced))
        )
    desk.expect(SOME + b"- quick\n")
    opener.write()
    desk.expect(SOME + b"- quick\n- late\n")


def hold(path: Path) -> subprocess.Popen[str]:
    """A process that has the file open."""
    process = subprocess.Popen(
        [sys.executable, "-S", "-E", "-c", OPENER.replace('"open"', '"ready\\nopen"'), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.fault(
    "one program that rewrites the old file, and another that never closes the new one"
)
def test_a_rewriter_gets_its_file_back_when_another_never_closes_the_new_one(desk: Desk) -> None:
    """The operation cannot be done on what the first has written: the second is in the way."""
    holders = []

    def write() -> None:
        desk.displaced.write_bytes(THEIRS)
        holders.append(desk.memory.open("ab", buffering=0))
        holders[0].write(b"- held one\n")

    with pytest.raises(Refused, match="open for writing all the time"):
        desk.add_ink(replaced=write)
    assert desk.memory.read_bytes() == THEIRS + b"- held one\n"
    assert desk.journal.records()[0].state is State.FAILED
    holders[0].write(b"- held two\n")
    holders[0].close()
    assert "11 bytes" in desk.store().recover()[0]
    desk.expect(THEIRS + b"- held one\n- held two\n")


@pytest.mark.fault("a file renamed over MEMORY.md and removed at once")
def test_a_file_renamed_and_removed_at_once_stays_removed(desk: Desk) -> None:
    with pytest.raises(Refused, match="no section Open"):
        desk.add_ink(compared=lambda: desk.rename_over(THEIRS), exchanged=desk.memory.unlink)
    assert list(desk.root.iterdir()) == []
    assert desk.rescued() == [THEIRS]


@pytest.mark.fault("an appender that holds MEMORY.md open and never closes it")
def test_beside_one_who_never_closes_nothing_is_touched(desk: Desk) -> None:
    steps: list[str] = []
    before = desk.memory.stat()
    with desk.memory.open("ab", buffering=0) as holder:
        holder.write(b"- held one\n")
        with pytest.raises(Refused, match="open for writing all the time"):
            desk.store(steps.append).apply(Ink())
        holder.write(b"- held two\n")
    assert "exchanged" not in steps
    assert desk.memory.stat().st_ino == before.st_ino
    desk.expect(SOME + b"- held one\n- held two\n")
    desk.add_ink()
    desk.expect(with_ink(SOME) + b"- held one\n- held two\n")


@pytest.mark.fault("a file renamed over MEMORY.md while a writer is waited for")
def test_one_who_renames_while_a_writer_is_waited_for_is_planned_on(desk: Desk) -> None:
    with desk.memory.open("ab", buffering=0):
        desk.add_ink(staged=lambda: desk.rename_over(THEIRS))
    desk.expect(with_ink(THEIRS))


@pytest.mark.fault("a line appended while the new MEMORY.md is made")
def test_a_line_added_while_the_new_file_is_made_is_never_missing(desk: Desk) -> None:
    """Not even for a moment: one who appends, and looks at once, finds its line."""

    def append() -> None:
        with desk.memory.open("ab") as file:
            file.write(b"- in time")

    seen: list[bytes] = []
    applied = desk.add_ink(staged=append, exchanged=lambda: seen.append(desk.memory.read_bytes()))
    assert seen == [with_ink(SOME) + b"- in time\n"]
    assert applied.late_bytes == 10
    assert applied.record.after_hash == digest_of(seen[0])
    desk.expect(seen[0])


@pytest.mark.fault("a line appended, and then another file renamed over MEMORY.md")
def test_a_line_added_before_one_was_renamed_into_the_gap_is_not_lost(desk: Desk) -> None:
    def append() -> None:
        with desk.memory.open("ab") as file:
            file.write(b"- in time\n")

    desk.add_ink(staged=append, compared=lambda: desk.rename_over(THEIRS))
    desk.expect(with_ink(THEIRS) + b"- in time\n")


def test_at_every_step_the_file_is_the_old_one_or_the_new_one(desk: Desk) -> None:
    seen: dict[str, bytes] = {}
    desk.store(lambda step: seen.update({step: desk.memory.read_bytes()})).apply(Ink())
    new = list(seen.values()).index(with_ink(SOME))
    assert list(seen)[new] == "exchanged"
    assert set(list(seen.values())[:new]) == {SOME}
    assert set(list(seen.values())[new:]) == {with_ink(SOME)}


def test_an_interruption_behind_the_exchange_takes_nothing_away(desk: Desk) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.add_ink(exchanged=interrupt)
    with desk.displaced.open("ab") as file:
        file.write(b"- late\n")
    assert "7 bytes" in desk.store().recover()[1]
    desk.expect(with_ink(SOME) + b"- late\n")


# --- Signals -----------------------------------------------------------------

LIBRARY = """
import signal, subprocess, sys, threading
from datetime import UTC, datetime
from pathlib import Path
from memdeck.curated.journal import Journal
from memdeck.curated.splice import Edit, Splice
from memdeck.curated.store import MemoryStore

root = Path(sys.argv[1])
memory = root / "agent" / "MEMORY.md"
started = []

class Ink:
    kind = "add"
    def plan(self, data):
        return Edit((Splice(data.index(b"- Fog"), b"", b"- Ink\\n"),), "Added ink")

def at_step(name):
    if name == "compared":
        started.append(subprocess.Popen([sys.executable, "-c", sys.argv[2], str(memory)]))
        while "BREAKING" not in Path("/proc/locks").read_text():
            assert started[0].poll() is None

before = [signal.getsignal(each) for each in (signal.SIGIO, signal.SIGURG)]
store = MemoryStore(root / "agent", memory, Journal(root / "state"), "operator",
    lambda: datetime(2026, 3, 14, 12, tzinfo=UTC), at_step=at_step)
call = lambda: store.apply(Ink())
if sys.argv[3] == "thread":
    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
else:
    call()
assert before == [signal.getsignal(each) for each in (signal.SIGIO, signal.SIGURG)]
assert started[0].wait() == 0
print("alive")
"""


@pytest.mark.parametrize("where", ["main", "thread"])
def test_the_signal_that_tells_of_an_opener_ends_no_program(desk: Desk, where: str) -> None:
    """As a library in someone else's program: its signals are its own."""
    append = "import sys; open(sys.argv[1], 'ab').write(b'- late\\n')"
    done = subprocess.run(
        [sys.executable, "-c", LIBRARY, str(desk.root.parent), append, where],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr
    ours = SOME.replace(b"- Fog", b"- Ink\n- Fog")
    desk.expect(ours + b"- late\n")


# --- Where it cannot be had --------------------------------------------------


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.EPERM, errno.ENOTSUP])
def test_without_exchange_the_name_is_replaced(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    no_exchange(monkeypatch, number)
    steps: list[str] = []
    desk.store(steps.append).apply(Ink())
    assert steps.index("kept") < steps.index("replaced")
    desk.expect(with_ink(SOME))
    desk.store().undo()
    desk.expect(SOME)


def test_without_exchange_nor_leases_late_lines_are_watched_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_exchange(monkeypatch)
    no_leases(monkeypatch)
    late = desk.memory.open("ab", buffering=0)

    def write() -> None:
        late.write(b"- late\n")
        late.close()

    timer = threading.Timer(0.15, write)
    desk.add_ink(replaced=timer.start)
    timer.join()
    desk.expect(with_ink(SOME) + b"- late\n")


def test_without_leases_a_file_in_the_gap_is_not_lost_either(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_leases(monkeypatch)
    desk.add_ink(compared=lambda: desk.rename_over(THEIRS))
    desk.expect(with_ink(THEIRS))


def test_where_others_write_from_elsewhere_leases_say_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a network's file system a lease tells of the writers of this machine alone."""
    monkeypatch.setattr(lease, "kind_of", lambda _: "fuse.sshfs")
    monkeypatch.setattr(lease, "take", lambda _: pytest.fail("asked for a lease"))
    desk.add_ink()
    desk.expect(with_ink(SOME))


def test_the_kind_of_file_system_is_known(desk: Desk) -> None:
    descriptor = os.open("/proc", os.O_RDONLY)
    try:
        assert lease.kind_of(descriptor) == "proc"
    finally:
        os.close(descriptor)


AS_ANOTHER = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from memdeck.curated.journal import Journal
from memdeck.curated.splice import Edit, Splice
from memdeck.curated.store import MemoryStore
from memdeck.curated.writing.lease import has_writer
from memdeck.errors import Refused

os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid(int(sys.argv[2]))
root = Path(sys.argv[1])
memory = root / "agent" / "MEMORY.md"

class Ink:
    kind = "add"
    def plan(self, data):
        return Edit((Splice(data.index(b"\\n## Open"), b"", b"- Ink\\n"),), "Added ink")

store = MemoryStore(root / "agent", memory, Journal(root / "state"), "agent",
    lambda: datetime(2026, 3, 14, 12, tzinfo=UTC))
try:
    print(has_writer(os.open(memory, os.O_RDONLY)), store.apply(Ink()).path.name)
except Refused as error:
    print(error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("owner", [0, 4321])
def test_another_users_file_is_refused_and_ones_own_written(owner: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder) / "agent", Path(folder) / "state")
        desk.root.mkdir()
        desk.memory.write_bytes(SOME)
        desk.memory.chmod(0o666)
        os.chown(desk.memory, owner, owner)
        for each in (desk.root, desk.root.parent):
            each.chmod(0o777)
        done = subprocess.run(
            [sys.executable, "-c", AS_ANOTHER, folder, "4321"],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert done.returncode == 0, done.stderr
        assert [each.name for each in desk.root.iterdir()] == ["MEMORY.md"]
        if owner == 4321:
            assert done.stdout == "False MEMORY.md\n"
            assert desk.memory.read_bytes() == with_ink(SOME)
            assert desk.memory.stat().st_uid == owner
        else:
            assert "belongs to another user" in done.stdout
            assert desk.memory.read_bytes() == SOME
