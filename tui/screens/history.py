"""MEMORY.md as it changed: every version, what it changed, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from memdeck.history.versions import Version, Versions
from memdeck.model import Deck
from memdeck.secrets import on_screen
from memdeck.text import plural
from tui.keys import HISTORY_KEYS, LIST_KEYS, Where, bindings, hints_of
from tui.screens.ask import AskScreen
from tui.screens.reading import DetailScreen
from tui.screens.whole import WHOLE_BINDINGS, WholeScreen
from widgets.bars import KeyBar
from widgets.detail import Described, Detail
from widgets.glyphs import Glyphs
from widgets.history_rows import Gone, Shown, described_version, shown_rows, version_rows
from widgets.looks import CAREFUL, MUTED, TITLE
from widgets.pane import Pane
from widgets.row import Row
from widgets.rows import RowList


@dataclass(frozen=True, slots=True)
class Archive:
    """How the screen finds out and has things done; answers come on the screen's own thread."""

    load: Callable[[Versions | None, Callable[[Versions], None]], None]
    """The newest versions, or those behind a page."""
    measure: Callable[[Versions, Sequence[Version], Callable[[Mapping[str, int]], None]], None]
    """The tokens of versions, by digest."""
    differ: Callable[[Versions, Version, bool, Callable[[Shown], None]], None]
    """What a version changed, or what has changed since it."""
    undo: Callable[[str], None]
    """An operation, by its id."""
    restore_file: Callable[[Versions, Version], None]
    restore_item: Callable[[Gone], None]
    notes: Callable[[], None]
    """The notes as they changed."""


