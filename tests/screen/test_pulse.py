"""The pulse: who is alive, what needs a person, what is being done; and the way back."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from memdeck.demo import DEMO_NOW
from tui.screens.costs import CostsScreen, NumberScreen
from tui.screens.listing import ListScreen
from tui.screens.pulse import PulseScreen

from .conftest import NARROW, WIDE, Dashboard, Opening


@pytest.fixture
def quiet(made: Path) -> Path:
    """The made workspace before any agent has said that it is alive."""
    shutil.rmtree(made / "memory" / "heartbeats", ignore_errors=True)
    (made / "memory" / "heartbeat-state.json").unlink(missing_ok=True)
    return made


def write_beat(
    root: Path, agent: str, minutes_ago: float, status: str = "ok", note: str | None = None
) -> None:
    """A line of the record, as an agent appends it."""
    moment: datetime = DEMO_NOW - timedelta(minutes=minutes_ago)
    folder = root / "memory" / "heartbeats"
    folder.mkdir(exist_ok=True)
    fields = {
        "ts": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "agent": agent,
        "status": status,
        "note": note,
        "interval_s": 3300,
        "cache": None,
    }
    with (folder / f"{moment:%Y-%m}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(fields) + "\n")


async def shown(dashboard: Dashboard) -> PulseScreen:
    await dashboard.press("4")
    await dashboard.until(lambda: isinstance(dashboard.app.screen, PulseScreen))
    screen = dashboard.app.screen
    assert isinstance(screen, PulseScreen)
    return screen


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_agents_stand_with_their_states_the_pressing_ones_first(
    opened: Opening, quiet: Path, size: tuple[int, int]
) -> None:
    for back in range(10):
        write_beat(quiet, "atlas", 5 + 55 * back)
    write_beat(quiet, "scout", 70)
    write_beat(quiet, "lantern", 200)
    write_beat(quiet, "mason", 3, "alert", "queue full")
    async with opened(quiet, size) as dashboard:
        await dashboard.until(lambda: "1 alert" in dashboard.text.split("\n")[0])
        screen = await shown(dashboard)
        head = dashboard.text.split("\n")[0]
        assert "1 silent · 1 alert · 1 late · 1 ok" in head
        assert "mason: queue full" in dashboard.text
        names = [
            row.text.split()[0]
            for row in screen.active.list.rows
            if isinstance(row.key, tuple) and row.key[0] == "agent" and not row.passive
        ]
        assert names == ["lantern", "mason", "scout", "atlas"]
        await dashboard.press("4")
        assert dashboard.app.screen is dashboard.screen


async def test_a_beat_that_comes_changes_a_number_and_nothing_else(
    opened: Opening, quiet: Path
) -> None:
    write_beat(quiet, "atlas", 50)
    async with opened(quiet) as dashboard:
        await dashboard.until(lambda: "1 ok" in dashboard.text.split("\n")[0])
        toasts = len(dashboard.toasts())
        screen = await shown(dashboard)
        write_beat(quiet, "atlas", 0)
        await dashboard.until(
            lambda: screen.report.agents[0].due > DEMO_NOW + timedelta(minutes=50)
        )
        assert not screen.report.inbox
        assert len(dashboard.toasts()) == toasts


async def test_an_exception_is_acknowledged_put_away_and_taken_back(
    opened: Opening, quiet: Path
) -> None:
    write_beat(quiet, "mason", 3, "alert", "queue full")
    write_beat(quiet, "lantern", 200)
    async with opened(quiet) as dashboard:
        screen = await shown(dashboard)
        await dashboard.until(lambda: len(screen.report.open) == 2)
        first, second = screen.report.open
        screen.active.reveal(("exception", first.id))
        await dashboard.press("x")
        await dashboard.until(lambda: [each.id for each in screen.report.open] == [second.id])
        screen.active.reveal(("exception", second.id))
        await dashboard.press("w")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, ListScreen))
        await dashboard.press("enter")
        await dashboard.until(lambda: not screen.report.open)
        assert "until 15:32" in dashboard.text
        screen.active.reveal(("exception", first.id))
        await dashboard.press("x")
        await dashboard.until(lambda: [each.id for each in screen.report.open] == [first.id])
    async with opened(quiet) as dashboard:
        screen = await shown(dashboard)
        await dashboard.until(lambda: [each.id for each in screen.report.open] == [first.id])


async def test_the_feed_goes_to_where_it_was_done_and_stays_put_when_asked(
    opened: Opening, made: Path
) -> None:
    async with opened(made) as dashboard:
        screen = await shown(dashboard)
        await dashboard.until(lambda: screen._feed.list.rows)
        await dashboard.press("tab", "j", "j")
        here = screen.active.list.current
        assert here is not None
        with (made / "memory" / "2026-02-06.md").open("a") as file:
            file.write("- 14:31 Written while you look\n")
        await dashboard.until(lambda: any("while you look" in r.text for r in screen._feed._all))
        current = screen.active.list.current
        assert current is not None
        assert current.key == here.key
        await dashboard.press("F")
        current = screen.active.list.current
        assert current is not None
        assert "while you look" in current.text
        await dashboard.press("enter")
        await dashboard.until(lambda: dashboard.app.screen is dashboard.screen)
        await dashboard.until(lambda: "Written while you look" in dashboard.current)


async def test_without_agents_it_says_how_one_is_seen(opened: Opening, tmp_path: Path) -> None:
    (tmp_path / "plain" / "memory").mkdir(parents=True)
    (tmp_path / "plain" / "MEMORY.md").write_text("# M\n")
    async with opened(tmp_path / "plain") as dashboard:
        await shown(dashboard)
        assert "memdeck beat --agent NAME" in dashboard.text


async def test_silence_is_told_once_and_stands_in_the_terminals_title(
    opened: Opening, quiet: Path
) -> None:
    write_beat(quiet, "lantern", 80)
    later = [DEMO_NOW]
    async with opened(quiet, now=lambda: later[0]) as dashboard:
        await dashboard.until(lambda: "1 late" in dashboard.text.split("\n")[0])
        assert not any("lantern" in words for words in dashboard.toasts())
        later[0] += timedelta(minutes=10)
        dashboard.screen._tick()
        await dashboard.until(lambda: "1 silent" in dashboard.text.split("\n")[0])
        told = [words for words in dashboard.toasts() if "lantern" in words]
        assert len(told) == 1
        await dashboard.until(lambda: dashboard.app.terminal_title == "lantern silent")
        later[0] += timedelta(minutes=10)
        dashboard.screen._tick()
        write_beat(quiet, "lantern", -20)
        await dashboard.until(lambda: "1 ok" in dashboard.text.split("\n")[0])
        await dashboard.until(lambda: dashboard.app.terminal_title == "")
        assert len([words for words in dashboard.toasts() if "lantern" in words]) == 1


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_costs_follow_the_slider_and_every_assumption(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    async with opened(made, size) as dashboard:
        await shown(dashboard)
        await dashboard.press("c")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, CostsScreen))
        screen = dashboard.app.screen
        assert isinstance(screen, CostsScreen)
        row = next(row for row in screen.active.list.rows if row.text == "calls a month")
        assert [each.strip() for each in row.right] == ["1 440", "780", "46%"]
        await dashboard.press("greater_than_sign")
        assert screen.assumptions.interval == 60
        row = next(row for row in screen.active.list.rows if row.text == "calls a month")
        assert [each.strip() for each in row.right] == ["1 440", "720", "50%"]
        screen.active.reveal(("assumption", "input_price"))
        await dashboard.press("e")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, NumberScreen))
        await dashboard.press(*["backspace"] * 5, *"dear", "enter")
        assert "must be a number of dollars" in dashboard.text
        await dashboard.press(*["backspace"] * 5, *"0.5", "enter")
        await dashboard.until(lambda: dashboard.app.screen is screen)
        assert screen.assumptions.input_price == 0.5
        assert "changed here" in dashboard.text
        await dashboard.press("escape", "escape")
        assert dashboard.app.screen is dashboard.screen
