"""A disk that fails, at every call by which memdeck changes it: words, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from memdeck.cache import Cache
from memdeck.curated.journal import State
from memdeck.git import open_repository
from memdeck.live.seen import Seen
from memdeck.notes.agreements import Agreements
from memdeck.notes.guard import GuardState, guard_state
from memdeck.notes.reader import read_notes
from memdeck.pulse.beats import read_beats
from memdeck.pulse.inbox import Inbox
from tests.faults import deeds
from tests.faults.steps import Stopped, be_hasty, stopped


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    be_hasty(monkeypatch)


Check = Callable[[Stopped], None]


def memory(run: Stopped, before: bytes, after: bytes) -> None:
    """Refused: as it was. Else as it shall be, with a word if something is left to do."""
    assert deeds.memory_of(run.place).read_bytes() == (before if run.failed else after)
    if run.failed:
        assert (
            "MEMORY.md was left as it was" in run.said or "MEMORY.md was left as it is" in run.said
        )
        assert "try again" in run.said
    deeds.store_of(run.place).recover()
    assert deeds.memory_of(run.place).read_bytes() == (before if run.failed else after)
    records = deeds.store_of(run.place).journal.records()
    assert not [each for each in records if each.state is State.BEGUN]
    assert {each.name for each in deeds.agent_of(run.place).iterdir()} <= {"MEMORY.md", "memory"}


def added(run: Stopped) -> None:
    memory(run, deeds.OLD, deeds.NEW)
    if run.failed:
        deeds.add(run.place)
    deeds.undo(run.place)
    assert deeds.memory_of(run.place).read_bytes() == deeds.OLD


def undone(run: Stopped) -> None:
    memory(run, deeds.NEW, deeds.OLD)
    if run.failed:
        deeds.undo(run.place)
        assert deeds.memory_of(run.place).read_bytes() == deeds.OLD


def appended(run: Stopped) -> None:
    whole = deeds.LOG + b"- a second line\n"
    there = deeds.log_of(run.place).read_bytes()
    if not run.failed or "The new line is in 2026-03-14.md" in run.said:
        assert there == whole
    elif "took only the first" in run.said:
        assert there.startswith(deeds.LOG)
        assert whole.startswith(there)
    else:
        assert there == deeds.LOG
        assert "nothing was written" in run.said
    deeds.append(run.place)
    assert deeds.log_of(run.place).read_bytes().startswith(there)
    assert deeds.log_of(run.place).read_bytes().endswith(b"\n- a second line\n")


def beaten(run: Stopped) -> None:
    assert deeds.beats_of(run.place).read_bytes().startswith(deeds.BEAT)
    before = read_beats(deeds.agent_of(run.place), deeds.NOON).beats
    assert len(before) == (1 if run.failed else 2)
    deeds.beat(run.place)
    assert len(read_beats(deeds.agent_of(run.place), deeds.NOON).beats) == len(before) + 1


def noted(run: Stopped) -> None:
    notes = read_notes(deeds.agent_of(run.place), (), deeds.REF).primary
    assert notes is not None
    keys = [key.latest.key for branch in notes.branches for key in branch.keys]
    assert keys == ([] if run.failed else ["key"])
    deeds.note(run.place)


def guarded(run: Stopped) -> None:
    opened = open_repository(deeds.agent_of(run.place))
    assert opened is not None
    state = guard_state(opened, deeds.REF)
    assert state is (GuardState.NONE if run.failed else GuardState.OURS)
    deeds.guard(run.place)


def agreed(run: Stopped) -> None:
    agreements = Agreements(deeds.state_of(run.place))
    one, two = (
        agreements.has(deeds.agent_of(run.place), each, deeds.REF) for each in deeds.REMOTES
    )
    assert one
    assert two is not run.failed
    deeds.agree(run.place)


def counted(run: Stopped) -> None:
    """It may be lost, so nothing is said."""
    assert not run.failed
    assert Cache(deeds.state_of(run.place)).rows("tokens")[b"one"] == (1, b"starts")
    assert deeds.count(run.place) == "2"


def acknowledged(run: Stopped) -> None:
    inbox = Inbox(deeds.state_of(run.place), "ada", lambda: deeds.NOON)
    assert bool(inbox.answers()) is not run.failed
    if run.failed:
        assert "nothing was changed: try again" in run.said


def seen(run: Stopped) -> None:
    with Seen(deeds.state_of(run.place)).transaction() as ledger:
        last, logs = ledger.last(), ledger.logs()
    assert last is not None
    assert last.data == (deeds.OLD if run.failed else deeds.NEW)
    assert [each.data for each in logs.values()] == [last.data]
    if run.failed:
        assert "nothing else is affected" in run.said


CASES = [
    pytest.param(deeds.workspace, deeds.add, added, id="a line put into MEMORY.md"),
    pytest.param(deeds.added, deeds.undo, undone, id="an undo", marks=pytest.mark.slow),
    pytest.param(deeds.workspace, deeds.append, appended, id="a log line"),
    pytest.param(deeds.beating, deeds.beat, beaten, id="a heartbeat"),
    pytest.param(deeds.repository, deeds.note, noted, id="a note", marks=pytest.mark.slow),
    pytest.param(deeds.repository, deeds.guard, guarded, id="the guard", marks=pytest.mark.slow),
    pytest.param(deeds.agreed, deeds.agree, agreed, id="an agreed remote"),
    pytest.param(deeds.counted, deeds.count, counted, id="the cache"),
    pytest.param(deeds.counted, deeds.acknowledge, acknowledged, id="the inbox"),
    pytest.param(deeds.looked, deeds.look, seen, id="what was seen", marks=pytest.mark.slow),
]
Deed = Callable[[Path], str]


def fails(prepare: Callable[[Path], None], deed: Deed, check: Check, by: str, root: Path) -> None:
    for run in stopped(prepare, deed, [by], root):
        try:
            check(run)
        except AssertionError as error:
            error.add_note(f"at “{run.step}” by {run.by}; said: {run.said!r}")
            raise


@pytest.mark.fault("an I/O error at each call that changes the disk")
@pytest.mark.parametrize(("prepare", "deed", "check"), CASES)
def test_an_io_error(
    tmp_path: Path, prepare: Callable[[Path], None], deed: Deed, check: Check
) -> None:
    fails(prepare, deed, check, "EIO", tmp_path)


@pytest.mark.fault("a disk that fills up at each call that changes it")
@pytest.mark.parametrize(("prepare", "deed", "check"), CASES)
def test_a_disk_that_fills_up(
    tmp_path: Path, prepare: Callable[[Path], None], deed: Deed, check: Check
) -> None:
    fails(prepare, deed, check, "ENOSPC+", tmp_path)


@pytest.mark.fault("a quota that is met at each call that changes the disk")
@pytest.mark.parametrize(("prepare", "deed", "check"), CASES[:1] + CASES[2:4])
def test_a_quota_that_is_met(
    tmp_path: Path, prepare: Callable[[Path], None], deed: Deed, check: Check
) -> None:
    fails(prepare, deed, check, "EDQUOT+", tmp_path)


@pytest.mark.fault("a disk that turns read-only at each call that changes it")
@pytest.mark.parametrize(("prepare", "deed", "check"), CASES)
def test_a_disk_that_turns_read_only(
    tmp_path: Path, prepare: Callable[[Path], None], deed: Deed, check: Check
) -> None:
    fails(prepare, deed, check, "EROFS+", tmp_path)