class HistoryScreen(WholeScreen):
    """Versions on one side, what the one under the cursor changed on the other."""

    where = Where.HISTORY

    BINDINGS = [*bindings((*LIST_KEYS, *HISTORY_KEYS)), *WHOLE_BINDINGS]  # noqa: RUF012 - Textual's
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - Textual's

    shown: reactive[Shown | None] = reactive(None, init=False)

    def __init__(
        self,
        deck: Deck,
        archive: Archive,
        now: Callable[[], datetime],
        zone: tzinfo,
        glyphs: Glyphs,
    ) -> None:
        super().__init__(glyphs)
        self._deck = deck
        self._archive = archive
        self._now = now
        self._zone = zone
        self._pages: list[Versions] = []
        self._tokens: dict[str, int] = {}
        self._to_today = False
        self._left = Pane(
            0,
            "Versions",
            lambda _: self._version_rows(),
            lambda _: self._empty(),
            lambda _: (len(self._pages), len(self._tokens), self._pages[-1:]),
            glyphs=glyphs,
        )
        self._right = Pane(
            1,
            "Difference",
            lambda _: shown_rows(self.shown, glyphs) if self.shown else (),
            lambda _: "",
            lambda _: (self.shown,),
            glyphs=glyphs,
        )

    def compose(self) -> ComposeResult:
        yield Static(classes="head", markup=False)
        with Horizontal(id="sides"):
            yield self._left
            yield self._right
        yield Detail(glyphs=self.glyphs)
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(KeyBar).hints = hints_of(HISTORY_KEYS)
        self._left.list.focus()
        self._draw()
        self._archive.load(None, self._loaded)

    @property
    def active(self) -> Pane:
        return self._right if self._right.list.has_focus else self._left

    @property
    def _versions(self) -> tuple[Version, ...]:
        return tuple(version for page in self._pages for version in page.versions)

    def deck_changed(self, deck: Deck) -> None:
        """Something was read again under the screen: perhaps there is a new version."""
        before, self._deck = self._deck, deck
        if deck.memory is not before.memory:
            self._archive.load(None, self._loaded)

    def _loaded(self, versions: Versions) -> None:
        """The newest page; pages behind it are read again when they are asked for."""
        if self.is_mounted:
            self._pages = [versions]
            self._draw()
            self._measure(versions)
            self._compare()

    def _more(self, versions: Versions) -> None:
        if self.is_mounted:
            self._pages.append(versions)
            self._draw()
            self._measure(versions)

    def _measure(self, page: Versions) -> None:
        def measured(tokens: Mapping[str, int]) -> None:
            if self.is_mounted:
                self._tokens |= tokens
                self._draw()

        wanted = [each for each in page.versions if each.digest not in self._tokens]
        self._archive.measure(page, wanted, measured)

    def watch_shown(self) -> None:
        if self.is_mounted:
            self._right.deck = self._deck
            self._right.watch_deck(self._deck)
            self._right.list.first()

    def _draw(self) -> None:
        self._left.deck = self._deck
        self._left.watch_deck(self._deck)
        known = plural(len(self._versions), "version") if self._pages else ""
        more = self._pages and self._pages[-1].more
        pieces = [
            (" History of MEMORY.md  ", TITLE),
            (f"{known}{' and more' if more else ''}", MUTED),
        ]
        without = self._pages[0].without_git if self._pages else None
        if without:
            pieces.append((f"   {self.glyphs.warning} {on_screen(without)}", CAREFUL))
        self.query_one(".head", Static).update(Content.assemble(*pieces))

    def _version_rows(self) -> tuple[Row, ...]:
        if not self._pages:
            return ()
        return version_rows(
            *(self._versions, self._tokens, self._now(), self._zone, self.glyphs),
            more=self._pages[-1].more,
        )

    def _empty(self) -> str:
        if not self._pages:
            return f"Reading what is known{self.glyphs.ellipsis}"
        return "MEMORY.md has no history yet: nothing was committed, and memdeck changed nothing."

    # --- The difference

    @on(RowList.Highlighted)
    def _highlighted(self, message: RowList.Highlighted) -> None:
        if message.rows is self._left.list:
            self._compare()
        self.query_one(Detail).described = self._described()

    def _described(self) -> Described:
        row = self.active.list.current
        target = row.target if row else None
        match target:
            case Version():
                return described_version(target, self._zone, self._now())
            case Gone():
                return Described(target.item.source or target.item.text, target.item.address)
            case _:
                return Described(row.text if row else "")

    @property
    def _current(self) -> Version | None:
        row = self._left.list.current
        return row.target if row and isinstance(row.target, Version) else None

    def _compare(self) -> None:
        version = self._current
        page = next((each for each in self._pages if version in each.versions), None)
        if version is None or page is None:
            return

        def differs(shown: Shown) -> None:
            if self.is_mounted and shown.version is self._current:
                self.shown = shown

        self._archive.differ(page, version, self._to_today, differs)

    # --- Keys

    def action_sides(self) -> None:
        """To the difference, and back to the versions."""
        (self._left if self.active is self._right else self._right).list.focus()
        self.query_one(Detail).described = self._described()

    def action_compare(self) -> None:
        """Against the version before, or against today."""
        self._to_today = not self._to_today
        self._compare()

    def action_undo(self) -> None:
        """Undo the operation under the cursor, whichever it is."""
        version = self._current
        if version is None or version.record is None:
            self.tell("Commits are not undone here: r restores the version before it.")
        else:
            self._archive.undo(version.record.id)

    def action_restore(self) -> None:
        """Put the item under the cursor back; on a version, the whole file."""
        row = self.active.list.current
        target = row.target if row else None
        if isinstance(target, Gone):
            self._archive.restore_item(target)
        elif self.active is self._right:
            self.tell("Only what was taken out or reworded can be put back: move to such a line.")
        elif (version := self._current) is not None:
            self._ask_for_file(version)

    def _ask_for_file(self, version: Version) -> None:
        page = next(each for each in self._pages if version in each.versions)
        here = version.when.astimezone(self._zone)
        question = (
            f"Make MEMORY.md what it was on {here:%Y-%m-%d %H:%M} ({on_screen(version.words)})? "
            "It is one new edit: what came since is kept in the history, and u undoes it."
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self._archive.restore_file(page, version)

        self.app.push_screen(AskScreen("The whole file", question, yes="restore"), answered)

    def action_notes(self) -> None:
        """The notes as they changed."""
        self.dismiss()
        self._archive.notes()

    def action_open(self) -> None:
        """More versions; else the row in full."""
        row = self.active.list.current
        if row is None:
            return
        if row.key == "more" and self._pages:
            self._archive.load(self._pages[-1], self._more)
        elif self.active is self._left:
            self.action_sides()
        else:
            self.app.push_screen(DetailScreen(self._described()))
