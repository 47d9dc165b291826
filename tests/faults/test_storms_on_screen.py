"""The dashboard on far more than any agent writes: keys answered, words for what is left out."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from textual.widgets._toast import Toast

from memdeck.limits import LONGEST_TEXT
from tests.conftest import GitHelper
from tests.screen.conftest import Dashboard, Opening
from tui.screens.place import PlaceScreen
from tui.screens.reading import DetailScreen
from widgets.fields import TextField

TODAY = "memory/2026-02-06.md"
LINE = "chose the long way"


@pytest.fixture
def folder(tmp_path: Path, git: GitHelper) -> Path:
    """A small workspace."""
    root = git.repository(tmp_path / "atlas")
    (root / "memory").mkdir()
    (root / "MEMORY.md").write_text("# Memory\n\n## Lessons\n- kept one\n", "utf-8")
    (root / TODAY).write_text(f"## Decisions\n- {LINE}\n", "utf-8")
    return root


async def said(dashboard: Dashboard, words: str) -> None:
    await dashboard.until(lambda: any(words in toast for toast in dashboard.toasts()), 60)


async def shows(dashboard: Dashboard, number: int, text: str) -> None:
    """Wait until a pane has a row that holds `text`."""
    await dashboard.until(lambda: any(text in row for row in dashboard.row_texts(number)), 60)


async def read_in_full(dashboard: Dashboard) -> str:
    """What enter shows of the row under the cursor, read to its end."""
    await dashboard.press("enter", "end")
    await dashboard.until(lambda: "characters are not shown here" in dashboard.text)
    screen = dashboard.app.screen
    assert isinstance(screen, DetailScreen)
    text = str(screen.query_one(".text").visual)
    await dashboard.press("escape")
    return text


@pytest.mark.fault("a line of 120 KB in every tier, read in full, promoted and edited by key")
async def test_of_a_line_that_nobody_wrote_the_beginning_is_shown_and_the_rest_counted(
    opened: Opening, folder: Path, git: GitHelper
) -> None:
    size = 120_000
    long = "word and more " * (size // 14)
    entry = {"branch": "main", "timestamp": "2026-02-06T10:00:00Z", "key": "long", "value": long}
    git.note(folder, json.dumps(entry))
    with (folder / TODAY).open("a", encoding="utf-8") as file:
        file.write(f"- {long}\n")
    with (folder / "MEMORY.md").open("a", encoding="utf-8") as file:
        file.write(f"- {long}\n")
    before = (folder / "MEMORY.md").read_bytes()
    async with opened(folder) as dashboard:
        for number, row in ((1, "long"), (2, "word and more"), (3, "word and more")):
            await dashboard.to(number, row)
            text = await read_in_full(dashboard)
            assert len(text) < LONGEST_TEXT + 100
            await dashboard.press("p", "P", "e")
            # No field is opened that would take minutes to wrap.
            assert not isinstance(dashboard.app.screen, PlaceScreen)
            assert not dashboard.app.screen.query(TextField)
        await said(dashboard, "characters long, so nothing was opened")
        await dashboard.to(3, LINE)
        await dashboard.press("p", "ctrl+s")
        await said(dashboard, "u undoes")
        await dashboard.press("u")
        await said(dashboard, "Undid")
    assert (folder / "MEMORY.md").read_bytes() == before


@pytest.mark.fault("a log of 100 MB, and 300 logs checked out at once, under the dashboard")
async def test_logs_that_come_all_at_once_are_all_there_and_the_one_too_large_says_so(
    opened: Opening, folder: Path
) -> None:
    async with opened(folder) as dashboard:
        await dashboard.to(3, LINE)
        for number in range(1, 300):
            day = date(2026, 2, 6) - timedelta(days=number)
            (folder / "memory" / f"{day}.md").write_text(f"- of day {number}\n", "utf-8")
        with (folder / "memory" / "2026-02-06-dump.md").open("wb") as file:
            file.truncate(100 * 1024 * 1024)
        await dashboard.until(lambda: len(dashboard.screen.deck.days) == 300)
        await shows(dashboard, 3, "too large to be a log (100 megabytes); it is not read")
        await dashboard.until(lambda: "2026-02-06-dump.md" in dashboard.screen.deck.budget.warning)
        assert dashboard.current == LINE
        await dashboard.press("G")
        await dashboard.until(lambda: "2025" in dashboard.text)


@pytest.mark.fault("500 sections, 100 branches and 1 000 entries under the dashboard")
async def test_much_of_everything_is_gone_through_by_key(
    opened: Opening, folder: Path, git: GitHelper
) -> None:
    sections = "".join(f"## Section {n}\n- item {n} of it\n\n" for n in range(500))
    async with opened(folder) as dashboard:
        (folder / "MEMORY.md").write_text(f"# Memory\n\n{sections}", "utf-8")
        head = git(folder, "rev-parse", "HEAD")
        refs = "".join(f"create refs/heads/team-{n % 20}/{n} {head}\n" for n in range(100))
        git(folder, "update-ref", "--stdin", stdin=refs.encode())
        entries = [
            {
                "branch": f"team-{n % 20}/{n % 100}",
                "timestamp": "2026-02-06T10:00:00Z",
                "key": f"key-{n}",
                "value": n,
            }
            for n in range(1000)
        ]
        note = "".join(json.dumps(each) + "\n" for each in entries)
        git.notes_at_once(folder, [(head, note.encode())])
        await shows(dashboard, 2, "Section 499")
        await dashboard.until(lambda: len(dashboard.screen.deck.notes.primary.branches) == 100)
        await dashboard.press("2", "G")
        assert dashboard.current == "Section 499"
        await dashboard.press("slash", *"item 300 of", "enter")
        assert dashboard.current == "item 300 of it"
        await dashboard.press("escape", "1", "G", "g")
        await dashboard.press("2", "a", *"by hand", "ctrl+s")
        await said(dashboard, "u undoes")
    assert b"by hand" in (folder / "MEMORY.md").read_bytes()


@pytest.mark.fault("12 logs shortened one after the other under the dashboard")
async def test_of_many_losses_one_toast_tells_how_many(opened: Opening, folder: Path) -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(12)]
    logs = [folder / "memory" / f"{day}.md" for day in days]
    for log in logs:
        log.write_text("- one\n- two\n", "utf-8")
    async with opened(folder) as dashboard:
        for log in logs:
            log.write_text("- one\n", "utf-8")
            await dashboard.pilot.pause()
        await dashboard.until(lambda: len(dashboard.screen.deck.alarms) == 12)
        await dashboard.until(lambda: "And 11 more losses." in " ".join(dashboard.text.split()))
        await dashboard.until(lambda: len(dashboard.screen.query(Toast)) == 1)
        await dashboard.press("escape", "3", "G")
        assert dashboard.current
