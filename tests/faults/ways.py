"""The way to every kind of screen and dialog of the dashboard on the made workspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.screen.conftest import Dashboard


@dataclass(frozen=True)
class Way:
    """The keys from the board, and what is to be seen there and nowhere before."""

    keys: tuple[str, ...]
    shown: str


WAYS: Final = {
    "the board": Way((), "3 Timeline"),
    "one pane alone": Way(("z",), "3 Timeline"),
    "a filter": Way(("slash", "e"), "enter keep the filter"),
    "a line in full": Way(("enter",), "esc or enter leaves"),
    "the keys": Way(("question_mark",), "esc leave"),
    "the commands": Way(("ctrl+p",), "Search for commands"),
    "a promotion": Way(("p",), "ctrl+s writes"),
    "the section of a promotion": Way(("p", "tab"), "enter chooses"),
    "the inline edit": Way(("2", "e"), "leave as it was"),
    "moving an item": Way(("2", "m"), "moves it there"),
    "a new entry": Way(("1", "a"), "New entry"),
    "the bootstrap": Way(("b",), "nothing is cut"),
    "the profiles": Way(("b", "o"), "Whose rules"),
    "a day of the bootstrap": Way(("b", "d"), "Which day"),
    "the hand-off": Way(("b", "tab"), "[2 Hand-off]"),
    "triage": Way(("t",), "S skip"),
    "a merge": Way(("t", "M"), "Merge"),
    "the search": Way(("ctrl+f", "c", "a"), "ctrl+o read"),
    "the history": Way(("T",), "what it changed"),
    "hygiene": Way(("H",), "Hygiene of"),
    "the pulse": Way(("4",), "F follow"),
    "the costs": Way(("4", "c"), "< shorter"),
    "an assumption": Way(("4", "c", "G", "k", "e"), "enter takes it"),
}


async def go(dashboard: Dashboard, way: Way) -> None:
    """There, key by key as a person does it."""
    if dashboard.screen.active.number != 3 or not dashboard.current.startswith("Decided"):
        await dashboard.to(2, "Parcel Map")
        await dashboard.to(3, "Decided")
    for key in way.keys:
        await still(dashboard)
        await dashboard.press(key)
    await dashboard.until(lambda: way.shown in dashboard.text, seconds=30)


async def to_board(dashboard: Dashboard) -> None:
    """Back, whatever is open."""
    board = dashboard.screen
    while dashboard.app.screen is not board:
        dashboard.app.pop_screen()
        await dashboard.pilot.pause()
    board.close_inline_edit()
    for pane in board.panes:
        pane.clear_filter()
    if board._zoomed:
        board.toggle_zoom()
    dashboard.app.clear_notifications()
    await dashboard.pilot.pause()


async def still(dashboard: Dashboard) -> str:
    """The screen once it does not change any more."""
    text, before = dashboard.text, ""
    while text != before:
        await dashboard.pilot.pause(0.04)
        text, before = dashboard.text, text
    return text
