"""The pulse as the dashboard reads it: again and again, from beats, notes and logs on disk."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from memdeck.demo import DEMO_NOW, make_workspace
from memdeck.live.reader import Reader, read_deck
from memdeck.model import AgentPulse, AgentState, Deck, ExceptionKind, ExceptionState
from memdeck.pulse.inbox import Inbox
from memdeck.workspace import open_workspace

if TYPE_CHECKING:
    from tests.conftest import GitHelper

NOW = datetime(2026, 2, 6, 14, 32, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def line(agent: str, moment: datetime, **more: object) -> str:
    fields = {"ts": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "agent": agent, "status": "ok"}
    return json.dumps({**fields, **more}) + "\n"


@dataclass
class Place:
    """A workspace whose clock the test holds."""

    root: Path
    now: datetime = NOW
    reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = Reader(open_workspace(self.root), lambda: self.now)

    def beat(self, agent: str, ago: float = 0, **more: object) -> None:
        moment = self.now - ago * MINUTE
        path = self.root / "memory" / "heartbeats" / f"{moment:%Y-%m}.jsonl"
        path.parent.mkdir(exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(line(agent, moment, **more))

    def deck(self, *, notes: bool = True) -> Deck:
        for _ in self.reader.stages(notes=notes):
            pass
        assert self.reader.deck is not None
        return self.reader.deck

    def agent(self, name: str) -> AgentPulse:
        return next(each for each in self.deck().pulse.agents if each.agent == name)

    def inbox(self) -> Inbox:
        return Inbox(self.reader.workspace.state_folder, "ada", lambda: self.now)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    root = tmp_path / "agent"
    (root / "memory").mkdir(parents=True)
    (root / "MEMORY.md").write_text("# Memory\n\n- One\n", encoding="utf-8")
    (root / "memory" / "2026-02-06.md").write_text("- Two\n", encoding="utf-8")
    (root / "memdeck.toml").write_text('[time]\nzone = "UTC"\n', encoding="utf-8")
    os.utime(root / "MEMORY.md", (NOW.timestamp(), NOW.timestamp()))
    os.utime(root / "memory" / "2026-02-06.md", (NOW.timestamp(), NOW.timestamp()))
    return Place(root)


def test_without_a_beat_there_is_nobody(place: Place) -> None:
    assert place.deck().pulse.agents == ()
    assert place.deck().pulse.inbox == ()


def test_a_beat_that_comes_is_seen_and_all_else_stays_the_same_object(place: Place) -> None:
    place.beat("atlas", 60)
    before = place.deck()
    assert [(each.agent, each.state) for each in before.pulse.agents] == [
        ("atlas", AgentState.LATE)
    ]
    place.beat("atlas")
    after = place.deck(notes=False)
    assert [each.state for each in after.pulse.agents] == [AgentState.OK]
    assert after.memory is before.memory
    assert after.days is before.days
    assert after.budget is before.budget
    assert place.deck(notes=False) is after


def test_time_alone_makes_an_agent_late_and_silent_without_a_process(
    place: Place, git_started: Callable[[], list[str]]
) -> None:
    assert place.reader.pulse_at(NOW) is None
    place.beat("atlas")
    before = place.deck()
    git_started()
    assert place.reader.pulse_at(NOW) is before
    states = []
    for minutes in (54, 56, 83):
        deck = place.reader.pulse_at(NOW + minutes * MINUTE)
        assert deck is not None
        assert deck is place.reader.deck
        assert deck.days is before.days
        states.append(deck.pulse.agents[0].state)
    assert states == [AgentState.OK, AgentState.LATE, AgentState.SILENT]
    assert [each.kind for each in deck.pulse.open] == [ExceptionKind.SILENT]
    assert git_started() == []


def test_a_clock_that_jumps_back_takes_back_what_followed_from_it(place: Place) -> None:
    place.beat("atlas")
    place.deck()
    late = place.reader.pulse_at(NOW + 200 * MINUTE)
    assert late is not None
    assert len(late.pulse.open) == 1
    back = place.reader.pulse_at(NOW + MINUTE)
    assert back is not None
    assert (back.pulse.agents[0].state, back.pulse.open) == (AgentState.OK, ())


def test_what_is_acknowledged_is_gone_from_the_open_ones_and_the_next_is_not(place: Place) -> None:
    place.beat("mason", 60, status="alert", note="disk full")
    place.beat("mason", 5, status="alert", note="disk full")
    (found,) = place.deck().pulse.open
    place.inbox().acknowledge([found.id])
    report = place.deck(notes=False).pulse
    assert report.open == ()
    assert [each.state for each in report.inbox] == [ExceptionState.ACKNOWLEDGED]
    place.now += 55 * MINUTE
    place.beat("mason", status="ok")
    place.now += 55 * MINUTE
    place.beat("mason", status="alert", note="disk full")
    (again,) = place.deck(notes=False).pulse.open
    assert again.id != found.id


def test_the_branch_is_that_of_the_agents_last_entry(place: Place, git: GitHelper) -> None:
    git.repository(place.root)
    for minute, (agent, branch) in enumerate(
        (("atlas", "main"), ("atlas", "feature/x"), ("", "y"))
    ):
        entry = {"branch": branch, "timestamp": f"2026-02-06T10:0{minute}:00Z", "key": "k"}
        git.note(
            place.root, json.dumps({**entry, "value": 1, **({"agent": agent} if agent else {})})
        )
    place.beat("atlas")
    place.beat("scout")
    place.deck()
    assert place.agent("atlas").branch == "feature/x"
    assert place.agent("scout").branch is None


def test_who_wrote_an_entry_that_does_not_say_it_is_who_committed_it(
    place: Place, git: GitHelper, git_started: Callable[[], list[str]]
) -> None:
    git.repository(place.root)
    for who, branch, at in (("Atlas", "fix/a", "10:00"), ("Ada", "main", "11:00")):
        when = f"2026-02-06T{at}:07Z"
        entry = {"branch": branch, "timestamp": when, "key": "k", "value": 1}
        date = f"2026-02-06T{at}:09+00:00"
        identity = {"GIT_COMMITTER_NAME": who, "GIT_COMMITTER_DATE": date}
        git.note(place.root, json.dumps(entry), environment=identity)
    place.beat("atlas")
    place.beat("ada-2")
    place.deck()
    assert place.agent("atlas").branch == "fix/a"
    assert place.agent("ada-2").branch is None
    git_started()
    place.beat("atlas")
    place.deck(notes=False)
    assert git_started() == []


def test_ok_without_end_is_told_while_nothing_is_written(place: Place) -> None:
    def write(name: str, ago: float) -> None:
        path = place.root / name
        with path.open("a", encoding="utf-8") as file:
            file.write("- More\n")
        when = (NOW - ago * MINUTE).timestamp()
        os.utime(path, (when, when))

    for turn in range(8):
        place.beat("atlas", turn * 55)
    write("MEMORY.md", 600)
    write("memory/2026-02-06.md", 5 * 55 - 1)
    assert place.deck().pulse.inbox == ()
    place.now += 30 * MINUTE
    place.beat("atlas")
    (found,) = place.deck(notes=False).pulse.open
    assert (found.kind, place.agent("atlas").unchanged) == (ExceptionKind.UNCHANGED, 6)
    # A log of another agent is not its own; one of nobody in particular may be.
    place.beat("scout")
    write("memory/2026-02-06-scout.md", 1)
    assert [each.agent for each in place.deck().pulse.open] == ["atlas"]
    write("MEMORY.md", -31)
    assert place.deck().pulse.open == ()


def test_what_is_no_beat_is_told(place: Place) -> None:
    place.beat("atlas")
    path = place.root / "memory" / "heartbeats" / "2026-02.jsonl"
    path.write_bytes(path.read_bytes() + b"{\n\xff\n")
    assert (place.deck().pulse.broken, place.deck().pulse.problems) == (2, ())
    path.unlink()
    path.mkdir()
    (problem,) = place.deck().pulse.problems
    assert "could not be read" in problem


def test_the_settings_say_how_often_and_when(place: Place) -> None:
    with (place.root / "memdeck.toml").open("a", encoding="utf-8") as file:
        file.write('[pulse]\ninterval = 30\n[pulse.agents.night]\nhours = "22:00-06:00"\n')
        file.write("[pulse.agents.slow]\ninterval = 240\n")
    place = Place(place.root)
    for agent in ("atlas", "night", "slow"):
        place.beat(agent, 40)
    assert [(each.agent, each.state) for each in place.deck().pulse.agents] == [
        ("atlas", AgentState.LATE),
        ("slow", AgentState.OK),
        ("night", AgentState.SKIPPED),
    ]


def test_the_made_workspace_has_one_alert_and_one_that_is_late(tmp_path: Path) -> None:
    report = read_deck(open_workspace(make_workspace(tmp_path / "atlas")), DEMO_NOW).pulse
    assert [(each.agent, each.state.value, each.words) for each in report.agents] == [
        ("mason", "alert", "label queue full: 412 waiting, limit 400"),
        ("scout", "late", "16 min over"),
        ("atlas", "ok", "next in 21 min"),
    ]
    assert [each.branch for each in report.agents] == ["fix/rate-limit", "main", "feature/cache"]
    assert [each.agent for each in report.open] == ["mason"]
    assert all(each.advice and each.advice.longest for each in report.agents)


def test_two_hundred_agents_of_two_weeks_are_read_and_kept_up_with(place: Place) -> None:
    path = place.root / "memory" / "heartbeats"
    path.mkdir()
    lines: dict[str, list[str]] = {}
    for back in range(14 * 26, -1, -1):
        for turn in range(200):
            moment = NOW - (55 * back + turn % 50) * MINUTE
            lines.setdefault(f"{moment:%Y-%m}", []).append(line(f"agent-{turn:03}", moment))
    for month, told in lines.items():
        (path / f"{month}.jsonl").write_text("".join(told), encoding="utf-8")
    before = {each.agent: each for each in place.deck().pulse.agents}
    assert len(before) == 200
    place.now += 10 * MINUTE
    place.beat("agent-007", status="alert", note="disk full")
    after = {each.agent: each for each in place.deck(notes=False).pulse.agents}
    assert [agent for agent in after if after[agent].advice is not before[agent].advice] == [
        "agent-007"
    ]
    assert place.deck().pulse.agents[-1].state is AgentState.OK
