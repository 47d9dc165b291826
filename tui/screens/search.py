"""A search across all tiers, as you type."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, Static

from memdeck.errors import MemdeckError, WrongUsage
from memdeck.model import Deck
from memdeck.search.engine import LIMIT, search
from memdeck.search.hits import Batch, Context, Hit, best
from memdeck.search.query import Mode, Query, parse_query
from memdeck.search.sources import Sources
from memdeck.secrets import on_screen
from tui.keys import SEARCH_KEYS, Where, hints_of
from tui.screens.reading import DetailScreen
from tui.screens.whole import WholeScreen
from widgets.bars import KeyBar
from widgets.fields import LineField
from widgets.glyphs import Glyphs
from widgets.looks import BAD, MUTED
from widgets.pane import Pane
from widgets.rows import RowList
from widgets.search_rows import context_content, described_hit, found_words, search_rows

_LANGUAGE: Final = (
    'words   "together"   /pattern/   ~nearly\n\n'
    "tier:notes,memory,logs   section:decisions   branch:main\n"
    "since:2026-01-01   until:yesterday   on:2026-02   kind:decision,lesson\n"
    "transcripts:no   case:exact"
)
_MODES: Final = (None, Mode.REGEX, Mode.FUZZY)
_MODE_WORDS: Final = {Mode.EXACT: "words", Mode.REGEX: "pattern", Mode.FUZZY: "nearly"}
# Before the first layout tells it.
_CONTEXT_ROWS: Final = 3
# Hits of one batch after the other are drawn together: a list that grows a
# hundred times a second would take every key's time.
_DRAW_SECONDS: Final = 0.05

Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Finder:
    """How the screen finds; answers come on the screen's own thread."""

    stream: Callable[
        [Callable[[], Iterator[Batch]], Callable[[Batch], None], Callable[[MemdeckError], None]],
        None,
    ]
    context: Callable[[Hit, Callable[[Context], None]], None]
    sources: Callable[[], Sources]
    go: Callable[[Hit], None]


