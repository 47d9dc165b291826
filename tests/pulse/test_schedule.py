"""When beats are due: intervals, hours, midnight, daylight saving, wrong clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdeck.model import Hours
from memdeck.own_pulse import OwnPulse
from memdeck.pulse.schedule import Schedule, schedule_of
from memdeck.settings import Settings

BERLIN = ZoneInfo("Europe/Berlin")
APIA = ZoneInfo("Pacific/Apia")
"""It had no 30 December 2011."""
MINUTE = 60


def at(*parts: int, zone: tzinfo = UTC, fold: int = 0) -> datetime:
    year, month, day, hour, minute = (*parts, 0, 0)[:5]
    return datetime(year, month, day, hour, minute, fold=fold, tzinfo=zone)


def hours(text: str) -> Hours:
    begin, end = (each.split(":") for each in text.split("-"))
    return Hours(int(begin[0]) * 60 + int(begin[1]), int(end[0]) * 60 + int(end[1]))


@pytest.mark.parametrize(("minutes", "beats"), [(30, 48), (55, 26), (60, 24), (7, 205), (1441, 0)])
def test_a_day_has_as_many_beats_as_intervals_fit_into_it(minutes: int, beats: int) -> None:
    schedule = Schedule(minutes * MINUTE)
    assert schedule.expected(at(2026, 2, 6), at(2026, 2, 7), UTC) == beats


def test_the_next_beat_is_due_an_interval_later() -> None:
    schedule = Schedule(55 * MINUTE)
    assert schedule.due_after(at(2026, 2, 6, 23, 30), UTC) == at(2026, 2, 7, 0, 25)
    assert schedule.is_active(at(2026, 2, 6, 3), UTC)


def test_a_beat_that_is_due_this_very_moment_is_expected() -> None:
    schedule = Schedule(55 * MINUTE)
    due = at(2026, 2, 6, 0, 55)
    assert schedule.expected(at(2026, 2, 6), due, UTC) == 1
    assert schedule.expected(at(2026, 2, 6), due - timedelta(seconds=1), UTC) == 0
    awake = Schedule(55 * MINUTE, hours("08:00-20:00"))
    assert awake.expected(at(2026, 2, 6), at(2026, 2, 6, 8), UTC) == 1
    assert awake.expected(at(2026, 2, 6), at(2026, 2, 6, 7, 59), UTC) == 0


def test_an_agent_that_sleeps_is_due_when_it_wakes_up() -> None:
    schedule = Schedule(55 * MINUTE, hours("08:00-20:00"))
    assert schedule.due_after(at(2026, 2, 6, 19, 0), UTC) == at(2026, 2, 6, 19, 55)
    assert schedule.due_after(at(2026, 2, 6, 19, 5), UTC) == at(2026, 2, 7, 8)
    assert schedule.due_after(at(2026, 2, 6, 3), UTC) == at(2026, 2, 6, 8)
    assert schedule.expected(at(2026, 2, 6), at(2026, 2, 7), UTC) == 14
    assert not schedule.is_active(at(2026, 2, 6, 20), UTC)
    assert schedule.is_active(at(2026, 2, 6, 19, 59), UTC)


def test_hours_may_go_over_midnight() -> None:
    schedule = Schedule(60 * MINUTE, hours("22:00-06:00"))
    assert schedule.is_active(at(2026, 2, 6, 23), UTC)
    assert schedule.is_active(at(2026, 2, 6, 0), UTC)
    assert not schedule.is_active(at(2026, 2, 6, 6), UTC)
    assert schedule.due_after(at(2026, 2, 6, 23, 30), UTC) == at(2026, 2, 7, 0, 30)
    assert schedule.due_after(at(2026, 2, 6, 5, 30), UTC) == at(2026, 2, 6, 22)
    # From 1 to 5, and from 22 to 24, as midnight belongs to the day that begins then.
    assert schedule.expected(at(2026, 2, 6), at(2026, 2, 6, 23, 59), UTC) == 5 + 2


def test_hours_until_midnight_end_there() -> None:
    schedule = Schedule(60 * MINUTE, hours("18:00-24:00"))
    assert schedule.is_active(at(2026, 2, 6, 23, 59), UTC)
    assert not schedule.is_active(at(2026, 2, 7, 0), UTC)
    assert schedule.due_after(at(2026, 2, 6, 23, 30), UTC) == at(2026, 2, 7, 18)


def test_hours_are_those_of_the_zone() -> None:
    schedule = Schedule(55 * MINUTE, hours("08:00-20:00"))
    assert schedule.is_active(at(2026, 2, 6, 7, 30), BERLIN)
    assert not schedule.is_active(at(2026, 2, 6, 7, 30), UTC)
    assert schedule.due_after(at(2026, 2, 6, 19, 30), BERLIN) == at(2026, 2, 7, 7)


def test_a_day_with_daylight_saving_is_shorter_or_longer() -> None:
    schedule = Schedule(60 * MINUTE)
    spring = at(2026, 3, 29, zone=BERLIN), at(2026, 3, 30, zone=BERLIN)
    autumn = at(2026, 10, 25, zone=BERLIN), at(2026, 10, 26, zone=BERLIN)
    assert schedule.expected(*spring, BERLIN) == 23
    assert schedule.expected(*autumn, BERLIN) == 25
    asleep = Schedule(60 * MINUTE, hours("00:30-04:30"))
    # 00:30, 01:30, 03:30; then 00:30, 01:30, 02:30 twice, 03:30.
    assert asleep.expected(*spring, BERLIN) == 3
    assert asleep.expected(*autumn, BERLIN) == 5


def test_an_interval_is_elapsed_time_when_the_clock_changes() -> None:
    schedule = Schedule(55 * MINUTE)
    assert schedule.due_after(at(2026, 3, 29, 1, 30, zone=BERLIN), BERLIN) == at(
        2026, 3, 29, 3, 25, zone=BERLIN
    )
    assert schedule.due_after(at(2026, 10, 25, 2, 30, zone=BERLIN), BERLIN) == at(
        2026, 10, 25, 2, 25, zone=BERLIN, fold=1
    ).astimezone(UTC)


def test_an_hour_that_the_clock_jumps_over_begins_behind_the_jump() -> None:
    schedule = Schedule(60 * MINUTE, hours("02:30-05:00"))
    assert schedule.due_after(at(2026, 3, 28, 12, zone=BERLIN), BERLIN) == at(2026, 3, 29, 1)
    within = Schedule(60 * MINUTE, hours("02:10-02:50"))
    assert within.due_after(at(2026, 3, 28, 12, zone=BERLIN), BERLIN) == at(2026, 3, 30, 0, 10)


def test_hours_that_the_clock_shows_twice_come_twice() -> None:
    schedule = Schedule(20 * MINUTE, hours("01:00-02:30"))
    # At 02:30 it goes to sleep; half an hour later the clock shows 02:00 again.
    late = at(2026, 10, 25, 2, 25, zone=BERLIN)
    assert schedule.due_after(late, BERLIN) == at(2026, 10, 25, 1)


def test_a_day_that_a_zone_skips_is_slept_through() -> None:
    schedule = Schedule(60 * MINUTE, hours("08:00-09:00"))
    due = schedule.due_after(at(2011, 12, 29, 12, zone=APIA), APIA)
    assert due == at(2011, 12, 31, 8, zone=APIA)


def test_a_clock_that_jumps_back_makes_nothing_due() -> None:
    for schedule in (Schedule(60), Schedule(60, hours("08:00-20:00"))):
        assert schedule.expected(at(2026, 2, 6, 14), at(2026, 2, 6, 13), UTC) == 0
        assert schedule.expected(at(2026, 2, 6, 14), at(2026, 2, 6, 14), UTC) == 0


def test_a_beat_from_the_end_of_all_calendars_is_told_as_it_is() -> None:
    for zone in (UTC, BERLIN, APIA, ZoneInfo("America/New_York")):
        for moment in (datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)):
            for schedule in (Schedule(3300), Schedule(3300, hours("22:00-06:00"))):
                assert schedule.due_after(moment, zone) >= moment
                assert schedule.expected(moment, moment, zone) == 0
        last = datetime.max.replace(tzinfo=UTC)
        asleep = Schedule(3300, hours("08:00-20:00"))
        assert asleep.expected(last - timedelta(days=2), last, zone) >= 0


ZONES = [UTC, BERLIN, ZoneInfo("America/St_Johns"), ZoneInfo("Australia/Lord_Howe"), APIA]
MOMENTS = st.integers(0, 16 * 365 * 24 * 3600).map(
    lambda seconds: at(2011, 1, 1) + timedelta(seconds=seconds)
)
CHANGES = st.sampled_from([at(2026, 3, 29), at(2026, 10, 25), at(2011, 12, 30), at(2026, 4, 4, 15)])
HOURS = st.none() | st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(
    lambda pair: pair[0] != pair[1]
).map(lambda pair: Hours(*pair))


@given(
    MOMENTS | CHANGES,
    st.integers(0, 60 * 72),
    st.integers(5, 2000),
    HOURS,
    st.sampled_from(ZONES),
)
@settings(deadline=None)
def test_what_is_expected_is_what_falls_due_one_after_the_other(
    since: datetime, minutes: int, interval: int, awake: Hours | None, zone: tzinfo
) -> None:
    schedule = Schedule(interval * MINUTE, awake)
    until = since + timedelta(minutes=minutes)
    due, count = schedule.due_after(since, zone), 0
    while due <= until:
        assert schedule.is_active(due, zone)
        count += 1
        following = schedule.due_after(due, zone)
        assert following >= due + timedelta(minutes=interval)
        due = following
    assert schedule.expected(since, until, zone) == count


@given(MOMENTS | CHANGES, st.integers(1, 600), HOURS, st.sampled_from(ZONES))
@settings(deadline=None, max_examples=50)
def test_nobody_is_awake_between_an_interval_and_the_next_beat(
    moment: datetime, interval: int, awake: Hours | None, zone: tzinfo
) -> None:
    schedule = Schedule(interval * MINUTE, awake)
    earliest = moment + timedelta(minutes=interval)
    due = schedule.due_after(moment, zone)
    while earliest < due:
        assert not schedule.is_active(earliest, zone)
        earliest += timedelta(minutes=1)


def test_an_agents_own_settings_count_before_what_it_says_and_that_before_everyones() -> None:
    own = {
        "atlas": OwnPulse(30, hours("08:00-20:00")),
        "scout": OwnPulse(None, hours("22:00-6:00")),
    }
    chosen = Settings(pulse_interval=40, pulse_agents=own)
    assert schedule_of("atlas", chosen, 600) == Schedule(30 * MINUTE, hours("08:00-20:00"))
    assert schedule_of("scout", chosen, 600) == Schedule(600, hours("22:00-06:00"))
    assert schedule_of("mason", chosen, 600) == Schedule(600)
    assert schedule_of("mason", chosen) == Schedule(40 * MINUTE)
    assert schedule_of("mason", Settings()) == Schedule(55 * MINUTE)
