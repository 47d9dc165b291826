"""What the dashboard sends to a terminal, byte by byte, while a person walks through all of it on
a workspace that is hostile from its name to its last note."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import GitHelper
from tests.hostile_text import make_evil, unseen
from tests.terminal import ROOT, Terminal

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Step:
    """Keys, what is on the screen then, and whether hostile text is, made visible."""

    keys: tuple[str, ...]
    shown: str
    evil: bool = True


def step(keys: str, shown: str, *, evil: bool = True) -> Step:
    """`keys` as they are named, with spaces between them."""
    return Step(tuple(keys.split()), shown, evil)


TO_BOARD = step("escape", "z zoom", evil=False)
"""The key bar of the board."""
BOARD = [
    step("1", "B beside"),
    step("G g j j enter", "esc or enter leaves"),
    step("escape", "B beside"),
    step("/", "words to find", evil=False),
    step("escape ] B", "carry over  space"),
    step("escape D", "finding"),
    step("enter", "esc or enter leaves"),
    step("escape", "finding"),
    step("escape R", "removed on purpose"),
    step("enter", "esc or enter leaves"),
    step("escape", "removed on purpose"),
    step("escape T", "Notes, as they changed"),
    step("enter", "Notes as they were"),
    step("escape a", "New entry"),
    step("escape", "B beside"),
    step("s 2 G", "x retire"),
    step("enter", "esc or enter leaves"),
    step("escape y", "Copied"),
    step("m", "moves it there"),
    step("escape a", "an item of MEMORY.md"),
    step("escape i", "enter go there"),
    step("escape e", "leave as it was"),
    step("escape H", "Hygiene of"),
    step("enter", "esc or enter leaves"),
    step("escape", "Hygiene of"),
    step("f", "This will be written"),
    step("n", "Hygiene of"),
    step("escape", "x retire"),
    step("x", "Retired from"),
    step("u", "Undid"),
    step("3 g j j j j j enter", "esc or enter leaves"),
    step("escape", "P as is"),
    step("i", "go there"),
    step("escape p", "ctrl+s writes"),
    step("escape", "P as is"),
    step("/", "words to find", evil=False),
    step("o enter", "found"),
    step("escape z", "3 Timeline"),
    step("z ?", "Keys", evil=False),
    step("escape ctrl+p", "Search for commands", evil=False),
]
SCREENS = [
    step("b", " Bootstrap "),
    step("G o", "crew"),
    step("escape", "b back"),
    step("B", "Whose notes"),
    step("escape", "b back"),
    step("tab", "A names one"),
    step("A", "Since whose last beat"),
    step("escape", "b back"),
    step("f", "x retire  "),
    step("enter", "esc or enter leaves"),
    step("escape", "x retire"),
    step("escape", "b back"),
    TO_BOARD,
    step("t", " Triage "),
    step("j v", "esc or enter leaves"),
    step("escape M", "Merge"),
    step("escape", " Triage "),
    step("w", "Wait until", evil=False),
    step("escape", " Triage "),
    step("p", "ctrl+s writes"),
    step("escape", " Triage "),
    TO_BOARD,
    step("ctrl+f", "search all tiers", evil=False),
    step("o w n e d", "lines"),
    step("ctrl+o", "esc or enter leaves"),
    step("escape", "ctrl+o read"),
    TO_BOARD,
    step("T", "History of MEMORY.md"),
    step("tab G", "line by line"),
    step("tab r", "The whole file"),
    step("n", "History of MEMORY.md"),
    TO_BOARD,
    step("4", "x seen"),
    step("G enter", "esc or enter leaves"),
    step("escape", "x seen"),
    step("g j w", "Put it away for"),
    step("escape", "x seen"),
    step("tab g j j", "F follow"),
    step("c", "What a month costs", evil=False),
    step("G k e", "enter takes it", evil=False),
]


@pytest.fixture
def evil(git: GitHelper, tmp_path: Path) -> Path:
    def run_status(root: Path) -> None:
        command = [sys.executable, "-m", "memdeck", "-C", str(root), "status"]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True)

    return make_evil(git, tmp_path, run_status)


@pytest.fixture
def terminal(evil: Path) -> Iterator[Terminal]:
    terminal = Terminal("-C", evil, columns=130, rows=40)
    try:
        yield terminal
    finally:
        terminal.close()


def walk(terminal: Terminal, steps: list[Step]) -> None:
    """Through every step; each shows what it should, and of what is hostile only the picture."""
    terminal.wait_for("tok")
    before = ""
    for each in steps:
        keys = list(each.keys)
        if keys[0] == "escape":
            # What comes behind an escape too early is read as one key with it.
            terminal.press(keys.pop(0))
            terminal.wait_for(lambda text, gone=before: gone not in text)  # type: ignore[misc]
        terminal.press(*keys)
        before = each.shown
        terminal.wait_for(each.shown)
        if each.evil:
            terminal.wait_for(lambda text: re.search("[␀-␡]|‹[Ux+]", text) is not None)


def leave(terminal: Terminal, *, copied: int = 0) -> None:
    """The dashboard ends as it should, and sent nothing that it should not."""
    terminal.press("ctrl+q")
    assert terminal.wait() == 0
    assert terminal.modes == terminal.modes_before
    assert unseen(terminal.raw, copied=copied) == []


@pytest.mark.fault("escape sequences in every row, dialog and toast of the board")
def test_the_board_sends_a_terminal_nothing_but_what_is_seen(terminal: Terminal) -> None:
    walk(terminal, BOARD)
    leave(terminal, copied=1)


@pytest.mark.fault("escape sequences on every screen beside the board")
def test_the_screens_send_a_terminal_nothing_but_what_is_seen(terminal: Terminal) -> None:
    walk(terminal, SCREENS)
    leave(terminal)
