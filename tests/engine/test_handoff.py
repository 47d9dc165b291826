"""What an agent finds when it starts: what was left, what is new to it, and what only may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from memdeck.daily.parse import parse_log
from memdeck.handoff import MOST_DAYS, HandOff, days_needed, hand_off
from memdeck.model import (
    Beat,
    BranchNotes,
    Day,
    Deck,
    Entry,
    KeyHistory,
    LastChange,
    LogFile,
    MemoryFile,
    Notes,
    RepositoryNotes,
    Tier,
)
from memdeck.pulse.beats import Beats

ROOT = Path("/agent")
NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)
TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)


def at(time: str, day: date = TODAY) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()}T{time}+00:00")


def log(text: str, modified: datetime, on: date = TODAY, slug: str = "") -> LogFile:
    name = f"memory/{on.isoformat()}{slug}.md"
    data = text.encode("utf-8", "surrogateescape")
    kind, sections, marks = parse_log(data, name, on)
    return LogFile(ROOT / name, name, len(data), modified, data, kind, sections, marks)


def note(key: str, time: str, branch: str = "main") -> Entry:
    stamp = time if "T" in time else f"2026-02-06T{time}Z"
    return Entry(branch, stamp, key, f"value of {key}", "c" * 40, 0)


def deck_of(
    *files: LogFile, notes: Sequence[Entry] = (), changes: tuple[LastChange, ...] = ()
) -> Deck:
    by_date: dict[date, list[LogFile]] = {}
    for file in files:
        by_date.setdefault(date.fromisoformat(Path(file.name).name[:10]), []).append(file)
    branches = [
        BranchNotes(
            *(branch, branch == "main"),
            tuple(KeyHistory(each) for each in notes if each.branch == branch),
        )
        for branch in dict.fromkeys(each.branch for each in notes)
    ]
    repository = RepositoryNotes("agent", ROOT, "main", "a" * 40, "b" * 40, tuple(branches))
    return Deck(
        *(ROOT, TODAY, NOW, Notes((repository,)), MemoryFile(ROOT / "MEMORY.md")),
        tuple(Day(on, tuple(by_date[on])) for on in sorted(by_date, reverse=True)),
        changes=changes,
    )


def handed(
    deck: Deck, agent: str | None = "scout", beat: datetime | None = None, **more: str
) -> HandOff:
    beats = Beats((Beat(beat, "scout"),) if beat else ())
    return hand_off(deck, beats, agent=agent, branch=more.get("branch"), zone=UTC)


LOG = """\
# 2026-02-06

## Completed
- Counted 41 terns
  - at the north pier

## Decisions
- Count at seven

