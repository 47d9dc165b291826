"""The one writer of MEMORY.md: what it keeps, what it refuses, and undo over restarts."""

from __future__ import annotations

import errno
import itertools
import os
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from memdeck.curated.journal import Journal, Origin, State
from memdeck.curated.splice import Edit, Splice
from memdeck.curated.store import MemoryStore
from memdeck.curated.writing import exchange, lease
from memdeck.curated.writing.late import Patience
from memdeck.errors import MemdeckError, NothingFound, Refused

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
SOME = b"# Memory\n\n## Lessons\n- Tides come twice a day\n- Fog hides the buoy\n\n## Open\n"
QUICK = Patience(lock=0.3, quiet=0.02, watch=0.3, grace=0.002)


@dataclass(frozen=True)
class Replace:
    """The first occurrence of some bytes replaced; with no old bytes, new ones at the end."""

    old: bytes
    new: bytes
    kind: ClassVar[str] = "edit"

    def plan(self, data: bytes) -> Edit:
        offset = data.find(self.old) if self.old else len(data)
        if offset < 0:
            raise Refused(f"{self.old!r} is not there; nothing was written.")
        return Edit((Splice(offset, self.old, self.new),), f"Put {self.new.decode()!r}")


def add(line: bytes) -> Replace:
    return Replace(b"\n## Open", line + b"\n## Open")


@dataclass
class House:
    """A workspace with a MEMORY.md, and stores on it."""

    root: Path
    state: Path

    @property
    def memory(self) -> Path:
        return self.root / "MEMORY.md"

    def store(
        self,
        actor: str = "operator",
        *,
        at_step: Callable[[str], None] | None = None,
        path: Path | None = None,
    ) -> MemoryStore:
        return MemoryStore(
            self.root,
            path or self.memory,
            Journal(self.state),
            actor,
            lambda: NOON,
            patience=QUICK,
            at_step=at_step,
        )

    def expect_no_traces(self) -> None:
        assert [each.name for each in self.root.rglob("*memdeck*")] == []


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path / "agent", tmp_path / "state")
    house.root.mkdir()
    house.memory.write_bytes(SOME)
    return house


def at(step: str, call: Callable[[], object], *, times: int = 1) -> Callable[[str], None]:
    """Does something at a step of the store, the first time only."""
    left = itertools.count(1)

    def at_step(name: str) -> None:
        if name == step and next(left) <= times:
            call()

    return at_step


def displaced(house: House) -> Path:
    """The old file beside the new one: for one who had found the name before it was taken over."""
    return max(each for each in house.root.iterdir() if each.suffix in (".swap", ".old"))


