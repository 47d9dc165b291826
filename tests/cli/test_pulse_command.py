"""`memdeck pulse`: who is alive, what a person must hear of it, and what is made of that."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from .conftest import NOW, Caller

# Put together here, so that no file of the project holds anything of this shape.
TOKEN = "gh" + "p_" + "Zq7" * 12


def beat(root: Path, agent: str, ago: int, **more: object) -> None:
    moment = NOW - timedelta(minutes=ago)
    path = root / "memory" / "heartbeats" / f"{moment:%Y-%m}.jsonl"
    path.parent.mkdir(exist_ok=True)
    fields = {"ts": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "agent": agent, "status": "ok", "note": None}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**fields, "interval_s": 3300, **more}) + "\n")


@pytest.fixture
def beating(agent: Path) -> Path:
    """One that is well, one that is late, one that is silent and one with an alert."""
    beat(agent, "atlas", 34, cache={"hits": 3, "misses": 1, "expired": 0})
    beat(agent, "scout", 72)
    beat(agent, "ferry", 300)
    beat(agent, "mason", 77)
    beat(agent, "mason", 22, status="alert", note="queue full: 412 waiting")
    return agent


def inbox(call: Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(call("pulse", "--json").text)["inbox"]
    return found


def test_each_agent_is_a_line_and_each_exception_one(beating: Path, call: Caller) -> None:
    said = call("pulse")
    assert (said.code, said.err) == (0, "")
    ids = {each["agent"]: each["id"] for each in inbox(call)}
    assert said.text.split("\n") == [
        "ferry  silent  09:32  1 of 6 today  4 h 5 min over",
        "mason  alert   14:10  2 of 2 today  queue full: 412 waiting",
        "scout  late    13:20  1 of 2 today  17 min over",
        "atlas  ok      13:58  1 of 1 today  next in 21 min",
        "Inbox: 2 exceptions",
        f"{ids['mason']}  14:10  mason alert: queue full: 412 waiting",
        f"{ids['ferry']}  10:27  ferry silent: silent since 09:32, one beat every 55 min",
        "",
    ]


def test_the_document_has_everything_with_times_in_utc(beating: Path, call: Caller) -> None:
    (beating / "memdeck.toml").write_text('[time]\nzone = "Asia/Tokyo"\n', encoding="utf-8")
    document = json.loads(call("pulse", "--json").text)
    assert list(document) == ["agents", "inbox", "problems", "broken"]
    atlas = document["agents"][-1]
    assert atlas.pop("day") == [*["none"] * 24, "ok", "due"]
    assert atlas["advice"].pop("words").startswith("0 interruptions in 1 beat over 0 min")
    assert atlas == {
        "agent": "atlas",
        "state": "ok",
        "words": "next in 21 min",
        "last": "2026-02-06T13:58:00Z",
        "note": None,
        "interval_s": 3300,
        "next_due": "2026-02-06T14:53:00Z",
        "came": 1,
        "expected": 1,
        "branch": None,
        "unchanged": atlas["unchanged"],
        "cache": {"hits": 3, "misses": 1, "expired": 0},
        "source": atlas["source"],
        "doubt": "",
        "advice": {
            "days": 14,
            "beats": 1,
            "interruptions": 0,
            "interval_s": 3300,
            "longest_s": None,
            "delay_s": 900,
        },
    }
    mason, ferry = document["inbox"]
    assert (mason["kind"], mason["since"], mason["ended"]) == (
        "alert",
        "2026-02-06T14:10:00Z",
        None,
    )
    assert (ferry["kind"], ferry["state"], ferry["until"]) == ("silent", "open", None)


def test_status_says_it_in_short(beating: Path, call: Caller) -> None:
    rows = json.loads(call("status", "--json").text)["pulse"]
    assert rows[1] == {
        "agent": "mason",
        "state": "alert",
        "last": "2026-02-06T14:10:00Z",
        "next_due": "2026-02-06T15:05:00Z",
        "alerts": 1,
    }
    assert [(each["agent"], each["alerts"]) for each in rows] == [
        ("ferry", 0),
        ("mason", 1),
        ("scout", 0),
        ("atlas", 0),
    ]


def test_what_is_acknowledged_does_not_come_back(beating: Path, call: Caller) -> None:
    mason, ferry = inbox(call)
    said = call("pulse", "ack", mason["id"][:6], ferry["id"])
    assert said.code == 0
    assert said.text.startswith(f"{mason['id']}  mason alert: queue full")
    assert f"`memdeck pulse back {mason['id']} {ferry['id']}` takes it back" in said.err
    assert call("pulse").text.endswith("Inbox: 0 exceptions, 2 put aside\n")
    assert {each["state"] for each in inbox(call)} == {"acknowledged"}
    call.now += timedelta(days=3)
    assert "acknowledged" in [each["state"] for each in inbox(call) if each["id"] == ferry["id"]]
    assert call("pulse", "back", ferry["id"][:8]).code == 0
    assert ferry["id"] in [each["id"] for each in inbox(call) if each["state"] == "open"]


@pytest.mark.parametrize(
    ("options", "until"),
    [
        (("--for", "30m"), "2026-02-06T15:02:00Z"),
        (("--for", "2 h"), "2026-02-06T16:32:00Z"),
        (("--for", "1w"), "2026-02-13T14:32:00Z"),
        (("--until", "18:30"), "2026-02-06T18:30:00Z"),
        (("--until", "9:00"), "2026-02-07T09:00:00Z"),
        (("--until", "tomorrow"), "2026-02-07T00:00:00Z"),
        (("--until", "2026-02-20"), "2026-02-20T00:00:00Z"),
        (("--until", "2026-02-20T18:30+02:00"), "2026-02-20T16:30:00Z"),
    ],
)
def test_what_is_snoozed_comes_back_later(
    beating: Path, call: Caller, options: tuple[str, ...], until: str
) -> None:
    _, ferry = inbox(call)
    assert call("pulse", "snooze", ferry["id"], *options).code == 0
    assert [each["until"] for each in inbox(call) if each["id"] == ferry["id"]] == [until]


def test_a_snooze_ends(beating: Path, call: Caller) -> None:
    _, ferry = inbox(call)
    call("pulse", "snooze", ferry["id"], "--for", "1h")
    assert [each["agent"] for each in inbox(call) if each["state"] == "open"] == ["mason"]
    call.now += timedelta(hours=1)
    assert ferry["id"] in [each["id"] for each in inbox(call) if each["state"] == "open"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("ack", "abcdef123456"), 1),
        (("ack", "a"), 1),
        (("ack",), 2),
        (("back", "abcdef123456"), 1),
        (("snooze", "abcdef123456"), 2),
        (("snooze", "abcdef123456", "--for", "1h", "--until", "18:30"), 2),
        (("snooze", "abcdef123456", "--for", "soon"), 2),
        (("snooze", "abcdef123456", "--for", "0m"), 2),
        (("snooze", "abcdef123456", "--until", "25:00"), 2),
        (("snooze", "abcdef123456", "--until", "2026-02-05"), 2),
        (("snooze", "abcdef123456", "--until", "0001-01-01T00:00+14:00"), 2),
    ],
)
def test_wrong_usage_is_told_and_nothing_is_changed(
    beating: Path, call: Caller, arguments: tuple[str, ...], code: int
) -> None:
    said = call("pulse", *arguments)
    assert said.code == code
    assert {each["state"] for each in inbox(call)} == {"open"}


def test_without_any_agent_it_says_how_one_begins(agent: Path, call: Caller) -> None:
    said = call("pulse")
    assert (said.code, said.text) == (1, "")
    assert "`memdeck beat --agent NAME` records one" in said.err
    assert call("pulse", "--json").code == 1


def test_a_name_of_any_length_leaves_room_for_the_others(agent: Path, call: Caller) -> None:
    beat(agent, "x" * 10_000, 5)
    beat(agent, "atlas", 5, status="alert", note="y" * 10_000)
    assert max(map(len, call("pulse").text.split("\n"))) < 320


def test_secrets_in_notes_are_covered_and_escapes_shown(agent: Path, call: Caller) -> None:
    beat(agent, "at\x1b[31mlas", 5, status="alert", note=f"push with {TOKEN} \x1b]0;x\x07")
    for options in ((), ("--json",)):
        said = call("pulse", *options)
        assert TOKEN not in said.text
        assert "\x1b" not in said.text
    (found,) = inbox(call)
    acknowledged = call("pulse", "ack", found["id"])
    assert TOKEN not in acknowledged.text + acknowledged.err