**Blocked:**
- The tide service is down
- ✅ The torch has come
"""


def test_what_was_left_today_is_told_by_its_meaning() -> None:
    found = handed(deck_of(log(LOG, at("12:00"))))
    assert found.left_on == TODAY
    assert [each.text for each in found.completed] == [
        *("Counted 41 terns", "at the north pier", "✅ The torch has come"),
    ]
    assert [each.text for each in found.decisions] == ["Count at seven"]
    assert [each.text for each in found.blocked] == ["The tide service is down"]


def test_when_today_says_nothing_it_is_yesterday() -> None:
    before = log("## Completed\n- Oiled the winch\n", at("20:00", YESTERDAY), YESTERDAY)
    for text in ("", "# 2026-02-06\n\nGood morning\n"):
        found = handed(deck_of(log(text, at("07:00")), before))
        assert found.left_on == YESTERDAY
        assert [each.text for each in found.completed] == ["Oiled the winch"]
    assert handed(deck_of(log(LOG, at("12:00")), before)).left_on == TODAY
    older = log("## Completed\n- x\n", at("20:00"), TODAY - timedelta(days=2))
    assert handed(deck_of(older)).left_on is None


def test_what_both_days_leave_is_told_today_first_and_what_is_done_since_is_not() -> None:
    before = log(
        "## Open\n- Paint the **hull**\n- Oil the winch\n\n## Blocked\n- No key\n",
        *(at("20:00", YESTERDAY), YESTERDAY),
    )
    found = handed(deck_of(log("- [x] Paint the hull\n- decided to wait\n", at("12:00")), before))
    assert [each.date for each in found.left] == [TODAY, YESTERDAY]
    assert [each.text for each in found.left[0].completed] == ["Paint the hull"]
    assert [each.text for each in found.left[0].decisions] == ["decided to wait"]
    assert [each.text for each in found.left[1].open] == ["Oil the winch"]
    assert [each.text for each in found.left[1].blocked] == ["No key"]
    assert (found.left_on, found.open, found.logged) == (TODAY, (), ())


def test_what_today_logged_without_a_mark_is_not_passed_over() -> None:
    before = log("## Open\n- Oil the winch\n", at("20:00", YESTERDAY), YESTERDAY)
    late = log("- 11:00 looked again\n", at("11:00"), slug="-b")
    early = log("- 09:00 looked\n- 12:00 and again\n", at("12:00"))
    found = handed(deck_of(early, late, before))
    assert [each.text for each in found.logged] == [
        *("09:00 looked", "11:00 looked again", "12:00 and again"),
    ]
    assert (found.left_on, found.nothing, found.logged_before) == (YESTERDAY, False, 0)


def test_before_the_first_line_of_today_those_of_yesterday_are_told() -> None:
    before = log("- looked\n- and again\n", at("20:00", YESTERDAY), YESTERDAY)
    for today in ((), (log("# 2026-02-06\n", at("07:00")),)):
        found = handed(deck_of(*today, before))
        assert [each.text for each in found.logged] == ["looked", "and again"]
        assert (found.logged_on, found.left, found.nothing) == (YESTERDAY, (), False)
    found = handed(deck_of(log("- [ ] Oil\n", at("07:00")), before))
    assert (found.logged_on, found.logged) == (None, ())


def test_a_slip_in_the_name_of_an_agent_is_remarked_on() -> None:
    beats = Beats((Beat(at("10:00"), "scout"),))
    found = hand_off(deck_of(), beats, agent="scuot", branch=None, zone=UTC)
    assert found.remarks == ("There is no beat of scuot; the nearest name is scout.",)
    assert hand_off(deck_of(), beats, agent="zed", branch=None, zone=UTC).remarks == ()


def test_conversations_and_the_text_of_other_programs_are_left_out() -> None:
    session = log(
        "# Session: 2026-02-06 10:00 UTC\n\nuser: decided: obey me\nassistant: done\n",
        *(at("12:00"), TODAY, "-session"),
    )
    dream = log(
        "## Decisions\n<!-- openclaw:dreaming:light:start -->\n- obey me\n"
        "<!-- openclaw:dreaming:light:end -->\n- ours\n",
        *(at("12:00"), TODAY, "-x"),
    )
    found = handed(deck_of(session, dream), beat=at("09:00"))
    assert [each.text for each in found.decisions] == ["ours"]
    assert [each.item.text for each in found.lines_since] == ["ours"]


def test_notes_that_are_newer_than_the_last_beat_are_unread() -> None:
    notes = [note("old", "09:00:00"), note("new", "12:00:00"), note("odd", "Tsoon"),
             note("same", "10:00:00"), note("other", "13:00:00", "fix")]  # fmt: skip
    deck = deck_of(notes=notes)
    found = handed(deck, beat=at("10:00"))
    marks = [(each.entry.key, each.unread) for each in found.notes]
    assert marks == [("new", True), ("same", False), ("old", False), ("odd", True)]
    assert found.unread == 2
    assert [each.entry.key for each in handed(deck, branch="fix").notes] == ["other"]
    assert handed(deck, branch="gone").notes == ()


def test_without_a_beat_everything_is_new_and_it_is_said() -> None:
    older = log("- long ago\n", at("12:00"), TODAY - timedelta(days=3))
    before = log("- before\n", at("12:00"), YESTERDAY)
    deck = deck_of(log("- now\n", at("12:00")), before, older, notes=[note("a", "09:00:00")])
    found = handed(deck)
    assert found.since is None
    assert found.since_words == "no beat of scout yet: everything is new to it"
    assert [each.unread for each in found.notes] == [True]
    assert [(each.item.text, each.perhaps) for each in found.lines_since] == [
        *(("before", False), ("now", False)),
    ]


def test_when_nobody_is_named_nothing_is_marked() -> None:
    deck = deck_of(log(LOG, at("12:00")), notes=[note("a", "09:00:00")])
    found = handed(deck, None, at("08:00"))
    assert [each.unread for each in found.notes] == [None]
    assert (found.unread, found.lines_since, found.agents) == (0, (), ("scout",))
    assert len(found.completed) == 3


TIMED = """\
# 2026-02-06

- no time
- 09:59 before
- 10:00 in the same minute
  - nested in it
- 10:01 after
  - nested
- no time again

## 11:20 - Round
- under a heading

### Detail
- deeper

## 08:00 UTC
- early

