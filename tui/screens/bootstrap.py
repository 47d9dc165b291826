"""What the next session is really given: part by part, with what is cut; and what an agent
finds when it starts now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive

from memdeck.bootstrap.profiles import Profile
from memdeck.handoff import HandOff
from memdeck.model import Budget, Deck
from tui.keys import BOOTSTRAP_KEYS, LIST_KEYS, Where, bindings, hints_of
from tui.screens.listing import Chosen, Listing, ListScreen
from tui.screens.reading import DetailScreen
from tui.screens.when import DayScreen
from tui.screens.whole import WHOLE_BINDINGS, WholeScreen
from widgets.bars import KeyBar, KeyHint, TabBar
from widgets.bootstrap_head import BootstrapHead, Loaded, dated
from widgets.bootstrap_rows import bootstrap_rows
from widgets.detail import Described, Detail, describe
from widgets.glyphs import Glyphs
from widgets.handoff_rows import hand_off_empty, hand_off_rows
from widgets.line_detail import describe_line
from widgets.pane import Pane
from widgets.rail import Rail
from widgets.row import Row
from widgets.rows import RowList

_LOADED, _HAND_OFF = 1, 2
_NEXT_CUT: Final = KeyHint("]", "next cut", "stop(1)")
_TABS: Final = ("1 Loaded", "2 Hand-off")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which bootstrap is looked at."""

    profile: str
    branch: str | None
    """None: the branch that is checked out."""
    day: date | None
    """None: today, also when midnight passes."""


@dataclass(frozen=True, slots=True)
class Sight:
    """How the screen finds out what it shows; each answers on the screen's own thread."""

    load: Callable[[Asked, Callable[[Budget], None]], None]
    hand_off: Callable[[str | None, str | None, Callable[[HandOff], None]], None]
    """From an agent and a branch."""
    outlook: Callable[[Budget, Callable[[str], None]], None]
    """When MEMORY.md fills the rest of a budget, in words."""


