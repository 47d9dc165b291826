"""Errors that nobody foresaw: one part of the dashboard fails, and the others go on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from memdeck.demo import make_workspace
from tests.conftest import unexpected_reports
from tests.screen.conftest import Dashboard, Opening
from tests.terminal import ROOT, Terminal
from widgets.gauge import Gauge
from widgets.guarded import BROKEN
from widgets.pane import Pane
from widgets.row import Row
from widgets.rows import RowList

pytestmark = pytest.mark.unexpected
MEMORY_TEXT = "Kestrel"
"""What the error quotes, as a KeyError quotes a line of a file."""


class Torn(Exception):
    """What nobody foresaw."""


def torn(*_: object, **__: object) -> None:
    raise Torn(MEMORY_TEXT)


async def reported(dashboard: Dashboard, home: Path, doing: str) -> None:
    await dashboard.until(lambda: any("unexpected error" in each for each in dashboard.toasts()))
    said = next(each for each in dashboard.toasts() if "unexpected error" in each)
    assert "(Torn)" in said
    assert "what was stored is still there" in said
    assert MEMORY_TEXT not in said
    report = unexpected_reports(home)[-1].read_text("utf-8")
    assert "Torn" in report
    assert f"While: {doing}" in report
    assert MEMORY_TEXT not in report
    assert dashboard.app.is_running


@pytest.mark.fault("an unexpected error while a pane makes its rows")
async def test_a_pane_that_cannot_be_made_leaves_the_others_alive(
    opened: Opening, made: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(made) as dashboard:
        pane = dashboard.screen.pane(2)
        monkeypatch.setattr(pane, "_rows_of", torn)
        before = dashboard.row_texts(2)
        (made / "MEMORY.md").write_text("# Memory\n\n## A\n- told anew\n", encoding="utf-8")
        log = next(iter(sorted((made / "memory").glob("2026-*.md"), reverse=True)))
        log.write_text(log.read_text("utf-8") + "\n- the quokka index\n", encoding="utf-8")
        await dashboard.until(lambda: "cannot be shown" in "".join(dashboard.row_texts(2)))
        assert dashboard.row_texts(2)[1:] == before
        await dashboard.until(lambda: "quokka" in "".join(dashboard.row_texts(3)))
        await reported(dashboard, home, "the pane MEMORY.md")
        monkeypatch.undo()
        (made / "MEMORY.md").write_text("# Memory\n\n## A\n- told once more\n", encoding="utf-8")
        await dashboard.until(lambda: "told once more" in "".join(dashboard.row_texts(2)))
        assert "cannot be shown" not in "".join(dashboard.row_texts(2))


@pytest.mark.fault("an unexpected error while one row is drawn")
async def test_a_row_that_cannot_be_drawn_costs_no_other(
    opened: Opening, made: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = RowList._drawn

    def all_but_one(self: RowList, row: Row, *more: object) -> object:
        return torn() if "eviction order" in row.text else drawn(self, row, *more)  # type: ignore[arg-type]

    async with opened(made) as dashboard:
        monkeypatch.setattr(RowList, "_drawn", all_but_one)
        await dashboard.press("3", "home")
        dashboard.screen.pane(3).reveal_text("eviction order")
        dashboard.screen.pane(3).list.refresh()
        await reported(dashboard, home, "a row")
        assert BROKEN[:20] in dashboard.text
        assert "Critical Decisions" in dashboard.text


@pytest.mark.fault("an unexpected error while the gauge is drawn")
async def test_a_gauge_that_cannot_be_drawn_costs_no_pane(
    opened: Opening, made: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(made) as dashboard:
        monkeypatch.setattr(Gauge, "render", torn)
        dashboard.screen.query_one(Gauge).refresh()
        await reported(dashboard, home, "drawing Gauge")
        assert "This cannot be drawn" in dashboard.text
        assert "Critical Decisions" in dashboard.text
        await dashboard.press("2", "down")
        assert dashboard.current


@pytest.mark.fault("an unexpected error in what a key does")
async def test_a_key_that_fails_is_words_and_the_next_one_works(
    opened: Opening, made: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(made) as dashboard:
        monkeypatch.setattr(type(dashboard.screen), "action_zoom", torn)
        await dashboard.press("z")
        await reported(dashboard, home, "a key or a command")
        before = dashboard.current
        await dashboard.press("down")
        await dashboard.until(lambda: dashboard.current != before)


@pytest.mark.fault("an unexpected error in a dialog")
async def test_a_dialog_that_fails_can_be_left(
    opened: Opening, made: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(made) as dashboard:
        await dashboard.to(3, "eviction order")
        await dashboard.press("p")
        await dashboard.until(lambda: len(dashboard.app.screen_stack) == 3)
        monkeypatch.setattr(type(dashboard.app.screen), "render", torn)
        dashboard.app.screen.refresh()
        await reported(dashboard, home, "drawing PlaceScreen")
        await dashboard.press("escape")
        await dashboard.until(lambda: len(dashboard.app.screen_stack) == 2)
        assert "Critical Decisions" in dashboard.text


@pytest.mark.fault("an unexpected error in a handler of a pane")
async def test_a_handler_that_fails_leaves_its_pane_alive(
    opened: Opening, made: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(made) as dashboard:
        monkeypatch.setattr(Pane, "on_input_changed", torn)
        await dashboard.press("3", "slash", "x")
        await reported(dashboard, home, "Pane")
        monkeypatch.undo()
        await dashboard.press("escape", "slash", *"eviction")
        await dashboard.until(lambda: dashboard.screen.pane(3).filtered)


SABOTAGE = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tui.screens.main import MainScreen

def torn(self):
    memory_text = "{MEMORY_TEXT}"
    raise KeyError(memory_text)

MainScreen.on_mount = torn
"""


@pytest.mark.fault("an unexpected error that the dashboard cannot outlive")
def test_the_end_is_one_sentence_on_a_terminal_as_it_was(tmp_path: Path, home: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SABOTAGE, encoding="utf-8")
    workspace = make_workspace(tmp_path / "atlas")
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    terminal = Terminal("-C", workspace, environment={"PYTHONPATH": path})
    try:
        assert terminal.wait(30) == 70
        said = " ".join(terminal.text.split())
        assert "An unexpected error (KeyError) ended the dashboard." in said
        assert "What was stored before is still there." in said
        assert b"Traceback" not in terminal.raw
        assert MEMORY_TEXT.encode() not in terminal.raw
        assert terminal.modes == terminal.modes_before
        assert b"\x1b[?1049l" in terminal.raw
        (report,) = unexpected_reports(home)
        assert MEMORY_TEXT not in report.read_text("utf-8")
    finally:
        terminal.close()
