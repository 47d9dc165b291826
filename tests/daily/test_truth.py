"""Which day it is, here and in UTC: across zones, clocks put back, ends of months and of years."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.daily.days import read_days
from memdeck.daily.truth import DayTruth, day_truth, near_dates
from memdeck.model import Day, LogFile

FRIDAY = date(2026, 2, 6)
SATURDAY = date(2026, 2, 7)
THURSDAY = date(2026, 2, 5)


def day(on: date, *slugs: str, marks: tuple[str, ...] = ()) -> Day:
    """A day with a file for each slug, or with one plain file."""
    names = [f"memory/{on.isoformat()}{slug}.md" for slug in slugs or ("",)]
    modified = datetime(2026, 2, 6, tzinfo=UTC)
    return Day(on, tuple(LogFile(Path(name), name, 1, modified) for name in names), marks)


def test_where_both_have_one_date_there_is_nothing_to_say() -> None:
    truth = day_truth([day(FRIDAY), day(THURSDAY)], FRIDAY, FRIDAY)
    assert not truth.differs
    assert truth.words is None
    assert truth.here == truth.utc
    assert truth.here.today == ("memory/2026-02-06.md",)
    assert truth.here.yesterday == ("memory/2026-02-05.md",)
    assert truth.here.files == ("memory/2026-02-05.md", "memory/2026-02-06.md")


def test_in_the_evening_of_america_utc_is_a_day_ahead() -> None:
    truth = day_truth([day(SATURDAY), day(FRIDAY), day(THURSDAY)], FRIDAY, SATURDAY)
    assert truth.words == (
        "It is Fri 6 Feb here and Sat 7 Feb in UTC: agents that go by UTC load "
        "memory/2026-02-07.md as today."
    )
    assert truth.utc.yesterday == truth.here.today


def test_in_the_morning_of_asia_utc_is_a_day_behind() -> None:
    truth = day_truth([day(SATURDAY), day(FRIDAY)], SATURDAY, FRIDAY)
    assert truth.words == (
        "It is Sat 7 Feb here and Fri 6 Feb in UTC: agents that go by UTC load "
        "memory/2026-02-06.md as today, and not memory/2026-02-07.md."
    )
    # Tomorrow to UTC, today here: not odd.
    assert truth.odd == ()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (
            [day(FRIDAY)],
            "agents that go by UTC find no log of today, and load memory/2026-02-06.md as "
            "yesterday.",
        ),
        ([], "agents that go by UTC find no log of today or yesterday."),
        (
            [day(SATURDAY, "", "-a", "-b", "-c", "-d")],
            "agents that go by UTC load memory/2026-02-07.md, memory/2026-02-07-a.md, "
            "memory/2026-02-07-b.md and 2 others as today.",
        ),
        (
            [day(SATURDAY, "", "-a", "-b", "-c")],
            "agents that go by UTC load memory/2026-02-07.md, memory/2026-02-07-a.md, "
            "memory/2026-02-07-b.md and memory/2026-02-07-c.md as today.",
        ),
    ],
)
def test_what_utc_finds_is_said_for_every_case(days: list[Day], words: str) -> None:
    truth = day_truth(days, FRIDAY, SATURDAY)
    assert truth.words == f"It is Fri 6 Feb here and Sat 7 Feb in UTC: {words}"


def test_at_the_end_of_a_year_the_years_are_said() -> None:
    last, first = date(2026, 12, 31), date(2027, 1, 1)
    truth = day_truth([day(first), day(last)], last, first)
    assert truth.words is not None
    assert truth.words.startswith("It is Thu 31 Dec 2026 here and Fri 1 Jan 2027 in UTC: ")
    assert truth.here.today == truth.utc.yesterday == ("memory/2026-12-31.md",)


def test_a_leap_day_is_yesterday() -> None:
    leap, first = date(2028, 2, 29), date(2028, 3, 1)
    truth = day_truth([day(leap)], first, first)
    assert truth.here.yesterday == ("memory/2028-02-29.md",)


def test_the_calendar_has_ends() -> None:
    assert near_dates(date.min) == (date.min,)
    assert day_truth([day(date.min)], date.min, date.min).here.yesterday == ()
    assert not day_truth([day(date.max)], date.max, date.max).odd


def at(zone: str, moment: datetime, days: list[Day]) -> DayTruth:
    """The truth at a moment of UTC, in a zone."""
    return day_truth(days, moment.astimezone(ZoneInfo(zone)).date(), moment.date())


@pytest.mark.parametrize(
    ("zone", "moment", "here"),
    [
        # New York is at -4 in summer and at -5 in winter: the date of UTC
        # comes an hour earlier behind the change of 1 November 2026.
        ("America/New_York", datetime(2026, 11, 1, 3, 30, tzinfo=UTC), "2026-10-31"),
        ("America/New_York", datetime(2026, 11, 1, 4, 30, tzinfo=UTC), "2026-11-01"),
        ("America/New_York", datetime(2026, 11, 2, 4, 30, tzinfo=UTC), "2026-11-01"),
        ("America/New_York", datetime(2026, 11, 2, 5, 0, tzinfo=UTC), "2026-11-02"),
        # London: an hour ahead of UTC in summer, and on it in winter.
        ("Europe/London", datetime(2026, 3, 28, 23, 30, tzinfo=UTC), "2026-03-28"),
        ("Europe/London", datetime(2026, 3, 29, 23, 30, tzinfo=UTC), "2026-03-30"),
        # The furthest that clocks go, both ways, and one by three quarters of an hour.
        ("Pacific/Kiritimati", datetime(2026, 2, 6, 10, 0, tzinfo=UTC), "2026-02-07"),
        ("Pacific/Kiritimati", datetime(2026, 2, 6, 9, 59, tzinfo=UTC), "2026-02-06"),
        ("Pacific/Pago_Pago", datetime(2026, 2, 6, 10, 59, tzinfo=UTC), "2026-02-05"),
        ("Asia/Kathmandu", datetime(2026, 2, 6, 18, 15, tzinfo=UTC), "2026-02-07"),
    ],
)
def test_each_zone_has_its_own_today(zone: str, moment: datetime, here: str) -> None:
    on = date.fromisoformat(here)
    truth = at(zone, moment, [day(on)])
    assert truth.here.today == (f"memory/{here}.md",)
    assert truth.differs == (on != moment.date())


@given(
    st.integers(0, 4_000_000_000),
    st.sampled_from(["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"]),
    st.sets(st.integers(-4, 4)),
)
def test_a_file_counts_for_whom_its_date_is_near(
    seconds: int, zone: str, offsets: set[int]
) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    days = [day(moment.date() + timedelta(days=each)) for each in sorted(offsets, reverse=True)]
    truth = at(zone, moment, days)
    for near in (truth.here, truth.utc):
        assert near.today == names_of(days, near.day)
        assert near.yesterday == names_of(days, near.day - timedelta(days=1))
    assert (truth.words is None) == (truth.here.day == truth.utc.day)
    latest = max(truth.here.day, truth.utc.day)
    later = {each for each in days if each.date > latest}
    assert [each.name for each in truth.odd] == [
        file.name for each in days if each in later for file in each.files
    ]
    assert {each.name for each in truth.odd if each.likely} == {
        *names_of(days, latest + timedelta(days=1))
    }


def names_of(days: list[Day], on: date) -> tuple[str, ...]:
    return tuple(file.name for each in days if each.date == on for file in each.files)


def test_odd_dates_are_told_of_what_is_on_disk(tmp_path: Path) -> None:
    folder = tmp_path / "memory"
    folder.mkdir()
    for name, text in {
        "2026-02-09.md": "- too early\n",
        "2026-02-07.md": "- planned for tomorrow\n",
        "2026-02-06.md": "# 2025-02-06\n\n- a year behind\n",
        "2026-02-05.md": "# Friday, 6 February 2026\n\n- copied\n",
        "2026-02-04.md": "- fine\n",
        "2025-02-03.md": "- typed wrong\n",
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    truth = day_truth(read_days(tmp_path, today=FRIDAY), FRIDAY, FRIDAY)
    assert [(each.name, each.words, each.likely) for each in truth.odd] == [
        ("memory/2026-02-09.md", "in the future", False),
        ("memory/2026-02-07.md", "of tomorrow", True),
        ("memory/2026-02-06.md", "its heading says the year 2025", False),
        ("memory/2026-02-05.md", "its heading says 2026-02-06", False),
        ("memory/2025-02-03.md", "no other day is in 2025", False),
    ]


def test_tomorrow_with_a_doubtful_year_is_told_as_doubtful() -> None:
    marks = ("in the future", "no other day is in 2027")
    first = date(2027, 1, 1)
    days = [day(first, marks=marks)]
    (odd,) = day_truth(days, date(2026, 12, 31), date(2026, 12, 31)).odd
    assert (odd.words, odd.likely) == ("of tomorrow, no other day is in 2027", False)
