"""How long an interval could be: what the record of two weeks says, with its numbers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from memdeck.model import Advice, Beat, BeatStatus
from memdeck.pulse.advice import interval_advice
from memdeck.pulse.schedule import Schedule

NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def record(
    minutes: int = 30, days: float = 14, alerts: Iterable[int] = (), note: str = "disk full"
) -> list[Beat]:
    """Beats so many minutes apart, oldest first; `alerts` are counted back from the last."""
    told = set(alerts)
    count = int(days * 24 * 60 / minutes)
    return [
        Beat(
            NOW - turn * minutes * MINUTE,
            "atlas",
            BeatStatus.ALERT if turn in told else BeatStatus.OK,
            note if turn in told else None,
        )
        for turn in reversed(range(count))
    ]


def advice(beats: list[Beat], interval: int = 30, delay: int = 15) -> Advice:
    return interval_advice(
        beats,
        scheduled=lambda said: Schedule(said or interval * 60),
        now=NOW,
        delay=delay * 60,
    )


def test_few_alerts_allow_as_much_more_as_they_may_come_late() -> None:
    found = advice(record(alerts=(100, 300)))
    assert (found.agent, found.beats, found.interruptions) == ("atlas", 672, 2)
    assert (found.interval, found.longest, found.delay) == (1800, 2700, 900)
    assert found.words == (
        "2 interruptions in 672 beats (0.3%) over 14 days: "
        "45 min would have delayed no alert by more than 15 min"
    )


def test_from_there_the_next_step_is_found_in_the_same_way() -> None:
    assert advice(record(45, alerts=(50,)), interval=45).longest == 3600
    assert advice(record(alerts=(50,)), delay=25).longest == 55 * 60


def test_without_an_alert_it_is_twice_as_long_at_most() -> None:
    found = advice(record())
    assert found.longest == 3600
    assert found.words == (
        "0 interruptions in 672 beats (0%) over 14 days: 60 min would have delayed no alert; "
        "watch again before going further"
    )


def test_an_alert_that_lasts_counts_by_its_first_beat() -> None:
    beats = record(alerts=range(100, 106))
    found = advice(beats)
    assert (found.interruptions, found.longest) == (6, 2700)


def test_an_alert_out_of_turn_would_have_come_with_any_interval() -> None:
    beats = [*record(), Beat(NOW + MINUTE, "atlas", BeatStatus.ALERT, "disk full")]
    found = advice(beats)
    assert (found.interruptions, found.longest) == (1, 3600)
    assert "1 interruption in 673 beats (0.1%) over 14 days, 1 of them out of turn" in found.words


def test_who_interrupts_often_keeps_its_interval() -> None:
    found = advice(record(alerts=range(0, 672, 8)))
    assert found.words.endswith("(12%) over 14 days: it interrupts often, stay at 30 min")


def test_an_alert_from_when_the_interval_was_shorter_may_ask_for_that_again() -> None:
    early = [
        Beat(each.moment - timedelta(days=7), "atlas", each.status, each.note, 1800)
        for each in record(days=5, alerts=(10,))
    ]
    late = [Beat(each.moment, "atlas", interval=3300) for each in record(55, days=6)]
    found = advice([*early, *late])
    assert (found.interval, found.longest) == (3300, 2700)
    assert found.words.endswith(
        "no more than 45 min, longer would have delayed an alert by more than 15 min"
    )


def test_without_any_delay_the_interval_stays() -> None:
    found = advice(record(alerts=(100,)), delay=0)
    assert found.longest == 1800
    assert found.words.endswith(
        "stay at 30 min, longer would have delayed an alert by more than 0 min"
    )


@pytest.mark.parametrize("beats", [record(days=2), record(720, days=8), record(days=0.1)])
def test_of_too_little_nothing_is_advised(beats: list[Beat]) -> None:
    found = advice(beats)
    assert found.longest is None
    assert "too little is known, 20 beats over 3 days say enough" in found.words


def test_what_is_older_than_two_weeks_and_what_is_to_come_does_not_count() -> None:
    beats = record(days=40, alerts=(1500, 1600))
    beats.append(Beat(NOW + timedelta(days=1), "atlas", BeatStatus.ALERT, "from the future"))
    found = advice(beats)
    assert (found.beats, found.interruptions, found.longest) == (672, 0, 3600)
    assert advice([Beat(NOW + timedelta(days=1), "atlas")]).longest is None
