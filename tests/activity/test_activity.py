"""What was done of late, from what has been read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.curated.records import Record, State
from memdeck.curated.sections import parse_memory
from memdeck.curated.splice import Splice
from memdeck.daily.parse import parse_log
from memdeck.model import (
    Activity,
    ActivityKind,
    AgentException,
    BranchNotes,
    Dialect,
    DialectEntry,
    DialectNotes,
    Entry,
    ExceptionKind,
    KeyHistory,
    LogFile,
    MemoryFile,
    RepositoryNotes,
)
from memdeck.pulse.activity import (
    MOST,
    SHARE,
    Commit,
    agent_at_start,
    agent_in_name,
    agents_in,
    commit_activities,
    exception_activities,
    feed,
    log_activities,
    memory_as_found,
    memory_changes,
    note_activities,
    operation_activities,
    parse_alert,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 2, 6, 12, 0, tzinfo=UTC)
NAME = "memory/2026-02-06.md"


def log(text: str, name: str = NAME, modified: datetime = NOON + timedelta(hours=6)) -> LogFile:
    data = text.encode()
    kind, sections, _ = parse_log(data, name, date(2026, 2, 6))
    return LogFile(Path(name), name, len(data), modified, data, kind, sections)


def told(file: LogFile, zone: tzinfo = UTC) -> list[tuple[str, str, bool]]:
    return [(f"{each.when:%H:%M}", each.words, each.about) for each in log_activities(file, zone)]


# --- Logs ----------------------------------------------------------------------


def test_lines_with_a_time_are_told_by_it_and_without_it() -> None:
    done = "## Done\n- 10:30 Second\n  - Nested\n- 11:00 — Third\n"
    file = log(f"# Day\n\n## 09:00 Start\n- First\n\n{done}")
    assert told(file) == [
        ("09:00", "First", False),
        ("10:30", "Second", False),
        ("10:30", "Nested", False),
        ("11:00", "Third", False),
    ]
    assert log_activities(file, UTC)[0].place == f"{NAME}:4"


def test_a_time_is_of_the_zone_of_the_workspace_unless_it_says_utc() -> None:
    file = log("- 09:00 here\n- 09:00 UTC there\n")
    assert [each[0] for each in told(file, BERLIN)] == ["08:00", "09:00"]


def test_a_line_without_a_time_was_there_before_the_next_that_has_one() -> None:
    assert told(log("- a\n- 09:00 b\n- c\n- 10:00 d\n- e\n")) == [
        ("09:00", "a", True),
        ("09:00", "b", False),
        ("10:00", "c", True),
        ("10:00", "d", False),
        ("18:00", "e", True),
    ]


def test_the_newest_line_may_stand_first() -> None:
    assert told(log("- a\n- 10:00 b\n- c\n- 09:00 d\n- e\n")) == [
        ("18:00", "a", True),
        ("10:00", "b", False),
        ("10:00", "c", True),
        ("09:00", "d", False),
        ("09:00", "e", True),
    ]


def test_without_any_time_the_file_says_when_but_no_later_than_its_day() -> None:
    assert told(log("- a\n- b\n")) == [("18:00", "a", True), ("18:00", "b", True)]
    copied = log("- a\n", modified=NOON + timedelta(days=300))
    (line,) = log_activities(copied, BERLIN)
    assert line.when == datetime(2026, 2, 6, 22, 59, tzinfo=UTC)


def test_a_time_after_the_last_change_is_of_what_is_planned() -> None:
    assert told(log("- 09:00 done\n- 21:00 call them\n")) == [
        ("09:00", "done", False),
        ("18:00", "call them", True),
    ]


def test_a_line_that_came_while_someone_looked_is_told_by_that() -> None:
    file = log("- old\n- new\n")
    seen = {file.items[1].digest: NOON}
    old, new = log_activities(file, UTC, seen=seen)
    assert (new.when, new.about) == (NOON, False)
    assert old.about


def test_what_no_agent_noted_is_left_out() -> None:
    raw = "# Session: 2026-02-06 09:00:00 UTC\n\nuser: hello\nassistant: hi\n"
    assert log_activities(log(raw), UTC) == ()
    assert log_activities(log("- a\n", name="memory/notes.md"), UTC) == ()


def test_a_line_costs_what_the_bootstrap_says() -> None:
    def tokens(name: str, start: int, end: int) -> int:
        assert name == NAME
        return end - start

    (line,) = log_activities(log("- four\n"), UTC, tokens=tokens)
    assert line.tokens == 7


@pytest.mark.parametrize(
    ("name", "agent"),
    [
        ("memory/2026-02-06-atlas.md", "atlas"),
        ("memory/2026-02-06-Atlas-1105.md", "atlas"),
        ("memory/2026-02-06_scout_notes.md", "scout"),
        ("memory/2026-02-06-scout-two.md", "scout-two"),
        ("memory/2026-02-06-atlassian.md", None),
        ("memory/2026-02-06-1105.md", None),
        ("memory/2026-02-06.md", None),
    ],
)
def test_a_log_may_be_named_for_an_agent(name: str, agent: str | None) -> None:
    assert agent_in_name(name, {"atlas", "scout", "scout-two"}) == agent


@pytest.mark.parametrize(
    ("words", "agent"),
    [
        ("atlas: done", "atlas"),
        ("[Atlas] done", "atlas"),
        ("@atlas: done", "atlas"),
        ("atlas - done", "atlas"),
        ("Fixed: atlas", None),
        ("atlas did it", None),
        ("", None),
    ],
)
def test_a_line_may_begin_with_an_agent(words: str, agent: str | None) -> None:
    assert agent_at_start(words, {"atlas", "scout"}) == agent
    assert agent_at_start(words, ()) is None


@given(st.text(alphabet="-# 0129:aZ\n|*", max_size=120), st.sampled_from([UTC, BERLIN]))
def test_any_log_is_told_in_its_order(text: str, zone: tzinfo) -> None:
    file = log(text)
    found = log_activities(file, zone)
    assert len(found) == len([each for each in file.items if each.candidate])
    assert all(each.when <= file.modified + timedelta(minutes=1) for each in found)


# --- Notes ---------------------------------------------------------------------


def entry(number: int, timestamp: str | None = None, **extra: str) -> Entry:
    moment = NOON + timedelta(minutes=number)
    return Entry(
        "main", timestamp or f"{moment:%Y-%m-%dT%H:%M:%SZ}", "task", {"n": number}, "c", number,
        extra=dict(extra),
    )  # fmt: skip


def repository(*entries: Entry, dialects: tuple[DialectNotes, ...] = ()) -> RepositoryNotes:
    keys = (KeyHistory(entries[-1], entries[:-1]),) if entries else ()
    branches = (BranchNotes("main", True, keys),)
    return RepositoryNotes("r", Path(), "main", None, None, branches, dialects=dialects)


def test_an_entry_is_told_with_branch_key_and_agent() -> None:
    assert note_activities(repository(entry(0, agent="atlas"))) == (
        Activity(NOON, ActivityKind.NOTES, 'task: {"n": 0}', "atlas", place="main task"),
    )
    assert agents_in(repository(entry(0, agent="atlas"), entry(1))) == {"atlas"}


def test_of_many_entries_the_newest_are_told_however_their_times_are_written() -> None:
    many = [entry(each) for each in range(2 * MOST)]
    odd = entry(5, "2026-02-06T14:00:00+02:00")
    found = note_activities(repository(entry(1, "some day"), odd, *many))
    assert len(found) == MOST + 1
    assert found[0].when == NOON
    assert min(each.when for each in found[1:]) == NOON + timedelta(minutes=MOST)


def test_entries_of_other_layouts_are_told_too() -> None:
    entries = (DialectEntry("plan", "go", NOON, "c", 0), DialectEntry("old", "", None, "c", 1))
    own = DialectNotes(Dialect.AGENT, "agents/scout", "refs/notes/agents/scout", "t", entries)
    place = repository(dialects=(own,))
    assert note_activities(place) == (
        Activity(NOON, ActivityKind.NOTES, "plan: go", "scout", place="agents/scout plan"),
    )
    assert agents_in(place) == {"scout"}


# --- MEMORY.md -----------------------------------------------------------------


def memory(text: str, modified: datetime = NOON) -> MemoryFile:
    data = text.encode()
    return MemoryFile(Path("MEMORY.md"), data, True, parse_memory(data), modified)


def record(state: State = State.DONE, after: str = "x") -> Record:
    return Record(
        "a1", NOON, "atlas", "add", "Added to Lessons", Path("/w/MEMORY.md"), "", after,
        (Splice(4, b"", b"- b\n"),), state=state,
    )  # fmt: skip


def test_an_operation_is_told_with_its_line_while_it_is_the_last() -> None:
    told = Activity(NOON, ActivityKind.MEMORY, "Added to Lessons: b", "atlas", place="MEMORY.md:2")
    assert operation_activities([record()], memory=memory("- a\n- b\n"), digest="x") == (told,)
    (before,) = operation_activities([record()], memory=memory("- a\n"), digest="y")
    assert before.place == "MEMORY.md"
    assert operation_activities([record(State.FAILED), record(State.BEGUN)]) == ()


def test_what_another_program_did_to_the_memory_is_told_item_by_item() -> None:
    before = memory("## A\n- one\n- two\n- two\n")
    after = memory("## A\n- two\n- three\n", NOON + timedelta(hours=1))
    changes = memory_changes(before, after, lambda *_: 4)
    assert [(each.words, each.place, each.tokens) for each in changes] == [
        ("added three", "MEMORY.md:3", 4),
        ("removed one", "MEMORY.md", None),
        ("removed two", "MEMORY.md", None),
    ]
    assert {each.when for each in changes} == {after.modified}
    (renamed,) = memory_changes(before, memory("## B\n- one\n- two\n- two\n"))
    assert renamed.words == "changed"
    assert memory_changes(MemoryFile(Path("MEMORY.md")), after) == ()


def test_a_memory_that_nobody_is_known_to_have_written_was_changed_at_the_latest_then() -> None:
    (found,) = memory_as_found(memory("- a\n"), [record()], "other")
    assert (found.when, found.about, found.agent) == (NOON, True, None)
    assert memory_as_found(memory("- a\n"), [record()], "x") == ()
    assert memory_as_found(memory(""), [], "") == ()


# --- Commits and beats -----------------------------------------------------------


def test_a_commit_is_told_by_its_author() -> None:
    commits = [Commit("ab" * 20, NOON, "Atlas", "Fix"), Commit("cd" * 20, NOON, "Ada", "")]
    one, two = commit_activities(commits, ["atlas"])
    assert (one.agent, one.words, one.place) == ("atlas", "Fix", "ababababab")
    assert two.agent == "Ada"


def test_an_alert_is_an_activity_and_an_ok_is_none() -> None:
    fields = {"ts": NOON.isoformat(), "agent": "atlas", "status": "alert", "note": "queue full"}
    assert parse_alert(json.dumps(fields).encode()) == Activity(
        NOON, ActivityKind.BEAT, "alert: queue full", "atlas"
    )
    assert parse_alert(json.dumps({**fields, "status": "ok"}).encode()) is None
    assert parse_alert(b"alert") is None


def test_silence_is_told_and_alerts_are_told_by_their_beats() -> None:
    inbox = [
        AgentException("a", "scout", ExceptionKind.SILENT, NOON, "silent for 2 h"),
        AgentException("b", "atlas", ExceptionKind.ALERT, NOON, "queue full"),
    ]
    (found,) = exception_activities(inbox)
    assert (found.agent, found.words) == ("scout", "silent for 2 h")


# --- All of them -----------------------------------------------------------------


def some(kind: ActivityKind, count: int, begin: int = 0) -> list[Activity]:
    return [
        Activity(NOON + timedelta(seconds=begin + each), kind, str(each)) for each in range(count)
    ]


def test_the_newest_is_first_and_of_two_at_once_the_later_line() -> None:
    lines = [Activity(NOON, ActivityKind.LOG, each) for each in "ab"]
    notes = [Activity(NOON + timedelta(1), ActivityKind.NOTES, "n")]
    assert [each.words for each in feed([lines, notes])] == ["n", "b", "a"]
    assert feed([]) == ()


def test_a_busy_kind_does_not_hide_the_others() -> None:
    busy = some(ActivityKind.RECORD, 3 * MOST, begin=100_000)
    rare = some(ActivityKind.NOTES, 2 * SHARE)
    found = feed([rare, busy])
    assert len(found) == MOST
    assert found == tuple(sorted(found, key=lambda each: each.when, reverse=True))
    notes = [each for each in found if each.kind is ActivityKind.NOTES]
    assert notes == rare[: -SHARE - 1 : -1]
