"""The bootstrap screen: another profile, day, branch; cuts; the hand-off; free tokens; distil."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from memdeck.demo import DEMO_NOW
from memdeck.settings import user_settings_path
from tui.screens.bootstrap import BootstrapScreen
from tui.screens.distil import DistilScreen
from tui.screens.listing import ListScreen
from widgets.gauge import Gauge
from widgets.row import Tone

from .conftest import NARROW, WIDE, Dashboard, Opening

LONG_LINE = "- The {0}th locker of the north pier wants a new lock before the ferry season begins\n"


def bootstrap(dashboard: Dashboard) -> BootstrapScreen:
    screen = dashboard.app.screen
    assert isinstance(screen, BootstrapScreen)
    return screen


async def shown(dashboard: Dashboard) -> BootstrapScreen:
    """The bootstrap screen, once it is there with its rows."""
    await dashboard.press("b")
    await dashboard.until(lambda: isinstance(dashboard.app.screen, BootstrapScreen))
    await dashboard.until(lambda: bootstrap(dashboard).active.list.rows)
    return bootstrap(dashboard)


async def by_profile(dashboard: Dashboard, name: str) -> BootstrapScreen:
    screen = bootstrap(dashboard)
    await dashboard.press("o")
    await dashboard.until(lambda: isinstance(dashboard.app.screen, ListScreen))
    listing = dashboard.app.screen
    assert isinstance(listing, ListScreen)
    assert listing.active.list.go_to_key(("profile", name))
    await dashboard.press("enter")
    await dashboard.until(lambda: screen.budget is not None and screen.budget.profile == name)
    return screen


def texts(screen: BootstrapScreen) -> list[str]:
    return [row.text for row in screen.active.list.rows]


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_it_shows_the_very_text_part_by_part(
    opened: Opening, made: Path, size: tuple[int, int]
) -> None:
    async with opened(made, size) as dashboard:
        screen = await shown(dashboard)
        budget = screen.budget
        assert budget is not None
        given = "".join(f"{row.text}\n" for row in screen.active.list.rows if row.key[0] == "line")
        assert given.encode("utf-8", "surrogateescape") == budget.data.replace(b"\r\n", b"\n")
        assert "nothing is cut" in dashboard.text
        assert "1 Loaded" in dashboard.text
        await dashboard.press("right_square_bracket")
        assert screen.active.list.current is not None
        assert screen.active.list.current.text.startswith("yesterday")


async def test_a_cut_is_shaded_counted_and_jumped_to(opened: Opening, made: Path) -> None:
    with (made / "MEMORY.md").open("a") as file:
        file.writelines(LONG_LINE.format(n) for n in range(400))
    async with opened(made) as dashboard:
        await shown(dashboard)
        screen = await by_profile(dashboard, "openclaw")
        assert screen.budget is not None
        assert screen.budget.cuts
        assert "cut" in dashboard.text.split("\n")[0]
        assert "next cut" in dashboard.text
        seen = []
        for _ in range(len(screen.budget.cuts)):
            await dashboard.press("right_square_bracket")
            row = screen.active.list.current
            assert row is not None
            assert row.tone is Tone.CUT_TITLE
            seen.append(row.key)
        assert len(set(seen)) == len(seen)
        memory = next(
            row for row in screen.active.list.rows if row.key in seen and "over" in row.text
        )
        assert screen.active.reveal(memory.key)
        await dashboard.press("l", "l")
        row = screen.active.list.current
        assert row is not None
        assert row.tone is Tone.CUT
        assert "not seen by the next session" in dashboard.text
        assert screen._rail._marks.count(True) >= 1


async def test_another_day_takes_that_days_logs(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        screen = await shown(dashboard)
        today = screen.budget
        await dashboard.press("less_than_sign")
        await dashboard.until(lambda: screen.budget is not today)
        assert screen.budget is not None
        part = screen.budget.part("today")
        assert part is not None
        assert all("2026-02-05" in path for path in part.paths)
        assert "Thu 5 Feb" in dashboard.text
        await dashboard.press("greater_than_sign")
        await dashboard.until(lambda: screen.budget is today)
        await dashboard.press("d")
        await dashboard.press(*["backspace"] * 10, *"nonsense", "enter")
        assert "That is no day" in dashboard.text
        await dashboard.press(*["backspace"] * 8, "minus", "2", "enter")
        await dashboard.until(lambda: "Wed 4 Feb" in dashboard.text)


async def test_another_branch_brings_its_notes(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        screen = await shown(dashboard)
        before = screen.budget
        await dashboard.press("B")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, ListScreen))
        listing = dashboard.app.screen
        assert isinstance(listing, ListScreen)
        listing.active.list.go_to_key(("branch", "main"))
        await dashboard.press("enter")
        await dashboard.until(lambda: screen.budget is not before)
        assert screen.budget is not None
        notes = screen.budget.part("notes")
        assert notes is not None
        assert notes.data.count(b'"branch":"main"') == notes.data.count(b"\n") > 0


async def test_what_is_written_meanwhile_is_there_at_once(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        screen = await shown(dashboard)
        with (made / "MEMORY.md").open("a") as file:
            file.write("- Written while you look\n")
        await dashboard.until(lambda: "- Written while you look" in texts(screen))


async def test_the_hand_off_tells_what_is_unread_since_an_agents_beat(
    opened: Opening, made: Path
) -> None:
    beats = made / "memory" / "heartbeats"
    beats.mkdir(exist_ok=True)
    stamp = DEMO_NOW.replace(hour=12, minute=0).strftime("%Y-%m-%dT%H:%M:%SZ")
    (beats / f"{DEMO_NOW:%Y-%m}.jsonl").write_text(
        f'{{"ts": "{stamp}", "agent": "scout", "status": "ok", "note": null, '
        '"interval_s": 3300, "cache": null}\n'
    )
    async with opened(made) as dashboard:
        screen = await shown(dashboard)
        await dashboard.press("tab")
        await dashboard.until(lambda: "Blocked  today" in texts(screen))
        headings = [text for text in texts(screen) if text.endswith(("  today", "  yesterday"))]
        assert headings[:4] == [
            "Blocked  today",
            "Blocked  yesterday",
            "Open  today",
            "Open  yesterday",
        ]
        assert "no agent is named" in dashboard.text
        await dashboard.press("A")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, ListScreen))
        listing = dashboard.app.screen
        assert isinstance(listing, ListScreen)
        listing.active.list.go_to_key(("agent", "scout"))
        await dashboard.press("enter")
        await dashboard.until(lambda: "since the last beat of scout" in texts(screen)[0])
        assert any(row.right[:1] == ("unread",) for row in screen.active.list.rows)
        await dashboard.press("b")
        assert dashboard.app.screen is dashboard.screen


async def test_f_proposes_and_only_what_is_chosen_goes(opened: Opening, made: Path) -> None:
    twin = "- Validate the carrier's invoice before anything is booked from it, twice if need be\n"
    with (made / "MEMORY.md").open("a") as file:
        file.write(f"\n## Twins\n{twin}{twin}")
    async with opened(made) as dashboard:
        await dashboard.press("f")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, ListScreen))
        assert "says the same as line" in dashboard.text
        before = (made / "MEMORY.md").read_text()
        await dashboard.press("space")
        gauge = dashboard.screen.query_one(Gauge)
        assert gauge.ghost < 0
        assert "leaves" in dashboard.text
        assert (made / "MEMORY.md").read_text() == before
        await dashboard.press("x")
        await dashboard.until(lambda: (made / "MEMORY.md").read_text().count(twin) == 1)
        assert gauge.ghost == 0


async def test_over_the_limit_the_gauge_names_the_part_and_the_way_out(
    opened: Opening, made: Path
) -> None:
    (made / "memdeck.toml").write_text("[budget]\nlimit = 9000\n")
    async with opened(made) as dashboard:
        line = dashboard.text.split("\n")[1]
        assert "over by" in line
        assert "MEMORY.md" in line
        assert "f free" in line
        await dashboard.press("f")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, ListScreen))
        listing = dashboard.app.screen
        assert isinstance(listing, ListScreen)
        assert any("the lines above free" in row.text for row in listing.active.list.rows)


async def test_marked_lines_and_items_move_the_ghost(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        gauge = dashboard.screen.query_one(Gauge)
        await dashboard.to(3, "Shipped Parcel Map")
        await dashboard.press("space")
        await dashboard.until(lambda: gauge.ghost > 0)
        await dashboard.to(2, "Parcel Map")
        await dashboard.press("space")
        await dashboard.until(lambda: gauge.ghost < 0)
        await dashboard.press("escape", "3", "escape")
        await dashboard.until(lambda: gauge.ghost == 0)


def distils_with(program: str, tmp_path: Path) -> None:
    """The user's own settings name a program, made of these lines of Python."""
    script = tmp_path / "shorter.py"
    script.write_text(program)
    path = user_settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'[distill]\ncommand = ["{sys.executable}", "{script}"]\n')


