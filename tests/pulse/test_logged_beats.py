"""Heartbeats that agents note in their daily logs, and lines that only speak of them."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.daily.days import read_days
from memdeck.model import Beat, BeatStatus, Day
from memdeck.pulse.logged_beats import beats_of, told_beat

ON = date(2026, 2, 6)
LATE = datetime(2026, 2, 6, 20, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def day(root: Path, text: str, *, name: str = "2026-02-06.md", written: datetime = LATE) -> Day:
    path = root / "memory" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (written.timestamp(), written.timestamp()))
    return next(each for each in read_days(root, today=ON) if each.date == ON)


def beats(root: Path, text: str, written: datetime = LATE) -> list[Beat]:
    (file,) = day(root, text, written=written).files
    return list(beats_of(file, ON, UTC))


def clocks(root: Path, text: str) -> list[str]:
    return [f"{each.moment:%H:%M}" for each in beats(root, text)]


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("14:02 UTC — Heartbeat", "14:02"),
        ("14:02 heartbeat", "14:02"),
        ("14:02 - Heartbeat check: inbox is empty", "14:02"),
        ("14:02 UTC — Heartbeat #20", "14:02"),
        ("💓 14:02 Heartbeat", "14:02"),
        ("2026-02-06 14:02 UTC — Heartbeat Routine Maintenance", "14:02"),
        ("2026-02-06T14:02 UTC — Heartbeat #20", "14:02"),
        ("~14:02 Heart beat, nothing new", "14:02"),
        ("2:02 PM HEARTBEAT_OK", "14:02"),
        ("14:02: HEARTBEAT_OK", "14:02"),
        ("Heartbeat 14:02", "14:02"),
        ("Heartbeat (14:02 UTC): all quiet", "14:02"),
        ("Heartbeat check at 14:02 — fine", "14:02"),
        ("💓 Heartbeat #4 @ 14:02", "14:02"),
        ("13:50 - 14:02 Heartbeat", "14:02"),
        ("14:02 Checked mail and calendar, HEARTBEAT_OK", "14:02"),
    ],
)
def test_a_timed_line_that_is_a_heartbeat_is_a_beat(tmp_path: Path, line: str, time: str) -> None:
    assert clocks(tmp_path, f"# 2026-02-06\n\n- {line}\n") == [time]
    assert clocks(tmp_path, f"# 2026-02-06\n\n## {line}\n\n- Watered the plants\n") == [time]


@pytest.mark.parametrize(
    "line",
    [
        "14:02 Moved heartbeat interval to 55 min",
        "14:02 Heartbeat interval is 55 min now",
        "14:02 HEARTBEAT.md has a new task",
        "14:02 heartbeat_interval = 55",
        "14:02 Heartbeats are noisy",
        "14:02 Heartbeat script fails on Sundays",
        "14:02 Heartbeat every 55 minutes from now on",
        "14:02 Heartbeat was moved to the evening",
        "14:02 Reply HEARTBEAT_OK when nothing needs attention",
        "14:02 Should return HEARTBEAT_OK unless urgent",
        "14:02 The patient's heartbeat is fine",
        "Heartbeat: nothing new",
        "25:99 Heartbeat",
        "14:02 IST Heartbeat",
        "14:02 Watered the plants",
    ],
)
def test_a_line_that_speaks_of_heartbeats_is_none(tmp_path: Path, line: str) -> None:
    assert clocks(tmp_path, f"# 2026-02-06\n\n- {line}\n") == []
    assert clocks(tmp_path, f"# 2026-02-06\n\n## {line}\n\n- Watered the plants\n") == []


def test_timed_lines_under_a_heading_of_heartbeats_are_beats(tmp_path: Path) -> None:
    text = (
        "# 2026-02-06\n\n## 💓 Heartbeats\n- 09:00 inbox empty\n- 09:55 ok\n  - 09:56 a detail\n"
        "- no time here\n\n## Work\n- 10:20 Watered the plants\n"
    )
    assert clocks(tmp_path, text) == ["09:00", "09:55"]


def test_what_is_under_a_timed_heading_has_its_time(tmp_path: Path) -> None:
    text = "# 2026-02-06\n\n## 18:06 UTC — Routine\n\n- Cleaned up\n- **Status**: HEARTBEAT_OK\n"
    assert clocks(tmp_path, text) == ["18:06"]


@pytest.mark.parametrize(
    ("line", "status", "note"),
    [
        ("14:02 Heartbeat: inbox is empty", BeatStatus.OK, "inbox is empty"),
        ("14:02 HEARTBEAT_OK", BeatStatus.OK, None),
        ("14:02 Heartbeat", BeatStatus.OK, None),
        ("14:02 Heartbeat #20: quiet", BeatStatus.OK, "quiet"),
        ("14:02 Heartbeat: no alerts", BeatStatus.OK, "no alerts"),
        ("14:02 Heartbeat ALERT: queue full", BeatStatus.ALERT, "queue full"),
        ("14:02 Heartbeat — 🚨 queue full", BeatStatus.ALERT, "queue full"),
        ("14:02 Heartbeat ⚠️ queue full", BeatStatus.ALERT, "queue full"),
        ("14:02 Heartbeat failed: no network", BeatStatus.ALERT, "no network"),
        ("14:02 HEARTBEAT_ALERT queue full", BeatStatus.ALERT, "queue full"),
        ("14:02 Heartbeat skipped (quiet hours)", BeatStatus.SKIPPED, "quiet hours"),
        ("14:02 Heartbeat " + "x" * 500, BeatStatus.OK, "x" * 199 + "…"),
    ],
)
def test_a_beat_says_how_it_went(
    tmp_path: Path, line: str, status: BeatStatus, note: str | None
) -> None:
    (beat,) = beats(tmp_path, f"# 2026-02-06\n\n- {line}\n")
    assert (beat.status, beat.note) == (status, note)
    assert (beat.source, beat.doubt, beat.agent) == ("memory/2026-02-06.md:3", "", "")


def test_times_are_those_of_the_zone_unless_they_name_one(tmp_path: Path) -> None:
    (file,) = day(tmp_path, "# 2026-02-06\n\n- 14:02 Heartbeat\n- 14:02 UTC Heartbeat\n").files
    assert [f"{each.moment:%H:%M}" for each in beats_of(file, ON, BERLIN)] == ["13:02", "14:02"]


def test_a_time_after_its_log_was_written_is_doubtful(tmp_path: Path) -> None:
    written = datetime(2026, 2, 6, 14, 3, tzinfo=UTC)
    text = "# 2026-02-06\n\n- 14:02 Heartbeat\n- 14:06 Heartbeat\n- 22:02 Heartbeat\n"
    told = beats(tmp_path, text, written)
    assert [each.doubt for each in told] == ["", "", "its log was written before that"]


def test_the_time_of_a_log_of_another_day_is_doubtful(tmp_path: Path) -> None:
    told = beats(tmp_path, "# 2025-02-06 - Daily Log\n\n- 14:02 Heartbeat\n")
    assert [each.doubt for each in told] == ["the log is doubtful: its heading says the year 2025"]


def test_a_heartbeat_without_a_time_has_at_best_that_of_its_file(tmp_path: Path) -> None:
    text = "# 2026-02-06\n\n- HEARTBEAT_OK\n- Watered the plants\n- HEARTBEAT_OK\n"
    written = LATE.replace(second=7)
    (beat,) = beats(tmp_path, text, written)
    assert (beat.moment, beat.source) == (written, "memory/2026-02-06.md:5")
    assert beat.doubt == "it says no time: that of its log is taken"
    assert beats(tmp_path, text, LATE + timedelta(days=3)) == []
    assert clocks(tmp_path, text + "- 09:10 HEARTBEAT_OK\n") == ["09:10"]


def test_conversations_and_what_machines_wrote_are_not_believed(tmp_path: Path) -> None:
    text = "# Session: 2026-02-06 14:00 UTC\n\nuser: 14:01 Heartbeat\nassistant: HEARTBEAT_OK\n"
    assert beats(tmp_path, text) == []
    fenced = (
        "# 2026-02-06\n\n<!-- openclaw:dreaming:light:start -->\n- 14:02 Heartbeat\n"
        "<!-- openclaw:dreaming:light:end -->\n"
    )
    assert beats(tmp_path, fenced) == []


def test_a_log_that_was_not_parsed_says_nothing(tmp_path: Path) -> None:
    day(tmp_path, "# 2026-02-06\n\n- 14:02 Heartbeat\n")
    (listed,) = read_days(tmp_path, today=ON, parse_newest=0)
    assert list(beats_of(listed.files[0], ON, UTC)) == []


@given(st.text(max_size=80))
def test_any_line_is_a_beat_or_none(text: str) -> None:
    told_beat(text)
    told_beat(f"14:02 Heartbeat {text}")
