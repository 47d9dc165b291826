"""What screens that take the whole terminal beside the board have in common."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from textual import on
from textual.binding import Binding
from textual.screen import Screen

from memdeck.model import Deck
from memdeck.secrets import on_screen
from tui.keys import Where
from tui.screens.pane_keys import PaneKeys
from tui.screens.reading import HelpScreen
from widgets.bars import KeyBar
from widgets.glyphs import Glyphs
from widgets.guarded import Guarded
from widgets.pane import Pane
from widgets.rows import RowList

# What works on each of them beside its own keys and those of its list.
WHOLE_BINDINGS = (
    Binding("enter", "open"),
    Binding("slash", "filter"),
    Binding("question_mark", "help"),
    Binding("ctrl+z", "app.suspend_process"),
    Binding("ctrl+q,ctrl+c", "app.quit", priority=True),
)


@runtime_checkable
class FollowsDeck(Protocol):
    """A screen over the board that is told when something was read again."""

    def deck_changed(self, deck: Deck) -> None:
        """The deck is another."""


class WholeScreen(Screen[None], Guarded, PaneKeys):
    """A head, lists, the selected row in full, and the keys."""

    AUTO_FOCUS = ""
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012 - Textual's own declaration

    where: Where
    """Whose keys the help shows first."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self.glyphs = glyphs

    def tell(self, words: str, *, severe: bool = False, beside: bool = False) -> None:
        if not beside:
            self.app.clear_notifications()
        self.notify(on_screen(words), severity="warning" if severe else "information", markup=False)

    def time_passed(self) -> None:
        """Relative times are others by now."""

    def action_open(self) -> None:
        """What enter does with the row under the cursor."""
        raise NotImplementedError

    @on(RowList.Opened)
    def _row_opened(self) -> None:
        self.action_open()

    def action_help(self) -> None:
        """Every key."""
        self.app.push_screen(HelpScreen(self.glyphs, self.where))

    def action_mark(self) -> None:
        """Mark the row, and go to the next."""
        pane: Pane = self.active
        row = pane.list.current
        if row is None or row.target is None or row.foldable:
            self.tell("There is nothing to mark here.")
            return
        pane.list.toggle_mark(row.key)
        pane.list.move(1)
        pane.draw_title()

    def action_back(self) -> None:
        """End the filter, take the marks, else leave."""
        pane = self.active
        if pane.filtered or pane.is_filtering:
            pane.clear_filter()
            pane.list.focus()
        elif pane.list.marked:
            pane.list.clear_marks()
            pane.draw_title()
        else:
            self.dismiss(None)

    @on(KeyBar.Chosen)
    async def _key_chosen(self, message: KeyBar.Chosen) -> None:
        await self.run_action(message.action)
