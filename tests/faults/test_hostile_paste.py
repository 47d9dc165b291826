"""Text that a person pastes, from a page that put more into the clipboard than it showed."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Paste
from textual.widgets import TextArea

from tests.faults.ways import Way, go, to_board
from tests.hostile_text import EVIL, unseen
from tests.screen.conftest import Opening

PASTED = EVIL.replace("\r", "")
FIELDS = {
    "the filter of a list": Way(("slash",), "words to find"),
    "the search": Way(("ctrl+f",), "search all tiers"),
    "the key of a new entry": Way(("1", "a"), "New entry"),
    "the value of a new entry": Way(("1", "a", "tab"), "New entry"),
    "the text of a promotion": Way(("p",), "ctrl+s writes"),
    "the section of a promotion": Way(("p", "tab"), "enter chooses"),
    "the item that is edited": Way(("2", "e"), "leave as it was"),
    "the day of a bootstrap": Way(("b", "d"), "Which day"),
    "an assumption of the costs": Way(("4", "c", "G", "k", "e"), "enter takes it"),
    "the commands": Way(("ctrl+p",), "Search for commands"),
    "the themes": Way(("ctrl+p", *"theme", "enter"), "Search for themes"),
}


@pytest.mark.slow
@pytest.mark.fault("a paste full of escape sequences, into every field")
async def test_what_is_pasted_is_drawn_as_what_is_seen(opened: Opening, made: Path) -> None:
    async with opened(made) as dashboard:
        for name, way in FIELDS.items():
            await go(dashboard, way)
            focused = dashboard.app.focused
            assert focused is not None, name
            said = "text" if isinstance(focused, TextArea) else "value"
            dashboard.app.post_message(Paste(PASTED))
            await dashboard.until(lambda: "@click" in getattr(focused, said))  # noqa: B023
            assert unseen(dashboard.text.encode(), plain=True) == [], name
            await to_board(dashboard)
