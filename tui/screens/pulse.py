"""Who is alive, what a person must hear of, and what is being done, live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from memdeck.model import Activity, AgentException, Deck, PulseReport
from memdeck.secrets import on_screen
from tui.keys import LIST_KEYS, PULSE_KEYS, Where, bindings, hints_of
from tui.screens.listing import Chosen, Listing, ListScreen
from tui.screens.reading import DetailScreen
from tui.screens.whole import WHOLE_BINDINGS, WholeScreen
from widgets.bars import KeyBar, KeyHint
from widgets.detail import Described, Detail
from widgets.glyphs import Glyphs
from widgets.looks import CAREFUL, MUTED, TITLE
from widgets.pane import Pane
from widgets.pulse_rows import (
    described_pulse,
    feed_rows,
    is_pressing,
    pulse_empty,
    pulse_rows,
    tally,
)
from widgets.row import Row
from widgets.rows import RowList

_LATER: Final = (
    ("an hour", timedelta(hours=1)),
    ("four hours", timedelta(hours=4)),
    ("a day", timedelta(days=1)),
    ("a week", timedelta(days=7)),
)
_NO_ACTIVITY: Final = (
    "Nothing was done of late: what agents log, note and commit comes here as it happens."
)


@dataclass(frozen=True, slots=True)
class Station:
    """What the screen has done for it."""

    acknowledge: Callable[[AgentException], None]
    snooze: Callable[[AgentException, datetime], None]
    go: Callable[[Activity], bool]
    """To where it was done; False when there is nothing to go to."""
    costs: Callable[[], None]


class PulseScreen(WholeScreen):
    """Agents and the inbox above, the feed of what is done below."""

    where = Where.PULSE

    BINDINGS = [*bindings((*LIST_KEYS, *PULSE_KEYS)), *WHOLE_BINDINGS]  # noqa: RUF012 - Textual's

    def __init__(
        self,
        deck: Deck,
        station: Station,
        now: Callable[[], datetime],
        zone: tzinfo,
        glyphs: Glyphs,
    ) -> None:
        super().__init__(glyphs)
        self._deck = deck
        self._station = station
        self._now = now
        self._zone = zone
        self._follows = True
        self._agents = Pane(
            0,
            "Agents",
            lambda deck: pulse_rows(
                deck.pulse, deck.activity, now(), zone, glyphs, deck.activity_problems
            ),
            lambda _: pulse_empty(),
            lambda deck: (deck.pulse, deck.activity, deck.activity_problems),
            glyphs=glyphs,
        )
        self._feed = Pane(
            -1,
            "Activity",
            lambda deck: feed_rows(deck.activity, now(), zone, glyphs),
            lambda _: _NO_ACTIVITY,
            lambda deck: (deck.activity,),
            glyphs=glyphs,
        )

    def compose(self) -> ComposeResult:
        yield Static(classes="head", markup=False)
        with Vertical(id="pulse"):
            yield self._agents
            yield self._feed
        yield Detail(glyphs=self.glyphs)
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(KeyBar).hints = hints_of(PULSE_KEYS)
        self._draw()
        self._agents.list.focus()

    @property
    def active(self) -> Pane:
        return self._feed if self._feed.list.has_focus or self._feed.is_filtering else self._agents

    @property
    def report(self) -> PulseReport:
        """What the last reading told."""
        return self._deck.pulse

    def deck_changed(self, deck: Deck) -> None:
        """Something was read again under the screen, or time has passed."""
        self._deck = deck
        self._draw()

    def time_passed(self) -> None:
        """Relative times are others by now."""
        for pane in (self._agents, self._feed):
            pane.redraw()
        self._describe()

    def _draw(self) -> None:
        for pane in (self._agents, self._feed):
            pane.deck = self._deck
            pane.watch_deck(self._deck)
        if self._follows and not self._feed.filtered:
            self._feed.list.first()
        report = self.report
        pieces = [(" Pulse  ", TITLE), (tally(report), CAREFUL if is_pressing(report) else MUTED)]
        if self._deck.activity_sources:
            names = ", ".join(self._deck.activity_sources)
            pieces.append((f"   with the records of {on_screen(names)}", MUTED))
        self.query_one(".head", Static).update(Content.assemble(*pieces))
        self._describe()

    @on(RowList.Highlighted)
    def _highlighted(self, message: RowList.Highlighted) -> None:
        if message.rows is self._feed.list and self._feed.list.has_focus:
            rows = self._feed.list.rows
            current = self._feed.list.current
            self._follows = bool(rows) and current is not None and rows[0].key == current.key
        self._describe()

    def _describe(self) -> None:
        self.query_one(Detail).described = self._described()

    def _described(self) -> Described:
        row = self.active.list.current
        if row is None:
            return Described("")
        found = described_pulse(row.target, self._now(), self._zone, self.glyphs)
        return found or Described(row.text)

    # --- Keys

    def action_sides(self) -> None:
        """To the feed, and back to the agents."""
        (self._agents if self.active is self._feed else self._feed).list.focus()
        self._describe()

    def action_follow(self) -> None:
        """Keep the newest activity under the cursor, or stay where the cursor is."""
        self._follows = not self._follows
        if self._follows:
            self._feed.list.first()
        self.tell(
            "The newest activity stays in sight."
            if self._follows
            else "The list stays where it is; what is new comes above."
        )

    def action_acknowledge(self) -> None:
        """Say no more of this exception."""
        exception = self._exception_here()
        if exception is not None:
            self._station.acknowledge(exception)

    def action_snooze(self) -> None:
        """Put this exception away for a while."""
        exception = self._exception_here()
        if exception is None:
            return
        listing = Listing(
            "Put it away for",
            tuple(Row(("later", words), words, target=length) for words, length in _LATER),
            "",
            actions=(KeyHint("enter", "for so long", "choose"),),
        )

        def answered(chosen: Chosen | None) -> None:
            length = chosen.rows[0].target if chosen and chosen.rows else None
            if isinstance(length, timedelta):
                self._station.snooze(exception, self._now() + length)

        self.app.push_screen(ListScreen(listing, self._deck, self.glyphs), answered)

    def _exception_here(self) -> AgentException | None:
        row = self._agents.list.current
        if self.active is self._agents and row and isinstance(row.target, AgentException):
            return row.target
        self.tell("Only what stands in the inbox can be put aside: move to such a line.")
        return None

    def action_costs(self) -> None:
        """What all of it costs."""
        self._station.costs()

    def action_open(self) -> None:
        """To where it was done; a heading opens or closes; else the row in full."""
        pane = self.active
        row = pane.list.current
        if row is None:
            return
        if row.foldable:
            pane.toggle_fold(row)
        elif isinstance(row.target, Activity) and self._station.go(row.target):
            self.dismiss(None)
        else:
            self.app.push_screen(DetailScreen(self._described()))
