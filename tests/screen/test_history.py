"""Looking back: versions, lineage, hygiene, and lines that another writer dropped."""

from __future__ import annotations

from pathlib import Path

import pytest

from memdeck.curated.edits import Add
from memdeck.curated.store import Applied, MemoryStore
from memdeck.history.versions import Source, Version
from memdeck.live.seen import Seen
from memdeck.model import Alarm
from tui.screens.ask import AskScreen
from tui.screens.history import HistoryScreen
from tui.screens.listing import ListScreen
from widgets.history_rows import Gone
from widgets.row import Tone

from .conftest import NARROW, WIDE, Dashboard, Opening

TWIN = "- Validate the carrier's invoice before anything is booked from it, twice if need be\n"


def history(dashboard: Dashboard) -> HistoryScreen:
    screen = dashboard.app.screen
    assert isinstance(screen, HistoryScreen)
    return screen


async def shown(dashboard: Dashboard) -> HistoryScreen:
    await dashboard.press("2", "T")
    await dashboard.until(lambda: isinstance(dashboard.app.screen, HistoryScreen))
    await dashboard.until(lambda: history(dashboard).shown is not None)
    return history(dashboard)


def listing(dashboard: Dashboard) -> ListScreen:
    screen = dashboard.app.screen
    assert isinstance(screen, ListScreen)
    return screen


def versions(screen: HistoryScreen) -> list[Version]:
    rows = (row for row in screen._left.list.rows if not row.passive)
    return [row.target for row in rows if isinstance(row.target, Version)]


