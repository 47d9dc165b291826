"""A question with two answers."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from memdeck.text import show


class AskScreen(ModalScreen[bool]):
    """Answers True or False."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("y,enter", "answer(True)", "yes"),
        Binding("n,escape", "answer(False)", "no"),
        Binding("ctrl+q,ctrl+c", "app.quit", priority=True),
    ]

    def __init__(self, title: str, question: str, *, yes: str) -> None:
        super().__init__()
        self._title = title
        self._question = question
        self._yes = yes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="ask-dialog") as dialog:
            dialog.border_title = Content(show(self._title))
            with VerticalScroll():
                yield Static(Content(show(self._question, multiline=True)))
            yield Static(f"y {self._yes}   n leave", classes="hints", markup=False)

    def action_answer(self, yes: bool) -> None:
        """Leave with the answer."""
        self.dismiss(yes)
