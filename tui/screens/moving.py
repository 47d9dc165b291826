"""The keys that move about and look: nothing here writes."""

from __future__ import annotations

from typing import Final

from memdeck.model import DamagedSpan, Day, Entry, Item, LogItem
from memdeck.text import show
from tui.screens.board import Board
from tui.screens.reading import DetailScreen, HelpScreen
from widgets.row import Row

_LAST_PANE: Final = 3


class Moving(Board):
    """The board with its keys that look."""

    def action_pane(self, number: int) -> None:
        """To a pane by its number."""
        if number > _LAST_PANE:
            self.tell("Pulse is not there yet: it will show who is alive, late and silent.")
            return
        self.show_pane(number)

    def action_next_pane(self, way: int) -> None:
        """To the next or previous pane, from the last to the first."""
        self.show_pane((self.active.number - 1 + way) % _LAST_PANE + 1)

    def action_zoom(self) -> None:
        """The focused pane alone, and back."""
        self.toggle_zoom()

    def action_move(self, step: int) -> None:
        """Up or down."""
        self.active.list.move(step)
        self._seen()

    def action_page(self, pages: int) -> None:
        """A page up or down."""
        self.active.list.move_page(pages)
        self._seen()

    def action_first(self) -> None:
        """To the first row."""
        self.active.list.first()
        self._seen()

    def action_last(self) -> None:
        """To the last row."""
        self.active.list.last()
        self._seen()

    def action_stop(self, way: int) -> None:
        """To the next or previous day, section or branch."""
        if not self.active.list.next_stop(way):
            self.tell("That was the last one." if way > 0 else "That was the first one.")
        self._seen()

    def action_match(self, way: int) -> None:
        """To the next or previous line that the filter found; without one, that is new."""
        pane = self.active
        if not pane.filtered and pane.fresh:
            self._to_new(way)
        elif not pane.filtered:
            self.tell("n and N go through what is new, or what a filter found: / starts one.")
        elif not pane.list.next_match(way):
            self.tell("The filter found nothing.")

    def _to_new(self, way: int) -> None:
        pane = self.active
        keys = [row.key for row in pane.fresh]
        pane.reveal(keys[0] if way > 0 else keys[-1])
        self._seen()

    def _seen(self) -> None:
        """The row under the cursor is not new any more."""
        pane = self.active
        row = pane.list.current
        if row is not None:
            pane.forget_new(frozenset({row.key}))

    # --- Folds

    def action_fold(self) -> None:
        """Close the fold under the cursor, or go to the row that holds this one."""
        pane = self.active
        row = pane.list.current
        if row is None:
            return
        if row.foldable and not pane.list.is_closed(row.key) and not pane.filtered:
            pane.set_fold(row, closed=True)
        elif (holder := pane.list.parent_of_current()) is not None:
            pane.list.go_to_key(holder.key)

    def action_unfold(self) -> None:
        """Open the fold under the cursor, or go to the first row inside."""
        pane = self.active
        row = pane.list.current
        if row is None or not row.foldable:
            return
        if pane.list.is_closed(row.key):
            pane.set_fold(row, closed=False)
        else:
            pane.list.move(1)

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
        if isinstance(row.target, Entry | DamagedSpan | Item | LogItem):
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

    def action_filter(self) -> None:
        """Ask for words to filter by."""
        self.active.start_filter()

    def action_keep_filter(self) -> None:
        """Keep what the filter found, and go back to the list."""
        self.active.list.focus()

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

    def action_copy(self) -> None:
        """The row's text to the clipboard."""
        text = self.described().text
        if not text:
            self.tell("There is nothing to copy here.")
            return
        self.app.copy_to_clipboard(show(text, multiline=True))
        self.tell("Copied, if your terminal allows it (OSC 52).")

    def action_help(self) -> None:
        """Every key."""
        self.app.push_screen(HelpScreen(self.glyphs))

    def action_leave(self) -> None:
        """Leave memdeck."""
        self.app.exit()
