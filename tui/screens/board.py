"""The board: title, gauge, three panes and bars, and which of them there is room for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.reactive import reactive
from textual.screen import Screen

from memdeck.live.watch import WatchMode, WatchState
from memdeck.model import Deck
from memdeck.secrets import on_screen
from memdeck.workspace import Workspace
from tui.bridge import Bridge
from tui.keys import EDIT_HINTS, FILTER_HINTS, KEYS, Where, bindings, hints
from widgets.bars import KeyBar, KeyHint, PulseLine, TabBar, Title, TitleBar
from widgets.detail import Described, Detail, describe
from widgets.gauge import Gauge
from widgets.gauge_stretches import section_stretches, stretch_of
from widgets.glyphs import Glyphs
from widgets.guarded import Guarded
from widgets.memory_rows import memory_empty, memory_rows
from widgets.notes_rows import notes_empty, notes_rows
from widgets.pane import Pane
from widgets.pulse_rows import is_pressing, tally
from widgets.rows import RowList
from widgets.timeline_rows import timeline_empty, timeline_rows

_PLACES: Final = {1: Where.NOTES, 2: Where.MEMORY, 3: Where.TIMELINE}

_TOAST_SECONDS: Final = 4.0
_SEVERE_SECONDS: Final = 8.0
_LASTING_SECONDS: Final = 600.0
_TWO_PANES: Final = 90
_THREE_PANES: Final = 120
_WIDTHS: Final = [(0, "-narrow"), (_TWO_PANES, "-medium"), (_THREE_PANES, "-wide")]
_HEIGHTS: Final = [(0, "-short"), (30, "-tall")]


class Board(Screen[None], Guarded):
    """Shows a deck. What its keys do is in the classes that are made from it."""

    BINDINGS = bindings(KEYS)  # type: ignore[assignment]  # a list of Binding, read once
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS

    deck: reactive[Deck | None] = reactive(None, init=False)

    def __init__(
        self,
        workspace: Workspace,
        deck: Deck,
        now: Callable[[], datetime],
        glyphs: Glyphs,
        bridge: Bridge,
    ) -> None:
        """`deck` is what has been read before the first frame; `now` gives an aware datetime."""
        super().__init__()
        self.workspace = workspace
        self.now = now
        self.zone = workspace.zone
        self.glyphs = glyphs
        self.bridge = bridge
        self._first_deck = deck
        self.watch_state = WatchState(WatchMode.STOPPED, "starting")
        self._zoomed = False
        self._lasting = 0
        self._lasting_stands = False
        # The last focused pane comes last: it is the one to keep when there
        # is no room for all.
        self._recent = [1, 2, 3]

    def compose(self) -> ComposeResult:
        glyphs, zone = self.glyphs, self.zone
        yield TitleBar(glyphs=glyphs)
        yield Gauge(glyphs=glyphs)
        yield TabBar()
        with Horizontal(id="panes"):
            yield Pane(
                1,
                "Notes",
                lambda deck: notes_rows(
                    deck.notes, self.now(), zone, glyphs, deck.gone_branches, deck.notes_signs
                ),
                lambda deck: notes_empty(deck.notes),
                lambda deck: (deck.notes, deck.gone_branches, deck.notes_signs),
                glyphs=glyphs,
            )
            yield Pane(
                2,
                "MEMORY.md",
                lambda deck: memory_rows(deck.memory, deck.budget, glyphs, deck.alarms),
                lambda deck: memory_empty(deck.memory),
                lambda deck: (deck.memory, deck.budget, deck.alarms),
                glyphs=glyphs,
            )
            yield Pane(
                3,
                "Timeline",
                lambda deck: timeline_rows(
                    *(deck.days, deck.today, deck.promoted, deck.day_tokens, glyphs),
                    utc_today=self.now().astimezone(UTC).date(),
                    alarms=deck.alarms,
                ),
                lambda deck: timeline_empty(deck.today, deck.logs_problem),
                lambda deck: (
                    deck.days,
                    deck.today,
                    deck.logs_problem,
                    deck.promoted,
                    deck.day_tokens,
                    deck.alarms,
                ),
                glyphs=glyphs,
            )
        yield Detail(glyphs=glyphs)
        yield PulseLine(zone, glyphs=glyphs)
        yield KeyBar()

    def on_mount(self) -> None:
        for pane in self.panes:
            pane.data_bind(deck=Board.deck)
        self.deck = self._first_deck
        self._arrange()
        self.pane(3).list.focus()

    # --- The panes

    @property
    def panes(self) -> tuple[Pane, ...]:
        """All three, in their order."""
        return tuple(self.query(Pane))

    def pane(self, number: int) -> Pane:
        """The pane of a number."""
        return self.query_one(f"#pane-{number}", Pane)

    @property
    def active(self) -> Pane:
        """The pane that was focused last."""
        return self.pane(self._recent[-1])

    def show_pane(self, number: int) -> None:
        """Focus a pane, and show it if it was hidden."""
        self._recent = [each for each in self._recent if each != number] + [number]
        self._arrange()
        self.pane(number).list.focus()

    def show_line(self, text: str) -> bool:
        """Put the cursor of the timeline on the first line that holds `text`."""
        self.show_pane(3)
        return self.pane(3).reveal_text(text)

    @property
    def is_live(self) -> bool:
        """Whether a watcher is at work."""
        return self.watch_state.mode is WatchMode.LIVE

    def toggle_zoom(self) -> None:
        """Give the focused pane all the room, or share it again."""
        self._zoomed = not self._zoomed
        self._arrange()

    def _arrange(self) -> None:
        """Show as many panes as there is room for, the ones focused last first."""
        width = self.app.size.width
        room = 1 if self._zoomed or width < _TWO_PANES else 2 if width < _THREE_PANES else 3
        seen = sorted(self._recent[-room:])
        for pane in self.panes:
            pane.set_class(pane.number not in seen, "-hidden")
            pane.set_class(pane.number in seen and pane.number != seen[0], "-ruled")
        self.query_one(TabBar).active = frozenset(seen)
        self.draw_bars()

    def on_resize(self) -> None:
        self._arrange()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        for pane in self.panes:
            if event.widget in pane.walk_children() and pane.number != self._recent[-1]:
                self._recent = [n for n in self._recent if n != pane.number] + [pane.number]
                self._arrange()
        self._draw_focus()

    def on_descendant_blur(self) -> None:
        self.call_after_refresh(self._draw_focus)

    def _draw_focus(self) -> None:
        for pane in self.panes:
            pane.draw_title()
        self.draw_bars()
        self._describe()

    # --- What it says

    def watch_deck(self, deck: Deck | None) -> None:
        if deck is None or not self.is_mounted:
            return
        gauge = self.query_one(Gauge)
        gauge.budget = deck.budget
        gauge.sections = section_stretches(deck.memory, deck.budget)
        pulse = self.query_one(PulseLine)
        pulse.changes, pulse.now = deck.changes, self.now()
        self.call_after_refresh(self._describe)
        self.draw_bars()

    def tell(
        self, words: str, *, severe: bool = False, beside: bool = False, lasting: bool = False
    ) -> None:
        """Say something to the person, in a toast; it takes the place of the last one,
        unless it is said `beside` it. A lasting one stays until the next."""
        if lasting:
            # A toast is put up later than it is cleared away: of a storm of them, all would stay.
            self._lasting += 1
            self.app.call_later(self._tell_lasting, words, severe, self._lasting)
            return
        if not beside:
            self._lasting_stands = False
            self.app.clear_notifications()
        self._put_up(words, severe, _SEVERE_SECONDS if severe else _TOAST_SECONDS)

    def _tell_lasting(self, words: str, severe: bool, number: int) -> None:
        if number == self._lasting:
            self.app.clear_notifications()
            self._put_up(words, severe, _LASTING_SECONDS)
            self._lasting_stands = True

    def take_back_lasting(self) -> None:
        """What a lasting toast says is not so any more: take it down if it is still there."""
        self._lasting += 1
        if self._lasting_stands:
            self._lasting_stands = False
            self.app.clear_notifications()

    def _put_up(self, words: str, severe: bool, seconds: float) -> None:
        severity: Literal["warning", "information"] = "warning" if severe else "information"
        self.notify(on_screen(words), severity=severity, markup=False, timeout=seconds)

    def draw_bars(self) -> None:
        """The title and the tabs again."""
        state = self.watch_state
        glyph = {
            WatchMode.LIVE: self.glyphs.live,
            WatchMode.POLLING: self.glyphs.half,
            WatchMode.STOPPED: self.glyphs.stopped,
        }[state.mode]
        why = f": {state.why}" if state.why else ""
        self.query_one(TitleBar).title = Title(
            place=self.place,
            branch=self._branch(),
            watch=f"{state.mode.value}{why}",
            watch_glyph=glyph,
            watching=state.mode is WatchMode.LIVE,
            pulse=tally(self.deck.pulse) if self.deck else "",
            pressing=is_pressing(self.deck.pulse) if self.deck else False,
            now=self.now(),
            zone=self.zone,
        )
        self.query_one(KeyBar).hints = self._hints()
        self.query_one(TabBar).tabs = (*(pane.label for pane in self.panes), "4 Pulse")

    def _hints(self) -> tuple[KeyHint, ...]:
        """The keys that work where the focus is."""
        if self.query("#inline-edit"):
            return EDIT_HINTS
        if self.active.is_filtering:
            return FILTER_HINTS
        return hints(_PLACES[self._recent[-1]])

    @property
    def place(self) -> str:
        """The workspace's path, with `~` for the home folder."""
        root = self.workspace.root
        home = Path.home()
        return f"~/{root.relative_to(home)}" if home in root.parents else str(root)

    def _branch(self) -> str:
        primary = self.deck.notes.primary if self.deck else None
        if primary is None or primary.branch is None:
            return ""
        if primary.head is None:
            return f"{primary.branch} (no commit yet)"
        return "detached" if primary.detached else primary.branch

    # --- The selected row

    @on(RowList.Highlighted)
    def _highlighted(self) -> None:
        self._describe()

    def _describe(self) -> None:
        self.query_one(Detail).described = self.described()
        row = self.active.list.current
        if self.deck is not None:
            self.query_one(Gauge).here = stretch_of(row.target if row else None, self.deck)

    def described(self) -> Described:
        """The row under the cursor of the active pane, in words."""
        row = self.active.list.current
        if row is None or self.deck is None:
            return Described("")
        return describe(row.target, self.deck, self.now(), self.zone, self.glyphs)