class BootstrapScreen(WholeScreen):
    """Two tabs over one state: whose rules, which branch, which day."""

    where = Where.BOOTSTRAP

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        *bindings((*LIST_KEYS, *BOOTSTRAP_KEYS)),
        *WHOLE_BINDINGS,
    ]
    budget: reactive[Budget | None] = reactive(None, init=False)

    def __init__(
        self,
        deck: Deck,
        profiles: Sequence[Profile],
        sight: Sight,
        free: Callable[[Budget], None],
        now: Callable[[], datetime],
        zone: tzinfo,
        glyphs: Glyphs,
    ) -> None:
        """`deck` is what the board shows; `free` proposes what could go."""
        super().__init__(glyphs)
        self._deck = deck
        self._profiles = profiles
        self._sight = sight
        self._free = free
        self._now = now
        self._zone = zone
        self._asked = Asked(deck.budget.profile if deck.budget else "article", None, None)
        self._own = self._asked
        self._agent: str | None = None
        self._hand_off: HandOff | None = None
        self._outlook = ""
        self._number = _LOADED
        self._loaded = Pane(
            _LOADED,
            "Loaded",
            lambda _: self._budget_rows(),
            lambda _: f"Counting what the session is given{glyphs.ellipsis}",
            lambda _: (self.budget,),
            glyphs=glyphs,
        )
        self._found = Pane(
            _HAND_OFF,
            "Hand-off",
            lambda _: hand_off_rows(self._hand_off, now(), zone, glyphs) if self._hand_off else (),
            lambda _: hand_off_empty(self._hand_off, glyphs),
            lambda _: (self._hand_off,),
            glyphs=glyphs,
        )
        self._rail = Rail(glyphs=glyphs)

    def compose(self) -> ComposeResult:
        yield BootstrapHead(glyphs=self.glyphs)
        yield TabBar()
        with Vertical(id="bootstrap"), Horizontal():
            yield self._loaded
            yield self._rail
            yield self._found
        yield Detail(glyphs=self.glyphs)
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(TabBar).tabs = _TABS
        self.budget = self._deck.budget
        self._show_tab(_LOADED)
        if self.budget is None:
            self._load()
        else:
            self._look_ahead()

    # --- What is shown

    @property
    def active(self) -> Pane:
        return self._loaded if self._number == _LOADED else self._found

    def deck_changed(self, deck: Deck) -> None:
        """Something was read again under the screen."""
        before, self._deck = self._deck, deck
        if self._asked == self._own and deck.budget is not None:
            self.budget = deck.budget
        elif (deck.memory, deck.days, deck.notes) != (before.memory, before.days, before.notes):
            self._load()
        if self._hand_off is not None and deck is not before:
            self._find_hand_off()

    def watch_budget(self) -> None:
        if self.is_mounted:
            self._draw()
            self._look_ahead()

    def _look_ahead(self) -> None:
        budget = self.budget

        def found(words: str) -> None:
            if self.is_mounted and budget is self.budget:
                self._outlook = words
                self._draw()

        if budget is not None:
            self._sight.outlook(budget, found)

    def _draw(self) -> None:
        asked, deck = self._asked, self._deck
        primary = deck.notes.primary
        self.query_one(BootstrapHead).loaded = Loaded(
            asked.profile,
            asked.branch,
            asked.day or deck.today,
            deck.today,
            self.budget,
            current_branch=(primary.branch or "") if primary else "",
            outlook=self._outlook,
        )
        self._loaded.deck = deck
        self._loaded.watch_deck(deck)
        self._found.watch_deck(deck)
        self._draw_rail()
        self._describe()
        cuts = (_NEXT_CUT,) if self.budget is not None and self.budget.cuts else ()
        self.query_one(KeyBar).hints = (*cuts, *hints_of(BOOTSTRAP_KEYS))

    def _budget_rows(self) -> tuple[Row, ...]:
        if self.budget is None:
            return ()
        today = self._deck.today
        day = self._asked.day or today
        return bootstrap_rows(self.budget, self.glyphs, lambda name: dated(name, day, today))

    def _draw_rail(self) -> None:
        self._rail.rows = self._loaded.list.rows

    def _load(self) -> None:
        asked = self._asked

        def answered(budget: Budget) -> None:
            if asked == self._asked and self.is_mounted:
                self.budget = budget

        self._sight.load(asked, answered)

    def _ask(self, asked: Asked) -> None:
        """Look at another bootstrap; the one before stays until it is there."""
        if asked == self._asked:
            return
        self._asked = asked
        if asked == self._own and self._deck.budget is not None:
            self.budget = self._deck.budget
        else:
            self._load()
        self._hand_off = None
        if self._number == _HAND_OFF:
            self._find_hand_off()
        self._draw()

    @on(RowList.Highlighted)
    def _describe(self) -> None:
        self.query_one(Detail).described = self._described()

    def _described(self) -> Described:
        row = self.active.list.current
        if row is not None and self._number == _HAND_OFF:
            return describe(row.target, self._deck, self._now(), self._zone, self.glyphs)
        return describe_line(row, self.budget, self.glyphs)

    @on(Pane.Folded)
    def _folded(self) -> None:
        self._draw_rail()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw_rail)

    # --- Keys

    def action_stop(self, way: int) -> None:
        """To the next or previous cut; to the next part when nothing is cut."""
        if self.active.list.next_stop(way):
            return
        if self.active is self._loaded and self.budget is not None and not self.budget.cuts:
            self.tell("Nothing is cut.")
        else:
            self.tell("That was the last one." if way > 0 else "That was the first one.")

    def action_profile(self) -> None:
        """Whose rules to look at it by."""
        rows = tuple(
            Row(("profile", each.name), f"{each.name}  {each.words}", target=each.name)
            for each in self._profiles
        )
        self._pick("Whose rules", rows, self._profile_chosen)

    def _profile_chosen(self, name: object) -> None:
        self._ask(replace(self._asked, profile=str(name)))

    def action_branch(self) -> None:
        """With the notes of another branch."""
        primary = self._deck.notes.primary
        known = [each.branch for each in primary.branches] if primary else []
        rows = tuple(Row(("branch", name), name, target=name) for name in known)
        self._pick("Whose notes", rows, self._branch_chosen)

    def _branch_chosen(self, name: object) -> None:
        primary = self._deck.notes.primary
        current = primary is not None and primary.branch == name
        self._ask(replace(self._asked, branch=None if current else str(name)))

    def _pick(self, title: str, rows: tuple[Row, ...], chosen: Callable[[object], None]) -> None:
        listing = Listing(
            title, rows, "There are none.", actions=(KeyHint("enter", "choose", "choose"),)
        )

        def answered(answer: Chosen | None) -> None:
            if answer is not None:
                chosen(answer.rows[0].target)

        self.app.push_screen(ListScreen(listing, self._deck, self.glyphs), answered)

    def action_day(self, step: int) -> None:
        """A day earlier or later."""
        day = self._asked.day or self._deck.today
        try:
            self._to_day(day + timedelta(days=step))
        except OverflowError:
            self.tell("There is no such day.")

    def action_pick_day(self) -> None:
        """Any day, by its date."""
        today = self._deck.today

        def answered(day: date | None) -> None:
            if day is not None:
                self._to_day(day)

        self.app.push_screen(DayScreen(self._asked.day or today, today), answered)

    def _to_day(self, day: date) -> None:
        self._ask(replace(self._asked, day=None if day == self._deck.today else day))

    def action_tab(self, number: int) -> None:
        """To a tab by its number; 0 is the other one."""
        self._show_tab(number or (_HAND_OFF if self._number == _LOADED else _LOADED))

    def _show_tab(self, number: int) -> None:
        self._number = number
        self.query_one(TabBar).active = frozenset({number})
        for pane in (self._loaded, self._found):
            pane.set_class(pane is not self.active, "-hidden")
        self._rail.set_class(number != _LOADED, "-hidden")
        if number == _HAND_OFF and self._hand_off is None:
            self._find_hand_off()
        self._draw()
        self.active.list.focus()

    def _find_hand_off(self) -> None:
        def answered(found: HandOff) -> None:
            if self.is_mounted:
                self._hand_off = found
                self._draw()

        self._sight.hand_off(self._agent, self._asked.branch, answered)

    def action_agent(self) -> None:
        """Since whose last beat."""
        found = self._hand_off
        if found is None:
            self.tell("Agents are told apart in the hand-off: tab goes there.")
            return
        nobody = Row(("agent", None), "nobody: everything of the day", target="")
        rows = (nobody, *(Row(("agent", each), each, target=each) for each in found.agents))
        self._pick("Since whose last beat", rows, self._agent_chosen)

    def _agent_chosen(self, name: object) -> None:
        self._agent = str(name) or None
        self._find_hand_off()

    def action_open(self) -> None:
        """A part or a cut opens or closes; a line is shown in full."""
        row = self.active.list.current
        if row is None:
            return
        if row.foldable:
            self.active.toggle_fold(row)
        else:
            self.app.push_screen(DetailScreen(self._described()))

    def action_free(self) -> None:
        """What could go."""
        if self.budget is not None:
            self._free(self.budget)

    @on(TabBar.Chosen)
    def _tab_chosen(self, message: TabBar.Chosen) -> None:
        self._show_tab(message.number)

    def on_click(self, event: events.Click) -> None:
        """A click on the rail goes to what it stands for."""
        if event.widget is self._rail and self._rail.size.height:
            rows = self._loaded.list.rows
            self._loaded.list.go(event.y * len(rows) // self._rail.size.height)
