"""The search screen: as you type, across all tiers, and to the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from memdeck.model import Tier
from memdeck.search.hits import Hit
from tui.screens.search import SearchScreen

from .conftest import NARROW, WIDE, Dashboard, Opening


def search(dashboard: Dashboard) -> SearchScreen:
    screen = dashboard.app.screen
    assert isinstance(screen, SearchScreen)
    return screen


def hits(dashboard: Dashboard) -> list[Hit]:
    rows = search(dashboard).active.list.rows
    return [row.target for row in rows if isinstance(row.target, Hit)]


async def typed(dashboard: Dashboard, text: str) -> None:
    """Open the search and type; wait until it has looked at everything."""
    await dashboard.press("ctrl+f")
    await dashboard.until(lambda: isinstance(dashboard.app.screen, SearchScreen))
    search(dashboard).query_one("#search").value = text  # type: ignore[attr-defined]
    await done(dashboard)


async def done(dashboard: Dashboard) -> None:
    await dashboard.pilot.pause()
    screen = search(dashboard)
    await dashboard.until(lambda: screen._batch is not None and screen._batch.done)
    await dashboard.until(lambda: not screen._stale)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_it_finds_in_every_tier_and_shows_what_was_looked_for(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    async with opened(made, size) as dashboard:
        await typed(dashboard, "cache")
        assert {hit.tier for hit in hits(dashboard)} == set(Tier)
        assert all("cache" in hit.text.lower() for hit in hits(dashboard))
        assert "lines" in dashboard.text
        await dashboard.press("escape")
        assert dashboard.app.screen is dashboard.screen


@pytest.mark.parametrize(
    ("query", "tier", "pane"),
    [
        ("tier:memory Parcel", Tier.MEMORY, 2),
        ("tier:logs 'Warm the cache' on:2026-02-06", Tier.LOGS, 3),
        ("tier:notes replayed", Tier.NOTES, 1),
    ],
)
async def test_enter_goes_there(
    opened: Opening, made: Path, query: str, tier: Tier, pane: int
) -> None:
    async with opened(made) as dashboard:
        await typed(dashboard, query.replace("'", '"'))
        found = hits(dashboard)
        assert found
        assert {hit.tier for hit in found} == {tier}
        await dashboard.press("enter")
        await dashboard.until(lambda: dashboard.app.screen is dashboard.screen)
        assert dashboard.screen.active.number == pane
        word = query.rsplit(maxsplit=1)[-1].strip("'") if pane != 3 else "cache"
        await dashboard.until(
            lambda: (
                word.casefold() in dashboard.screen.described().text.casefold()
                or word.casefold() in dashboard.current.casefold()
            )
        )


async def test_a_day_that_was_only_listed_is_read_and_gone_to(opened: Opening, made: Path) -> None:
    old = made / "memory" / "2024-03-05.md"
    old.write_text("# 2024-03-05\n\n- The first gull of spring sat on locker 7\n")
    async with opened(made) as dashboard:
        await typed(dashboard, "first gull of spring")
        assert len(hits(dashboard)) == 1
        await dashboard.press("enter")
        await dashboard.until(lambda: "first gull" in dashboard.current)


async def test_a_pattern_and_what_is_nearly_so(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await typed(dashboard, "/l[o0]cker s\\w+/")
        assert hits(dashboard)
        await dashboard.press("escape")
        await typed(dashboard, "~eviktion")
        assert any("eviction" in hit.text for hit in hits(dashboard))


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_nearest_come_first_whatever_their_tier(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    with (made / "MEMORY.md").open("a") as file:
        file.write("\n- A lighthose keeps watch\n- Many ligthhouses keep watch\n")
    with (made / "memory" / "2026-01-02.md").open("w") as file:
        file.write("# Then\n\n- The lighthuse was closed\n- The lighthouse is lit\n")
    async with opened(made, size) as dashboard:
        await typed(dashboard, "~lighthouse")
        assert [hit.text for hit in hits(dashboard)] == [
            "- The lighthouse is lit",
            "- The lighthuse was closed",
            "- A lighthose keeps watch",
            "- Many ligthhouses keep watch",
        ]
        # It is the one that is gone to, though it was found last.
        assert dashboard.text.count("The lighthouse is lit") == 2
        await dashboard.press("enter")
        await dashboard.until(lambda: "The lighthouse is lit" in dashboard.current)


async def test_the_cursor_stays_where_it_was_put_though_nearer_words_come(
    opened: Opening, made: Path
) -> None:
    with (made / "MEMORY.md").open("a") as file:
        file.write("\n- A lighthose keeps watch\n- Many ligthhouses keep watch\n")
    async with opened(made) as dashboard:
        await typed(dashboard, "~lighthouse")
        for number, (key, there) in enumerate((("up", "lighthose"), ("down", "ligthhouses"))):
            await dashboard.press(key)
            with (made / "memory" / "2026-02-06.md").open("a") as file:
                file.write(f"- Lighthouse {number} is lit\n")
            await dashboard.until(lambda: len(hits(dashboard)) == 3 + number)  # noqa: B023
            await done(dashboard)
            row = search(dashboard).active.list.current
            assert row is not None
            assert there in row.text


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_mistyped_filter_is_told(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    async with opened(made, size) as dashboard:
        await typed(dashboard, "teir:logs gulls")
        told = " ".join(each.strip() for each in dashboard.text.split("\n")[:4])
        assert "teir: is no filter, so it is searched for as it is written" in told
        assert "did you mean tier: (as in tier:logs)?" in told
        search(dashboard).query_one("#search").value = "tier:logs gulls"  # type: ignore[attr-defined]
        await done(dashboard)
        assert "is no filter" not in dashboard.text


async def test_a_bad_pattern_is_a_message_where_it_is_wrong(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await dashboard.press("ctrl+f", *"/(/")
        await dashboard.until(lambda: "is no regular expression" in dashboard.text)
        assert not hits(dashboard)


async def test_tab_changes_how_it_looks(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await typed(dashboard, "parcel.map")
        exact = len(hits(dashboard))
        await dashboard.press("tab")
        await done(dashboard)
        assert "pattern" in dashboard.text.split("\n")[1]
        assert len(hits(dashboard)) > exact


async def test_the_lines_around_it_are_shown_and_hostile_text_is_not_obeyed(
    opened: Opening, made: Path
) -> None:
    path = made / "memory" / "2026-02-06.md"
    with path.open("a") as file:
        file.write(
            "\n- the line before\n- needle \x1b]52;c;x\x07[@click=app.quit]x[/]\n- the one after\n"
        )
    async with opened(made) as dashboard:
        await typed(dashboard, "needle")
        await dashboard.until(lambda: "the line before" in dashboard.text)
        assert "the one after" in dashboard.text
        assert "\x1b" not in dashboard.text
        assert "[@click=app.quit]x[/]" in dashboard.text


async def test_what_was_found_is_seen_in_few_rows(opened: Opening, made: Path) -> None:
    async with opened(made, NARROW) as dashboard:
        await typed(dashboard, "lamp")
        await done(dashboard)
        shown = dashboard.text.split("\n")[-4:]
        assert any("lamp" in line.lower() for line in shown), shown


async def test_the_mode_is_told_also_when_the_words_choose_it(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await typed(dashboard, "/lamp/")
        await done(dashboard)
        assert "pattern" in dashboard.text
        assert "words   " not in dashboard.text


async def test_what_was_searched_for_last_is_there_again(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await typed(dashboard, "gulls")
        await dashboard.press("escape", "ctrl+f")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, SearchScreen))
        assert search(dashboard).text == "gulls"


async def test_what_is_written_meanwhile_is_found(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await typed(dashboard, "lighthouse keeper")
        assert not hits(dashboard)
        with (made / "memory" / "2026-02-06.md").open("a") as file:
            file.write("- The lighthouse keeper called\n")
        await dashboard.until(lambda: len(hits(dashboard)) == 1)


async def test_each_key_ends_the_search_before_it(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await dashboard.press("ctrl+f", *"cache")
        await done(dashboard)
        whole = hits(dashboard)
        await dashboard.press(*"zzz")
        await done(dashboard)
        assert not hits(dashboard)
        await dashboard.press(*["backspace"] * 3)
        await done(dashboard)
        assert [hit.place for hit in hits(dashboard)] == [hit.place for hit in whole]
