"""What looks like a secret on the screen: covered where it is drawn, asked about before a write."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import GitHelper
from tests.faults.leaks import KEY, PASSWORD, TOKEN, leaky, told
from tests.screen.conftest import Dashboard, Opening
from tests.terminal import Terminal
from tui.screens.ask import AskScreen
from tui.screens.merge import MergeScreen
from tui.screens.note import NoteScreen
from tui.screens.place import PlaceScreen
from tui.screens.reading import DetailScreen
from tui.screens.triage import TriageScreen
from widgets.fields import TextField

PIER = "the pier pushes with"
ASKED = "This looks like a secret"


@pytest.fixture
def root(git: GitHelper, tmp_path: Path) -> Path:
    return leaky(git, tmp_path / "pier")


def nothing_is_seen(dashboard: Dashboard, where: str) -> None:
    """Neither on the screen, nor in a picture of it, nor in a toast."""
    assert not told(dashboard.text), f"{where}:\n{dashboard.text}"
    assert not told(dashboard.app.export_screenshot().replace("&#160;", " ")), where
    assert not [each for each in dashboard.app._notifications if told(each.message)], where


def memory(root: Path) -> str:
    return (root / "MEMORY.md").read_text(encoding="utf-8")


WALKS = (
    ("the notes", ("1", "j", "l", "j", "l", "j", "j")),
    ("an entry in full", ("1", "G", "k", "enter")),
    ("MEMORY.md", ("2", "j", "j")),
    ("an item in full", ("2", "g", "j", "j", "enter")),
    ("a move", ("2", "g", "j", "m")),
    ("an item that is edited", ("2", "g", "j", "j", "e")),
    ("a filter", ("2", "slash", *"pier")),
    ("the logs", ("3", "j", "j", "G")),
    ("a promotion", ("3", "g", "j", "j", "j", "p")),
    ("a promotion of several", ("3", "g", "j", "j", "space", "space", "p")),
    ("the history", ("T",)),
    ("a version", ("T", "tab", "j", "G", "k")),
    ("the bootstrap", ("b",)),
    ("the end of the bootstrap", ("b", "G", "k", "k", "k", "k", "k", "enter")),
    ("the hand-off", ("b", "tab", "G")),
    ("what could go", ("f",)),
    ("hygiene", ("H", "j", "enter")),
    ("lineage", ("2", "g", "j", "j", "i")),
    ("the notes as they changed", ("1", "T")),
    ("the doctor", ("1", "D")),
    ("a search", ("ctrl+f", *"pier")),
    ("the line of a search", ("ctrl+f", *"sail", "enter")),
    ("the pulse", ("4", "tab")),
    ("triage", ("t",)),
    ("a candidate in full", ("t", "v")),
    ("a promotion from triage", ("t", "p")),
    ("a merge", ("t", "M")),
    ("the keys", ("question_mark",)),
)


@pytest.mark.slow
@pytest.mark.fault("a secret in every tier, while a person walks through every pane and dialog")
async def test_no_screen_shows_one(opened: Opening, root: Path) -> None:
    async with opened(root) as dashboard:
        for where, keys in WALKS:
            await dashboard.press(*keys)
            await dashboard.pilot.pause()
            nothing_is_seen(dashboard, where)
            for _ in range(4):
                await dashboard.press("escape")
            while dashboard.app.screen is not dashboard.screen:
                dashboard.app.pop_screen()
                await dashboard.pilot.pause()
        nothing_is_seen(dashboard, "the end")


@pytest.mark.fault("a secret in a line that is read in full, revealed by a key, and copied")
async def test_it_is_revealed_by_a_key_alone(opened: Opening, root: Path) -> None:
    async with opened(root) as dashboard:
        copied: list[str] = []
        dashboard.app.copy_to_clipboard = copied.append  # type: ignore[method-assign]
        await dashboard.to(2, "The pier pushes")
        await dashboard.press("y")
        assert not told(copied[0])
        assert "covered" in dashboard.toasts()[-1]
        await dashboard.press("enter")
        assert isinstance(dashboard.app.screen, DetailScreen)
        nothing_is_seen(dashboard, "in full")
        await dashboard.press("r")
        assert TOKEN in dashboard.text
        await dashboard.press("escape", "enter")
        nothing_is_seen(dashboard, "in full again")


async def asked(dashboard: Dashboard) -> None:
    await dashboard.until(lambda: isinstance(dashboard.app.screen, AskScreen))
    assert ASKED in dashboard.text
    nothing_is_seen(dashboard, "the question")


async def refused_then_meant(
    dashboard: Dashboard, dialog: type | None, write: Callable[[], Awaitable[None]]
) -> None:
    """Enter does not agree, no is no, and only y writes."""
    await write()
    await asked(dashboard)
    await dashboard.press("enter", "enter", "enter")
    await asked(dashboard)
    await dashboard.press("n")
    if dialog is not None:
        await dashboard.until(lambda: isinstance(dashboard.app.screen, dialog))
    await write()
    await asked(dashboard)
    await dashboard.press("y")


@pytest.mark.fault("a secret promoted with one key, by a dialog, and among several from triage")
async def test_a_promotion_asks_first(opened: Opening, root: Path) -> None:
    before = memory(root)
    async with opened(root) as dashboard:
        await dashboard.to(3, "Decided to sail")
        await dashboard.press("P")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, PlaceScreen))
        assert "looks like a secret" in " ".join(dashboard.text.split())

        async def write() -> None:
            await dashboard.press("ctrl+s")

        await write()
        await asked(dashboard)
        await dashboard.press("n", "escape")
        assert memory(root) == before
        await dashboard.press("t")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, TriageScreen))
        screen = dashboard.app.screen
        assert isinstance(screen, TriageScreen)
        await dashboard.until(lambda: screen.queue and len(screen.active.list.rows) > 4)
        await dashboard.press("space", "space", "space", "p")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, PlaceScreen))
        await refused_then_meant(dashboard, PlaceScreen, write)
        await dashboard.until(lambda: KEY in memory(root))
        await dashboard.until(lambda: any("u undoes" in each for each in dashboard.toasts()))
        nothing_is_seen(dashboard, "what was said of it")


@pytest.mark.fault("a secret that is merged into an item")
async def test_a_merge_asks_first(opened: Opening, root: Path) -> None:
    before = memory(root)
    async with opened(root) as dashboard:
        await dashboard.press("t")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, TriageScreen))
        screen = dashboard.app.screen
        assert isinstance(screen, TriageScreen)
        await dashboard.until(lambda: screen.queue and len(screen.active.list.rows) > 4)
        assert screen.active.reveal_text("Decided that the pier")
        await dashboard.press("M")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, MergeScreen))
        nothing_is_seen(dashboard, "the merge")
        dashboard.app.screen.query_one(TextField).fill(f"The pier pushes with {TOKEN} and {KEY}")

        async def write() -> None:
            await dashboard.press("ctrl+s")

        await write()
        await asked(dashboard)
        await dashboard.press("n")
        assert memory(root) == before
        await write()
        await asked(dashboard)
        await dashboard.press("y")
        await dashboard.until(lambda: KEY in memory(root))


@pytest.mark.fault("a secret that is typed into an item where it stands, and into a new one")
async def test_an_edit_in_place_and_an_addition_ask_first(opened: Opening, root: Path) -> None:
    before = memory(root)
    async with opened(root) as dashboard:
        await dashboard.to(2, "Two keys of iron")
        await dashboard.press("e")
        dashboard.screen.query_one(TextField).fill(f"Two keys: {KEY}")
        nothing_is_seen(dashboard, "the field")
        await dashboard.press("enter")
        await asked(dashboard)
        await dashboard.press("n")
        assert memory(root) == before
        # What was typed is still there.
        assert dashboard.screen.query_one(TextField).text == f"Two keys: {KEY}"
        await dashboard.press("enter")
        await asked(dashboard)
        await dashboard.press("y")
        await dashboard.until(lambda: f"- Two keys: {KEY}" in memory(root))
        await dashboard.press("a")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, PlaceScreen))
        dashboard.app.screen.query_one(TextField).fill(f"A new one: {TOKEN}")

        async def write() -> None:
            await dashboard.press("ctrl+s")

        await refused_then_meant(dashboard, PlaceScreen, write)
        await dashboard.until(lambda: f"- A new one: {TOKEN}" in memory(root))


@pytest.mark.fault("a secret that is typed as an entry of the notes")
async def test_an_entry_of_the_notes_asks_first(
    opened: Opening, root: Path, git: GitHelper
) -> None:
    async with opened(root) as dashboard:
        await dashboard.press("1", "a")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, NoteScreen))
        await dashboard.press(*"db.password", "tab")
        dashboard.app.screen.query_one(TextField).fill(PASSWORD + "9")

        async def write() -> None:
            await dashboard.press("ctrl+s")

        await refused_then_meant(dashboard, NoteScreen, write)
        await dashboard.until(lambda: any("stored" in each.lower() for each in dashboard.toasts()))
    notes = git(root, "notes", "--ref=agents", "show", "HEAD")
    entries = [json.loads(line) for line in notes.splitlines() if line]
    assert [each["value"] for each in entries if each["key"] == "db.password"] == [PASSWORD + "9"]


@pytest.mark.slow
@pytest.mark.fault("a secret in the bytes that a terminal is sent")
def test_the_terminal_is_sent_none(root: Path) -> None:
    (root / "memdeck.toml").write_text('[time]\nzone = "UTC"\n', encoding="utf-8")
    with closing(Terminal("-C", root)) as terminal:
        terminal.wait_for("pier pushes")
        terminal.press("2", "j", "j", "y", "enter", "escape", "3", "j", "j", "p", "escape", "q")
        assert terminal.wait() == 0
        raw = terminal.raw.decode("utf-8", "replace")
    assert "pier pushes" in raw
    assert not told(raw)
    for copied in raw.split("\x1b]52;c;")[1:]:
        assert not told(base64.b64decode(copied.partition("\x07")[0]).decode())
    assert "\x1b]52;c;" in raw
