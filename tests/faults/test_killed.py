"""Killed at every call that changes the disk: each file is the old one or the new one, whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from memdeck.cache import Cache
from memdeck.curated.journal import Journal, State
from memdeck.daily.parse import item_starts
from memdeck.git import open_repository
from memdeck.live.seen import Seen
from memdeck.notes.agreements import Agreements
from memdeck.notes.guard import GuardState, guard_state
from memdeck.pulse.beats import read_beats
from memdeck.pulse.inbox import Inbox
from tests.faults import deeds
from tests.faults.steps import KILL, Stopped, be_hasty, stopped


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    be_hasty(monkeypatch)


def killed(
    prepare: Callable[[Path], None], deed: Callable[[Path], str], root: Path
) -> list[Stopped]:
    """The runs that were killed."""
    return stopped(prepare, deed, [KILL], root)[:-1]


def expect_settled(place: Path) -> None:
    """Nothing of the write is left, neither beside MEMORY.md nor open in the journal."""
    names = {each.name for each in deeds.agent_of(place).iterdir()}
    assert names <= {"MEMORY.md", "memory"}
    records = deeds.store_of(place).journal.records()
    assert not [each for each in records if each.state is State.BEGUN]
    assert deeds.store_of(place).recover() == ()


# --- MEMORY.md -------------------------------------------------------------------


@pytest.mark.fault("kill -9 at every call that changes the disk while a line is put into MEMORY.md")
def test_a_line_is_there_or_not_and_the_next_start_says_which(tmp_path: Path) -> None:
    for run in killed(deeds.workspace, deeds.add, tmp_path):
        there = deeds.memory_of(run.place).read_bytes()
        assert there in (deeds.OLD, deeds.NEW), run.step
        told = " ".join(deeds.store_of(run.place).recover())
        assert deeds.memory_of(run.place).read_bytes() == there, run.step
        begun = bool(deeds.store_of(run.place).journal.records())
        was = "it had been written" if there == deeds.NEW else "it had not been written"
        assert (was in told) if begun else told == "", run.step
        expect_settled(run.place)
        if there == deeds.OLD:
            deeds.add(run.place)
        deeds.undo(run.place)
        assert deeds.memory_of(run.place).read_bytes() == deeds.OLD


@pytest.mark.fault("kill -9 at every call that changes the disk while an operation is undone")
def test_an_operation_is_undone_or_not(tmp_path: Path) -> None:
    for run in killed(deeds.added, deeds.undo, tmp_path):
        there = deeds.memory_of(run.place).read_bytes()
        assert there in (deeds.OLD, deeds.NEW), run.step
        deeds.store_of(run.place).recover()
        assert deeds.memory_of(run.place).read_bytes() == there, run.step
        expect_settled(run.place)
        if there == deeds.NEW:
            deeds.undo(run.place)
            assert deeds.memory_of(run.place).read_bytes() == deeds.OLD
        deeds.store_of(run.place).redo()
        assert deeds.memory_of(run.place).read_bytes() == deeds.NEW


@pytest.mark.fault("kill -9 at every call that changes the disk while a first MEMORY.md is made")
def test_a_first_memory_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    runs = stopped(deeds.empty, deeds.begin_memory, [KILL], tmp_path)
    whole = deeds.memory_of(runs[-1].place).read_bytes()
    for run in runs[:-1]:
        memory = deeds.memory_of(run.place)
        assert not memory.exists() or memory.read_bytes() == whole, run.step
        deeds.store_of(run.place).recover()
        expect_settled(run.place)
        if not memory.exists():
            deeds.begin_memory(run.place)
        assert memory.read_bytes() == whole


@pytest.mark.fault("kill -9 at every call of the recovery from a kill -9")
def test_a_recovery_that_is_killed_is_done_by_the_next_one(tmp_path: Path) -> None:
    for run in killed(deeds.cut_short, deeds.recover, tmp_path):
        assert deeds.memory_of(run.place).read_bytes().startswith(deeds.NEW), run.step
        deeds.store_of(run.place).recover()
        # Of a late line, half may stand there as well; none is ever missing.
        torn = b"- l\n" if run.step == "half of a write" else b""
        assert deeds.memory_of(run.place).read_bytes() == deeds.NEW + torn + b"- late\n", run.step
        expect_settled(run.place)


# --- The journal -----------------------------------------------------------------


@pytest.mark.fault("kill -9 at every statement that the journal makes")
def test_the_journal_has_all_of_a_statement_or_nothing(tmp_path: Path) -> None:
    states = deeds.journal_states(tmp_path / "whole")
    seen = [
        states.index(deeds.contents_of(Journal(deeds.state_of(run.place))))
        for run in killed(deeds.workspace, deeds.keep_a_journal, tmp_path / "runs")
    ]
    assert seen == sorted(seen)
    assert set(seen) >= set(range(len(states) - 1))


@pytest.mark.fault("kill -9 while an older journal is brought up to date")
def test_an_older_journal_is_brought_up_to_date_whole(tmp_path: Path) -> None:
    for run in killed(deeds.older_journal, deeds.bring_up_to_date, tmp_path):
        (record,) = Journal(deeds.state_of(run.place)).records()
        assert record.words == "Step 1", run.step
        names = {each.name for each in deeds.state_of(run.place).iterdir()}
        assert {each for each in names if not each.endswith("-journal")} == {
            "journal.sqlite",
            "journal.v1.sqlite",
        }, run.step


@pytest.mark.slow
@pytest.mark.fault("kill -9 while a damaged journal is begun anew")
def test_a_damaged_journal_is_begun_anew_once_and_said(tmp_path: Path) -> None:
    for run in killed(deeds.damaged_journal, deeds.recover, tmp_path):
        told = " ".join(deeds.store_of(run.place).recover())
        assert "2 operations" in told or run.step == "sql COMMIT", run.step
        journal = Journal(deeds.state_of(run.place))
        assert [each.kind for each in journal.records()] == ["undo", "add"], run.step
        asides = list(deeds.state_of(run.place).glob("journal.damaged*.sqlite"))
        damaged = (run.place / "damaged").read_bytes()
        assert asides, run.step
        assert all(each.read_bytes() == damaged for each in asides), run.step
        assert deeds.store_of(run.place).recover() == ()


# --- Logs, beats, notes ------------------------------------------------------------


@pytest.mark.fault("kill -9 at every call of a log append, also half way through the write")
@pytest.mark.parametrize("deed", [deeds.append, deeds.append_first])
def test_a_log_line_is_behind_what_was_there(tmp_path: Path, deed: Callable[[Path], str]) -> None:
    for run in killed(deeds.workspace, deed, tmp_path):
        path = deeds.log_of(run.place)
        there = path.read_bytes() if path.exists() else b""
        if deed is deeds.append:
            assert there.startswith(deeds.LOG), run.step
        deeds.append(run.place)
        after = path.read_bytes()
        assert after.startswith(there), run.step
        assert after.endswith(b"\n- a second line\n"), run.step
        assert len(after) - len(b"- a second line\n") in item_starts(after)


@pytest.mark.fault("kill -9 at every call of a heartbeat, also half way through the write")
def test_a_beat_is_whole_or_left_out(tmp_path: Path) -> None:
    for run in killed(deeds.beating, deeds.beat, tmp_path):
        assert deeds.beats_of(run.place).read_bytes().startswith(deeds.BEAT), run.step
        before = read_beats(deeds.agent_of(run.place), deeds.NOON)
        assert [each.note for each in before.beats] in ([None], [None, "second"]), run.step
        assert before.broken == (run.step == "half of a write")
        deeds.beat(run.place)
        after = read_beats(deeds.agent_of(run.place), deeds.NOON)
        assert len(after.beats) == len(before.beats) + 1, run.step
        assert after.beats[-1].note == "second"


@pytest.mark.slow
@pytest.mark.fault("kill -9 while the guard of the notes is installed")
def test_the_guard_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    for run in killed(deeds.repository, deeds.guard, tmp_path):
        opened = open_repository(deeds.agent_of(run.place))
        assert opened is not None
        assert guard_state(opened, deeds.REF) in (GuardState.NONE, GuardState.OURS), run.step
        deeds.guard(run.place)
        assert guard_state(opened, deeds.REF) is GuardState.OURS


@pytest.mark.fault("kill -9 while it is remembered which remotes were agreed to")
def test_what_was_agreed_to_before_is_kept(tmp_path: Path) -> None:
    for run in killed(deeds.agreed, deeds.agree, tmp_path):
        agreements = Agreements(deeds.state_of(run.place))
        assert agreements.has(deeds.agent_of(run.place), deeds.REMOTES[0], deeds.REF), run.step
        deeds.agree(run.place)
        assert agreements.has(deeds.agent_of(run.place), deeds.REMOTES[1], deeds.REF)
        kept = json.loads((deeds.state_of(run.place) / "notes-remotes.json").read_bytes())
        assert len(kept["agreed"]) == 2


# --- What was counted, acknowledged and seen -------------------------------------------


@pytest.mark.fault("kill -9 at every statement of the cache")
def test_the_cache_knows_what_it_knew_or_more(tmp_path: Path) -> None:
    for run in killed(deeds.counted, deeds.count, tmp_path):
        known = Cache(deeds.state_of(run.place)).rows("tokens")
        assert known.pop(b"one") == (1, b"starts"), run.step
        assert known in ({}, {b"two": (2, None)}), run.step
        assert deeds.count(run.place) == "2"


@pytest.mark.fault("kill -9 while an exception is acknowledged")
def test_an_exception_is_acknowledged_or_open(tmp_path: Path) -> None:
    for run in killed(deeds.counted, deeds.acknowledge, tmp_path):
        inbox = Inbox(deeds.state_of(run.place), "ada", lambda: deeds.NOON)
        assert set(inbox.answers()) <= {"0" * 12}, run.step
        deeds.acknowledge(run.place)
        assert set(inbox.answers()) == {"0" * 12}


@pytest.mark.fault("kill -9 while it is remembered what MEMORY.md and the logs said")
def test_what_was_seen_is_one_moment(tmp_path: Path) -> None:
    for run in killed(deeds.looked, deeds.look, tmp_path):
        with Seen(deeds.state_of(run.place)).transaction() as ledger:
            last, logs = ledger.last(), ledger.logs()
        assert last is not None
        assert last.data in (deeds.OLD, deeds.NEW), run.step
        assert [each.data for each in logs.values()] == [last.data], run.step


# --- A new workspace -----------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.fault("kill -9 while `memdeck init` makes a workspace")
def test_init_can_be_called_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = stopped(deeds.empty, deeds.begin_workspace, [KILL], tmp_path)
    whole = deeds.memory_of(runs[-1].place).read_bytes()
    for run in runs[:-1]:
        monkeypatch.setenv("XDG_STATE_HOME", str(deeds.state_of(run.place)))
        deeds.begin_workspace(run.place)
        assert deeds.memory_of(run.place).read_bytes() == whole, run.step
        assert deeds.log_of(run.place).read_bytes() == b"", run.step
        names = {each.name for each in deeds.agent_of(run.place).iterdir()}
        assert names == {"MEMORY.md", "memory"}, run.step
