"""A list to look through and choose from, over the board: branches beside each other, earlier
notes, findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content

from memdeck.model import Deck
from memdeck.secrets import on_screen
from tui.keys import LIST_KEYS, bindings
from tui.screens.dialog import Dialog
from tui.screens.pane_keys import PaneKeys
from tui.screens.reading import DetailScreen
from widgets.bars import KeyBar, KeyHint
from widgets.detail import Described
from widgets.glyphs import Glyphs
from widgets.pane import Pane
from widgets.row import Row
from widgets.rows import RowList


@dataclass(frozen=True, slots=True)
class Listing:
    """What is listed, and what can be done with it."""

    title: str
    rows: tuple[Row, ...]
    empty: str
    """What is said when there are no rows."""
    actions: tuple[KeyHint, ...] = ()
    """Keys that end the screen with the chosen rows; `action` is what it answers with."""
    described: dict[object, Described] = field(default_factory=dict)
    """By a row's key: what `enter` shows of it, where `enter` is no action."""
    markable: bool = False
    refuse: Callable[[str, tuple[Row, ...]], str] | None = None
    """Why an action cannot be done with these rows, in words; empty when it can."""
    staged: Callable[[tuple[Row, ...]], str] | None = None
    """Told of the marked rows whenever they change; what it says stands in the border."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was done with which rows."""

    action: str
    rows: tuple[Row, ...]


_FEW: Final = 12
_AROUND: Final = 4
_LEAVE: Final = KeyHint("esc", "leave", "back")


class ListScreen(Dialog[Chosen | None], PaneKeys):
    """Answers with what was chosen, or None."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        *bindings(LIST_KEYS),
        Binding("enter", "open"),
        Binding("space", "mark"),
        Binding("slash", "filter"),
        Binding("escape", "back"),
        Binding("ctrl+q,ctrl+c", "app.quit", priority=True),
    ]
    AUTO_FOCUS = "RowList"

    def __init__(self, listing: Listing, deck: Deck, glyphs: Glyphs) -> None:
        super().__init__()
        self._listing = listing
        self._deck = deck
        self._pane = Pane(
            0,
            "",
            lambda _: listing.rows,
            lambda _: listing.empty,
            lambda _: (listing.rows,),
            glyphs=glyphs,
        )

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="list-dialog") as dialog:
            dialog.border_title = Content(on_screen(self._listing.title))
            few = len(self._listing.rows)
            if 0 < few <= _FEW:
                # No higher than what it holds, with the line above it and the keys below.
                dialog.styles.height = few + _AROUND
            yield self._pane
            yield KeyBar()

    def on_mount(self) -> None:
        self._pane.deck = self._deck
        mark = (KeyHint("space", "mark", "mark"),) if self._listing.markable else ()
        filter_ = (KeyHint("/", "filter", "filter"),) if self._listing.rows else ()
        shown = self._listing.actions if self._listing.rows else ()
        self.query_one(KeyBar).hints = (*shown, *mark, *filter_, _LEAVE)
        self._stage()

    def on_unmount(self) -> None:
        if self._listing.staged is not None:
            self._listing.staged(())

    @property
    def active(self) -> Pane:
        return self._pane

    def tell(self, words: str, *, severe: bool = False, beside: bool = False) -> None:
        if not beside:
            self.app.clear_notifications()
        self.notify(on_screen(words), severity="warning" if severe else "information", markup=False)

    def on_key(self, event: events.Key) -> None:
        if self._pane.is_filtering:
            return
        for hint in self._listing.actions:
            if event.key == hint.key:
                event.stop()
                self._choose(hint.action)

    def _choose(self, action: str) -> None:
        rows = self._pane.marked_rows()
        current = self._pane.list.current
        if not rows and current is not None and current.target is not None:
            rows = (current,)
        if not rows:
            self.tell("This is a heading: move to a line under it.")
        elif self._listing.refuse is not None and (why := self._listing.refuse(action, rows)):
            # Nothing is left by a refusal: what is typed next would be taken for keys of the board.
            self.tell(why)
        else:
            self.dismiss(Chosen(action, rows))

    @on(KeyBar.Chosen)
    async def _key_chosen(self, message: KeyBar.Chosen) -> None:
        if any(hint.action == message.action for hint in self._listing.actions):
            self._choose(message.action)
        else:
            await self.run_action(message.action)

    @on(RowList.Opened)
    def action_open(self) -> None:
        """The row in full, or what `enter` does here; a heading opens or closes."""
        row = self._pane.list.current
        if row is None:
            return
        if row.key in self._listing.described:
            self.app.push_screen(DetailScreen(self._listing.described[row.key]))
        elif row.foldable:
            self._pane.toggle_fold(row)

    def action_mark(self) -> None:
        """Mark the row, and go to the next."""
        row = self._pane.list.current
        if not self._listing.markable or row is None or row.target is None:
            self.tell("There is nothing to mark here.")
            return
        self._pane.list.toggle_mark(row.key)
        self._pane.list.move(1)
        self._pane.draw_title()
        self._stage()

    def _stage(self) -> None:
        if self._listing.staged is not None:
            words = self._listing.staged(self._pane.marked_rows())
            self.query_one("#list-dialog").border_subtitle = Content(on_screen(words))

    def action_back(self) -> None:
        """End the filter, else leave."""
        if self._pane.filtered or self._pane.is_filtering:
            self._pane.clear_filter()
            self._pane.list.focus()
        else:
            self.dismiss(None)
