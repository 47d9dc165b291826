"""`memory/heartbeat-state.json`: typed by language models, in every shape, never trusted."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.pulse.heartbeat_state import PATH, Check, StateReader, checks_in, in_one

NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
BERLIN = ZoneInfo("Europe/Berlin")


def checks(state: object, written: datetime = NOW) -> list[Check]:
    return list(checks_in(json.dumps(state).encode(), written, UTC))


def test_the_time_of_each_check_is_a_sign_of_life() -> None:
    state = {"lastChecks": {"email": EPOCH - 60, "calendar": EPOCH - 7200, "weather": None}}
    assert checks(state) == [
        Check(NOW - timedelta(hours=2), "calendar"),
        Check(NOW - timedelta(minutes=1), "email"),
    ]


@pytest.mark.parametrize(
    "written",
    [
        EPOCH,
        EPOCH + 0.25,
        EPOCH * 1000,
        str(EPOCH),
        "2026-02-06T14:32:00Z",
        "2026-02-06T15:32:00+01:00",
        "2026-02-06 14:32",
        "2026-02-06 14:32 UTC",
        "2026-02-06T14:32:00.123Z",
    ],
)
def test_a_time_is_read_as_it_is_written(written: object) -> None:
    assert checks({"lastHeartbeat": written}) == [Check(NOW, "heartbeat")]


def test_a_time_without_a_zone_is_that_of_the_workspace() -> None:
    data = b'{"lastHeartbeat": "2026-02-06T15:32:00"}'
    assert list(checks_in(data, NOW, BERLIN)) == [Check(NOW, "heartbeat")]


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ({"email": EPOCH, "calendar": EPOCH - 1}, ["calendar", "email"]),
        ({"last_heartbeat": EPOCH}, ["heartbeat"]),
        ({"email": {"lastCheck": EPOCH, "unread": 3}}, ["email"]),
        ({"checks": {"mail": {"at": EPOCH}}, "notes": "x"}, ["mail"]),
        ({"history": [{"ts": EPOCH - 600}, {"ts": EPOCH}]}, ["history", "history"]),
        ({"lastChecks": {"email": EPOCH}, "nextCheck": EPOCH, "dueAt": EPOCH}, ["email"]),
        ({"heartbeatCount": 42, "unread": 1_000, "ratio": 0.5, "on": True, "x": []}, []),
        ({"lastChecks": {}}, []),
        ({"lastChecks": {"email": "yesterday", "weather": "2026-02-06"}}, []),
        ({"lastChecks": {"a": 10**400, "b": 1e308, "c": -5, "d": 5e11}}, []),
        ([EPOCH], []),
        ("x", []),
        (None, []),
    ],
)
def test_every_shape_is_read_for_what_it_says(state: object, names: list[str]) -> None:
    assert [each.name for each in checks(state)] == names


def test_a_time_a_year_early_is_doubtful() -> None:
    year = 365 * 24 * 3600
    early, right = checks({"lastChecks": {"email": EPOCH - year, "calendar": EPOCH - 60}})
    assert early.doubt == "it is a year before the file was written"
    assert right.doubt == ""
    # The example of a template, copied as it is.
    (copied,) = checks({"lastChecks": {"email": 1703275200}})
    assert copied.doubt == "it is 2 years before the file was written"


def test_a_time_behind_the_file_is_doubtful() -> None:
    (check,) = checks({"lastHeartbeat": EPOCH + 3600})
    assert check.doubt == "it is later than the file was written"
    (near,) = checks({"lastHeartbeat": EPOCH + 60})
    assert near.doubt == ""


def test_times_that_are_all_old_are_doubtful_as_a_check_writes_the_file() -> None:
    (check,) = checks({"lastHeartbeat": EPOCH - 3 * 24 * 3600})
    assert check.doubt == "the file was written 3 days later"
    old, _new = checks({"lastChecks": {"a": EPOCH - 3 * 24 * 3600, "b": EPOCH - 600}})
    assert old.doubt == ""


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\xfe{}", b"[" * 100_000, b'{"a": NaN, "b": Infinity}', b"\x00"]
)
def test_what_is_no_json_says_nothing(data: bytes) -> None:
    assert list(checks_in(data, NOW, UTC)) == []


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=12,
    )
)
def test_any_json_is_read_without_trouble(state: object) -> None:
    for check in checks(state):
        assert check.moment.tzinfo is not None


def test_checks_that_follow_each_other_closely_were_one_heartbeat() -> None:
    def at(minutes: int, name: str, doubt: str = "") -> Check:
        return Check(NOW + timedelta(minutes=minutes), name, doubt)

    told = (at(0, "a"), at(1, "b"), at(2, "a"), at(9, "c"), at(10, "d", "odd"))
    assert list(in_one(told, timedelta(minutes=5))) == [
        at(2, "a, b"),
        at(9, "c"),
        at(10, "d", "odd"),
    ]
    assert list(in_one((), timedelta(minutes=5))) == []


def begin(root: Path, text: str, written: datetime = NOW) -> Path:
    path = root / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (written.timestamp(), written.timestamp()))
    return path


def test_the_file_is_read_again_when_it_changed_only(tmp_path: Path) -> None:
    reader = StateReader(tmp_path, UTC)
    assert reader.read() == ()
    path = begin(tmp_path, json.dumps({"lastHeartbeat": EPOCH}))
    first = reader.read()
    assert first == (Check(NOW, "heartbeat"),)
    assert reader.read() is first
    begin(tmp_path, json.dumps({"lastHeartbeat": EPOCH - 60}), NOW + timedelta(seconds=1))
    assert reader.read() == (Check(NOW - timedelta(minutes=1), "heartbeat"),)
    assert reader.problem is None
    path.unlink()
    assert (reader.read(), reader.problem) == ((), None)


def test_what_cannot_be_read_is_told_and_not_waited_for(tmp_path: Path) -> None:
    begin(tmp_path, '{"lastHeart')
    reader = StateReader(tmp_path, UTC)
    assert reader.read() == ()
    assert reader.problem == f"{PATH} is no JSON, or only half of it"
    (tmp_path / PATH).unlink()
    os.mkfifo(tmp_path / PATH)
    assert reader.read() == ()
    assert reader.problem == f"{PATH} could not be read (it is no file)"
    (tmp_path / PATH).unlink()
    secret = tmp_path / "elsewhere.json"
    secret.write_text(json.dumps({"lastHeartbeat": EPOCH}), encoding="utf-8")
    (tmp_path / PATH).symlink_to(secret)
    assert reader.read() == ()
    assert "a link" in (reader.problem or "")
    (tmp_path / PATH).unlink()
    begin(tmp_path, " " * 2_000_000)
    assert reader.read() == ()
    assert "too large" in (reader.problem or "")


@pytest.mark.fault("a heartbeat-state.json of which only half is written")
def test_while_the_file_is_being_written_what_it_said_still_counts(tmp_path: Path) -> None:
    begin(tmp_path, json.dumps({"lastHeartbeat": EPOCH}))
    reader = StateReader(tmp_path, UTC)
    first = reader.read()
    for half in ("", '{"lastHeartbeat": 17'):
        begin(tmp_path, half, NOW + timedelta(seconds=len(half)))
        assert reader.read() is first
        assert (reader.problem is None) == (not half)
    begin(tmp_path, json.dumps({"lastHeartbeat": EPOCH + 9}), NOW + timedelta(seconds=40))
    assert [each.moment for each in reader.read()] == [NOW + timedelta(seconds=9)]
    assert reader.problem is None
    begin(tmp_path, "null", NOW + timedelta(seconds=50))
    assert (reader.read(), reader.problem) == ((), None)


def test_a_temporary_file_that_was_left_behind_is_nothing(tmp_path: Path) -> None:
    begin(tmp_path, json.dumps({"lastHeartbeat": EPOCH}))
    (tmp_path / f"{PATH}.tmp").write_bytes(b"\x00\x01")
    reader = StateReader(tmp_path, UTC)
    assert [each.moment for each in reader.read()] == [NOW]
    assert reader.problem is None
