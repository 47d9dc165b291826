"""What was logged and may be worth keeping, as one ranked queue: a person decides line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from memdeck.model import Deck, LogItem
from memdeck.secrets import on_screen
from memdeck.text import plural
from memdeck.triage.queue import Candidate, Queue
from tui.keys import LIST_KEYS, TRIAGE_KEYS, Where, bindings, hints_of
from tui.screens.reading import DetailScreen
from tui.screens.when import DayScreen
from tui.screens.whole import WHOLE_BINDINGS, WholeScreen
from widgets.bars import KeyBar
from widgets.detail import Described, Detail
from widgets.glyphs import Glyphs
from widgets.looks import MUTED, TITLE
from widgets.pane import Pane
from widgets.rows import RowList
from widgets.triage_rows import described_candidate, triage_empty, triage_rows
from widgets.when import day_long

_WAIT_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Desk:
    """What the screen can have done; answers come on the screen's own thread."""

    load: Callable[[Callable[[Queue], None]], None]
    promote: Callable[[tuple[LogItem, ...], bool, tuple[LogItem, ...]], None]
    """Lines, whether as they are, and what says the same elsewhere."""
    merge: Callable[[Candidate], None]
    skip: Callable[[Sequence[Candidate]], None]
    wait: Callable[[Sequence[Candidate], date], None]
    take_back: Callable[[Sequence[Candidate]], None]
    undo: Callable[[], None]
    go: Callable[[LogItem, date], None]
    """To the line in its day."""


