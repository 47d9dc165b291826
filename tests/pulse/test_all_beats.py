"""All beats of a workspace, from its own record, its logs and the state file: each told once."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdeck.daily.days import read_days
from memdeck.model import Beat, BeatStatus, Day
from memdeck.pulse.all_beats import BeatReader, merged, read_all_beats
from memdeck.pulse.beats import FOLDER, Beats
from memdeck.pulse.heartbeat_state import PATH
from memdeck.pulse.record import append_beat

NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)
TODAY = date(2026, 2, 6)
BERLIN = ZoneInfo("Europe/Berlin")


def at(clock: str, day: int = 6) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 2, day, hour, minute, tzinfo=UTC)


def beat(root: Path, clock: str, agent: str = "atlas", **more: object) -> None:
    append_beat(root, Beat(at(clock), agent, interval=3300, **more))  # type: ignore[arg-type]


def log(root: Path, text: str, name: str = "2026-02-06.md") -> Path:
    path = root / "memory" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"# {name[:10]}\n\n{text}", encoding="utf-8")
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    return path


def state(root: Path, **checks: int) -> None:
    path = root / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"lastChecks": checks}), encoding="utf-8")
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))


def days(root: Path) -> Sequence[Day]:
    return read_days(root, today=TODAY)


def told(root: Path) -> list[tuple[str, str, str]]:
    found = read_all_beats(root, days(root), NOW, UTC)
    return [(each.agent, f"{each.moment:%H:%M}", each.source) for each in found.beats]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "lantern"
    folder.mkdir()
    return folder


def test_a_workspace_without_a_record_has_one_agent_of_its_own_name(root: Path) -> None:
    log(root, "- 09:00 Heartbeat\n- 10:00 Heartbeat: all quiet\n")
    state(root, email=int(at("14:20").timestamp()), calendar=int(at("14:21").timestamp()))
    assert told(root) == [
        ("lantern", "09:00", "memory/2026-02-06.md:3"),
        ("lantern", "10:00", "memory/2026-02-06.md:4"),
        ("lantern", "14:21", PATH),
    ]
    last = read_all_beats(root, days(root), NOW, UTC).last_of("lantern")
    assert last is not None
    assert (last.note, last.doubt) == ("checked email, calendar", "")


def test_what_one_agent_notes_elsewhere_is_its_own(root: Path) -> None:
    beat(root, "09:00")
    log(root, "- 12:00 Heartbeat\n")
    state(root, email=int(at("14:20").timestamp()))
    assert [each[:2] for each in told(root)] == [
        ("atlas", "09:00"),
        ("atlas", "12:00"),
        ("atlas", "14:20"),
    ]


def test_a_beat_told_twice_counts_once_and_its_own_record_wins(root: Path) -> None:
    beat(root, "09:00", note="mine")
    beat(root, "12:00")
    log(root, "- 09:02 Heartbeat: theirs\n- 08:57 HEARTBEAT_OK\n- 13:00 Heartbeat\n")
    state(root, email=int(at("13:03").timestamp()))
    found = read_all_beats(root, days(root), NOW, UTC).beats
    assert [(f"{each.moment:%H:%M}", each.note) for each in found] == [
        ("09:00", "mine"),
        ("12:00", None),
        ("13:00", None),
    ]


def test_the_same_line_twice_counts_once(root: Path) -> None:
    beat(root, "09:00")
    beat(root, "09:00")
    beat(root, "09:00", status=BeatStatus.ALERT)
    beat(root, "09:00", "scout")
    assert [each[:2] for each in told(root)] == [("atlas", "09:00")] * 2 + [("scout", "09:00")]


def test_between_beats_that_come_on_time_nothing_else_counts(root: Path) -> None:
    for clock in ("09:00", "09:55", "12:00"):
        beat(root, clock)
    log(root, "- 09:30 Heartbeat\n- 11:00 Heartbeat\n- 12:30 Heartbeat\n")
    assert [clock for _, clock, _ in told(root)] == ["09:00", "09:55", "11:00", "12:00", "12:30"]


def test_with_several_agents_only_a_line_that_names_one_is_its_beat(root: Path) -> None:
    beat(root, "09:00")
    beat(root, "09:00", "scout")
    log(
        root,
        "- 12:00 Heartbeat\n- 12:30 Heartbeat of scout: quiet\n- 13:00 Heartbeat: scout, atlas\n",
    )
    log(root, "- 13:30 Heartbeat\n", "2026-02-06-atlas.md")
    state(root, email=int(at("14:20").timestamp()))
    assert [each[:2] for each in told(root)] == [
        ("atlas", "09:00"),
        ("scout", "09:00"),
        ("scout", "12:30"),
        ("atlas", "13:30"),
    ]


def test_beats_in_the_future_are_told_for_what_follows_from_them(root: Path) -> None:
    """A clock that jumped back leaves beats ahead of now, and newer ones with earlier times."""
    beat(root, "17:00")
    beat(root, "14:00")
    log(root, "- 22:00 Heartbeat\n")
    found = read_all_beats(root, days(root), NOW, UTC).beats
    assert [(f"{each.moment:%H:%M}", each.doubt) for each in found] == [
        ("14:00", ""),
        ("17:00", ""),
        ("22:00", "its log was written before that"),
    ]


def test_a_day_that_daylight_saving_makes_longer_has_every_beat_in_its_place(root: Path) -> None:
    text = (
        "- 02:30 CEST Heartbeat\n- 01:30 Heartbeat\n- 00:30 UTC Heartbeat\n- 01:30 UTC Heartbeat\n"
    )
    log(root, text, "2026-10-25.md")
    now = datetime(2026, 10, 25, 12, tzinfo=UTC)
    os.utime(root / "memory/2026-10-25.md", (now.timestamp(), now.timestamp()))
    found = read_all_beats(root, read_days(root, today=now.date()), now, BERLIN).beats
    # What names a zone that may be several is not guessed at.
    assert [f"{each.moment:%d %H:%M}" for each in found] == ["24 23:30", "25 00:30", "25 01:30"]


def test_what_is_long_ago_is_left_out_but_for_each_agents_newest(root: Path) -> None:
    log(root, "- 12:00 Heartbeat\n", "2026-01-05.md")
    log(root, "- 12:00 Heartbeat\n", "2026-02-05.md")
    old = int((NOW - timedelta(days=365)).timestamp())
    state(root, email=old, calendar=int(at("14:20").timestamp()))
    found = read_all_beats(root, days(root), NOW, UTC).beats
    assert [(f"{each.moment:%Y-%m-%d}", bool(each.doubt)) for each in found] == [
        ("2025-02-06", True),
        ("2026-02-05", False),
        ("2026-02-06", False),
    ]


def test_what_did_not_change_is_the_same_object(root: Path) -> None:
    beat(root, "09:00")
    path = log(root, "- 12:00 Heartbeat\n")
    state(root, email=int(at("14:20").timestamp()))
    reader, listed = BeatReader(root, UTC), days(root)
    first = reader.read(listed, NOW)
    assert reader.read(listed, NOW + timedelta(hours=5)) is first
    with path.open("a", encoding="utf-8") as file:
        file.write("- 13:00 Watered the plants\n")
    assert reader.read(read_days(root, listed, today=TODAY), NOW) == first
    beat(root, "14:00")
    again = reader.read(listed, NOW)
    assert len(again.beats) == len(first.beats) + 1


def test_all_that_could_not_be_read_is_said(root: Path) -> None:
    (root / FOLDER).mkdir(parents=True)
    os.mkfifo(root / FOLDER / "2026-02.jsonl")
    (root / PATH).write_text("{", encoding="utf-8")
    found = read_all_beats(root, (), NOW, UTC)
    assert found.problem == (
        f"{FOLDER}/2026-02.jsonl could not be read (it is no file); "
        f"{PATH} is no JSON, or only half of it"
    )


def test_an_empty_workspace_has_no_beats(root: Path) -> None:
    assert read_all_beats(root, (), NOW, UTC) == Beats()


def test_two_hundred_agents_are_told_apart(root: Path) -> None:
    for number in range(200):
        for clock in ("09:00", "09:55"):
            beat(root, clock, f"agent-{number}")
    log(root, "- 12:30 Heartbeat of agent-17\n")
    found = read_all_beats(root, days(root), NOW, UTC)
    assert len(found.beats) == 401
    assert len(found.last_by_agent()) == 200
    assert found.beats[-1].agent == "agent-17"


BEATS = st.builds(
    Beat,
    moment=st.integers(0, 600).map(lambda minutes: NOW - timedelta(minutes=minutes)),
    agent=st.sampled_from(["atlas", "scout"]),
    interval=st.sampled_from([None, 600, 3300]),
    source=st.sampled_from(["memory/2026-02-06.md:1", PATH]),
)


@given(st.lists(BEATS, max_size=20), st.lists(BEATS, max_size=20))
@settings(deadline=None)
def test_no_own_beat_is_lost_and_nothing_is_near_another(
    own: list[Beat], others: list[Beat]
) -> None:
    own = [Beat(each.moment, each.agent, interval=each.interval) for each in own]
    found = merged(own, others)
    assert [each.moment for each in found] == sorted(each.moment for each in found)
    assert set(own) <= set(found)
    assert len(found) == len(set(found))
    for each in found:
        if each.source:
            near = [other for other in found if other.agent == each.agent and other is not each]
            assert all(abs(each.moment - other.moment) > timedelta(minutes=5) for other in near)
    # What is near to nothing is kept.
    for each in others:
        assert any(
            each.agent == other.agent and abs(each.moment - other.moment) <= timedelta(minutes=83)
            for other in found
        )
