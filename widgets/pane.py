"""A pane: a title line, a list of rows, and a line to filter it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static

from memdeck.model import Deck, Entry, Item, LogItem
from memdeck.secrets import on_screen
from widgets.fields import LineField
from widgets.glyphs import UNICODE, Glyphs
from widgets.guarded import Guarded
from widgets.looks import ACCENT, TITLE
from widgets.row import Notice, Row, Tone, seen
from widgets.rows import RowList

RowsOf = Callable[[Deck], tuple[Row, ...]]
EmptyOf = Callable[[Deck], str]

_NOTHING_FOUND: Final = "Nothing here holds these words.\n\nesc shows everything again."
_FILTER_HINT: Final = "words to find; enter keeps them, esc ends"
# More rows at once than this are another file, not news.
_NEW_MOST: Final = 200
_BROKEN_KEY: Final = "unexpected error"
_BROKEN: Final = "What was read cannot be shown; below is what was there before."


class Pane(Vertical, Guarded):
    """One tier. What it shows is made by a pure function from the deck."""

    DEFAULT_CSS = """
    Pane > .pane-title { height: 1; padding: 0 1; }
    Pane > .pane-empty { height: 1fr; padding: 1 2; display: none; }
    Pane.-empty > .pane-empty { display: block; }
    Pane.-empty > RowList { display: none; }
    Pane > .pane-filter { height: 1; border: none; padding: 0 1; display: none; }
    Pane.-filtering > .pane-filter { display: block; }
    """

    deck: reactive[Deck | None] = reactive(None, init=False)

    class Folded(Message):
        """A row was opened or closed."""

        def __init__(self, row: Row, closed: bool) -> None:
            super().__init__()
            self.row = row
            self.closed = closed

    class Relabelled(Message):
        """Its label says something else."""

    def __init__(
        self,
        number: int,
        name: str,
        rows_of: RowsOf,
        empty_of: EmptyOf,
        parts_of: Callable[[Deck], tuple[object, ...]],
        *,
        glyphs: Glyphs = UNICODE,
    ) -> None:
        """`parts_of` names the parts of a deck that it draws: nothing is done while they
        are the same objects."""
        super().__init__(id=f"pane-{number}")
        self.number = number
        self.tier_name = name
        self._rows_of = rows_of
        self._empty_of = empty_of
        self._parts_of = parts_of
        self._glyphs = glyphs
        self._parts: tuple[object, ...] | None = None
        self._all: tuple[Row, ...] = ()
        self._folds: dict[Hashable, bool] = {}
        self._fresh: frozenset[Hashable] = frozenset()
        self._query = ""
        self._filter_from = 0
        self._matches: frozenset[Hashable] = frozenset()
        self.list = RowList(glyphs=glyphs)
        self._title = Static(classes="pane-title", markup=False)
        self._empty = Static(classes="pane-empty", markup=False)
        self._filter = LineField(
            classes="pane-filter",
            placeholder="words to find; enter keeps them, esc ends",
        )

    def compose(self) -> ComposeResult:
        yield self._title
        yield self.list
        yield self._empty
        yield self._filter

    # --- From the deck

    def watch_deck(self, deck: Deck | None) -> None:
        if deck is None:
            return
        parts = self._parts_of(deck)
        if self._parts is not None and all(
            new is old or (new == old and not isinstance(new, tuple))
            for new, old in zip(parts, self._parts, strict=True)
        ):
            return
        self._parts = parts
        self._all, before = self._rows(deck), self._all
        if before:
            self._notice_new(before)
        for row in self._all:
            if row.foldable:
                self._folds.setdefault(row.key, row.starts_closed)
        self._draw()

    def redraw(self) -> None:
        """Make the rows again from the same deck: time has passed."""
        if self.deck is not None and self._parts is not None:
            self._all = self._rows(self.deck)
            self._draw()

    def _rows(self, deck: Deck) -> tuple[Row, ...]:
        """The rows of a deck; those that were shown before, below a word, when that fails."""
        try:
            return self._rows_of(deck)
        except Exception as error:  # noqa: BLE001 - reported; the other panes are drawn
            self.unexpected(error, f"the pane {self.tier_name}")
            before = tuple(row for row in self._all if row.key != _BROKEN_KEY)
            return (Row(_BROKEN_KEY, _BROKEN, tone=Tone.WARNING, target=Notice(_BROKEN)), *before)

    def _notice_new(self, before: tuple[Row, ...]) -> None:
        """Mark rows that someone else added, until they are seen."""
        holders_before = {row.key for row in before if row.foldable}
        known = {row.key for row in before}
        new: set[Hashable] = set()
        holder: Row | None = None
        for row in self._all:
            if row.foldable:
                holder = row
            elif (
                row.key not in known
                and not row.passive
                and isinstance(row.target, Entry | Item | LogItem)
                and (holder is None or holder.key in holders_before)
            ):
                new.add(row.key)
        still = {row.key for row in self._all}
        if len(new) <= _NEW_MOST:
            self._fresh = (self._fresh | new) & still

    def forget_new(self, keys: frozenset[Hashable] | None = None) -> None:
        """These new rows (or all) have been seen."""
        left = frozenset() if keys is None else self._fresh - keys
        if left != self._fresh:
            self._fresh = left
            self._draw()

    @property
    def fresh(self) -> tuple[Row, ...]:
        """The rows that are new and not seen yet."""
        return tuple(row for row in self._all if row.key in self._fresh)

    def _draw(self) -> None:
        shown = seen(self._all, self._folds, self._query)
        closed = (
            frozenset()
            if self._query
            else frozenset(
                row.key for row in shown.rows if row.foldable and self._folds.get(row.key)
            )
        )
        self.list.update(shown, closed=closed, fresh=self._fresh)
        self.set_class(not shown.rows, "-empty")
        if not shown.rows and self.deck is not None:
            words = _NOTHING_FOUND if self._all else self._empty_of(self.deck)
            self._empty.update(Content(on_screen(words, multiline=True)))
        self._matches = shown.matches
        self.draw_title()

    def _states(self) -> list[str]:
        """What is new, found and marked, in words."""
        counts = (
            (f"+{len(self._fresh)} new", bool(self._fresh)),
            (f"{len(self._matches)} found", bool(self._query)),
            (f"{len(self.list.marked)} marked", bool(self.list.marked)),
        )
        return [words for words, there in counts if there]

    def draw_title(self) -> None:
        """The title again: focus, marks, what is new or found have changed."""
        focused = self.list.has_focus or self._filter.has_focus
        name = (self._heading, TITLE if focused else "bold")
        states = ((f"  {words}", ACCENT) for words in self._states())
        self._title.update(Content.assemble(name, *states))
        self.post_message(self.Relabelled())

    @property
    def label(self) -> str:
        """Its number and name, with what is new, found and marked, for a tab."""
        return "  ".join((self._heading, *self._states()))

    @property
    def _heading(self) -> str:
        return f"{self.number} {self.tier_name}" if self.number > 0 else self.tier_name

    def marked_rows(self) -> tuple[Row, ...]:
        """The marked rows in their order, whether they are seen or not."""
        return tuple(row for row in self._all if row.key in self.list.marked)

    # --- Folding

    def set_fold(self, row: Row, closed: bool) -> None:
        """Open or close a row."""
        if not row.foldable or self._folds.get(row.key) == closed:
            return
        self._folds[row.key] = closed
        self._draw()
        self.post_message(self.Folded(row, closed))

    def toggle_fold(self, row: Row) -> None:
        """Open a closed row, close an open one."""
        self.set_fold(row, not self._folds.get(row.key, row.starts_closed))

    def reveal(self, key: Hashable) -> bool:
        """Open what hides the row of a key and put the cursor on it; False when it is not there."""
        if not self._open_holders(key):
            return False
        if self._query:
            self.clear_filter()
        self._draw()
        return self.list.go_to_key(key)

    def _open_holders(self, key: Hashable) -> bool:
        """Open the folds that hold the row of a key; False when there is no such row."""
        holders: list[Row] = []
        for row in self._all:
            while holders and holders[-1].depth >= row.depth:
                holders.pop()
            if row.key == key:
                self._folds.update({holder.key: False for holder in holders})
                return True
            if row.foldable:
                holders.append(row)
        return False

    def reveal_best(self, fits: Callable[[Row], int | None]) -> bool:
        """Like `reveal`, of the row that fits best, the first of equals; None is not at all."""
        best: tuple[int, Hashable] | None = None
        for row in self._all:
            score = None if row.passive else fits(row)
            if score is not None and (best is None or score > best[0]):
                best = score, row.key
        return best is not None and self.reveal(best[1])

    def reveal_text(self, text: str) -> bool:
        """Like `reveal`, of the first row that holds `text` and can be selected."""
        rows = (row for row in self._all if text in row.text and not row.passive)
        row = next(rows, None)
        return row is not None and self.reveal(row.key)

    # --- Filtering

    @property
    def is_filtering(self) -> bool:
        """Whether the words of the filter are being typed."""
        return self._filter.has_focus

    @property
    def filtered(self) -> bool:
        """Whether a filter is on."""
        return bool(self._query)

    def start_filter(self) -> None:
        """Ask for the words to filter by; what they find is looked for from the cursor on."""
        row = self.list.current
        keys = [each.key for each in self._all]
        self._filter_from = keys.index(row.key) if row is not None else 0
        self.add_class("-filtering")
        self._filter.focus()

    def clear_filter(self) -> None:
        """Show everything again, and the row under the cursor also if it was in a fold."""
        row = self.list.current
        if row is not None and self._query:
            self._open_holders(row.key)
        self._query = ""
        with self._filter.prevent(Input.Changed):
            self._filter.value = ""
        self.remove_class("-filtering")
        self._draw()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._query = event.value
        self._draw()
        found = [
            (index < self._filter_from, index, row.key)
            for index, row in enumerate(self._all)
            if row.key in self._matches
        ]
        if found:
            self.list.go_to_key(min(found, key=lambda each: each[:2])[2])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._query:
            self.clear_filter()
        self.list.focus()
