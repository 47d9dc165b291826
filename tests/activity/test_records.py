"""Records beside the logs, as programs of all kinds append to them."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from memdeck.model import Activity, ActivityKind
from memdeck.pulse import records
from memdeck.pulse.records import MOST, RecordReader, parse_record, record_files
from memdeck.pulse.tails import Tail

NOON = datetime(2026, 2, 6, 12, 0, tzinfo=UTC)


def line(number: int = 0, **more: object) -> bytes:
    when = (NOON + timedelta(minutes=number)).isoformat()
    return json.dumps({"ts": when, "message": f"did {number}", **more}).encode() + b"\n"


def write(root: Path, name: str, data: bytes, mode: str = "ab") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open(mode) as file:
        file.write(data)
    return path


def words(reader: RecordReader) -> list[str]:
    return [each.words for each in reader.read().activities]


def test_a_line_with_a_time_is_an_activity(tmp_path: Path) -> None:
    write(tmp_path, "memory/.dreams/events.jsonl", b"\n" + line(agent="atlas"))
    assert RecordReader(tmp_path).read().activities == (
        Activity(
            NOON, ActivityKind.RECORD, "did 0", "atlas", place="memory/.dreams/events.jsonl:2"
        ),
    )


def test_beats_logs_and_what_says_no_time_are_no_records(tmp_path: Path) -> None:
    write(tmp_path, "memory/heartbeats/2026-02.jsonl", line())
    write(tmp_path, "memory/2026-02-06.md", line())
    write(tmp_path, "elsewhere.jsonl", line())
    write(tmp_path, "memory/a.jsonl", b'{"message": "when?"}\n[1]\nnull\n\xff\n{"ts": ')
    found = RecordReader(tmp_path).read()
    assert (found.activities, found.problems) == ((), ())


def test_nothing_changed_is_the_same_object(tmp_path: Path) -> None:
    reader = RecordReader(tmp_path)
    assert reader.read() is reader.read()
    write(tmp_path, "memory/a.jsonl", line())
    found = reader.read()
    assert found is reader.read()
    assert len(found.activities) == 1


def test_only_what_was_appended_is_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []

    def counting(data: bytes) -> Activity | None:
        parsed.append(data)
        return parse_record(data)

    monkeypatch.setattr(records, "parse_record", counting)
    write(tmp_path, "memory/a.jsonl", line(1) + line(2))
    reader = RecordReader(tmp_path)
    assert words(reader) == ["did 1", "did 2"]
    parsed.clear()
    write(tmp_path, "memory/a.jsonl", line(3))
    assert words(reader) == ["did 1", "did 2", "did 3"]
    assert parsed == [line(3).rstrip()]
    assert reader.read().activities[-1].place == "memory/a.jsonl:3"


def test_a_line_is_told_once_when_it_is_written_in_two_halves(tmp_path: Path) -> None:
    whole = line(1)
    write(tmp_path, "memory/a.jsonl", whole[:20])
    reader = RecordReader(tmp_path)
    assert words(reader) == []
    write(tmp_path, "memory/a.jsonl", whole[20:-1])
    assert words(reader) == ["did 1"], "a last line need not end"
    write(tmp_path, "memory/a.jsonl", b"\n" + line(2))
    assert words(reader) == ["did 1", "did 2"]
    assert [each.place[-2:] for each in reader.read().activities] == [":1", ":2"]


@pytest.mark.parametrize("how", ["shorter", "other bytes", "replaced", "gone"])
def test_a_file_that_was_started_again_is_read_again(tmp_path: Path, how: str) -> None:
    path = write(tmp_path, "memory/a.jsonl", line(1) + line(2))
    reader = RecordReader(tmp_path)
    assert words(reader) == ["did 1", "did 2"]
    if how == "gone":
        path.unlink()
        assert words(reader) == []
        return
    if how == "replaced":
        path = write(tmp_path, "memory/new", line(7) + line(8) + line(9))
        path.replace(tmp_path / "memory/a.jsonl")
    else:
        write(tmp_path, "memory/a.jsonl", line(7) * (1 if how == "shorter" else 5), "wb")
    assert set(words(reader)) <= {"did 7", "did 8", "did 9"}
    assert words(reader)[0] == "did 7"


def test_of_a_long_file_the_end_is_told(tmp_path: Path) -> None:
    write(tmp_path, "memory/a.jsonl", b"".join(map(line, range(3 * MOST))))
    found = RecordReader(tmp_path).read().activities
    assert len(found) == MOST
    assert found[-1].place == f"memory/a.jsonl:{3 * MOST}"


def test_of_a_huge_file_the_beginning_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path, "a", b"x" * 100 + b"\nsecond\nthird\n")
    tail = Tail(path, at_once=20)
    assert [(each.data, each.number) for each in tail.read().lines] == [
        (b"second", None),
        (b"third", None),
    ]
    assert tail.read().lines == []
    write(tmp_path, "a", b"fourth\n")
    assert [each.data for each in tail.read().lines] == [b"fourth"]


def test_links_and_what_is_no_file_are_left_out(tmp_path: Path) -> None:
    secret = write(tmp_path / "outside", "a.jsonl", line())
    root = tmp_path / "root"
    write(root, "memory/kept.jsonl", line(5))
    (root / "memory/link.jsonl").symlink_to(secret)
    (root / "memory/folder").symlink_to(secret.parent)
    os.mkfifo(root / "memory/pipe.jsonl")
    (root / "memory/dir.jsonl").mkdir()
    assert words(RecordReader(root)) == ["did 5"]
    assert list(record_files(root)) == [root / "memory/kept.jsonl"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    write(tmp_path, "memory/a.jsonl", line()).chmod(0)
    assert RecordReader(tmp_path).read().problems == (
        "memory/a.jsonl could not be read (Permission denied)",
    )
