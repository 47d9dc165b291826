"""The keys that find: a search across all tiers, and the way from what was found to its place."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from memdeck.model import Entry, LogFile, LogItem
from tui.screens.looking_ahead import LookingAhead
from widgets.row import Row

if TYPE_CHECKING:
    from memdeck.search.hits import EntryTarget, Hit


class Finding(LookingAhead):
    """The board with its keys that go to a line anywhere."""

    _searched = ""
    _going: tuple[str, int, date] | None = None

    def action_search(self) -> None:
        """Search all tiers, as you type."""
        from memdeck.search.engine import context
        from memdeck.search.sources import Sources, sources_of
        from tui.screens.search import Finder, SearchScreen

        assert self.deck is not None

        def sources() -> Sources:
            assert self.deck is not None
            return sources_of(self.deck, self.zone)

        finder = Finder(
            stream=self.bridge.stream,
            context=lambda hit, answer: self.bridge.look(lambda: context(sources(), hit), answer),
            sources=sources,
            go=self._go_to_hit,
        )
        screen = SearchScreen(self.deck, finder, self._searched, self.glyphs)

        def left(_: None) -> None:
            self._searched = screen.text

        self.app.push_screen(screen, left)

    def _go_to_hit(self, hit: Hit) -> None:
        from memdeck.search.hits import EntryTarget, ItemTarget, LogTarget

        match hit.target:
            case LogTarget():
                self.go_to_log(hit.target.file, hit.target.line, hit.target.date)
            case ItemTarget():
                self.go_to_item(hit.target.item_id, hit.target.address)
            case EntryTarget():
                self.go_to_entry(hit.target)

    # --- Going there

    def go_to_line(self, item: LogItem, day: date) -> None:
        """To a line of a log, in its day."""
        self.go_to_log(item.file, item.line, day)

    def go_to_log(self, file: str, line: int, day: date) -> None:
        """To the line of a log at which, or after which, `line` stands."""
        self.show_pane(3)
        self._going = file, line, day
        if not self._arrived():
            # Only listed so far: it is read, and then gone to.
            self.bridge.open_day(day)

    def _arrived(self) -> bool:
        """Whether the cursor could be put where it is going."""
        if self._going is None or self.deck is None:
            return True
        file, line, day = self._going
        there = next(
            (
                each
                for one in self.deck.days
                if one.date == day
                for each in one.files
                if each.name == file
            ),
            None,
        )
        if there is None or not there.parsed:
            return False
        self._going = None

        def fits(row: Row) -> int | None:
            target = row.target
            if isinstance(target, LogItem) and target.file == file:
                return 2 * target.line + 1 if target.line <= line else None
            return 0 if isinstance(target, LogFile) and target.name == file else None

        if not self.pane(3).reveal_best(fits):
            self.pane(3).reveal(("day", day))
        return True

    def arrive(self) -> None:
        """Something was read: perhaps the day that is gone to."""
        if self._going is not None:
            self._arrived()

    def go_to_item(self, item_id: str | None, address: str) -> None:
        """To an item of MEMORY.md, else to its section."""
        self.show_pane(2)
        if item_id is None or not self.pane(2).reveal(("item", item_id)):
            self.pane(2).reveal(("section", address))

    def go_to_entry(self, place: EntryTarget) -> None:
        """To an entry of the notes, else to its branch."""
        self.show_pane(1)

        def fits(row: Row) -> int | None:
            target = row.target
            if not isinstance(target, Entry) or target.key != place.key:
                return None
            same = (target.commit, target.position) == (place.commit, place.position)
            return 2 if same else 1 if target.branch == place.branch else None

        if not self.pane(1).reveal_best(fits):
            self.tell("This entry is not among those that the pane shows.")