async def retired(dashboard: Dashboard, text: str) -> None:
    path = dashboard.screen.workspace.memory_path
    before = path.read_bytes()
    await dashboard.to(2, text)
    await dashboard.press("x")
    await dashboard.until(lambda: path.read_bytes() != before)
    await dashboard.until(
        lambda: dashboard.screen.deck and dashboard.screen.deck.memory.data == path.read_bytes()
    )


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_commits_and_operations_are_one_list_with_what_each_changed(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    async with opened(made, size) as dashboard:
        await retired(dashboard, "Carrier Bridge")
        screen = await shown(dashboard)
        found = versions(screen)
        assert [found[0].source, found[1].source] == [Source.JOURNAL, Source.GIT]
        assert "1 removed" in dashboard.text
        await dashboard.until(lambda: "5 627" in dashboard.text or "-1" in dashboard.text)
        await dashboard.press("j")
        await dashboard.until(lambda: screen.shown is not None and screen.shown.version is found[1])
        await dashboard.press("d")
        await dashboard.until(lambda: "what changed since" in dashboard.text)
        await dashboard.press("T")
        assert dashboard.app.screen is dashboard.screen


async def test_any_operation_is_undone_not_only_the_last(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        path = made / "MEMORY.md"
        await retired(dashboard, "Carrier Bridge")
        await retired(dashboard, "Ledgerline")
        screen = await shown(dashboard)
        await dashboard.until(lambda: len(versions(screen)) > 2)
        await dashboard.press("j", "u")
        await dashboard.until(lambda: b"Carrier Bridge" in path.read_bytes())
        assert b"**Ledgerline**" not in path.read_bytes()


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_one_item_is_restored_from_gits_history_where_it_was(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    path = made / "MEMORY.md"
    before = path.read_bytes()
    line = next(each for each in before.split(b"\n") if each.startswith(b"- **Carrier Bridge**"))
    path.write_bytes(before.replace(line + b"\n", b""))
    async with opened(made, size) as dashboard:
        screen = await shown(dashboard)
        await dashboard.press("d")
        await dashboard.until(lambda: "what changed since" in dashboard.text)
        await dashboard.press("tab")
        gone = next(row for row in screen._right.list.rows if isinstance(row.target, Gone))
        assert "Carrier Bridge" in gone.text
        screen._right.list.go_to_key(gone.key)
        await dashboard.press("r")
        await dashboard.until(lambda: path.read_bytes() == before)
        await dashboard.press("T", "u")
        await dashboard.until(lambda: line not in path.read_bytes())


async def test_the_whole_file_is_restored_after_a_question_and_undone(
    opened: Opening, made: Path
) -> None:
    path = made / "MEMORY.md"
    async with opened(made) as dashboard:
        before = path.read_bytes()
        screen = await shown(dashboard)
        await dashboard.press("j", "j", "r")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, AskScreen))
        assert "one new edit" in dashboard.text.replace("\n", " ")
        await dashboard.press("n")
        assert path.read_bytes() == before
        await dashboard.press("r", "y")
        await dashboard.until(lambda: path.read_bytes() != before)
        assert dashboard.app.screen is screen
        await dashboard.press("T", "u")
        await dashboard.until(lambda: path.read_bytes() == before)


async def test_without_git_the_journal_alone_is_there_and_it_says_so(
    opened: Opening, tmp_path: Path
) -> None:
    root = tmp_path / "plain"
    (root / "memory").mkdir(parents=True)
    (root / "MEMORY.md").write_text("# M\n\n## Birds\n- Terns\n- Gulls\n")
    async with opened(root) as dashboard:
        await retired(dashboard, "Gulls")
        screen = await shown(dashboard)
        assert [each.source for each in versions(screen)] == [Source.JOURNAL]
        assert "git" in dashboard.text.split("\n")[0]


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_an_item_tells_where_it_comes_from_and_leads_there(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    async with opened(made, size) as dashboard:
        await dashboard.to(2, "Cache entries live")
        await dashboard.press("i")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, ListScreen))
        assert "It comes from" in dashboard.text
        assert "2026-02-06.md:15" in dashboard.text
        await dashboard.press("enter")
        await dashboard.until(lambda: dashboard.app.screen is dashboard.screen)
        await dashboard.until(lambda: "Cache entries live" in dashboard.current)
        assert dashboard.screen.active.number == 3


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_log_line_tells_where_it_went(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    async with opened(made, size) as dashboard:
        await dashboard.to(3, "Shipped Parcel Map")
        await dashboard.press("p", "ctrl+s")
        await dashboard.until(lambda: dashboard.screen.deck and dashboard.screen.deck.promoted)
        await dashboard.until(lambda: any("Promoted" in each for each in dashboard.toasts()))
        await dashboard.to(3, "Shipped Parcel Map")
        await dashboard.press("i")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, ListScreen))
        assert "promoted" in dashboard.text
        await dashboard.press("enter")
        await dashboard.until(lambda: dashboard.app.screen is dashboard.screen)
        assert dashboard.screen.active.number == 2
        assert "Shipped Parcel Map" in dashboard.current


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_hygiene_suggests_shows_and_writes_only_what_is_agreed(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    path = made / "MEMORY.md"
    with path.open("a") as file:
        file.write(f"\n## Twins\n{TWIN}{TWIN}")
    async with opened(made, size) as dashboard:
        await dashboard.press("H")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, ListScreen))
        row = next(
            row for row in listing(dashboard).active.list.rows if row.right[:1] == ("duplicate",)
        )
        listing(dashboard).active.list.go_to_key(row.key)
        before = path.read_bytes()
        await dashboard.press("f")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, AskScreen))
        assert "- - Validate the carrier's invoice" in dashboard.text
        assert path.read_bytes() == before
        await dashboard.press("y")
        await dashboard.until(lambda: path.read_text().count(TWIN) == 1)
        await dashboard.until(lambda: isinstance(dashboard.app.screen, ListScreen))
        await dashboard.press("escape", "u")
        await dashboard.until(lambda: path.read_bytes() == before)


