"""What a person is told of: alerts, silence, and ok without end; never an ok beat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from memdeck.model import AgentException, Beat, BeatStatus, ExceptionKind
from memdeck.pulse.exceptions import agent_exceptions, alert_runs
from memdeck.pulse.schedule import schedule_of
from memdeck.pulse.states import Traces, agent_pulses, by_agent
from memdeck.settings import Settings

NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
OK, ALERT = BeatStatus.OK, BeatStatus.ALERT


def ago(
    minutes: float, status: BeatStatus = OK, note: str | None = None, agent: str = "atlas"
) -> Beat:
    return Beat(NOW - timedelta(minutes=minutes), agent, status, note)


def told(
    *beats: Beat, now: datetime = NOW, written: datetime | None = NOW, unchanged: int = 6
) -> tuple[AgentException, ...]:
    own = by_agent(beats)
    traces = Traces(written={None: written} if written is not None else {})
    known = Settings()
    pulses = agent_pulses(
        own,
        schedule_of=lambda agent, said: schedule_of(agent, known, said),
        now=now,
        zone=UTC,
        traces=traces,
    )
    tell = partial(agent_exceptions, pulses, own, now=now, zone=UTC, unchanged=unchanged)
    return tell(traces=traces)


@given(st.lists(st.integers(0, 27 * 24 * 60), min_size=1, max_size=40))
def test_ok_beats_are_no_exceptions(minutes: Sequence[int]) -> None:
    assert told(ago(3), *(ago(each) for each in minutes)) == ()


def test_an_alert_is_told_once_however_often_it_beats() -> None:
    queue = [ago(165 - turn * 55, ALERT, f"queue full: {400 + turn} waiting") for turn in range(4)]
    (first,) = told(ago(220), *queue[:1], now=queue[0].moment)
    (found,) = told(ago(220), *queue)
    assert (found.agent, found.kind, found.since) == (
        "atlas",
        ExceptionKind.ALERT,
        NOW - 165 * MINUTE,
    )
    assert found.words == "queue full: 403 waiting"
    assert found.ended is None
    assert found.id == first.id
    assert len(found.id) == 12


def test_a_note_of_any_length_is_told_in_a_line() -> None:
    (found,) = told(ago(5, ALERT, "disk full\n" * 10_000))
    assert "\n" not in found.words
    assert len(found.words) <= 200


def test_another_alert_is_another_one_and_so_is_the_same_one_after_an_ok() -> None:
    found = told(
        ago(400, ALERT, "disk full"), ago(345), ago(290, ALERT, "disk full"),
        ago(235, ALERT, "no route"), ago(10, ALERT, "disk full"),
    )  # fmt: skip
    assert [(each.words, each.ended is None) for each in found] == [
        ("no route", True),
        ("disk full", True),
        ("disk full; ok again since 08:47", False),
    ]
    assert len({each.id for each in found}) == 3


def test_an_alert_that_has_passed_is_told_for_a_day() -> None:
    beats = [ago(200, ALERT), *(ago(each) for each in range(150, 0, -50))]
    assert [each.words for each in told(*beats)] == [
        "an alert without a note; ok again since 12:02"
    ]
    later = NOW + 22 * HOUR
    still = [Beat(later - 5 * MINUTE, "atlas")]
    assert told(*beats, *still, now=later, written=later) == ()


def test_silence_is_told_until_the_agent_beats_again() -> None:
    assert told(ago(82)) == ()
    (found,) = told(ago(200))
    assert (found.kind, found.since) == (ExceptionKind.SILENT, NOW - 145 * MINUTE)
    assert found.words == "silent since 11:12, one beat every 55 min"
    (later,) = told(ago(200), now=NOW + 30 * HOUR)
    assert later.id == found.id
    assert later.words == "silent since 2026-02-06 11:12, one beat every 55 min"
    assert told(ago(200), ago(1)) == ()
    (again,) = told(ago(200), ago(100))
    assert again.id != found.id


def test_silence_after_an_alert_tells_both() -> None:
    found = told(ago(200, ALERT, "disk full"))
    assert {each.kind for each in found} == {ExceptionKind.ALERT, ExceptionKind.SILENT}
    silent = next(each for each in found if each.kind is ExceptionKind.SILENT)
    assert silent.words.endswith("its last was an alert: disk full")


def test_an_alert_of_a_clock_that_is_ahead_is_told_nevertheless() -> None:
    (found,) = told(ago(5), ago(-300, ALERT, "disk full"))
    assert found.words == "disk full; its last beat is 5 h ahead"
    assert found.since == NOW


def test_much_that_is_ok_while_nothing_is_written_is_told() -> None:
    beats = [ago(each * 55) for each in range(10)]
    written = NOW - 6 * 55 * MINUTE + MINUTE
    assert told(*beats, written=NOW - 5 * 55 * MINUTE + MINUTE) == ()
    (found,) = told(*beats, written=written)
    assert found.kind is ExceptionKind.UNCHANGED
    assert found.words == "said ok 6 times, and nothing was written since 09:03"
    (same,) = told(*beats, Beat(NOW + 55 * MINUTE, "atlas"), written=written, now=NOW + HOUR)
    assert same.id == found.id
    assert same.words.startswith("said ok 7 times")
    (other,) = told(*beats, written=written - 55 * MINUTE)
    assert other.id != found.id
    assert told(*beats, written=None)[0].words.endswith("nothing was written at all")
    assert told(*beats, written=None, unchanged=0) == ()


def test_a_clock_that_jumps_back_and_forth_gives_the_same_exceptions_again() -> None:
    beats = [ago(400, ALERT, "disk full"), ago(345), ago(290)]
    before = {each.id for each in told(*beats)}
    assert len(before) == 2
    (alert,) = told(*beats, now=NOW - 7 * HOUR)
    assert alert.id in before
    assert {each.id for each in told(*beats)} == before


def test_the_newest_comes_first_over_all_agents() -> None:
    found = told(
        ago(10, ALERT, "one", "mason"), ago(50, ALERT, "two", "atlas"), ago(600, agent="scout")
    )
    assert [each.agent for each in found] == ["mason", "atlas", "scout"]


@given(st.lists(st.tuples(st.sampled_from(BeatStatus), st.sampled_from("ab")), max_size=30))
def test_every_alert_beat_belongs_to_exactly_one_run(
    said: Sequence[tuple[BeatStatus, str]],
) -> None:
    beats = [ago(1000 - turn, status, note) for turn, (status, note) in enumerate(said)]
    runs = alert_runs(beats)
    for beat in beats:
        own = [
            run
            for run in runs
            if run.first.moment <= beat.moment <= run.last.moment and run.first.note == beat.note
        ]
        assert (len(own) == 1) or beat.status is not ALERT
    assert all(run.ended is None or run.ended.moment > run.last.moment for run in runs)