async def test_distil_proposes_and_writes_nothing_until_it_is_taken(
    opened: Opening, made: Path, tmp_path: Path
) -> None:
    distils_with("import sys; print('Short: ' + sys.stdin.read().split()[0])", tmp_path)
    async with opened(made) as dashboard:
        await dashboard.to(3, "Shipped Parcel Map")
        await dashboard.press("p")
        await dashboard.press("ctrl+t")
        await dashboard.until(lambda: "takes it" in dashboard.text)
        assert "+ Short: ✅" in dashboard.text
        await dashboard.press("enter")
        await dashboard.until(lambda: not isinstance(dashboard.app.screen, DistilScreen))
        await dashboard.press("ctrl+s")
        await dashboard.until(lambda: "Short: ✅" in (made / "MEMORY.md").read_text())


async def test_distil_in_the_inline_edit_can_be_left(
    opened: Opening, made: Path, tmp_path: Path
) -> None:
    distils_with("print('x')", tmp_path)
    async with opened(made) as dashboard:
        await dashboard.to(2, "Parcel Map")
        before = (made / "MEMORY.md").read_text()
        await dashboard.press("e", "ctrl+t")
        await dashboard.until(lambda: "takes it" in dashboard.text)
        await dashboard.press("escape", "escape")
        assert dashboard.app.screen is dashboard.screen
        assert (made / "MEMORY.md").read_text() == before


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("import sys; sys.stderr.write('no key\\x1b[31m'); sys.exit(3)", "no key"),
        ("", "printed nothing"),
    ],
)
async def test_a_failing_program_is_a_message(
    opened: Opening, made: Path, tmp_path: Path, program: str, words: str
) -> None:
    distils_with(program, tmp_path)
    async with opened(made) as dashboard:
        await dashboard.to(2, "Parcel Map")
        await dashboard.press("e", "ctrl+t")
        await dashboard.until(lambda: words in dashboard.text)
        assert "\x1b" not in dashboard.text
        await dashboard.press("enter", "escape")


async def test_without_a_program_distil_says_how_to_name_one(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        await dashboard.to(2, "Parcel Map")
        await dashboard.press("e", "ctrl+t")
        assert any("distill.command" in each for each in dashboard.toasts())
