"""Two screens to read: a row in full, and every key."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from memdeck.text import show
from tui.keys import DIALOG_KEYS, KEYS, Where
from widgets.detail import Described
from widgets.looks import ACCENT, MUTED, TITLE

_LEAVING: Final = [
    Binding("escape,q,enter,question_mark", "dismiss", "leave"),
    Binding("ctrl+q,ctrl+c", "app.quit", priority=True),
    Binding("j", "scroll(1)"),
    Binding("k", "scroll(-1)"),
]


class _Reading(ModalScreen[None]):
    """Text that scrolls."""

    BINDINGS = _LEAVING  # type: ignore[assignment]  # a list of Binding, read once
    AUTO_FOCUS = "VerticalScroll"

    def action_scroll(self, step: int) -> None:
        """A line up or down."""
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)


class DetailScreen(_Reading):
    """A row in full."""

    def __init__(self, described: Described) -> None:
        super().__init__()
        self._described = described

    def compose(self) -> ComposeResult:
        described = self._described
        with Vertical(classes="dialog", id="detail-dialog") as dialog:
            dialog.border_subtitle = "esc leave"
            with VerticalScroll():
                yield Static(Content(show(described.text, multiline=True)))
                yield Static(Content.styled(f"\n{show(described.source)}", MUTED))
                if described.like:
                    yield Static(Content.styled(show(described.like), ACCENT))


class HelpScreen(_Reading):
    """Every key, from the one table."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="help-dialog") as dialog:
            dialog.border_title = "Keys"
            dialog.border_subtitle = "esc leave"
            with VerticalScroll():
                yield Static(Content.assemble(*_help_pieces()))


def _help_pieces() -> list[str | tuple[str, str]]:
    pieces: list[str | tuple[str, str]] = []
    for where in Where:
        pieces.append((f"{where.value}\n", TITLE))
        for key in (*KEYS, *DIALOG_KEYS):
            if key.where is where:
                pieces += [(f"  {key.label:<14}", "bold"), f" {key.help}\n"]
        pieces.append("\n")
    return pieces