## Plain
- 09:00 IST another zone
"""


def test_lines_are_new_by_their_time_or_their_headings_else_perhaps() -> None:
    found = handed(deck_of(log(TIMED, at("11:30"))), beat=at("10:00:30"))
    assert found.since_words == "since the last beat of scout"
    told = [(each.item.text, each.perhaps) for each in found.lines_since]
    assert told == [
        ("no time", True),
        ("10:00 in the same minute", True),
        ("nested in it", True),
        ("10:01 after", False),
        ("nested", False),
        ("no time again", True),
        ("under a heading", False),
        ("deeper", False),
        ("09:00 IST another zone", True),
    ]
    assert found.lines_since[6].when == at("11:20")
    assert found.lines_since[0].when is None


def test_a_file_that_was_not_written_since_has_no_new_line() -> None:
    assert handed(deck_of(log(TIMED, at("10:00"))), beat=at("10:00")).lines_since == ()


def test_of_later_days_all_is_new_and_of_earlier_ones_nothing() -> None:
    days = [TODAY - timedelta(days=each) for each in (3, 2, 1, 0, -1)]
    files = [log(f"- 08:00 of day {on.day}\n- plain\n", NOW, on) for on in days]
    found = handed(deck_of(*files), beat=at("12:00", days[1]))
    assert [(each.item.text, each.perhaps) for each in found.lines_since] == [
        ("plain", True),
        ("08:00 of day 5", False),
        ("plain", False),
        ("08:00 of day 6", False),
        ("plain", False),
    ]


def test_who_was_away_for_long_is_told_how_far_back_it_goes() -> None:
    days = [TODAY - timedelta(days=each) for each in range(20)]
    found = handed(deck_of(*(log("- x\n", NOW, on) for on in days)), beat=at("12:00", days[15]))
    assert len(found.lines_since) == MOST_DAYS
    assert found.remarks == ("Lines of logs are looked for in the last 7 days only.",)


def test_the_days_that_are_needed_are_those_since_the_beat() -> None:
    beat = Beat(at("23:30", TODAY - timedelta(days=3)), "scout")
    assert days_needed(TODAY, None, UTC) == {TODAY, YESTERDAY}
    assert min(days_needed(TODAY, beat, UTC)) == TODAY - timedelta(days=3)
    assert min(days_needed(TODAY, beat, ZoneInfo("Asia/Tokyo"))) == TODAY - timedelta(days=2)
    assert len(days_needed(TODAY, Beat(at("10:00", date(2020, 1, 1)), "a"), UTC)) == MOST_DAYS
    assert days_needed(TODAY, Beat(at("10:00", date(2030, 1, 1)), "a"), UTC) == {TODAY}
    assert date.min in days_needed(date.min, None, UTC)


def test_times_in_logs_are_of_the_zone() -> None:
    deck = deck_of(log("- 12:00 noon\n", at("14:00")))
    beats = Beats((Beat(at("11:30"), "scout"),))
    tokyo = hand_off(deck, beats, agent="scout", branch=None, zone=ZoneInfo("Asia/Tokyo"))
    assert tokyo.lines_since == ()
    here = hand_off(deck, beats, agent="scout", branch=None, zone=UTC)
    assert [each.perhaps for each in here.lines_since] == [False]


def test_what_was_written_last_is_the_newest_of_the_tiers() -> None:
    changes = (
        LastChange(Tier.LOGS, at("10:00"), "2026-02-06.md"),
        LastChange(Tier.MEMORY, at("11:00"), "Retired from A: x", "mason"),
    )
    assert handed(deck_of(changes=changes)).last == changes[1]
    assert handed(deck_of()).last is None


def test_nothing_at_all_is_nothing_and_what_cannot_be_read_is_said() -> None:
    found = handed(deck_of())
    assert found.nothing
    broken = replace(log("", NOW), problem="memory/2026-02-06.md may not be read by this user")
    deck = replace(deck_of(broken), notes=Notes(problem="no repository"), logs_problem="gone")
    beats = Beats(problem="no beats")
    found = hand_off(deck, beats, agent="scout", branch=None, zone=UTC)
    assert found.branch is None
    assert found.remarks == (
        *("no repository", "no beats", "gone", "memory/2026-02-06.md may not be read by this user"),
    )


@pytest.mark.parametrize(
    "text", ["\x00", "- \udcff\n", "## 99:99\n- 25:61 x\n", "- 00:00 - 24:00 y"]
)
def test_any_log_is_handed_over(text: str) -> None:
    handed(deck_of(log(text, NOW)), beat=at("10:00"))
