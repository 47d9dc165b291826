"""What the keys of a list do, on any screen that has a pane."""

from __future__ import annotations

from widgets.pane import Pane


class PaneKeys:
    """Actions on the active pane of a screen."""

    @property
    def active(self) -> Pane:
        """The pane that the keys are for."""
        raise NotImplementedError

    def tell(self, words: str, *, severe: bool = False, beside: bool = False) -> None:
        """Say something to the person."""
        raise NotImplementedError

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

    # --- Filter

    def action_filter(self) -> None:
        """Ask for words to filter by."""
        self.active.start_filter()

    def action_keep_filter(self) -> None:
        """Keep what the filter found, and go back to the list."""
        self.active.list.focus()
