"""The dashboard: the board, its keys, and the road from the engine to it and back."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from textual import on

from memdeck.bootstrap.provenance import untold_warning
from memdeck.errors import NothingFound
from memdeck.live.reader import Reader
from memdeck.live.watch import EVERYTHING
from memdeck.model import Deck, Item
from memdeck.told import OPENCLAW_PROVENANCE, remember_told
from memdeck.workspace import Workspace
from tui.bridge import Bridge
from tui.messages import Answered, DeckChanged, Noted, NotWritten, Told, WatchChanged, Written
from tui.screens.beating import Beating
from tui.screens.whole import WholeScreen
from widgets.bars import KeyBar, PulseLine, TabBar
from widgets.fields import TextField
from widgets.glyphs import Glyphs
from widgets.pane import Pane
from widgets.rows import RowList

# Relative times are in minutes: looking twice a minute keeps them true.
_CLOCK_SECONDS: Final = 30.0


class MainScreen(Beating):
    """Shows what the bridge tells; asks the bridge for every write."""

    def __init__(
        self,
        workspace: Workspace,
        reader: Reader,
        deck: Deck,
        now: Callable[[], datetime],
        glyphs: Glyphs,
        actor: str,
    ) -> None:
        bridge = Bridge(workspace, reader, self.post_message, now=now, actor=actor)
        super().__init__(workspace, deck, now, glyphs, bridge)
        self._own_bytes = b""
        self._choices_made = []
        self._utc_date = now().astimezone(UTC).date()

    def on_mount(self) -> None:
        super().on_mount()
        self.bridge.start()
        self.set_interval(_CLOCK_SECONDS, self._tick)
        if every := self.workspace.settings.sync_every:
            self.set_interval(every, self.sync_quietly)

    def on_unmount(self) -> None:
        self.bridge.stop()

    def _tick(self) -> None:
        """Time has passed: relative times and perhaps the day are others."""
        now = self.now()
        self.query_one(PulseLine).now = now
        self.pane(1).redraw()
        if now.astimezone(UTC).date() != self._utc_date:
            self._utc_date = now.astimezone(UTC).date()
            self.pane(3).redraw()
        self.draw_bars()
        if self.deck is not None and self.workspace.today(now) != self.deck.today:
            self.bridge.touch(EVERYTHING)
        else:
            self.bridge.pass_time()
        if isinstance(self.app.screen, WholeScreen):
            self.app.screen.time_passed()

    # --- From the engine

    @on(DeckChanged)
    def _deck_changed(self, message: DeckChanged) -> None:
        problem = message.deck.journal_problem
        if problem and (self.deck is None or problem != self.deck.journal_problem):
            self.tell(problem, severe=True)
        alarms = self.deck.alarms if self.deck is not None else ()
        pulse = self.deck.pulse if self.deck is not None else message.deck.pulse
        memory = self.deck.memory if self.deck is not None else None
        with self.app.batch_update():
            self.deck = message.deck
            self.deck_under_dialog()
            self._forget_own()
        self.arrive()
        if message.deck.pulse is not pulse:
            self.pulse_changed(pulse, message.deck.pulse)
        if message.deck.alarms != alarms:
            self.alarms_changed(alarms)
        if message.deck.memory is not memory:
            self.mended()
        if message.deck.memory.exists:
            self.memory_file_made()

    @on(WatchChanged)
    def _watch_changed(self, message: WatchChanged) -> None:
        self.watch_state = message.state
        self.draw_bars()

    def _forget_own(self) -> None:
        """What was just written from here is not new to who wrote it."""
        own = frozenset(
            row.key
            for row in self.pane(2).fresh
            if isinstance(row.target, Item)
            and row.target.source.encode("utf-8", "surrogateescape") in self._own_bytes
        )
        if own:
            self.pane(2).forget_new(own)

    @on(Written)
    def _written(self, message: Written) -> None:
        self._own_bytes = b"\n".join(splice.new for splice in message.applied.edit.splices)
        self._forget_own()
        applied = message.applied
        self.wrote(applied.record.kind)
        back = "ctrl+r redoes" if applied.record.kind == "undo" else "u undoes"
        self.tell(f"{applied.edit.words} {self.glyphs.dot} {back}")
        for warning in applied.warnings:
            self.tell(warning, severe=True, beside=True)
        self._tell_outside_edit()

    def _tell_outside_edit(self) -> None:
        """Say once in a workspace of OpenClaw what an edit that it did not make can cause."""

        def answered(words: str | None) -> None:
            if words is not None:
                self.tell(words, severe=True, beside=True)
                remember_told(self.workspace, OPENCLAW_PROVENANCE)

        self.bridge.look(lambda: untold_warning(self.workspace, os.environ), answered)

    @on(Noted)
    def _noted(self, message: Noted) -> None:
        entry = message.stored.entry
        self.entry_stored()
        self.tell(f"Stored {entry.key} on {entry.branch}.")

    @on(NotWritten)
    def _not_written(self, message: NotWritten) -> None:
        self.tell(str(message.error), severe=not isinstance(message.error, NothingFound))
        self.not_asked()

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        message.run()

    @on(Told)
    def _told(self, message: Told) -> None:
        self.tell(message.words, severe=message.severe)

    # --- From the widgets

    @on(RowList.Opened)
    def _row_opened(self) -> None:
        self.action_open()

    @on(Pane.Folded)
    def _folded(self, message: Pane.Folded) -> None:
        self.read_day_of(message.row, message.closed)

    @on(Pane.Relabelled)
    def _pane_relabelled(self) -> None:
        self.draw_bars()

    @on(TabBar.Chosen)
    def _tab_chosen(self, message: TabBar.Chosen) -> None:
        if message.number > len(self.panes):
            self.action_pulse()
        else:
            self.action_pane(message.number)

    @on(KeyBar.Chosen)
    async def _key_chosen(self, message: KeyBar.Chosen) -> None:
        await self.run_action(message.action)

    @on(TextField.Submitted, "#inline-edit")
    def _inline_edit_ended(self, message: TextField.Submitted) -> None:
        self.write_inline_edit(message.field.text)
