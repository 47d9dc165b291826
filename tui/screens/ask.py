"""A question with two answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from memdeck.secrets import HoldsSecret, on_screen
from tui.screens.dialog import Dialog


def ask_about_secret(
    app: App[None], error: HoldsSecret, place: str, write: Callable[[], object]
) -> None:
    """Ask whether what looks like a secret is meant, and have it written if so."""
    screen = AskScreen(
        "This looks like a secret",
        f"What you are about to write holds what looks like a secret ({error.kinds}). {place} "
        "Write it all the same?",
        yes="write it all the same",
        sure=True,
    )

    def answered(yes: bool | None) -> None:
        if yes:
            write()

    app.push_screen(screen, answered)


IN_MEMORY: Final = "Every session is given MEMORY.md, and git keeps what was in it."
IN_NOTES: Final = "Notes go wherever the repository goes, and git keeps them."


class AskScreen(Dialog[bool]):
    """Answers True or False."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("y", "answer(True)", "yes"),
        Binding("enter", "enter", "yes"),
        Binding("n,escape", "answer(False)", "no"),
        Binding("ctrl+q,ctrl+c", "app.quit", priority=True),
    ]

    def __init__(self, title: str, question: str, *, yes: str, sure: bool = False) -> None:
        """With `sure`, enter does not say yes: nobody agrees by pressing it once more."""
        super().__init__()
        self._sure = sure
        self._title = title
        self._question = question
        self._yes = yes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="ask-dialog") as dialog:
            dialog.border_title = Content(on_screen(self._title))
            with VerticalScroll():
                yield Static(Content(on_screen(self._question, multiline=True)))
            yield Static(f"y {self._yes}   n leave", classes="hints", markup=False)

    def action_enter(self) -> None:
        """Yes, where that is no matter."""
        if not self._sure:
            self.dismiss(True)

    def action_answer(self, yes: bool) -> None:
        """Leave with the answer."""
        self.dismiss(yes)
