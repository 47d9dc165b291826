"""The alarm beside the reader: what it remembers across restarts, and what is done with it."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from memdeck.curated.edits import Add, Retire, Rewrite
from memdeck.curated.journal import Journal
from memdeck.curated.sections import parse_memory
from memdeck.curated.store import MemoryStore
from memdeck.demo import DEMO_NOW, make_workspace
from memdeck.errors import NothingFound, Refused
from memdeck.live.alarms import append_lost, remember_written, restore_operation
from memdeck.live.reader import Reader
from memdeck.live.seen import MOST_ALARMS, MOST_VERSIONS, Seen
from memdeck.model import Alarm, AlarmKind, AlarmState, Deck
from memdeck.workspace import Workspace, open_workspace

TODAY = "memory/2026-02-06.md"
YESTERDAY = "memory/2026-02-05.md"
DECISIONS = b"## Critical Decisions\n\n"
LESSONS = b"## Patterns That Failed\n\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(make_workspace(tmp_path / "atlas"))


@pytest.fixture
def reader(workspace: Workspace) -> Reader:
    return Reader(workspace, lambda: DEMO_NOW)


@pytest.fixture
def seen(workspace: Workspace) -> Seen:
    return Seen(workspace.state_folder)


def read(reader: Reader) -> Deck:
    for _ in reader.stages(notes=False):
        pass
    assert reader.deck is not None
    return reader.deck


def store_of(workspace: Workspace) -> MemoryStore:
    journal = Journal(workspace.state_folder)
    return MemoryStore(workspace.root, workspace.memory_path, journal, "operator", lambda: DEMO_NOW)


def noted(data: bytes, line: bytes, under: bytes = DECISIONS) -> bytes:
    """`data` with a line first under a heading, as an agent writes it in."""
    assert under in data
    return data.replace(under, under + b"- " + line + b"\n")


def clobbered(workspace: Workspace, reader: Reader) -> tuple[bytes, bytes]:
    """Seen, added to by one agent and seen, then written back by another from an older copy.

    What it was before, and what the other one wrote.
    """
    old = workspace.memory_path.read_bytes()
    read(reader)
    before = noted(old, b"Lockers open with the number of the parcel")
    workspace.memory_path.write_bytes(before)
    read(reader)
    after = noted(old, b"Ferries are asked for their times at four", LESSONS)
    workspace.memory_path.write_bytes(after)
    return before, after


def both(before: bytes) -> bytes:
    """What `clobbered` would be if both agents had looked."""
    return noted(before, b"Ferries are asked for their times at four", LESSONS)


def only_alarm(deck: Deck) -> Alarm:
    (alarm,) = deck.alarms
    return alarm


# --- MEMORY.md -----------------------------------------------------------------


def test_nothing_is_told_of_a_workspace_that_is_seen_for_the_first_time(reader: Reader) -> None:
    deck = read(reader)
    assert deck.alarms == ()
    assert deck.alarms_problem is None


def test_a_clobber_is_an_alarm_with_the_lost_lines_and_one_operation_puts_them_back(
    workspace: Workspace, reader: Reader, seen: Seen
) -> None:
    before, after = clobbered(workspace, reader)

    alarm = only_alarm(read(reader))

    assert (alarm.kind, alarm.file, alarm.count) == (AlarmKind.STALE, "MEMORY.md", 1)
    (lost,) = alarm.lost
    assert lost.data == b"- Lockers open with the number of the parcel\n"
    assert lost.section == "Critical Decisions"
    assert before.split(b"\n")[lost.line - 1] + b"\n" == lost.data

    applied = store_of(workspace).apply(restore_operation(seen, alarm))

    assert applied.edit.words == "Put back: Lockers open with the number of the parcel"
    whole = workspace.memory_path.read_bytes()
    assert whole == noted(after, b"Lockers open with the number of the parcel")
    assert read(reader).alarms == ()
    assert seen.alarms(AlarmState.RECOVERED) == (
        Alarm(**{**_fields(alarm), "state": AlarmState.RECOVERED}),
    )


def _fields(alarm: Alarm) -> dict[str, object]:
    return {name: getattr(alarm, name) for name in Alarm.__slots__}


def test_putting_back_is_undone_like_anything_else(
    workspace: Workspace, reader: Reader, seen: Seen
) -> None:
    _, after = clobbered(workspace, reader)
    store = store_of(workspace)
    store.apply(restore_operation(seen, only_alarm(read(reader))))
    read(reader)

    store.undo()

    assert workspace.memory_path.read_bytes() == after
    assert read(reader).alarms == ()


def test_a_dismissed_alarm_stays_so(workspace: Workspace, reader: Reader, seen: Seen) -> None:
    clobbered(workspace, reader)
    alarm = only_alarm(read(reader))

    seen.dismiss(alarm.id)

    assert read(reader).alarms == ()
    assert read(Reader(workspace, lambda: DEMO_NOW)).alarms == ()
    # Its lines are still to be had.
    assert restore_operation(seen, alarm).plan(workspace.memory_path.read_bytes()).splices


def test_lines_that_their_agent_writes_again_settle_the_alarm(
    workspace: Workspace, reader: Reader
) -> None:
    _, after = clobbered(workspace, reader)
    read(reader)
    workspace.memory_path.write_bytes(
        noted(after, b"2026-02-06: **Lockers open** with the number of the parcel", LESSONS)
    )
    assert read(reader).alarms == ()


@pytest.mark.fault("lines of MEMORY.md lost while no memdeck was running")
def test_a_loss_while_nothing_was_running_is_told_at_the_next_start(
    workspace: Workspace, reader: Reader
) -> None:
    clobbered(workspace, reader)

    later = Reader(workspace, lambda: DEMO_NOW + timedelta(hours=9))

    assert only_alarm(read(later)).when == DEMO_NOW + timedelta(hours=9)
    assert only_alarm(read(reader)).when == DEMO_NOW + timedelta(hours=9)


@pytest.mark.fault("two memdecks that notice the same loss")
def test_two_that_look_at_once_raise_one_alarm(workspace: Workspace, reader: Reader) -> None:
    other = Reader(workspace, lambda: DEMO_NOW)
    clobbered(workspace, reader)

    first, second = read(reader), read(other)

    assert only_alarm(first) == only_alarm(second)
    assert len(Seen(workspace.state_folder).alarms()) == 1


def test_one_that_read_an_older_version_does_not_tell_it_as_a_loss(
    workspace: Workspace, reader: Reader
) -> None:
    slow = Reader(workspace, lambda: DEMO_NOW)
    old = workspace.memory_path.read_bytes()
    read(reader)
    slow.read_files()
    for number in range(4):
        noted_more = noted(workspace.memory_path.read_bytes(), b"Fact %d of the quays" % number)
        workspace.memory_path.write_bytes(noted_more)
        read(reader)
    deck = slow.deck
    assert deck is not None
    assert deck.memory.data == old

    slow_deck = slow._with_alarms(deck)

    assert slow_deck.alarms == ()
    assert read(reader).alarms == ()


def test_what_memdeck_promoted_unseen_and_an_old_copy_took_out_is_told(
    workspace: Workspace, reader: Reader
) -> None:
    old = workspace.memory_path.read_bytes()
    read(reader)
    store_of(workspace).apply(Add("Critical Decisions", ("Labels are stored for two years",)))
    workspace.memory_path.write_bytes(noted(old, b"Ferries leave at four", LESSONS))

    assert b"Labels are stored for two years" in only_alarm(read(reader)).lost[0].data


def test_what_memdeck_retires_is_no_loss(workspace: Workspace, reader: Reader) -> None:
    deck = read(reader)
    ids = tuple(item.id for item in deck.memory.section("Critical Decisions").items[:5])  # type: ignore[union-attr]
    store_of(workspace).apply(Retire(ids))
    workspace.memory_path.write_bytes(
        noted(workspace.memory_path.read_bytes(), b"Ferries leave at four", LESSONS)
    )
    assert read(reader).alarms == ()


@pytest.mark.fault("a MEMORY.md that is empty for a moment")
def test_a_file_that_is_empty_for_a_moment_is_compared_with_what_it_was_before(
    workspace: Workspace, reader: Reader
) -> None:
    """A program that truncates the file and then writes its old copy takes two steps."""
    before, after = clobbered(workspace, reader)
    workspace.memory_path.write_bytes(b"")
    assert only_alarm(read(reader)).kind is AlarmKind.EMPTIED

    workspace.memory_path.write_bytes(after)
    assert only_alarm(read(reader)).kind is AlarmKind.STALE

    workspace.memory_path.write_bytes(both(before))
    assert read(reader).alarms == ()


def test_a_file_that_was_emptied_on_purpose_is_a_new_beginning_once_that_is_said(
    workspace: Workspace, reader: Reader, seen: Seen
) -> None:
    read(reader)
    workspace.memory_path.unlink()
    alarm = only_alarm(read(reader))
    assert alarm.kind is AlarmKind.EMPTIED
    seen.dismiss(alarm.id)

    workspace.memory_path.write_bytes(b"# Anew\n\n- One fact\n- Two facts\n")

    assert read(reader).alarms == ()
    workspace.memory_path.write_bytes(b"# Anew\n\n- One fact\n- Two facts\n- Three facts\n")
    assert read(reader).alarms == ()


@pytest.mark.fault("a merge of MEMORY.md that is left open")
def test_an_open_merge_is_no_version(workspace: Workspace, reader: Reader) -> None:
    before, _ = clobbered(workspace, reader)
    assert len(read(reader).alarms) == 1
    workspace.memory_path.write_bytes(b"<<<<<<< ours\n- One\n=======\n- Two\n>>>>>>> theirs\n")
    assert len(read(reader).alarms) == 1
    workspace.memory_path.write_bytes(both(before))
    assert read(reader).alarms == ()


# --- Logs ----------------------------------------------------------------------


def test_lines_added_to_a_log_are_what_logs_are_for(workspace: Workspace, reader: Reader) -> None:
    read(reader)
    with (workspace.root / TODAY).open("ab") as file:
        file.write(b"- One more thing\n")
    assert read(reader).alarms == ()


@pytest.mark.fault("a log that another program rewrote with lines missing")
def test_a_log_that_loses_lines_is_an_alarm_and_they_are_appended_again(
    workspace: Workspace, reader: Reader
) -> None:
    path = workspace.root / TODAY
    whole = path.read_bytes()
    read(reader)
    lines = whole.split(b"\n")
    lost = [line for line in lines if line.startswith(b"- ")][:2]
    left = b"\n".join(line for line in lines if line not in lost) + b"- Written over\n"
    path.write_bytes(left)

    alarm = only_alarm(read(reader))

    assert (alarm.kind, alarm.file, alarm.count) == (AlarmKind.LOG, TODAY, 2)
    assert b"".join(each.data for each in alarm.lost).split() == b" ".join(lost).split()
    assert append_lost(workspace.root, alarm)[0] == path
    # What was in the log stays as it was: logs are never rewritten.
    assert path.read_bytes().startswith(left)
    assert all(path.read_bytes().count(line) == 1 for line in lost)
    assert read(reader).alarms == ()


def test_a_ticked_box_and_a_line_in_the_middle_of_a_log_are_honest(
    workspace: Workspace, reader: Reader
) -> None:
    path = workspace.root / TODAY
    path.write_bytes(b"# Today\n\n- [ ] Ask the ferry for its times\n- Labels are printed\n")
    read(reader)
    path.write_bytes(
        b"# Today\n\n- Between both\n- [x] Ask the ferry for its times\n- Labels are printed!\n"
    )
    assert read(reader).alarms == ()


def test_lines_that_moved_to_another_file_of_the_day_are_not_lost(
    workspace: Workspace, reader: Reader
) -> None:
    path = workspace.root / TODAY
    read(reader)
    path.rename(path.with_name("2026-02-06-renamed.md"))
    assert read(reader).alarms == ()


@pytest.mark.fault("a log of yesterday that is removed")
def test_a_log_of_yesterday_that_is_gone_is_an_alarm(workspace: Workspace, reader: Reader) -> None:
    read(reader)
    (workspace.root / YESTERDAY).unlink()
    assert only_alarm(read(reader)).file == YESTERDAY


@pytest.mark.fault("an older log that is empty for a moment")
def test_an_older_log_that_is_empty_for_a_moment_is_compared_with_what_it_was(
    workspace: Workspace, reader: Reader
) -> None:
    path = workspace.root / "memory/2026-01-20.md"
    whole = b"# Then\n\n- One thing\n"
    path.write_bytes(whole)
    read(reader)
    path.write_bytes(b"")
    assert "is empty" in only_alarm(read(reader)).words
    path.write_bytes(whole)
    assert read(reader).alarms == ()
    path.write_bytes(b"")
    read(reader)
    path.write_bytes(whole + b"- And more\n")
    assert read(reader).alarms == ()
    path.write_bytes(b"")
    read(reader)
    path.write_bytes(b"# Then\n")
    assert "shrank from 31 to 7 bytes" in only_alarm(read(reader)).words


def test_of_an_older_log_only_that_it_shrank_is_known(workspace: Workspace, reader: Reader) -> None:
    path = workspace.root / "memory/2026-01-20.md"
    path.write_bytes(b"# Then\n\n- One thing\n- Another thing\n")
    read(reader)
    path.write_bytes(b"# Then\n\n- One thing\n")

    alarm = only_alarm(read(reader))

    assert alarm.words == (
        "memory/2026-01-20.md shrank from 36 to 20 bytes; what it lost had not been seen."
    )
    assert alarm.lost == ()
    with pytest.raises(Refused, match="had not been seen"):
        append_lost(workspace.root, alarm)


# --- What is kept --------------------------------------------------------------


def test_what_is_kept_is_for_its_owner_alone_and_bounded(
    workspace: Workspace, reader: Reader, seen: Seen
) -> None:
    old = workspace.memory_path.read_bytes()
    for number in range(MOST_VERSIONS + 5):
        workspace.memory_path.write_bytes(noted(old, b"Version %d" % number))
        read(reader)
    with sqlite3.connect(seen.path) as database:
        (count,) = database.execute("SELECT count(*) FROM versions").fetchone()
    database.close()
    assert count == MOST_VERSIONS
    assert len(seen.alarms()) <= 3 * MOST_ALARMS
    assert stat.S_IMODE(seen.path.stat().st_mode) == 0o600


def test_what_must_be_forgotten_is(workspace: Workspace, reader: Reader, seen: Seen) -> None:
    clobbered(workspace, reader)
    alarm = only_alarm(read(reader))

    assert seen.purge(b"Lockers open with the number") == 2

    assert seen.alarms() == ()
    with pytest.raises(NothingFound):
        restore_operation(seen, alarm)
    assert seen.purge(b"Lockers open with the number") == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_state_folder_that_cannot_be_written_is_told(workspace: Workspace) -> None:
    workspace.ensure_state_folder().chmod(0o500)
    try:
        deck = read(Reader(workspace, lambda: DEMO_NOW))
    finally:
        workspace.state_folder.chmod(0o700)
    assert deck.alarms_problem is not None


def test_nothing_changed_is_no_look_at_the_file(
    workspace: Workspace, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    deck = read(reader)

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Seen, "transaction", refuse)
    assert read(reader) is deck


# --- While memdeck itself writes -------------------------------------------------


class Clock:
    """A clock that goes on by itself."""

    def __init__(self) -> None:
        self._now = DEMO_NOW

    def __call__(self) -> datetime:
        self._now += timedelta(seconds=30)
        return self._now


Told = dict[str, tuple[str, ...]]


def looked_at_each_step(
    workspace: Workspace, act: Callable[[MemoryStore], object], *, remembers: bool
) -> Told:
    """What a dashboard tells that looks after each step of an operation, and after it."""
    clock = Clock()
    journal = Journal(workspace.state_folder)
    reader = Reader(workspace, clock)
    told: Told = {}

    def look(step: str) -> None:
        if alarms := read(reader).alarms:
            told[step] = tuple(each.words for each in alarms)

    def store(at_step: Callable[[str], None]) -> MemoryStore:
        return MemoryStore(
            *(workspace.root, workspace.memory_path, journal, "operator", clock),
            at_step=at_step,
            written=partial(remember_written, workspace, journal, clock) if remembers else None,
        )

    quiet = store(lambda _: None)
    look("opened")
    for name in ("Quays", "Ferries", "Stamps", "Cranes"):
        quiet.apply(Add("Critical Decisions", (f"{name} are counted every evening",)))
        look(name)
    act(store(look))
    look("done")
    assert Seen(workspace.state_folder).alarms() == ()
    return told


def _added(store: MemoryStore) -> list[str]:
    sections = parse_memory(store.path.read_bytes())
    return [item.id for each in sections for item in each.items if "every evening" in item.source]


def _retire(store: MemoryStore) -> None:
    store.apply(Retire(tuple(_added(store))))


def _reword(store: MemoryStore) -> None:
    store.apply(Rewrite(_added(store)[-1], "Nobody works at night"))


def _undo(store: MemoryStore) -> None:
    for _ in range(4):
        store.undo()


def _undo_and_redo(store: MemoryStore) -> None:
    _undo(store)
    for _ in range(4):
        store.redo()


def _add(store: MemoryStore) -> None:
    store.apply(Add("Critical Decisions", ("Gulls are not fed",)))
    store.apply(Add("Patterns That Failed", ("Paint does not hold in the rain",)))


@pytest.mark.fault("a dashboard that looks while a command writes")
@pytest.mark.parametrize("remembers", [True, False], ids=["a command", "another writer"])
@pytest.mark.parametrize("act", [_add, _retire, _reword, _undo, _undo_and_redo])
def test_who_looks_while_memdeck_writes_does_not_take_it_for_another_writer(
    workspace: Workspace, act: Callable[[MemoryStore], None], remembers: bool
) -> None:
    assert looked_at_each_step(workspace, act, remembers=remembers) == {}


@pytest.mark.fault("an old copy that is written in the last step of a write")
@pytest.mark.parametrize("step", ["released", "finished"])
@pytest.mark.parametrize("looked", [True, False], ids=["and looked at", "unseen"])
def test_what_an_old_copy_drops_at_the_very_end_of_a_write_is_told_once(
    workspace: Workspace, reader: Reader, seen: Seen, step: str, looked: bool
) -> None:
    clock = Clock()
    journal = Journal(workspace.state_folder)
    reader = Reader(workspace, clock)
    old = workspace.memory_path.read_bytes()
    stale = old
    for number in range(4):
        stale = noted(stale, b"Ferry %d has a time of its own" % number, LESSONS)
    read(reader)
    rewritten: list[str] = []

    def overwrite(at: str) -> None:
        if at == step and not rewritten:
            rewritten.append(at)
            workspace.memory_path.write_bytes(stale)
            if looked:
                read(reader)

    store = MemoryStore(
        *(workspace.root, workspace.memory_path, journal, "operator", clock),
        at_step=overwrite,
        written=partial(remember_written, workspace, journal, clock),
    )
    store.apply(Add("Critical Decisions", ("Labels are stored for two years",)))
    if step == "finished":
        assert workspace.memory_path.read_bytes() == stale
        alarm = only_alarm(read(reader))
        assert [each.data for each in alarm.lost] == [b"- Labels are stored for two years\n"]
        seen.dismiss(alarm.id)
    else:
        # Done again on what the other one wrote.
        assert b"Labels are stored" in workspace.memory_path.read_bytes()
        assert b"Ferry 3 has" in workspace.memory_path.read_bytes()
    assert read(reader).alarms == ()
    assert len(seen.alarms()) == (step == "finished")


# --- Real processes ------------------------------------------------------------

_STALE_AGENT = """\
import pathlib, sys
path = pathlib.Path(sys.argv[1])
copy = path.read_bytes()
print("read", flush=True)
sys.stdin.readline()
path.write_bytes(copy + b"\\n- The stale agent was here with its own finding\\n")
"""


@pytest.mark.fault("an agent with a stale copy beside memdeck's commands")
def test_an_agent_with_a_stale_copy_beside_memdecks_commands(
    workspace: Workspace, seen: Seen
) -> None:
    def memdeck(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "memdeck", "-C", str(workspace.root), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert memdeck("status", "--json").returncode == 0
    with subprocess.Popen(
        [sys.executable, "-c", _STALE_AGENT, str(workspace.memory_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as agent:
        assert agent.stdout is not None
        assert agent.stdin is not None
        assert agent.stdout.readline() == b"read\n"
        added = "Every locker has a number of four digits"
        assert memdeck("add", added, "--to", "Critical Decisions").returncode == 0
        agent.stdin.write(b"\n")
    assert added.encode() not in workspace.memory_path.read_bytes()

    assert memdeck("status", "--json").returncode == 0

    (alarm,) = seen.alarms(AlarmState.OPEN)
    assert added.encode() in alarm.lost[0].data
    store_of(workspace).apply(restore_operation(seen, alarm))
    data = workspace.memory_path.read_bytes()
    assert added.encode() in data
    assert b"The stale agent was here" in data