class SearchScreen(WholeScreen):
    """A line to type in, and what it finds."""

    where = Where.SEARCH

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("escape,ctrl+f", "back", priority=True),
        Binding("enter", "open", priority=True),
        Binding("tab", "mode(1)", priority=True),
        Binding("shift+tab", "mode(-1)", priority=True),
        Binding("down", "move(1)", priority=True),
        Binding("up", "move(-1)", priority=True),
        Binding("pagedown", "page(1)", priority=True),
        Binding("pageup", "page(-1)", priority=True),
        Binding("ctrl+o", "read", priority=True),
        Binding("ctrl+q,ctrl+c", "app.quit", priority=True),
    ]

    def __init__(self, deck: Deck, finder: Finder, text: str, glyphs: Glyphs) -> None:
        """`text` is what was searched for last."""
        super().__init__(glyphs)
        self._deck = deck
        self._finder = finder
        self._text = text
        self._mode: Mode | None = None
        self._query = Query()
        self._turn = 0
        self._hits: list[Hit] = []
        self._batch: Batch | None = None
        self._problem = ""
        self._around: tuple[Hit, Context] | None = None
        self._stale = False
        self._put_on: Hashable = None
        """The key of the row that the cursor was put on while it is searched; on another one it
        was put by the person."""
        self._pane = Pane(
            0,
            "Search",
            lambda deck: search_rows(self._hits, deck.today),
            lambda _: self._empty(),
            lambda _: (self._turn, len(self._hits), self._batch, self._problem),
            glyphs=glyphs,
        )

    def compose(self) -> ComposeResult:
        yield LineField(self._text, placeholder="search all tiers", id="search")
        yield Static(classes="head", markup=False)
        yield self._pane
        yield Static(classes="context", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(KeyBar).hints = hints_of(SEARCH_KEYS)
        self.query_one(Input).focus()
        self._pane.list.can_focus = False
        self.set_interval(_DRAW_SECONDS, self._draw_stale)
        self._search()

    def on_unmount(self) -> None:
        # What still runs ends by itself.
        self._turn += 1

    @property
    def active(self) -> Pane:
        return self._pane

    @property
    def text(self) -> str:
        """What is searched for."""
        return self.query_one(Input).value

    def deck_changed(self, deck: Deck) -> None:
        """Something was read again under the screen: search again."""
        before, self._deck = self._deck, deck
        if (deck.memory, deck.notes, deck.days) != (before.memory, before.notes, before.days):
            self._search()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._put_on = self._under_cursor
        self._search()

    @property
    def _under_cursor(self) -> Hashable:
        row = self._pane.list.current
        return row.key if row is not None else None

    def _search(self) -> None:
        """Begin again; what was under way for the letter before stops by itself."""
        self._turn += 1
        turn = self._turn
        self._hits, self._batch, self._problem = [], None, ""
        try:
            self._query = parse_query(self.text, today=self._deck.today, mode=self._mode)
        except WrongUsage as error:
            self._problem = str(error)
            self._draw()
            return
        sources, query = self._finder.sources(), self._query

        def job() -> Iterator[Batch]:
            if self._turn == turn:
                yield from search(sources, query, stop=lambda: self._turn != turn)

        def failed(error: MemdeckError) -> None:
            if self._turn == turn:
                self._problem = str(error)
                self._draw()

        self._finder.stream(job, lambda batch: self._found(turn, batch), failed)

    def _found(self, turn: int, batch: Batch) -> None:
        if turn != self._turn or not self.is_mounted:
            return
        first = not self._hits
        self._hits += batch.hits
        if self._query.mode is Mode.FUZZY:
            self._hits = best(self._hits, LIMIT)
        self._batch = batch
        if batch.done or (first and self._hits):
            self._draw()
        else:
            self._stale = True

    def _draw_stale(self) -> None:
        if self._stale:
            self._draw()

    def _draw(self) -> None:
        self._stale = False
        moved = self._under_cursor not in (None, self._put_on)
        self._pane.deck = self._deck
        self._pane.watch_deck(self._deck)
        rows = self._pane.list
        first = next((row.key for row in rows.rows if not row.foldable), None)
        if self._query.mode is Mode.FUZZY and not moved and self._under_cursor != first:
            # What was found last may be the nearest.
            rows.first()
        if rows.current is None or rows.current.foldable:
            rows.move(1)
        if not moved:
            done = self._batch is not None and self._batch.done
            self._put_on = None if done else self._under_cursor
        self.query_one(".head", Static).update(self._head())
        self._describe()

    def _head(self) -> Content:
        if self._problem:
            return Content.styled(f" {on_screen(self._problem)}", BAD)
        words = _MODE_WORDS[self._query.mode]
        if self._batch is not None and not self._query.empty:
            batch = self._batch
            words += f"   {self.glyphs.dot}   " + found_words(
                len(self._hits), batch.matched, batch.looked_at, batch.total, done=batch.done
            )
        remarks = (*self._query.remarks, *(self._batch.remarks if self._batch else ()))
        if remarks:
            words += f"   {self.glyphs.warning} {remarks[0]}"
        return Content.styled(f" {on_screen(words)}", MUTED)

    def _empty(self) -> str:
        if self._query.empty or self._problem:
            return _LANGUAGE
        if self._batch is None or not self._batch.done:
            return f"Searching{self.glyphs.ellipsis}"
        return f"Nothing says {self._query.text}.\n\n{_LANGUAGE}"

    @on(RowList.Highlighted)
    def _describe(self) -> None:
        row = self._pane.list.current
        hit = row.target if row else None
        if not isinstance(hit, Hit):
            self.query_one(".context", Static).update("")
            return
        known = self._around[1] if self._around and self._around[0] is hit else None
        self._show_context(hit, known)
        if known is None:
            self._finder.context(hit, lambda context: self._around_found(hit, context))

    def _show_context(self, hit: Hit, context: Context | None) -> None:
        static = self.query_one(".context", Static)
        alone = context is not None and not (context.before or context.after)
        static.set_class(alone, "-alone")
        rows = static.size.height or _CONTEXT_ROWS
        static.update(context_content(hit, context, self.size.width - 2, rows))

    def _around_found(self, hit: Hit, context: Context) -> None:
        if self.is_mounted:
            self._around = hit, context
            row = self._pane.list.current
            if row is not None and row.target is hit:
                self._show_context(hit, context)

    # --- Keys

    def action_mode(self, way: int) -> None:
        """Words, a pattern, or nearly."""
        self._put_on = self._under_cursor
        self._mode = _MODES[(_MODES.index(self._mode) + way) % len(_MODES)]
        self._search()
        self._draw()

    def action_open(self) -> None:
        """Go there."""
        row = self._pane.list.current
        if row is not None and isinstance(row.target, Hit):
            self.dismiss()
            self._finder.go(row.target)

    def action_read(self) -> None:
        """The line in full, with those around it."""
        row = self._pane.list.current
        if row is not None and isinstance(row.target, Hit):
            known = self._around[1] if self._around else None
            self.app.push_screen(DetailScreen(described_hit(row.target, known)))

    def action_back(self) -> None:
        """Leave."""
        self.dismiss()
