"""A program at work on a text, and what it proposes: the operator accepts it or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from memdeck.distil import changed
from memdeck.secrets import on_screen
from memdeck.text import plural
from tui.screens.dialog import Dialog
from widgets.difference import difference_content
from widgets.glyphs import Glyphs
from widgets.looks import MUTED

_TURN_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Distilled:
    """How it went."""

    text: str = ""
    problem: str = ""
    """Why there is none, in words."""


Run = Callable[[str, Callable[[], bool], Callable[[Distilled], None]], None]
"""Starts the program on a text; asks whether to stop, and answers on the screen's thread."""


class DistilScreen(Dialog[str | None]):
    """Answers with the shorter text, or None."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("enter,ctrl+t", "accept"),
        Binding("escape", "leave"),
        Binding("ctrl+q,ctrl+c", "app.quit", priority=True),
    ]

    def __init__(
        self, text: str, name: str, run: Run, count: Callable[[bytes], int], glyphs: Glyphs
    ) -> None:
        """`name` is the program's; `count` gives the tokens of bytes."""
        super().__init__()
        self._text = text
        self._program = name
        self._run_program = run
        self._count = count
        self._turns = cycle(glyphs.turning)
        self._stopped = False
        self._found: Distilled | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="distil-dialog") as dialog:
            dialog.border_title = "Distil"
            dialog.border_subtitle = Content(on_screen(self._program))
            yield Static(classes="working", markup=False)
            with VerticalScroll():
                yield Static(classes="difference", markup=False)
            yield Static(classes="cost", markup=False)
            yield Static("esc stops it", classes="hints", markup=False)

    def on_mount(self) -> None:
        self._timer = self.set_interval(_TURN_SECONDS, self._turn)
        self._turn()
        self._run_program(self._text, lambda: self._stopped, self._finished)

    def on_unmount(self) -> None:
        self._stopped = True

    def _turn(self) -> None:
        words = f"{next(self._turns)} {self._program} is making it shorter"
        self.query_one(".working", Static).update(Content(on_screen(words)))

    def _finished(self, found: Distilled) -> None:
        if not self.is_mounted or self._stopped:
            return
        self._timer.stop()
        self._found = found
        working, hints = self.query_one(".working", Static), self.query_one(".hints", Static)
        if found.problem:
            working.update(Content(on_screen(found.problem)))
            hints.update("esc leaves your text as it is")
            return
        if found.text == self._text:
            working.update("It would leave the text as it is.")
            hints.update("esc leaves")
            return
        working.display = False
        self.query_one(".difference", Static).update(
            difference_content(changed(self._text, found.text))
        )
        before, after = (self._count(each.encode()) for each in (self._text, found.text))
        words = f"{plural(before, 'token')} before, {plural(after, 'token')} after"
        self.query_one(".cost", Static).update(Content.styled(words, MUTED))
        hints.update("enter or ctrl+t takes it   esc keeps yours")

    def action_accept(self) -> None:
        """Take the shorter text; nothing is written yet."""
        if self._found is not None and not self._found.problem:
            self.dismiss(self._found.text)

    def action_leave(self) -> None:
        """Keep the text; a program that still runs is ended."""
        self._stopped = True
        self.dismiss(None)