@pytest.fixture(params=["lease and exchange", "no exchange", "no leases", "neither"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way of replacing the file that there is."""
    if request.param in ("no exchange", "neither"):
        monkeypatch.setattr(exchange, "renameat2", lambda *_: errno.EINVAL)
    if request.param in ("no leases", "neither"):
        monkeypatch.setattr(lease, "take", lambda _: None)
    return str(request.param)


# --- Writing ---------------------------------------------------------------


@pytest.mark.usefixtures("way")
def test_an_operation_is_written_and_recorded(house: House) -> None:
    origin = Origin("memory/2026-03-14.md", 3, "abc", "Ink")
    applied = house.store().apply(add(b"- Ink\n"), [origin])
    assert house.memory.read_bytes() == SOME.replace(b"\n## Open", b"- Ink\n\n## Open")
    assert (applied.late_bytes, applied.warnings, applied.path) == (0, (), house.memory)
    (record,) = Journal(house.state).records()
    assert record == applied.record
    assert (record.state, record.actor, record.kind, record.time) == (
        State.DONE,
        "operator",
        "edit",
        NOON,
    )
    assert record.origins == (origin,)
    house.expect_no_traces()


def test_no_descriptor_stays_open(house: House) -> None:
    store = house.store()
    store.apply(add(b"- one\n"))
    before = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(5):
        store.apply(add(b"- line %d\n" % number))
    with pytest.raises(Refused):
        store.apply(Replace(b"absent", b""))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_missing_file_is_made(house: House) -> None:
    house.memory.unlink()
    house.store().apply(Replace(b"", b"# Memory\n"))
    assert house.memory.read_bytes() == b"# Memory\n"
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(house.memory.stat().st_mode) == 0o666 & ~umask
    assert house.memory.stat().st_nlink == 1
    house.expect_no_traces()


def test_a_new_file_never_goes_over_one_that_another_made_meanwhile(house: House) -> None:
    house.memory.unlink()
    at_step = at("compared", lambda: house.memory.write_bytes(b"# Of another\n"))
    house.store(at_step=at_step).apply(Replace(b"", b"- ours\n"))
    assert house.memory.read_bytes() == b"# Of another\n- ours\n"
    house.expect_no_traces()


@pytest.mark.usefixtures("way")
def test_mode_and_attributes_are_kept(house: House) -> None:
    house.memory.chmod(0o2664)
    try:
        os.setxattr(house.memory, "user.mood", b"calm")
    except OSError:
        pytest.skip("no extended attributes here")
    house.store().apply(add(b"- Ink\n"))
    assert stat.S_IMODE(house.memory.stat().st_mode) == 0o2664
    assert os.getxattr(house.memory, "user.mood") == b"calm"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_is_kept(house: House) -> None:
    os.chown(house.memory, 1234, 2345)
    house.memory.chmod(0o6664)
    house.store().apply(add(b"- Ink\n"))
    status = house.memory.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (1234, 2345, 0o6664)


@pytest.mark.usefixtures("way")
def test_a_link_stays_a_link(house: House) -> None:
    (house.root / "kept").mkdir()
    house.memory.rename(house.root / "kept" / "memory-of-mine")
    house.memory.symlink_to("kept/memory-of-mine")
    house.store().apply(add(b"- Ink\n"))
    assert house.memory.is_symlink()
    assert b"- Ink" in (house.root / "kept" / "memory-of-mine").read_bytes()
    house.store().undo()
    assert house.memory.read_bytes() == SOME
    house.expect_no_traces()


@pytest.mark.usefixtures("way")
def test_other_names_of_the_file_are_warned_about(house: House) -> None:
    os.link(house.memory, house.root / "copy")
    applied = house.store().apply(add(b"- Ink\n"))
    assert "2 names (hard links)" in applied.warnings[0]
    assert (house.root / "copy").read_bytes() == SOME


# --- Refusing --------------------------------------------------------------


def expect_refused(house: House, match: str) -> None:
    before = house.memory.read_bytes() if house.memory.is_file() else None
    with pytest.raises(Refused, match=match):
        house.store().apply(add(b"- Ink\n"))
    if before is not None:
        assert house.memory.read_bytes() == before
    house.expect_no_traces()


@pytest.mark.fault("a link out of the workspace in the place of MEMORY.md when it is written")
def test_a_link_out_of_the_workspace_is_refused(house: House, tmp_path: Path) -> None:
    house.memory.rename(tmp_path / "elsewhere.md")
    house.memory.symlink_to(tmp_path / "elsewhere.md")
    expect_refused(house, "outside of the workspace")


@pytest.mark.fault("links that lead nowhere, and in a circle, in the place of MEMORY.md")
def test_links_that_lead_nowhere_are_refused(house: House) -> None:
    house.memory.unlink()
    house.memory.symlink_to("absent.md")
    expect_refused(house, "leads nowhere")
    house.memory.unlink()
    house.memory.symlink_to("MEMORY.md")
    expect_refused(house, "leads nowhere")


@pytest.mark.fault("a read-only MEMORY.md")
def test_a_read_only_file_is_refused(house: House) -> None:
    house.memory.chmod(0o444)
    expect_refused(house, "read-only")


def test_a_pipe_is_refused_without_waiting_for_its_writer(house: House) -> None:
    house.memory.unlink()
    os.mkfifo(house.memory)
    expect_refused(house, "no ordinary file")


def test_a_folder_is_refused(house: House) -> None:
    house.memory.unlink()
    house.memory.mkdir()
    expect_refused(house, "no ordinary file")


def test_conflict_markers_are_refused(house: House) -> None:
    house.memory.write_bytes(SOME + b"<<<<<<< ours\n- a\n=======\n- b\n>>>>>>> theirs\n")
    expect_refused(house, r"conflict markers \(line 8\)")


def test_nothing_to_change_is_refused(house: House) -> None:
    with pytest.raises(Refused, match="changes nothing"):
        house.store().apply(Replace(b"Tides", b"Tides"))


def test_another_memdeck_that_does_not_end_is_named(house: House) -> None:
    def meanwhile() -> None:
        with pytest.raises(Refused, match="Another memdeck has been writing"):
            house.store("agent").apply(add(b"- Other\n"))

    house.store(at_step=at("read", meanwhile)).apply(add(b"- Ink\n"))
    assert b"- Ink" in house.memory.read_bytes()
    assert b"- Other" not in house.memory.read_bytes()


def test_without_a_journal_nothing_is_written(house: House) -> None:
    (house.state / "journal.sqlite").mkdir(parents=True)
    expect_refused(house, "journal.sqlite can neither be used nor begun anew")
    with pytest.raises(Refused):
        house.store().undo()
    assert "can neither be used" in house.store().recover()[0]


def test_a_state_folder_that_cannot_be_made_refuses(house: House) -> None:
    house.state.write_text("a file", encoding="utf-8")
    expect_refused(house, "cannot be written")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_refuses(house: House) -> None:
    house.root.chmod(0o555)
    try:
        expect_refused(house, "does not let you replace")
    finally:
        house.root.chmod(0o755)


# --- Others in between -----------------------------------------------------


def rename_over(house: House, data: bytes) -> None:
    other = house.root / "editor.tmp"
    other.write_bytes(data)
    other.rename(house.memory)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("step", ["read", "begun", "staged"])
def test_an_editor_that_renames_before_the_comparison_is_planned_on(
    house: House, step: str
) -> None:
    theirs = SOME.replace(b"- Fog hides the buoy\n", b"- Of another\n")
    store = house.store(at_step=at(step, lambda: rename_over(house, theirs)))
    store.apply(add(b"- Ink\n"))
    assert house.memory.read_bytes() == theirs.replace(b"\n## Open", b"- Ink\n\n## Open")
    store.undo()
    assert house.memory.read_bytes() == theirs
    house.expect_no_traces()


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("step", ["replaced", "watched", "released"])
def test_an_editor_that_renames_a_stale_copy_over_it_is_planned_on_again(
    house: House, step: str
) -> None:
    theirs = SOME + b"- Of another\n"
    store = house.store(at_step=at(step, lambda: rename_over(house, theirs)))
    applied = store.apply(add(b"- Ink\n"))
    assert house.memory.read_bytes() == theirs.replace(b"\n## Open", b"- Ink\n\n## Open")
    assert "done again" in applied.warnings[0]
    house.expect_no_traces()


@pytest.mark.usefixtures("way")
def test_an_editor_that_never_stops_is_refused(house: House) -> None:
    numbers = itertools.count()
    at_step = at("staged", lambda: rename_over(house, SOME + b"%d\n" % next(numbers)), times=99)
    with pytest.raises(Refused, match="keeps rewriting"):
        house.store(at_step=at_step).apply(add(b"- Ink\n"))
    assert b"- Ink" not in house.memory.read_bytes()
    assert Journal(house.state).records()[0].state is State.FAILED


@pytest.mark.usefixtures("way")
def test_lines_of_an_appender_that_was_late_are_brought_over(house: House) -> None:
    def write() -> None:
        with displaced(house).open("ab", buffering=0) as late:
            late.write(b"- late one\n- late")
            late.write(b" two")

    applied = house.store(at_step=at("replaced", write)).apply(add(b"- Ink\n"))
    ours = SOME.replace(b"\n## Open", b"- Ink\n\n## Open")
    assert house.memory.read_bytes() == ours + b"- late one\n- late two\n"
    assert applied.late_bytes == len(b"- late one\n- late two\n")
    house.store().undo()
    assert house.memory.read_bytes() == SOME + b"- late one\n- late two\n"
    house.expect_no_traces()


@pytest.mark.usefixtures("way")
def test_late_lines_do_not_run_into_a_last_line_without_end(house: House) -> None:
    house.memory.write_bytes(b"- one")

    def write() -> None:
        with displaced(house).open("ab") as late:
            late.write(b"- late\n")

    house.store(at_step=at("replaced", write)).apply(Replace(b"one", b"two"))
    assert house.memory.read_bytes() == b"- two\n- late\n"


@pytest.mark.usefixtures("way")
def test_late_lines_come_behind_those_of_who_found_the_new_file(house: House) -> None:
    def write() -> None:
        with house.memory.open("ab") as other, displaced(house).open("ab") as late:
            other.write(b"- in time\n")
            late.write(b"- late\n")

    house.store(at_step=at("replaced", write)).apply(add(b"- Ink\n"))
    ours = SOME.replace(b"\n## Open", b"- Ink\n\n## Open")
    assert house.memory.read_bytes() == ours + b"- in time\n- late\n"


def test_a_rewriter_that_had_emptied_the_file_is_waited_for(house: House) -> None:
    rewriter = house.memory.open("wb", buffering=0)
    theirs = SOME.replace(b"Fog", b"Mist")
    reads = itertools.count()

    class Late(Replace):
        """Plans as usual, but must not see the emptied file."""

        def plan(self, data: bytes) -> Edit:
            assert next(reads) >= 0
            assert data
            return super().plan(data)

    def write() -> None:
        rewriter.write(theirs)
        rewriter.close()

    timer = threading.Timer(0.1, write)
    timer.start()
    house.store().apply(Late(b"\n## Open", b"- Ink\n\n## Open"))
    timer.join()
    assert house.memory.read_bytes() == theirs.replace(b"\n## Open", b"- Ink\n\n## Open")


def test_a_file_that_stays_emptied_is_refused(house: House) -> None:
    with house.memory.open("wb"), pytest.raises(Refused, match="has emptied it"):
        house.store().apply(add(b"- Ink\n"))
    assert Journal(house.state).records() == ()


@pytest.mark.usefixtures("way")
def test_a_rewriter_with_the_old_file_open_is_taken_as_the_older_version(house: House) -> None:
    theirs = SOME.replace(b"Fog", b"Mist")

    def write() -> None:
        with house.memory.open("ab") as other:
            other.write(b"- in time\n")
        displaced(house).write_bytes(theirs)

    store = house.store(at_step=at("replaced", write))
    store.apply(add(b"- Ink\n"))
    expected = theirs.replace(b"\n## Open", b"- Ink\n\n## Open")
    assert house.memory.read_bytes() == expected + b"- in time\n"
    store.undo()
    assert house.memory.read_bytes() == theirs + b"- in time\n"
    house.expect_no_traces()


@pytest.mark.usefixtures("way")
def test_a_rewriter_whose_version_refuses_the_operation_wins(house: House) -> None:
    at_step = at("replaced", lambda: displaced(house).write_bytes(b"# All new\n"))
    with pytest.raises(Refused, match="its version was kept"):
        house.store(at_step=at_step).apply(add(b"- Ink\n"))
    assert house.memory.read_bytes() == b"# All new\n"
    assert Journal(house.state).records()[0].state is State.FAILED
    house.expect_no_traces()


def test_a_rewriter_that_never_stops_gets_its_file_back(house: House) -> None:
    numbers = itertools.count()

    def write() -> None:
        displaced(house).write_bytes(SOME + b"%d\n" % next(numbers))
        displaced(house).write_bytes(SOME.replace(b"Fog", b"Mist %d" % next(numbers)))

    with pytest.raises(Refused, match="keeps rewriting"):
        house.store(at_step=at("replaced", write, times=99)).apply(add(b"- Ink\n"))
    last = b"Mist %d" % (next(numbers) - 1)
    assert house.memory.read_bytes() == SOME.replace(b"Fog", last)
    assert Journal(house.state).records()[0].state is State.FAILED
    house.expect_no_traces()


@pytest.mark.usefixtures("way")
def test_a_rewriter_that_only_emptied_the_old_file_takes_nothing(house: House) -> None:
    at_step = at("replaced", lambda: displaced(house).write_bytes(b""))
    applied = house.store(at_step=at_step).apply(add(b"- Ink\n"))
    assert house.memory.read_bytes() == SOME.replace(b"\n## Open", b"- Ink\n\n## Open")
    assert "emptied the old MEMORY.md" in applied.warnings[0]
    house.expect_no_traces()


@pytest.mark.usefixtures("way")
def test_two_rewriters_at_once_lose_nothing(house: House) -> None:
    def write() -> None:
        displaced(house).write_bytes(b"# Of the first\n")
        rename_over(house, SOME.replace(b"Fog", b"Mist"))

    applied = house.store(at_step=at("replaced", write)).apply(add(b"- Ink\n"))
    assert house.memory.read_bytes() == SOME.replace(b"Fog", b"Mist").replace(
        b"\n## Open", b"- Ink\n\n## Open"
    )
    assert [each.data for each in Journal(house.state).rescued()] == [b"# Of the first\n"]
    assert len(applied.warnings) == 2
    house.expect_no_traces()


@pytest.mark.parametrize("exchanging", [True, False])
def test_a_writer_that_never_closes_keeps_its_file(
    house: House, monkeypatch: pytest.MonkeyPatch, exchanging: bool
) -> None:
    """One who had found the name before, and is counted only after the file was taken over."""
    holders = []

    def write() -> None:
        holders.append(displaced(house).open("ab", buffering=0))
        holders[0].write(b"- held one\n")
        with house.memory.open("ab") as other:
            other.write(b"- in time\n")

    if not exchanging:
        monkeypatch.setattr(exchange, "renameat2", lambda *_: errno.EINVAL)
    with pytest.raises(Refused, match="open for writing all the time"):
        house.store(at_step=at("replaced", write)).apply(add(b"- Ink\n"))
    holders[0].write(b"- held two\n")
    holders[0].close()
    assert house.memory.read_bytes() == SOME + b"- held one\n- in time\n- held two\n"
    assert Journal(house.state).records()[0].state is State.FAILED
    house.store().apply(add(b"- Ink\n"))
    assert b"- Ink" in house.memory.read_bytes()
    house.expect_no_traces()


def test_without_hard_links_it_works_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    monkeypatch.setattr(exchange, "renameat2", lambda *_: errno.EINVAL)
    house.store().apply(add(b"- Ink\n"))
    house.store().undo()
    assert house.memory.read_bytes() == SOME
    house.memory.unlink()
    house.store().apply(Replace(b"", b"# Memory\n"))
    assert house.memory.read_bytes() == b"# Memory\n"
    house.expect_no_traces()


# --- Undo and redo ---------------------------------------------------------


def test_undo_and_redo_after_restarts(house: House) -> None:
    house.store().apply(add(b"- one\n"))
    one = house.memory.read_bytes()
    house.store().apply(add(b"- two\n"))
    two = house.memory.read_bytes()
    assert house.store().undo().record.kind == "undo"
    assert house.memory.read_bytes() == one
    house.store().undo()
    assert house.memory.read_bytes() == SOME
    with pytest.raises(NothingFound, match="nothing of operator to undo"):
        house.store().undo()
    assert house.store().redo().record.kind == "redo"
    assert house.memory.read_bytes() == one
    house.store().redo()
    assert house.memory.read_bytes() == two
    with pytest.raises(NothingFound, match="to redo"):
        house.store().redo()
    house.store().undo()
    house.store().undo()
    assert house.memory.read_bytes() == SOME


def test_undo_out_of_order(house: House) -> None:
    store = house.store()
    first = store.apply(add(b"- one\n")).record.id
    store.apply(add(b"- two\n"))
    house.memory.write_bytes(house.memory.read_bytes() + b"- Of another\n")
    undo = store.undo(first[:6])
    assert house.memory.read_bytes() == (
        SOME.replace(b"\n## Open", b"- two\n\n## Open") + b"- Of another\n"
    )
    with pytest.raises(Refused, match=f"undone already, by {undo.record.id}"):
        store.undo(first)
    assert store.undo(undo.record.id).record.kind == "redo"
    assert b"- one\n" in house.memory.read_bytes()


def test_an_agent_never_undoes_the_operator(house: House) -> None:
    mine = house.store().apply(add(b"- of the operator\n")).record.id
    with pytest.raises(NothingFound):
        house.store("agent").undo()
    house.store("agent").apply(add(b"- of the agent\n"))
    house.store().apply(add(b"- of the operator again\n"))
    house.store("agent").undo()
    data = house.memory.read_bytes()
    assert b"- of the operator\n- of the operator again\n" in data
    assert b"- of the agent" not in data
    with pytest.raises(NothingFound):
        house.store("agent").undo()
    house.store("agent").undo(mine)  # asked for by its id, it is meant
    assert b"- of the operator\n" not in house.memory.read_bytes()


def test_ids_that_say_nothing_are_refused(house: House) -> None:
    ids = iter(["abc1", "abc2", "abc3"])
    store = MemoryStore(
        house.root,
        house.memory,
        Journal(house.state),
        "operator",
        lambda: NOON,
        new_id=lambda: next(ids),
        patience=QUICK,
    )
    store.apply(add(b"- one\n"))
    store.apply(add(b"- two\n"))
    with pytest.raises(Refused, match="start of 2 ids"):
        store.undo("abc")
    with pytest.raises(NothingFound, match="no operation nope"):
        store.undo("nope")


def test_what_never_reached_the_file_cannot_be_undone(house: House) -> None:
    def fail() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(Refused, match="no room"):
        house.store(at_step=at("staged", fail)).apply(add(b"- one\n"))
    (record,) = Journal(house.state).records()
    with pytest.raises(Refused, match="never reached the file"):
        house.store().undo(record.id)
    with pytest.raises(NothingFound):
        house.store().undo()


def test_an_undo_that_cannot_be_is_refused_and_can_be_tried_again(house: House) -> None:
    store = house.store()
    store.apply(add(b"- one\n"))
    there = house.memory.read_bytes()
    house.memory.write_bytes(there.replace(b"- one", b"- reworded"))
    with pytest.raises(Refused, match=r"not in MEMORY.md any more"):
        store.undo()
    house.memory.write_bytes(there)
    store.undo()
    assert house.memory.read_bytes() == SOME


def test_trouble_after_the_replacement_is_a_warning(house: House) -> None:
    def fail() -> None:
        raise OSError(5, "Input/output error")

    applied = house.store(at_step=at("watched", fail)).apply(add(b"- one\n"))
    assert applied.record.state is State.DONE
    assert "Input/output error" in applied.warnings[0]
    house.store().undo()
    assert house.memory.read_bytes() == SOME
    house.expect_no_traces()


def test_errors_are_words(house: House, tmp_path: Path) -> None:
    gone = House(tmp_path / "gone", tmp_path / "state")
    with pytest.raises(MemdeckError, match="cannot be opened"):
        gone.store().apply(add(b"- one\n"))
