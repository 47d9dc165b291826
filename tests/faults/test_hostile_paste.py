"""Text that a person pastes, from a page that put more into the clipboard than it showed."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Paste
from textual.widgets import TextArea

from tests.hostile_text import EVIL, unseen
from tests.screen.conftest import Dashboard, Opening

PASTED = EVIL.replace("\r", "")
FIELDS = {
    "the filter of a list": ("slash",),
    "the search": ("ctrl+f",),
    "the key of a new entry": ("1", "a"),
    "the value of a new entry": ("1", "a", "tab"),
    "the section of a promotion": ("p",),
    "the text of a promotion": ("p", "tab"),
    "the item that is edited": ("2", "e"),
    "the day of a bootstrap": ("b", "d"),
    "an assumption of the costs": ("4", "c", "G", "h", "k", "e"),
    "the commands": ("ctrl+p",),
    "the themes": ("ctrl+p", *"theme", "enter"),
}


async def to_field(dashboard: Dashboard, keys: tuple[str, ...]) -> None:
    await dashboard.to(2, "parcel")
    await dashboard.to(3, "Decided")
    for key in keys:
        await dashboard.press(key)
        await dashboard.pilot.pause()


@pytest.mark.fault("a paste full of escape sequences, into every field")
async def test_what_is_pasted_is_drawn_as_what_is_seen(opened: Opening, made: Path) -> None:
    """One dashboard for all: each field is left before the next one."""
    for name, keys in FIELDS.items():
        async with opened(made) as dashboard:
            await to_field(dashboard, keys)
            focused = dashboard.app.focused
            assert focused is not None, name
            said = "text" if isinstance(focused, TextArea) else "value"
            dashboard.app.post_message(Paste(PASTED))
            await dashboard.until(lambda: "@click" in getattr(focused, said))  # noqa: B023
            assert unseen(dashboard.text.encode(), plain=True) == [], name
