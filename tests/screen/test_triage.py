"""The triage queue: one key for every answer, and every answer taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from memdeck.triage.queue import Candidate
from tui.screens.listing import ListScreen
from tui.screens.merge import MergeScreen
from tui.screens.place import PlaceScreen
from tui.screens.triage import TriageScreen
from tui.screens.when import DayScreen
from widgets.detail import Detail

from .conftest import NARROW, WIDE, Dashboard, Opening


def triage(dashboard: Dashboard) -> TriageScreen:
    return next(each for each in dashboard.app.screen_stack if isinstance(each, TriageScreen))


async def shown(dashboard: Dashboard) -> TriageScreen:
    await dashboard.press("t")
    await dashboard.until(lambda: isinstance(dashboard.app.screen, TriageScreen))
    await dashboard.until(lambda: triage(dashboard).queue is not None)
    await dashboard.until(lambda: triage(dashboard).active.list.rows)
    return triage(dashboard)


def lines(screen: TriageScreen) -> list[str]:
    assert screen.queue is not None
    return [each.item.text for each in screen.queue.candidates]


def under_cursor(screen: TriageScreen) -> Candidate:
    row = screen.active.list.current
    assert row is not None
    assert isinstance(row.target, Candidate)
    return row.target


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_queue_says_why_each_line_stands_where_it_does(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    async with opened(made, size) as dashboard:
        screen = await shown(dashboard)
        assert "reads like a decision" in dashboard.text
        assert "Triage" in dashboard.text.split("\n")[0]
        assert screen.queue is not None
        assert screen.queue.candidates[0].reasons
        await dashboard.press("t")
        assert dashboard.app.screen is dashboard.screen


async def test_marked_lines_are_promoted_as_one_edit_and_undone_as_one(
    opened: Opening, made: Path
) -> None:
    async with opened(made) as dashboard:
        screen = await shown(dashboard)
        before = (made / "MEMORY.md").read_bytes()
        first, second = lines(screen)[:2]
        await dashboard.press("space", "space", "p")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, PlaceScreen))
        await dashboard.press("ctrl+s")
        await dashboard.until(lambda: first not in lines(screen) and second not in lines(screen))
        assert (made / "MEMORY.md").read_bytes().count(b"\n") == before.count(b"\n") + 2
        await dashboard.press("u")
        await dashboard.until(lambda: (made / "MEMORY.md").read_bytes() == before)
        await dashboard.until(lambda: first in lines(screen) and second in lines(screen))


async def test_what_is_skipped_stays_away_also_after_a_restart(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        screen = await shown(dashboard)
        gone = lines(screen)[0]
        await dashboard.press("S")
        await dashboard.until(lambda: gone not in lines(screen))
        assert any("u takes it back" in each for each in dashboard.toasts())
    async with opened(made) as dashboard:
        screen = await shown(dashboard)
        assert gone not in lines(screen)
        assert "1 skipped or waiting" in dashboard.text
        await dashboard.press("G", "l", "j", "S")
        await dashboard.until(lambda: gone in lines(screen))


async def test_a_choice_is_undone_with_the_key_that_undoes(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        screen = await shown(dashboard)
        gone = lines(screen)[0]
        await dashboard.press("S")
        await dashboard.until(lambda: gone not in lines(screen))
        await dashboard.press("u")
        await dashboard.until(lambda: gone in lines(screen))


async def test_u_takes_back_what_came_last_also_when_one_comes_back_to_the_queue(
    opened: Opening, made: Path
) -> None:
    path = made / "MEMORY.md"
    async with opened(made) as dashboard:
        screen = await shown(dashboard)
        skipped = lines(screen)[0]
        await dashboard.press("S")
        await dashboard.until(lambda: skipped not in lines(screen))
        before = path.read_bytes()
        await dashboard.press("p", "ctrl+s")
        await dashboard.until(lambda: path.read_bytes() != before)
        await dashboard.until(lambda: dashboard.app.screen is screen)
        await dashboard.press("t")
        screen = await shown(dashboard)
        await dashboard.press("u")
        await dashboard.until(lambda: path.read_bytes() == before)
        assert skipped not in lines(screen)
        await dashboard.press("u")
        await dashboard.until(lambda: skipped in lines(screen))


async def test_lines_that_come_back_are_not_marked_any_more(opened: Opening, made: Path) -> None:
    path = made / "MEMORY.md"
    async with opened(made) as dashboard:
        screen = await shown(dashboard)
        before = path.read_bytes()
        count = len(lines(screen))
        await dashboard.press("space", "space", "p", "ctrl+s")
        await dashboard.until(lambda: path.read_bytes() != before)
        await dashboard.until(lambda: len(lines(screen)) == count - 2)
        await dashboard.press("u")
        await dashboard.until(lambda: len(lines(screen)) == count)
        assert not screen.active.list.marked


async def test_a_fold_is_not_described_as_the_line_above_it(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        screen = await shown(dashboard)
        first = lines(screen)[0]
        await dashboard.press("S")
        await dashboard.until(lambda: first not in lines(screen))
        await dashboard.press("G")
        assert screen.query_one(Detail).described.text == "1 line skipped or waiting"


async def test_a_line_waits_until_a_day_that_is_still_to_come(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        screen = await shown(dashboard)
        line = lines(screen)[0]
        await dashboard.press("w")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, DayScreen))
        await dashboard.press(*["backspace"] * 10, *"today", "enter")
        await dashboard.until(lambda: "still to come" in dashboard.text)
        assert isinstance(dashboard.app.screen, DayScreen)
        assert line in lines(screen)
        await dashboard.press(*["backspace"] * 10, "plus", "3", "enter")
        await dashboard.until(lambda: line not in lines(screen))
        assert any("Waits until 2026-02-09" in each for each in dashboard.toasts())


async def test_enter_goes_to_the_line_in_its_day(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        screen = await shown(dashboard)
        await dashboard.press("j", "j", "j")
        candidate = under_cursor(screen)
        await dashboard.press("enter")
        await dashboard.until(lambda: dashboard.app.screen is dashboard.screen)
        await dashboard.until(lambda: dashboard.current == candidate.item.text)
        assert dashboard.screen.active.number == 3


async def test_a_line_is_merged_into_what_is_like_it(opened: Opening, made: Path) -> None:
    with (made / "memory" / "2026-02-06.md").open("a") as file:
        file.write("\n## Decisions\n- Parcel Map caches responses, never parcels; not even a day\n")
    async with opened(made) as dashboard:
        screen = await shown(dashboard)
        row = next(
            row
            for row in screen.active.list.rows
            if isinstance(row.target, Candidate) and row.target.like is not None and not row.passive
        )
        candidate = row.target
        assert isinstance(candidate, Candidate)
        assert candidate.like is not None
        screen.active.reveal(row.key)
        await dashboard.press("M")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, MergeScreen))
        assert f"MEMORY.md:{candidate.like.item.line}" in dashboard.text
        assert candidate.item.place in dashboard.text
        before = (made / "MEMORY.md").read_bytes()
        await dashboard.press(*" merged", "ctrl+s")
        await dashboard.until(lambda: b" merged" in (made / "MEMORY.md").read_bytes())
        await dashboard.until(lambda: candidate.item.text not in lines(screen))
        assert (made / "MEMORY.md").read_bytes().count(b"\n") == before.count(b"\n")
        await dashboard.press("u")
        await dashboard.until(lambda: (made / "MEMORY.md").read_bytes() == before)


async def test_where_nothing_is_like_it_the_item_is_chosen(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        screen = await shown(dashboard)
        row = next(
            row
            for row in screen.active.list.rows
            if isinstance(row.target, Candidate) and row.target.like is None and not row.passive
        )
        screen.active.reveal(row.key)
        await dashboard.press("M")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, ListScreen))
        listing = dashboard.app.screen
        assert isinstance(listing, ListScreen)
        assert listing.active.reveal_text("Active Projects")
        await dashboard.press("enter")
        assert dashboard.app.screen is listing
        assert any("This is no item" in each for each in dashboard.toasts())
        assert listing.active.reveal_text("Carrier Bridge")
        await dashboard.press("enter")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, MergeScreen))
        await dashboard.press("escape")
        assert dashboard.app.screen is screen


async def test_new_lines_come_while_you_look_and_the_cursor_stays(
    opened: Opening, made: Path
) -> None:
    async with opened(made) as dashboard:
        screen = await shown(dashboard)
        await dashboard.press("j", "j")
        there = under_cursor(screen).id
        with (made / "memory" / "2026-02-06.md").open("a") as file:
            file.write("\n## Decisions\n- Decided: the north pier gets a second printer in May\n")
        await dashboard.until(lambda: any("north pier gets" in each for each in lines(screen)))
        assert under_cursor(screen).id == there
