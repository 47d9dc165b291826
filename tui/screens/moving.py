"""The keys that move about and look: nothing here writes."""

from __future__ import annotations

from typing import Final

from memdeck.model import Alarm, DamagedSpan, Day, DialectEntry, Entry, Item, LogItem
from memdeck.secrets import find_secrets, on_screen
from tui.screens.board import Board
from tui.screens.pane_keys import PaneKeys
from tui.screens.reading import DetailScreen, HelpScreen
from widgets.row import Notice, Row

_LAST_PANE: Final = 3


class Moving(Board, PaneKeys):
    """The board with its keys that look."""

    def action_pane(self, number: int) -> None:
        """To a pane by its number."""
        self.show_pane(number)

    def action_next_pane(self, way: int) -> None:
        """To the next or previous pane, from the last to the first."""
        self.show_pane((self.active.number - 1 + way) % _LAST_PANE + 1)

    def action_zoom(self) -> None:
        """The focused pane alone, and back."""
        self.toggle_zoom()

    def read_day_of(self, row: Row, closed: bool) -> None:
        """Have a day read in full when it is opened and has only been listed so far."""
        if closed or not isinstance(row.target, Day):
            return
        if not all(file.parsed for file in row.target.files):
            self.bridge.open_day(row.target.date)

    def action_open(self) -> None:
        """The row in full; a heading opens or closes."""
        pane = self.active
        row = pane.list.current
        if row is None:
            return
        if isinstance(row.target, Entry | DamagedSpan | DialectEntry | Item | LogItem) or (
            isinstance(row.target, Notice | Alarm) and not row.foldable
        ):
            self.app.push_screen(DetailScreen(self.described()))
        elif row.foldable:
            pane.toggle_fold(row)

    # --- Marks, filter, copying

    def action_mark(self) -> None:
        """Mark the row, and go to the next."""
        pane = self.active
        row = pane.list.current
        if row is None or not isinstance(row.target, Item | LogItem):
            self.tell("Only lines can be marked, not headings.")
            return
        if isinstance(row.target, LogItem) and not row.target.candidate:
            self.tell("This is raw conversation or another program's text: it is never promoted.")
            return
        pane.list.toggle_mark(row.key)
        pane.list.move(1)
        pane.draw_title()
        self.marks_changed()

    def marks_changed(self) -> None:
        """Lines were marked, or their marks taken: what that would cost may be shown."""

    def action_back(self) -> None:
        """One step back: the filter, the marks, the new signs."""
        pane = self.active
        if pane.filtered or pane.has_class("-filtering"):
            pane.clear_filter()
        elif pane.list.marked:
            pane.list.clear_marks()
        elif pane.fresh:
            pane.forget_new()
        pane.list.focus()
        pane.draw_title()
        self.marks_changed()

    def action_copy(self) -> None:
        """The row's text to the clipboard."""
        text = self.described().text
        if not text:
            self.tell("There is nothing to copy here.")
            return
        self.app.copy_to_clipboard(on_screen(text, multiline=True))
        covered = " What looks like a secret is covered in it." if find_secrets(text) else ""
        self.tell(f"Copied, if your terminal allows it (OSC 52).{covered}")

    def action_help(self) -> None:
        """Every key."""
        self.app.push_screen(HelpScreen(self.glyphs))

    def action_leave(self) -> None:
        """Leave memdeck."""
        if self.query("#inline-edit") and not self._leaving:
            # What was typed is nowhere else.
            self._leaving = True
            self.tell(
                "You are editing: esc leaves the edit, the same key once more leaves memdeck."
            )
            return
        self.app.exit()

    _leaving = False
