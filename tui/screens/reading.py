"""Two screens to read: a row in full, and every key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from memdeck.secrets import find_secrets, on_screen
from memdeck.text import show
from tui.keys import ALL_KEYS, KEYS, Where
from tui.screens.dialog import Dialog
from widgets.detail import SEEN, Described, in_full
from widgets.glyphs import Glyphs, legend
from widgets.looks import ACCENT, MUTED, TITLE

_LEAVING: Final = [
    Binding("escape,q,enter,question_mark", "dismiss", "leave"),
    Binding("ctrl+q,ctrl+c", "app.quit", priority=True),
    Binding("j", "scroll(1)"),
    Binding("k", "scroll(-1)"),
]


class _Reading(Dialog[None]):
    """Text that scrolls."""

    BINDINGS = _LEAVING  # type: ignore[assignment]  # a list of Binding, read once
    AUTO_FOCUS = "VerticalScroll"

    def action_scroll(self, step: int) -> None:
        """A line up or down."""
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)


class DetailScreen(_Reading):
    """A row in full. The keys that do something to the row leave first, and then do it."""

    BINDINGS = [Binding("r", "reveal", "show secrets")]  # noqa: RUF012 - Textual's

    def __init__(self, described: Described) -> None:
        super().__init__()
        self._described = described

    def compose(self) -> ComposeResult:
        described = self._described
        looked_at = (described.text[:SEEN], described.source[:SEEN], described.like[:SEEN])
        covers = bool(find_secrets("\n".join(looked_at)))
        with Vertical(classes="dialog", id="detail-dialog") as dialog:
            dialog.border_subtitle = "esc or enter leaves"
            if covers:
                dialog.border_subtitle = "r shows what is covered   esc or enter leaves"
            with VerticalScroll():
                yield Static(classes="text", markup=False)
                yield Static(classes="source", markup=False)
                if described.like:
                    yield Static(classes="like", markup=False)

    def on_mount(self) -> None:
        self._draw(on_screen)

    def action_reveal(self) -> None:
        """Show what looks like a secret, until the screen is left."""
        self._draw(show)

    def _draw(self, drawn: Callable[..., str]) -> None:
        described = self._described
        self.query_one(".text", Static).update(Content(in_full(described.text, drawn)))
        source = Content.styled(f"\n{drawn(described.source[:SEEN])}", MUTED)
        self.query_one(".source", Static).update(source)
        for each in self.query(".like").results(Static):
            each.update(Content.styled(in_full(described.like, drawn), ACCENT))

    async def on_key(self, event: events.Key) -> None:
        action = next((key.action for key in KEYS if event.key in key.keys and key.on_row), None)
        if action is None:
            return
        event.stop()
        board = self.app.screen_stack[-2]
        self.dismiss()
        await board.run_action(action)


class HelpScreen(_Reading):
    """Every key, from the one table, and every sign."""

    def __init__(self, glyphs: Glyphs, first: Where | None = None) -> None:
        """`first` is where the person is: its keys come first."""
        super().__init__()
        self._glyphs = glyphs
        self._first = first

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="help-dialog") as dialog:
            dialog.border_title = "Keys"
            dialog.border_subtitle = "esc leave"
            with VerticalScroll():
                yield Static(Content.assemble(*_help_pieces(self._glyphs, self._first)))


def _help_pieces(glyphs: Glyphs, first: Where | None) -> list[str | tuple[str, str]]:
    pieces: list[str | tuple[str, str]] = []
    for where in sorted(Where, key=lambda each: each is not first):
        keys = [key for key in ALL_KEYS if key.where is where]
        if keys:
            pieces.append((f"{where.value}\n", TITLE))
            for key in keys:
                pieces += [(f"  {key.label:<14}", "bold"), f" {key.help}\n"]
            pieces.append("\n")
    pieces.append(("Signs\n", TITLE))
    for sign, words in legend(glyphs):
        pieces += [(f"  {sign:<14}", "bold"), f" {words}\n"]
    return pieces