class TriageScreen(WholeScreen):
    """The queue, and one key for every answer."""

    where = Where.TRIAGE

    BINDINGS = [*bindings((*LIST_KEYS, *TRIAGE_KEYS)), *WHOLE_BINDINGS[1:]]  # noqa: RUF012 - Textual's

    queue: reactive[Queue | None] = reactive(None, init=False)

    def __init__(self, deck: Deck, desk: Desk, glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        self._deck = deck
        self._desk = desk
        self._pane = Pane(
            0,
            "Triage",
            lambda deck: triage_rows(self.queue, deck.today, glyphs) if self.queue else (),
            lambda deck: triage_empty(self.queue, deck.today, glyphs),
            lambda deck: (self.queue, deck.today),
            glyphs=glyphs,
        )

    def compose(self) -> ComposeResult:
        yield Static(classes="head", markup=False)
        yield self._pane
        yield Detail(glyphs=self.glyphs)
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(KeyBar).hints = hints_of(TRIAGE_KEYS)
        self._pane.list.focus()
        self._draw()
        self.load()

    @property
    def active(self) -> Pane:
        return self._pane

    def load(self) -> None:
        """Rank again: something was read, or decided."""
        self._desk.load(self._loaded)

    def _loaded(self, queue: Queue) -> None:
        if self.is_mounted:
            self.queue = queue

    def watch_queue(self) -> None:
        if self.is_mounted:
            self._draw()
            # What left the queue comes back unmarked: else the next key would be for it, too.
            there = {row.key for row in self._pane.marked_rows()}
            self._pane.list.clear_marks(self._pane.list.marked - there)
            self._pane.draw_title()

    def deck_changed(self, deck: Deck) -> None:
        """Something was read again under the screen."""
        before, self._deck = self._deck, deck
        if (deck.days, deck.memory, deck.promoted, deck.notes, deck.today) != (
            before.days,
            before.memory,
            before.promoted,
            before.notes,
            before.today,
        ):
            self.load()

    def _draw(self) -> None:
        self._pane.deck = self._deck
        self._pane.watch_deck(self._deck)
        queue = self.queue
        said = ""
        if queue is not None:
            since = day_long(queue.since, self._deck.today)
            said = f"{plural(len(queue.candidates), 'line')} since {since}"
            if queue.hidden:
                said += f", {len(queue.hidden)} skipped or waiting"
        head = Content.assemble((" Triage  ", TITLE), (said, MUTED))
        self.query_one(".head", Static).update(head)
        self._describe()

    @on(RowList.Highlighted)
    def _describe(self) -> None:
        row = self._pane.list.current
        candidate = row.target if row else None
        described = Described(row.text if row else "")
        if isinstance(candidate, Candidate):
            described = described_candidate(candidate, self.glyphs)
        self.query_one(Detail).described = described

    # --- What is decided

    def _chosen(self, *, hidden: bool = False) -> tuple[Candidate, ...]:
        """The marked candidates, else the one under the cursor; says why when there is none."""
        rows = self._pane.marked_rows()
        current = self._pane.list.current
        if not rows and current is not None:
            rows = (current,)
        found = tuple(row.target for row in rows if isinstance(row.target, Candidate))
        queue = self.queue
        if queue is not None:
            away = {candidate.id for candidate, _ in queue.hidden}
            found = tuple(each for each in found if (each.id in away) == hidden)
        if not found:
            self.tell("Move to a line of the queue first.")
        return found

    def _done(self) -> None:
        self._pane.list.clear_marks()
        self._pane.draw_title()

    def action_promote(self) -> None:
        """Edit and choose a section, then put the marked lines, or this one, into MEMORY.md."""
        if chosen := self._chosen():
            self._promote(chosen, as_is=False)

    def action_promote_as_is(self) -> None:
        """Put this line into the proposed section as it is; asks when unsure."""
        if chosen := self._chosen():
            self._promote(chosen, as_is=True)

    def _promote(self, chosen: Sequence[Candidate], *, as_is: bool) -> None:
        lines = tuple(each.item for each in chosen)
        also = tuple(place.item for each in chosen for place in each.repeated)
        self._desk.promote(lines, as_is, also)

    def action_merge(self) -> None:
        """Merge this line into the item that is like it, or into one that is chosen."""
        chosen = self._chosen()
        if not chosen:
            return
        if len(chosen) > 1:
            self.tell("One line at a time is merged: take the marks away first (esc).")
        else:
            self._desk.merge(chosen[0])

    def action_skip(self) -> None:
        """Never show the marked lines, or this one, again; on a skipped line: take that back."""
        if self._is_hidden():
            if back := self._chosen(hidden=True):
                self._desk.take_back(back)
                self._done()
        elif chosen := self._chosen():
            self._desk.skip(chosen)
            self._done()

    def _is_hidden(self) -> bool:
        row = self._pane.list.current
        queue = self.queue
        if queue is None or row is None or not isinstance(row.target, Candidate):
            return False
        return any(row.target.id == candidate.id for candidate, _ in queue.hidden)

    def action_wait(self) -> None:
        """Put the marked lines, or this one, away until a date."""
        chosen = self._chosen()
        if not chosen:
            return
        today = self._deck.today

        def answered(day: date | None) -> None:
            if day is not None:
                self._desk.wait(chosen, day)
                self._done()

        day = today + timedelta(days=_WAIT_DAYS)
        screen = DayScreen(day, today, title="Wait until", to_come=True)
        self.app.push_screen(screen, answered)

    def action_undo(self) -> None:
        """Take back what was decided last here, or written last."""
        self._desk.undo()

    def action_open(self) -> None:
        """The line in its day."""
        row = self._pane.list.current
        if row is None:
            return
        if row.foldable:
            self._pane.toggle_fold(row)
        elif isinstance(row.target, Candidate):
            item, day = row.target.item, row.target.day
            self.dismiss()
            self._desk.go(item, day)

    def action_read(self) -> None:
        """The line in full."""
        self.app.push_screen(DetailScreen(self.query_one(Detail).described))

    def action_copy(self) -> None:
        """The line's text to the clipboard."""
        row = self._pane.list.current
        if row is not None and isinstance(row.target, Candidate):
            self.app.copy_to_clipboard(on_screen(row.target.item.text))
            self.tell("Copied, if your terminal allows it (OSC 52).")
