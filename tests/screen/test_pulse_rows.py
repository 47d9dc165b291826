"""Agents, inbox and feed as rows: pure values in, rows out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from memdeck.model import (
    Activity,
    ActivityKind,
    AgentException,
    AgentPulse,
    AgentState,
    Beat,
    CacheCounts,
    ExceptionKind,
    ExceptionState,
    PulseReport,
    Slot,
)
from widgets.glyphs import ASCII, UNICODE
from widgets.pulse_rows import (
    STRETCHES,
    described_pulse,
    due_words,
    feed_rows,
    is_pressing,
    pulse_rows,
    span,
    strip,
    tally,
)

NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)


def agent(name: str, state: AgentState = AgentState.OK, **more: object) -> AgentPulse:
    beat = Beat(NOW - timedelta(minutes=34), name)
    due = NOW + timedelta(minutes=21)
    return AgentPulse(name, state, "", beat, 3300, due, **more)  # type: ignore[arg-type]


def test_a_day_is_drawn_a_cell_a_stretch_and_the_worst_of_several_in_one() -> None:
    assert strip([Slot.OK, Slot.MISSED, Slot.ALERT, Slot.DUE, Slot.NONE], UNICODE) == "▁·█_ "
    assert strip([Slot.OK, Slot.MISSED, Slot.ALERT, Slot.SKIPPED], ASCII) == "=.!-"
    many = [Slot.OK] * 288
    many[100] = Slot.ALERT
    drawn = strip(many, UNICODE)
    assert (len(drawn), drawn.count("█")) == (STRETCHES, 1)
    assert strip([], UNICODE) == ""


@given(st.lists(st.sampled_from(list(Slot)), min_size=1, max_size=400))
def test_no_alert_is_lost_in_a_day_that_is_drawn_smaller(day: list[Slot]) -> None:
    drawn = strip(day, UNICODE)
    assert len(drawn) == min(len(day), STRETCHES)
    assert ("█" in drawn) == (Slot.ALERT in day)


def test_the_most_pressing_state_is_told_first() -> None:
    report = PulseReport((agent("a"), agent("b", AgentState.SILENT), agent("c"), agent("d")))
    assert tally(report) == "1 silent · 3 ok"
    assert is_pressing(report)
    assert not is_pressing(PulseReport((agent("a"), agent("b", AgentState.SKIPPED))))
    assert tally(PulseReport()) == ""


def test_when_the_next_beat_is_due_in_words() -> None:
    assert due_words(agent("a"), NOW) == "21 min"
    assert due_words(agent("a"), NOW + timedelta(minutes=38)) == "17 min over"
    assert span(timedelta(hours=5, minutes=59)) == "5 h"
    assert span(timedelta(days=-3)) == "3 d"


def test_an_agent_has_its_day_and_what_it_last_said_and_wrote() -> None:
    wrote = Activity(NOW - timedelta(minutes=3), ActivityKind.LOG, "Done", "atlas")
    older = Activity(NOW - timedelta(hours=3), ActivityKind.LOG, "Begun", "atlas")
    atlas = agent("atlas", day=(Slot.OK,) * 3, branch="main", cache=CacheCounts(4, 1, 0))
    mason = agent("mason-the-second-of-his-name", AgentState.UNKNOWN)
    rows = pulse_rows(PulseReport((atlas, mason)), (wrote, older), NOW, UTC, UNICODE)
    heading, first, said, second = rows
    assert (heading.text.split()[0], heading.stop) == ("Agents", True)
    assert first.text.split() == ["atlas", "ok", "▁▁▁"]
    assert [each.strip() for each in first.right] == ["34 min", "21 min"]
    assert (said.text, said.passive) == ("main · wrote log 3 min · cache 4/5 hit", True)
    assert second.text.startswith("mason-the-secon…  unknown")


def test_the_inbox_stands_first_and_what_is_put_aside_is_dim() -> None:
    since = NOW - timedelta(minutes=22)
    full = AgentException("a" * 12, "mason", ExceptionKind.ALERT, since, "queue full")
    later = AgentException(
        "b" * 12,
        *("atlas", ExceptionKind.UNCHANGED, since, "nothing written"),
        state=ExceptionState.SNOOZED,
        until=NOW + timedelta(days=1),
    )
    report = PulseReport((), (full, later), ("a file cannot be read",))
    rows = pulse_rows(report, (), NOW, UTC, UNICODE)
    assert [row.text for row in rows] == [
        "Inbox  1 open, 1 put aside",
        "mason: queue full",
        "atlas: nothing written",
        "a file cannot be read",
    ]
    assert rows[1].right == ("22 min",)
    assert rows[2].right == ("until Sat 7 Feb 14:32",)


def test_the_feed_tells_who_where_and_when_and_keeps_twins_apart() -> None:
    done = Activity(NOW, ActivityKind.COMMIT, "Ship it", None, 55, "4f1c")
    other = Activity(NOW - timedelta(days=2), ActivityKind.RECORD, "14 turns", "scout", source="X")
    rows = feed_rows((done, done, other), NOW, UTC, UNICODE)
    assert len({row.key for row in rows}) == 3
    assert [each.strip() for each in rows[0].right] == ["commit", "+55", "14:32"]
    assert rows[2].text == "scout  14 turns"
    assert [each.strip() for each in rows[2].right] == ["X", "", "4 Feb"]


def test_what_is_selected_is_told_in_full() -> None:
    said = described_pulse(agent("atlas", came=20, expected=21, unchanged=7), NOW, UTC, UNICODE)
    assert said is not None
    assert "20 of 21 beats today" in said.source
    assert "7 in a row with nothing written" in said.source
    assert described_pulse("a heading", NOW, UTC, UNICODE) is None
