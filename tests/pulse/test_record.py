"""Beats as agents write them: one line each, whoever else writes at the same time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import memdeck
from memdeck.errors import Refused, Unusable, WrongUsage
from memdeck.model import Beat, BeatStatus, CacheCounts
from memdeck.pulse.beats import FOLDER, parse_beat, read_beats
from memdeck.pulse.record import LONGEST_NOTE, Pulse, append_beat, line_of

NOW = datetime(2026, 2, 6, 14, 32, 5, 999999, tzinfo=UTC)
WHOLE = NOW.replace(microsecond=0)
CHECKOUT = Path(__file__).parents[2]


def pulse(root: Path, agent: str = "atlas", now: datetime = NOW) -> Pulse:
    return Pulse(root, agent, now=lambda: now)


def lines(root: Path, month: str = "2026-02") -> list[bytes]:
    return (root / FOLDER / f"{month}.jsonl").read_bytes().split(b"\n")


def test_a_beat_is_one_line_of_the_months_file_in_the_words_of_the_format(tmp_path: Path) -> None:
    beat = pulse(tmp_path).beat("alert", "queue full", CacheCounts(40, 3, 1))
    first, last = lines(tmp_path)
    assert last == b""
    assert json.loads(first) == {
        "ts": "2026-02-06T14:32:05Z",
        "agent": "atlas",
        "status": "alert",
        "note": "queue full",
        "interval_s": 3300,
        "cache": {"hits": 40, "misses": 3, "expired": 1},
    }
    counts = CacheCounts(40, 3, 1)
    assert beat == Beat(WHOLE, "atlas", BeatStatus.ALERT, "queue full", 3300, counts)
    assert read_beats(tmp_path, NOW).beats == (beat,)


def test_a_beat_without_a_word_says_ok(tmp_path: Path) -> None:
    pulse(tmp_path).beat()
    assert json.loads(lines(tmp_path)[0]) == {
        "ts": "2026-02-06T14:32:05Z",
        "agent": "atlas",
        "status": "ok",
        "note": None,
        "interval_s": 3300,
        "cache": None,
    }


def test_the_month_is_that_of_utc(tmp_path: Path) -> None:
    west = timezone(timedelta(hours=-8))
    pulse(tmp_path, now=datetime(2026, 1, 31, 16, 30, tzinfo=west)).beat()
    assert json.loads(lines(tmp_path, "2026-02")[0])["ts"] == "2026-02-01T00:30:00Z"


def test_the_interval_is_given_or_set_or_everyones(tmp_path: Path) -> None:
    (tmp_path / "memdeck.toml").write_text(
        "[pulse]\ninterval = 40\n[pulse.agents.atlas]\ninterval = 5\n", encoding="utf-8"
    )
    assert pulse(tmp_path).beat().interval == 300
    assert pulse(tmp_path, "scout").beat().interval == 2400
    assert Pulse(tmp_path, "scout", interval=90, now=lambda: NOW).beat().interval == 90


@pytest.mark.parametrize("interval", [0, -5, 366 * 24 * 3600 + 1])
def test_an_interval_that_is_none_is_refused_at_once(tmp_path: Path, interval: int) -> None:
    with pytest.raises(WrongUsage, match="interval"):
        Pulse(tmp_path, "atlas", interval=interval)


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 81])
def test_a_name_that_is_none_is_refused_at_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongUsage, match="agent's name"):
        Pulse(tmp_path, name)


@pytest.mark.parametrize("status", ["skipped", "fine", ""])
def test_a_beat_says_ok_or_alert_and_nothing_else(tmp_path: Path, status: str) -> None:
    with pytest.raises(WrongUsage, match="ok or alert"):
        pulse(tmp_path).beat(status)
    assert not (tmp_path / "memory").exists()


@pytest.mark.fault("half a heartbeat left by a crash")
def test_a_beat_goes_behind_half_a_line_that_a_crash_left(tmp_path: Path) -> None:
    path = append_beat(tmp_path, Beat(WHOLE, "atlas"))
    with path.open("ab") as file:
        file.write(b'{"ts": "2026-02-06T14:3')
    pulse(tmp_path, "scout").beat()
    found = read_beats(tmp_path, NOW)
    assert [each.agent for each in found.beats] == ["atlas", "scout"]
    assert found.broken == 1


def test_a_long_note_is_shortened_and_says_so(tmp_path: Path) -> None:
    pulse(tmp_path).beat(note="  " + "é" * 5000)
    (beat,) = read_beats(tmp_path, NOW).beats
    assert beat.note is not None
    assert beat.note == "é" * (LONGEST_NOTE - 1) + "…"


@given(st.text(st.characters(exclude_categories=())), st.text())
def test_any_note_is_one_line_and_read_again(note: str, other: str) -> None:
    beat = Beat(WHOLE, "atlas", note=note.strip()[:LONGEST_NOTE] or None)
    data = line_of(beat)
    assert data.count(b"\n") == 1
    assert data.endswith(b"}\n")
    assert parse_beat(data) == beat


def test_what_would_not_be_read_is_not_written(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "agent"
    (root / "memory").mkdir(parents=True)
    (root / FOLDER).symlink_to(outside)
    with pytest.raises(Refused, match="leads out of the workspace"):
        pulse(root).beat()
    (root / FOLDER).unlink()
    (root / FOLDER).mkdir()
    path = root / FOLDER / "2026-02.jsonl"
    path.symlink_to("2026-03.jsonl")
    with pytest.raises(Refused, match="is a link"):
        pulse(root).beat()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(Refused, match="not a regular file"):
        pulse(root).beat()
    path.unlink()
    path.touch(mode=0o444)
    path.chmod(0o444)
    with pytest.raises(Refused, match="read-only"):
        pulse(root).beat()
    assert list(outside.iterdir()) == []


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "memory").write_text("", encoding="utf-8")
    with pytest.raises(Refused, match="memory is not a folder"):
        pulse(tmp_path).beat()
    (tmp_path / "memory").unlink()
    (tmp_path / "memory").mkdir()
    (tmp_path / FOLDER).write_text("", encoding="utf-8")
    with pytest.raises(Refused, match="memory/heartbeats is not a folder"):
        pulse(tmp_path).beat()
    with pytest.raises(Unusable, match="does not exist"):
        pulse(tmp_path / "nowhere").beat()


def test_a_full_disk_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("memdeck.appending.os.write", full)
    with pytest.raises(Unusable, match="No space left on device"):
        pulse(tmp_path).beat()


WRITER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from memdeck import Pulse
begin = datetime(2026, 2, 6, tzinfo=UTC)
for number in range(int(sys.argv[3])):
    moment = begin + timedelta(seconds=number)
    Pulse(Path(sys.argv[1]), sys.argv[2], interval=60, now=lambda: moment).beat(note=str(number))
"""


def test_several_agents_beat_at_once_and_no_line_is_lost(tmp_path: Path) -> None:
    agents, count = ["atlas", "scout", "mason"], 60
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), agent, str(count)], env=environment
        )
        for agent in agents
    ]
    assert [each.wait() for each in writers] == [0, 0, 0]
    found = read_beats(tmp_path, NOW)
    assert found.broken == 0
    for agent in agents:
        notes = [each.note for each in found.beats if each.agent == agent]
        assert notes == [str(number) for number in range(count)]


def test_an_agent_that_beats_loads_no_more_than_it_needs() -> None:
    script = (
        "import sys\n"
        "from memdeck import Pulse\n"
        "assert Pulse\n"
        "heavy = {'git', 'tiktoken', 'rich', 'textual', 'pyromark', 'rapidfuzz', 'click'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=CHECKOUT)
    assert memdeck.Pulse is Pulse