@pytest.mark.fault("an agent that rewrites MEMORY.md from a stale copy under the dashboard")
@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_what_a_stale_writer_dropped_is_told_and_one_key_puts_it_back(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    path = made / "MEMORY.md"
    async with opened(made, size) as dashboard:
        stale = path.read_bytes()
        for text in ("Shipped Parcel Map", "Warm start of the map"):
            before = path.read_bytes()
            await dashboard.to(3, text)
            await dashboard.press("p", "ctrl+s")
            await dashboard.until(lambda before=before: path.read_bytes() != before)
            await dashboard.until(
                lambda: (
                    dashboard.screen.deck and dashboard.screen.deck.memory.data == path.read_bytes()
                )
            )
        whole = path.read_bytes()
        path.write_bytes(stale + b"\n- Something of the agent's own\n")
        await dashboard.until(
            lambda: any("L puts" in each for each in dashboard.toasts()), seconds=20
        )
        await dashboard.press("L")
        await dashboard.until(
            lambda: all(
                line in path.read_bytes().split(b"\n") for line in whole.split(b"\n") if line
            )
        )
        assert b"Something of the agent's own" in path.read_bytes()


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_what_is_mended_at_once_is_one_edit_and_what_is_left_is_listed_again(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    path = made / "MEMORY.md"
    with path.open("a") as file:
        file.write(f"\n## Twins\n{TWIN}{TWIN}{TWIN}")
    async with opened(made, size) as dashboard:
        await dashboard.press("H")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, ListScreen))
        rows = [row for row in listing(dashboard).active.list.rows if not row.passive]
        twins = [row for row in rows if row.right[:1] == ("duplicate",)]
        assert len(twins) == 2
        before = path.read_bytes()
        for row in twins:
            listing(dashboard).active.list.go_to_key(row.key)
            await dashboard.press("space")
        await dashboard.press("f")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, AskScreen))
        await dashboard.press("n")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, ListScreen))
        for row in twins:
            listing(dashboard).active.list.go_to_key(row.key)
            await dashboard.press("space")
        await dashboard.press("f")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, AskScreen))
        assert "y do it" in dashboard.text
        await dashboard.press("y")
        await dashboard.until(lambda: path.read_bytes().count(TWIN.encode()) == 1)
        await dashboard.until(lambda: isinstance(dashboard.app.screen, ListScreen))
        left = listing(dashboard).active.list.rows
        assert not any(row.right[:1] == ("duplicate",) for row in left)
        await dashboard.press("escape", "u")
        await dashboard.until(lambda: path.read_bytes() == before)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_what_was_lost_stands_above_memory_until_it_was_meant(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    path = made / "MEMORY.md"
    lost = ["- Feed the gulls at noon\n", "- Never lend the ladder to the ferry\n"]
    async with opened(made, size) as dashboard:
        stale = path.read_text()
        seen = Seen(dashboard.screen.workspace.state_folder)
        before = seen.stamp
        path.write_text(stale + "".join(lost))
        await dashboard.until(lambda: seen.stamp != before)
        await dashboard.until(
            lambda: (
                dashboard.screen.deck
                and dashboard.screen.deck.memory.data == path.read_bytes()
                and any(row.text == lost[1][2:-1] for row in dashboard.screen.pane(2)._all)
            )
        )
        path.write_text(stale + "- Something of the agent's own\n")
        await dashboard.until(
            lambda: any("L puts" in each for each in dashboard.toasts()), seconds=20
        )
        await dashboard.press("2", "g")
        rows = dashboard.screen.pane(2).list.rows
        assert isinstance(rows[0].target, Alarm)
        assert [f"- {row.text}\n" for row in rows if row.tone is Tone.GONE] == lost
        await dashboard.press("j", "enter")
        await dashboard.until(lambda: "it was meant" in dashboard.text)
        await dashboard.press("escape")
        here = path.read_bytes()
        await dashboard.press("x")
        await dashboard.until(
            lambda: not isinstance(dashboard.screen.pane(2).list.rows[0].target, Alarm)
        )
        assert path.read_bytes() == here
        await dashboard.press("L")
        assert any("Nothing was lost" in each for each in dashboard.toasts())


@pytest.mark.fault("lines dropped before the dashboard has looked again")
async def test_what_is_dropped_before_the_dashboard_has_looked_again_is_told(
    opened: Opening, made: Path
) -> None:
    path = made / "MEMORY.md"
    old = path.read_bytes()

    def written_over(store: MemoryStore) -> Applied:
        applied = store.apply(Add("Critical Decisions", ("Feed the gulls at noon",)))
        path.write_bytes(old)
        return applied

    async with opened(made) as dashboard:
        dashboard.screen.bridge.write(written_over)
        await dashboard.until(
            lambda: any("L puts" in each for each in dashboard.toasts()), seconds=20
        )
    # And so it is at the next start.
    async with opened(made) as dashboard:
        assert dashboard.screen.deck is not None
        (alarm,) = dashboard.screen.deck.alarms
        assert [each.data for each in alarm.lost] == [b"- Feed the gulls at noon\n"]


async def test_l_says_when_nothing_is_lost(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await dashboard.press("L")
        assert any("Nothing was lost" in each for each in dashboard.toasts())
