"""Times of day in logs: which moment they mean, and when that cannot be told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.daily.clock import moment_at
from memdeck.daily.shapes import time_at_start

ON = date(2026, 2, 6)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("line", "hour", "minute"),
    [
        ("14:02 counted", 13, 2),
        ("~9:30 counted", 8, 30),
        ("14:02 UTC — Heartbeat", 14, 2),
        ("14:02Z counted", 14, 2),
        ("14:02 UTC+2 counted", 12, 2),
        ("2:05 PM counted", 13, 5),
        ("12:10 am counted", -1, 10),
        ("12:10 p.m. counted", 11, 10),
        ("09:05 - 09:40 counted", 8, 40),
        ("23:10 – 00:20 counted", 23, 20),
        ("⏳ 14:02:30 counted", 13, 2),
        ("24:00 the end", 23, 0),
    ],
)
def test_a_time_is_of_the_zone_unless_it_says_utc(line: str, hour: int, minute: int) -> None:
    written = time_at_start(line)
    assert written is not None
    found = moment_at(ON, written, BERLIN)
    assert found is not None
    expected = datetime(2026, 2, 6, tzinfo=UTC) + timedelta(hours=hour, minutes=minute)
    assert found.astimezone(UTC).replace(second=0) == expected


@pytest.mark.parametrize("written", ["14:02 IST", "14:02 PST", "25:00", "14:61", "", "soon"])
def test_other_zones_and_no_times_are_no_moment(written: str) -> None:
    assert moment_at(ON, written, UTC) is None


@given(st.text(max_size=30), st.dates())
def test_any_text_on_any_day_is_a_moment_or_none(text: str, on: date) -> None:
    moment_at(on, text, UTC)
    written = time_at_start(text)
    if written is not None:
        moment_at(on, written, BERLIN)
