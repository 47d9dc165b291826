"""Terminals that shrink to nothing and grow again, and the key that ends a program, anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.events import Key

from tests.faults.ways import WAYS, go, still, to_board
from tests.screen.conftest import WIDE, Opening
from widgets.rows import RowList


@pytest.mark.slow
@pytest.mark.fault("a terminal of 20x5, and of one cell, on every screen, and back")
async def test_a_screen_is_what_it_was_after_the_terminal_was_tiny(
    opened: Opening, made: Path
) -> None:
    before = (made / "MEMORY.md").read_bytes()
    async with opened(made) as dashboard:
        for name, way in WAYS.items():
            await go(dashboard, way)
            app = dashboard.app
            screen, focused = app.screen, app.focused
            row = focused.current if isinstance(focused, RowList) else None
            for size in ((20, 5), (1, 1)):
                await dashboard.pilot.resize_terminal(*size)
                await dashboard.pilot.pause()
                lines = dashboard.text.split("\n")
                assert len(lines) == size[1], name
                assert all(cell_len(line) <= size[0] for line in lines), name
            await dashboard.pilot.resize_terminal(*WIDE)
            await dashboard.until(lambda: way.shown in dashboard.text)  # noqa: B023
            assert app.screen is screen, name
            assert app.focused is focused, name
            if isinstance(focused, RowList):
                assert focused.current == row, name
                assert "▌" in dashboard.text, name
            await to_board(dashboard)
    assert (made / "MEMORY.md").read_bytes() == before


@pytest.mark.slow
@pytest.mark.fault("ctrl+c and ctrl+q on every screen")
async def test_ctrl_c_ends_the_dashboard_from_anywhere(
    opened: Opening, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (made / "MEMORY.md").read_bytes()
    left: list[object] = []
    async with opened(made) as dashboard:
        monkeypatch.setattr(dashboard.app, "exit", lambda *result, **_: left.append(result))
        for name, way in WAYS.items():
            await go(dashboard, way)
            for key in ("ctrl+c", "ctrl+q"):
                await dashboard.press(key)
                if name == "the inline edit" and not left:
                    # What was typed would be lost: it asks once.
                    assert "once more leaves" in dashboard.toasts()[-1]
                    await dashboard.press(key)
                await dashboard.until(lambda: left)
                left.clear()
            await to_board(dashboard)
    assert (made / "MEMORY.md").read_bytes() == before


@pytest.mark.fault("letters that are typed before the field for them is there")
@pytest.mark.parametrize(
    ("pane", "row", "opens"), [(2, "Parcel Map", "e"), (1, "task.status", "e"), (3, "Decided", "p")]
)
async def test_what_is_typed_ahead_is_text_and_no_command(
    opened: Opening, made: Path, pane: int, row: str, opens: str
) -> None:
    before = (made / "MEMORY.md").read_bytes()
    async with opened(made) as dashboard:
        await dashboard.to(pane, row)
        for key in (opens, "x", "P", "x"):
            dashboard.app.post_message(Key(key, key))
        await still(dashboard)
        assert not any("u undoes" in words for words in dashboard.toasts())
    assert (made / "MEMORY.md").read_bytes() == before
