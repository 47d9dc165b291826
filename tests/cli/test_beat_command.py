"""`memdeck beat`, as agents call it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from memdeck.model import BeatStatus
from memdeck.pulse.beats import read_beats

from .conftest import NOW, Caller


def test_a_beat_is_recorded_and_says_when_the_next_is_due(call: Caller, agent: Path) -> None:
    said = call("beat", "--agent", "atlas", "--note", "all quiet")
    assert (said.code, said.text) == (0, "2026-02-06T15:27:00Z\n")
    assert said.err == "beat of atlas recorded: ok · next due 15:27\n"
    (beat,) = read_beats(agent, NOW).beats
    assert (beat.agent, beat.moment, beat.note, beat.interval) == ("atlas", NOW, "all quiet", 3300)
    assert beat.status is BeatStatus.OK


def test_an_alert_has_a_note_and_an_interval_of_its_own(call: Caller, agent: Path) -> None:
    said = call(
        *("--agent", "mason", "beat", "--status", "alert"),
        *("--note", "queue full", "--interval", "20"),
    )
    assert said.text == "2026-02-06T14:52:00Z\n"
    (line,) = (agent / "memory/heartbeats/2026-02.jsonl").read_bytes().strip().split(b"\n")
    assert json.loads(line) == {
        "ts": "2026-02-06T14:32:00Z",
        "agent": "mason",
        "status": "alert",
        "note": "queue full",
        "interval_s": 1200,
        "cache": None,
    }


def test_the_environment_may_name_the_agent(call: Caller, agent: Path) -> None:
    call.environ["MEMDECK_AGENT"] = "scout"
    assert call("beat").code == 0
    assert [each.agent for each in read_beats(agent, NOW).beats] == ["scout"]


def test_a_beat_of_nobody_is_refused(call: Caller, agent: Path) -> None:
    said = call("beat")
    assert (said.code, said.text) == (2, "")
    assert "--agent NAME" in said.err
    assert not (agent / "memory/heartbeats").exists()


@pytest.mark.parametrize(
    "arguments", [("--status", "skipped"), ("--interval", "0"), ("--interval", "10081"), ("x",)]
)
def test_what_makes_no_sense_records_nothing(
    call: Caller, agent: Path, arguments: tuple[str, ...]
) -> None:
    assert call("beat", "--agent", "atlas", *arguments).code == 2
    assert not (agent / "memory/heartbeats").exists()


def test_an_agent_that_goes_to_sleep_is_due_when_it_wakes_up(call: Caller, agent: Path) -> None:
    (agent / "memdeck.toml").write_text(
        '[time]\nzone = "Europe/Berlin"\n[pulse.agents.atlas]\ninterval = 30\n'
        'hours = "08:00-20:00"\n',
        encoding="utf-8",
    )
    call.now = datetime(2026, 2, 6, 18, 45, tzinfo=UTC)
    said = call("beat", "--agent", "atlas")
    assert said.text == "2026-02-07T07:00:00Z\n"
    assert "next due 2026-02-07 08:00" in said.err
    assert call("beat", "--agent", "atlas", "--interval", "10").text == "2026-02-06T18:55:00Z\n"


def test_a_record_that_may_not_be_written_is_told_and_exits_with_three(
    call: Caller, agent: Path
) -> None:
    (agent / "memory/heartbeats").write_text("", encoding="utf-8")
    said = call("beat", "--agent", "atlas")
    assert (said.code, said.text) == (3, "")
    assert "memory/heartbeats is not a folder; nothing was recorded" in said.err


def test_beats_of_a_day_are_all_there(call: Caller, agent: Path) -> None:
    for count in range(26):
        call.now = NOW + timedelta(minutes=55 * count)
        assert call("beat", "--agent", "atlas").code == 0
    found = read_beats(agent, NOW + timedelta(days=1))
    assert (len(found.beats), found.broken) == (26, 0)
