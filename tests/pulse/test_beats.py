"""The record of heartbeats, as programs of all kinds leave it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.demo import AGENTS, DEMO_NOW, make_workspace
from memdeck.model import Beat, BeatStatus, CacheCounts
from memdeck.pulse.beats import (
    FOLDER,
    RecordReader,
    last_beat,
    parse_beat,
    parse_beats,
    read_beats,
)

NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)


def line(agent: str = "atlas", moment: datetime = NOW, **more: object) -> str:
    fields = {"ts": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "agent": agent, "status": "ok"}
    return json.dumps({**fields, **more}) + "\n"


def record(root: Path, month: str, *lines: str | bytes) -> Path:
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{month}.jsonl"
    data = [each.encode() if isinstance(each, str) else each for each in lines]
    path.write_bytes(b"".join(data))
    return path


def test_a_beat_says_who_when_and_how() -> None:
    cache = {"hits": 40, "misses": 3, "expired": 1}
    beat = parse_beat(line(status="alert", note="disk full", interval_s=3300, cache=cache).encode())
    assert beat == Beat(NOW, "atlas", BeatStatus.ALERT, "disk full", 3300, CacheCounts(40, 3, 1))
    assert parse_beat(line(status="ok", note=None, cache=None).encode()) == Beat(NOW, "atlas")


@pytest.mark.parametrize(
    "broken",
    [
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b"\xff\xfe",
        b'{"ts": "2026-02-06T14:32:00Z"}',
        b'{"ts": "soon", "agent": "atlas"}',
        b'{"ts": 1770388320, "agent": "atlas"}',
        b'{"ts": "2026-02-06T14:32:00Z", "agent": " "}',
        b'{"ts": "2026-02-06T14:32:00Z", "agent": 7}',
        b'{"ts": "0001-01-01T00:00:00+23:00", "agent": "atlas"}',
        b'{"ts": "2026-02-06T14:32:00Z", "agent": "atlas", "status": "ok"',
        b"[" * 100_000,
        b'{"interval_s": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_broken_line_is_counted_and_the_others_are_read(broken: bytes) -> None:
    lines = [line().encode(), broken, b"", b"  \r", line("scout").encode()]
    beats, count = parse_beats(lines)
    assert [each.agent for each in beats] == ["atlas", "scout"]
    assert count == 1


@pytest.mark.parametrize(
    ("more", "interval", "cache"),
    [
        ({"interval_s": -1, "cache": []}, None, None),
        ({"interval_s": True, "cache": {"hits": 1}}, None, None),
        ({"interval_s": 10**12, "cache": {"hits": "1", "misses": 2}}, None, None),
        ({"interval_s": 1.5, "cache": {"hits": 1, "misses": 2}}, None, CacheCounts(1, 2, 0)),
        ({"status": {"a": 1}, "note": 7, "more": [1]}, None, None),
    ],
)
def test_what_is_odd_in_a_beat_is_left_out_of_it(
    more: dict[str, object], interval: int | None, cache: CacheCounts | None
) -> None:
    beat = parse_beat(line(**more).encode())
    assert beat == Beat(NOW, "atlas", interval=interval, cache=cache)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_beat_or_none(data: bytes) -> None:
    parse_beat(data)


def test_the_newest_two_months_are_read_and_the_last_line_counts(tmp_path: Path) -> None:
    record(tmp_path, "2025-12", line("old", NOW - timedelta(days=50)))
    record(tmp_path, "2026-01", line("scout", NOW - timedelta(days=20)))
    early, late = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
    record(tmp_path, "2026-02", line("atlas", late, note="b"), line("atlas", early, note="a"))
    found = read_beats(tmp_path, NOW)
    assert list(found.last_by_agent()) == ["atlas", "scout"]
    assert [each.note for each in found.beats] == [None, "a", "b"]
    beat = last_beat(tmp_path, "atlas", NOW)
    assert beat is not None
    assert beat.moment == late
    assert last_beat(tmp_path, "old", NOW) is None
    assert last_beat(tmp_path, "nobody", NOW) is None


def test_a_beat_that_has_not_happened_yet_does_not_count(tmp_path: Path) -> None:
    ahead = [line("atlas", NOW + timedelta(minutes=each)) for each in (4, 6)]
    record(tmp_path, "2026-02", *ahead)
    record(tmp_path, "2026-09", line("atlas", NOW - timedelta(hours=1)))
    record(tmp_path, "9999-12", line("atlas", NOW + timedelta(days=365 * 100)))
    (beat,) = read_beats(tmp_path, NOW).beats
    assert beat.moment == NOW + timedelta(minutes=4)


def test_without_a_record_there_are_no_beats_and_no_trouble(tmp_path: Path) -> None:
    found = read_beats(tmp_path, NOW)
    assert (found.beats, found.broken, found.problem) == ((), 0, None)


def test_other_files_links_and_pipes_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "elsewhere.jsonl"
    secret.write_text(line("secret"), encoding="utf-8")
    root = tmp_path / "agent"
    folder = record(root, "2026-01", line("scout")).parent
    (folder / "notes.jsonl").write_text(line("noise"), encoding="utf-8")
    (folder / "2026-02.jsonl").symlink_to(secret)
    found = read_beats(root, NOW)
    assert [each.agent for each in found.beats] == ["scout"]
    assert found.problem is not None
    assert "2026-02.jsonl could not be read (a link" in found.problem
    (folder / "2026-02.jsonl").unlink()
    os.mkfifo(folder / "2026-02.jsonl")
    assert "it is no file" in (read_beats(root, NOW).problem or "")


def test_a_folder_that_leads_out_of_the_workspace_is_not_followed(tmp_path: Path) -> None:
    record(tmp_path / "other", "2026-02", line("secret"))
    (tmp_path / "agent" / "memory").mkdir(parents=True)
    (tmp_path / "agent" / FOLDER).symlink_to(tmp_path / "other" / FOLDER)
    found = read_beats(tmp_path / "agent", NOW)
    assert found.beats == ()
    assert "leads out of the workspace" in (found.problem or "")


def test_of_a_huge_file_the_end_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("memdeck.pulse.beats._LARGEST", 200)
    lines = [line("atlas", NOW - timedelta(minutes=each), n=each) for each in range(50, 0, -1)]
    record(tmp_path, "2026-02", *lines)
    found = read_beats(tmp_path, NOW)
    assert (len(found.beats), found.broken) == (2, 0)
    assert found.beats[-1].moment == NOW - timedelta(minutes=1)


def test_the_made_workspace_has_three_agents_at_work(tmp_path: Path) -> None:
    root = make_workspace(tmp_path / "atlas")
    found = read_beats(root, DEMO_NOW)
    assert set(found.last_by_agent()) == set(AGENTS)
    assert (found.broken, found.problem) == (0, None)
    last = {agent: beat.moment.strftime("%H:%M") for agent, beat in found.last_by_agent().items()}
    assert last == {"mason": "14:10", "atlas": "13:58", "scout": "13:20"}
    assert any(each.status is BeatStatus.ALERT for each in found.beats)


# --- Again and again ---------------------------------------------------------


def test_of_a_file_that_grew_only_what_came_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = record(tmp_path, "2026-02", line("atlas", NOW - timedelta(hours=2)), "{")
    parsed: list[bytes] = []

    def parse(data: bytes) -> Beat | None:
        parsed.append(data)
        return parse_beat(data)

    monkeypatch.setattr("memdeck.pulse.beats.parse_beat", parse)
    reader = RecordReader(tmp_path)
    assert (len(reader.read(NOW, ahead=True).beats), reader.read(NOW).broken) == (1, 1)
    first = reader.read(NOW, ahead=True)
    parsed.clear()
    assert reader.read(NOW + timedelta(hours=1), ahead=True) is first
    assert parsed == []
    with path.open("a", encoding="utf-8") as file:
        file.write("}\n" + line("scout") + line("mason").rstrip("\n"))
    found = reader.read(NOW, ahead=True)
    # The line without a line feed is told again each time: it may go on.
    assert len(set(parsed)) == 3
    assert [each.agent for each in found.beats] == ["atlas", "scout", "mason"]
    assert found.broken == 1
    record(tmp_path, "2026-02", line("anew"))
    assert [each.agent for each in reader.read(NOW).beats] == ["anew"]
    path.unlink()
    assert reader.read(NOW).beats == ()


def test_of_long_ago_each_agents_newest_beat_is_kept(tmp_path: Path) -> None:
    times = [NOW - timedelta(hours=each) for each in range(30 * 24, 0, -6)]
    record(tmp_path, "2026-01", line("old", times[0]), *(line("atlas", each) for each in times))
    found = RecordReader(tmp_path, keep=timedelta(days=2)).read(NOW)
    assert [each.agent for each in found.beats] == ["old"] + ["atlas"] * 9
    later = RecordReader(tmp_path, keep=timedelta(days=2)).read(NOW + timedelta(days=9))
    assert [(each.agent, each.moment) for each in later.beats] == [
        ("old", times[0]),
        ("atlas", times[-1]),
    ]


def test_a_beat_ahead_of_this_clock_is_read_by_who_asks_for_it(tmp_path: Path) -> None:
    record(tmp_path, "2026-02", line("atlas", NOW + timedelta(hours=1)), line("atlas"))
    record(tmp_path, "2027-02", line("scout", NOW + timedelta(days=365)))
    record(tmp_path, "2028-02", line("mason", NOW + timedelta(days=730)))
    reader = RecordReader(tmp_path)
    assert [each.agent for each in reader.read(NOW, ahead=True).beats] == ["atlas"] * 2 + ["scout"]
    assert [each.moment for each in reader.read(NOW).beats] == [NOW]
