"""How agents are at a moment: on time, late, silent, and what their day looked like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.model import (
    AgentPulse,
    AgentState,
    Beat,
    BeatStatus,
    CacheCounts,
    Hours,
    Slot,
)
from memdeck.own_pulse import OwnPulse
from memdeck.pulse.schedule import Schedule, schedule_of
from memdeck.pulse.states import (
    MOST_SLOTS,
    Traces,
    agent_pulse,
    agent_pulses,
    by_agent,
    slot_width,
)
from memdeck.settings import Settings

NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")


def every(minutes: float, hours: Hours | None = None) -> Callable[[int | None], Schedule]:
    """A schedule, unless a beat says another interval."""
    return lambda said: Schedule(said or int(minutes * 60), hours)


def ago(minutes: float, status: str = "ok", note: str | None = None, **more: object) -> Beat:
    moment = NOW - timedelta(minutes=minutes)
    return Beat(moment, "atlas", BeatStatus(status), note, **more)  # type: ignore[arg-type]


def pulse(
    *beats: Beat,
    interval: float = 55,
    hours: Hours | None = None,
    now: datetime = NOW,
    zone: tzinfo = UTC,
    written: datetime | None = None,
) -> AgentPulse:
    own = sorted(beats, key=lambda beat: beat.moment)
    return agent_pulse(own, scheduled=every(interval, hours), now=now, zone=zone, written=written)


def steady(until: datetime, count: int, minutes: float = 55) -> list[Beat]:
    """A beat every so many minutes, the last at `until`."""
    return [Beat(until - each * minutes * MINUTE, "atlas") for each in range(count)]


# --- The state ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "state", "words"),
    [
        (0, AgentState.OK, "next in 55 min"),
        (34, AgentState.OK, "next in 21 min"),
        (55, AgentState.OK, "next in 0 min"),
        (72, AgentState.LATE, "17 min over"),
        (82.4, AgentState.LATE, "27 min over"),
        (82.5, AgentState.SILENT, "27 min over"),
        (255, AgentState.SILENT, "3 h 20 min over"),
        (60 * 24 * 9, AgentState.SILENT, "8 days over"),
    ],
)
def test_an_agent_is_late_past_its_interval_and_silent_past_one_and_a_half(
    minutes: float, state: AgentState, words: str
) -> None:
    found = pulse(ago(minutes))
    assert (found.state, found.words) == (state, words)
    assert found.due == NOW - timedelta(minutes=minutes) + 55 * MINUTE


def test_the_last_beat_says_when_the_next_is_due() -> None:
    found = pulse(ago(90), ago(34, interval=30 * 60))
    assert (found.interval, found.state, found.words) == (1800, AgentState.LATE, "4 min over")


def test_an_alert_says_its_note_and_how_late_it_is() -> None:
    assert pulse(ago(22, "alert", "queue full")).words == "queue full"
    assert pulse(ago(22, "alert", "queue full")).state is AgentState.ALERT
    assert pulse(ago(60, "alert", "queue full")).words == "queue full; 5 min over"
    assert pulse(ago(60, "alert")).words == "alert; 5 min over"
    silent = pulse(ago(120, "alert", "queue full"))
    assert silent.state is AgentState.SILENT
    assert silent.words == "1 h 5 min over; its last beat was an alert: queue full"


def test_what_was_left_out_on_purpose_is_no_silence_until_the_next_is_due() -> None:
    assert pulse(ago(60), ago(5, "skipped", "quiet hours")).words == "quiet hours; next in 50 min"
    assert pulse(ago(5, "skipped")).state is AgentState.SKIPPED
    assert pulse(ago(60, "skipped")).state is AgentState.LATE
    assert pulse(ago(90, "skipped")).state is AgentState.SILENT


def test_a_beat_in_the_future_is_not_trusted_and_hides_none_that_is() -> None:
    ahead = pulse(ago(-180))
    assert (ahead.state, ahead.due) == (AgentState.UNKNOWN, None)
    assert ahead.words == "a clock is wrong: its last beat is 3 h ahead"
    assert pulse(ago(10), ago(-180)).words == "next in 45 min"
    late = pulse(ago(70), ago(-180))
    assert late.words == "15 min over; its last beat is 3 h ahead"
    assert late.last == ago(70)


def test_another_machines_clock_may_be_a_little_ahead() -> None:
    found = pulse(ago(57), ago(-2))
    assert (found.state, found.words) == (AgentState.OK, "next in 57 min")
    assert found.day[-1] is Slot.OK


def test_a_time_that_is_doubtful_is_told_as_such() -> None:
    doubtful = ago(60 * 24 * 365, doubt="it is a year earlier than its file")
    found = pulse(doubtful)
    assert found.state is AgentState.UNKNOWN
    assert found.words == "a clock is wrong: it is a year earlier than its file"
    assert found.last == doubtful
    assert pulse(doubtful, ago(3)).state is AgentState.OK


def test_a_clock_that_jumps_back_makes_nobody_silent() -> None:
    beats = steady(NOW, 10)
    for back in range(0, 480, 7):
        found = pulse(*beats, now=NOW - back * MINUTE)
        assert found.state is AgentState.OK
    assert pulse(*beats, now=NOW - 600 * MINUTE).state is AgentState.UNKNOWN


def test_nobody_is_late_in_another_zone_or_when_a_clock_is_put_forward_or_back() -> None:
    for day in (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)):
        for minutes in range(0, 300, 5):
            now = day + minutes * MINUTE
            beats = steady(now - 54 * MINUTE, 30)
            for zone in (UTC, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kathmandu")):
                found = pulse(*beats, now=now, zone=zone)
                assert (found.state, found.words) == (AgentState.OK, "next in 1 min")


# --- Hours -------------------------------------------------------------------

OFFICE = Hours(8 * 60, 20 * 60)
NIGHT = Hours(22 * 60, 6 * 60)


def at(clock: str, day: int = 6) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2026, 2, day, int(hour), int(minute), tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "now", "state", "words"),
    [
        (at("19:40"), at("23:00"), AgentState.SKIPPED, "not its hours, next at 2026-02-07 08:00"),
        (at("19:40", 5), at("07:59"), AgentState.SKIPPED, "not its hours, next at 08:00"),
        (at("19:40", 5), at("08:00"), AgentState.OK, "next in 0 min"),
        (at("19:40", 5), at("08:20"), AgentState.LATE, "20 min over"),
        (at("19:40", 5), at("08:28"), AgentState.SILENT, "28 min over"),
        # Half an interval does not fit in before its hours end: it goes on the next morning.
        (at("18:55", 5), at("19:55", 5), AgentState.LATE, "5 min over"),
        (at("18:55", 5), at("00:05"), AgentState.SKIPPED, "not its hours, next at 08:00"),
        (at("18:55", 5), at("08:01"), AgentState.LATE, "12 h 11 min over"),
        (at("18:55", 5), at("08:28"), AgentState.SILENT, "12 h 38 min over"),
        # Who was silent before its hours ended stays so.
        (at("12:00"), at("23:00"), AgentState.SILENT, "10 h 5 min over"),
    ],
)  # fmt: skip
def test_an_agent_sleeps_outside_its_hours(
    last: datetime, now: datetime, state: AgentState, words: str
) -> None:
    found = pulse(Beat(last, "atlas"), hours=OFFICE, now=now)
    assert (found.state, found.words) == (state, words)


def test_hours_may_cross_midnight() -> None:
    assert pulse(Beat(at("05:30"), "atlas"), hours=NIGHT).state is AgentState.SKIPPED
    over = pulse(Beat(at("23:40", 5), "atlas"), hours=NIGHT, now=at("00:50"))
    assert over.state is AgentState.LATE


# --- The day -----------------------------------------------------------------


def test_a_day_of_55_minutes_has_26_stretches_and_none_is_missed_by_one_that_beats() -> None:
    found = pulse(*steady(NOW - 3 * MINUTE, 60))
    assert len(found.day) == 26
    assert set(found.day) == {Slot.OK}


@given(st.lists(st.integers(0, 20), min_size=80, max_size=80), st.integers(0, 54))
def test_beats_that_slip_by_minutes_are_not_missed(slips: Sequence[int], since: int) -> None:
    moment, beats = NOW - since * MINUTE, []
    for slip in slips:
        beats.append(Beat(moment, "atlas"))
        moment -= (55 + slip) * MINUTE
    found = pulse(*beats)
    assert set(found.day[:-1]) == {Slot.OK}
    assert found.day[-1] in (Slot.OK, Slot.DUE)


def test_a_gap_is_seen_in_the_day_and_so_are_alerts() -> None:
    beats = [each for each in steady(NOW, 40) if not 5 < (NOW - each.moment) / (60 * MINUTE) < 11]
    found = pulse(*beats, ago(3, "alert", "disk full"))
    missed = found.day.count(Slot.MISSED)
    assert 5 <= missed <= 6
    assert found.day[-1] is Slot.ALERT
    assert set(found.day) == {Slot.OK, Slot.MISSED, Slot.ALERT}


def test_nothing_was_due_before_the_first_beat_or_outside_its_hours() -> None:
    found = pulse(*steady(NOW, 5))
    assert found.day[-5:] == (Slot.OK,) * 5
    assert set(found.day[:-5]) == {Slot.NONE}
    office = [each for each in steady(NOW, 60, 30) if 8 <= each.moment.hour < 20]
    found = pulse(*office, interval=30, hours=OFFICE)
    night = [
        slot
        for index, slot in enumerate(found.day)
        if not 7 <= (NOW - (len(found.day) - 1 - index) * 30 * MINUTE).hour < 21
    ]
    assert set(night) == {Slot.NONE}
    assert Slot.MISSED not in found.day


def test_the_stretch_that_is_not_over_is_due_and_a_silent_agent_misses_the_others() -> None:
    assert pulse(ago(72)).day[-1] is Slot.DUE
    silent = pulse(*steady(NOW - 600 * MINUTE, 20))
    assert silent.day[-1] is Slot.DUE
    assert set(silent.day[-10:-1]) == {Slot.MISSED}


def test_an_interval_that_has_become_shorter_misses_nothing_before() -> None:
    slow = [Beat(each.moment, "atlas", interval=3300) for each in steady(NOW - 120 * MINUTE, 30)]
    fast = [Beat(each.moment, "atlas", interval=600) for each in steady(NOW, 12, 10)]
    found = pulse(*slow, *fast)
    assert found.interval == 600
    assert Slot.MISSED not in found.day


@given(st.integers(1, 90 * 24 * 3600))
def test_a_day_stays_readable_for_every_interval(interval: int) -> None:
    width = slot_width(interval)
    assert width % interval == 0
    found = pulse(ago(1, interval=interval))
    assert 1 <= len(found.day) <= MOST_SLOTS


def test_what_came_and_what_was_due_are_counted_since_midnight_in_the_zone() -> None:
    beats = steady(NOW, 200)
    here = pulse(*beats)
    assert (here.came, here.expected) == (16, 16)
    # In Tokyo it is 23:32, so that nearly all of the day is over.
    tokyo = pulse(*beats, zone=ZoneInfo("Asia/Tokyo"))
    assert (tokyo.came, tokyo.expected) == (26, 26)
    # A day of 23 hours has one less.
    late = datetime(2026, 3, 29, 21, 59, tzinfo=UTC)
    short = pulse(*steady(late, 200), now=late, zone=BERLIN)
    assert (short.came, short.expected) == (26, 26)
    late += timedelta(days=1)
    whole = pulse(*steady(late, 200), now=late, zone=BERLIN)
    assert (whole.came, whole.expected) == (27, 27)


def test_who_is_silent_since_yesterday_was_due_all_day() -> None:
    found = pulse(Beat(at("10:00", 4), "atlas"), now=at("23:59"))
    assert (found.came, found.expected) == (0, 26)
    office = pulse(Beat(at("19:40", 5), "atlas"), hours=OFFICE, now=at("12:00"))
    assert (office.came, office.expected) == (0, 5)


def test_midnight_begins_the_count_anew() -> None:
    midnight = datetime(2026, 2, 6, tzinfo=UTC)
    beats = steady(midnight - MINUTE, 10)
    before = pulse(*beats, now=midnight - MINUTE)
    assert before.came == 10
    after = pulse(*beats, now=midnight)
    assert (after.came, after.expected) == (0, 0)


def test_an_agent_that_began_today_was_not_due_before() -> None:
    found = pulse(*steady(NOW, 3))
    assert (found.came, found.expected) == (3, 3)


# --- What else is known ------------------------------------------------------


def test_beats_that_say_ok_while_nothing_is_written_are_counted() -> None:
    beats = steady(NOW, 12)
    assert pulse(*beats).unchanged == 12
    assert pulse(*beats, written=NOW - 3 * 55 * MINUTE - MINUTE).unchanged == 4
    assert pulse(*beats, written=NOW).unchanged == 0
    assert pulse(*beats[:4], ago(4 * 55, "alert"), *beats[5:]).unchanged == 4
    assert pulse(*beats[:4], ago(4 * 55, "skipped"), *beats[5:]).unchanged == 11


def test_what_another_agent_wrote_is_not_its_own() -> None:
    traces = Traces(written={"scout": NOW, "atlas": NOW - MINUTE, None: NOW - 2 * MINUTE})
    assert traces.last_written("atlas") == NOW - MINUTE
    assert traces.last_written("mason") == NOW - 2 * MINUTE
    assert Traces().last_written("mason") is None


def test_the_cache_is_of_the_last_beat_that_says_it() -> None:
    assert pulse(ago(60, cache=CacheCounts(1, 2, 3)), ago(5)).cache == CacheCounts(1, 2, 3)


def test_agents_stand_in_the_order_of_how_much_they_press() -> None:
    beats = [
        Beat(NOW - 10 * MINUTE, "atlas"),
        Beat(NOW - 72 * MINUTE, "scout"),
        Beat(NOW - 22 * MINUTE, "mason", BeatStatus.ALERT, "queue full"),
        Beat(NOW - 900 * MINUTE, "ferry"),
        Beat(NOW + 900 * MINUTE, "drift"),
        Beat(NOW - 5 * MINUTE, "Aster", BeatStatus.SKIPPED),
    ]
    settings = Settings(pulse_agents={"mason": OwnPulse(interval=120)})
    found = agent_pulses(
        by_agent(beats),
        schedule_of=lambda agent, said: schedule_of(agent, settings, said),
        now=NOW,
        zone=UTC,
        traces=Traces({"mason": "fix/rate-limit"}),
    )
    assert [each.agent for each in found] == [
        "ferry",
        "mason",
        "scout",
        "drift",
        "atlas",
        "Aster",
    ]
    assert (found[1].branch, found[1].interval) == ("fix/rate-limit", 7200)


def test_two_hundred_agents_are_told_apart() -> None:
    beats = [
        Beat(NOW - (turn % 90 + 55 * back) * MINUTE, f"agent-{turn:03}")
        for turn in range(200)
        for back in range(30)
    ]
    settings = Settings()
    found = agent_pulses(
        by_agent(beats),
        schedule_of=lambda agent, said: schedule_of(agent, settings, said),
        now=NOW,
        zone=BERLIN,
    )
    assert len({each.agent for each in found}) == 200
    for each in found:
        late = int(each.agent[-3:]) % 90
        expected = (
            AgentState.OK if late <= 55 else AgentState.LATE if late < 82.5 else AgentState.SILENT
        )
        assert each.state is expected


@given(
    st.lists(
        st.tuples(st.integers(-(10**7), 10**7), st.sampled_from(BeatStatus), st.booleans()),
        min_size=1,
        max_size=30,
    ),
    st.integers(-(10**7), 10**7),
    st.sampled_from([None, OFFICE, NIGHT]),
    st.sampled_from([UTC, BERLIN, ZoneInfo("Pacific/Apia")]),
)
def test_whatever_the_beats_say_there_is_an_answer(
    told: Sequence[tuple[int, BeatStatus, bool]], shift: int, hours: Hours | None, zone: tzinfo
) -> None:
    beats = [
        Beat(NOW + timedelta(seconds=at), "atlas", status, doubt="odd" if odd else "")
        for at, status, odd in told
    ]
    now = NOW + timedelta(seconds=shift)
    found = pulse(*beats, hours=hours, now=now, zone=zone)
    assert (found.state is AgentState.UNKNOWN) == (found.due is None)
    assert found.words
    assert found.came >= 0
    assert found.expected >= 0
