"""The Textual app: theme, commands and a clean end. What is on it is in `screens`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import ClassVar, Final

from rich.text import Text
from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.command import CommandPalette
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.screen import Screen

from memdeck.curated.comparison import let_others_run
from memdeck.live.reader import Reader
from memdeck.model import Deck
from memdeck.secrets import on_screen
from memdeck.workspace import Workspace
from tui.allocator import give_memory_back
from tui.commands import MemdeckCommands
from tui.messages import TitleWanted
from tui.screens.main import MainScreen
from tui.terminal import TerminalDriver, encoding_of
from tui.theme import DARK, LIGHT
from tui.unexpected import UNEXPECTED, ended_words, survived_words, wants_details
from widgets.glyphs import Glyphs, glyphs_for
from widgets.guarded import Guarded, Unexpected

# How many of the newest days are read in full at once; older ones are read
# when they are opened.
PARSE_DAYS: Final = 31
OPERATOR: Final = "operator"
# Longer than the bridge waits for a write that is under way.
_LOST_SECONDS: Final = 5
_UNEXPECTED_SECONDS: Final = 20
# xterm's, which others follow: keep the title, set it, and bring back what was kept.
_KEEP_TITLE: Final = "\x1b[22;2t"
_SET_TITLE: Final = "\x1b]2;"
_END_TITLE: Final = "\x07"
_OLD_TITLE: Final = "\x1b[23;2t"
# Signals that ask a program to end: the terminal is put right first.
_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class MemdeckApp(App[None]):
    """The dashboard on one workspace."""

    CSS_PATH = "../styles/memdeck.tcss"
    TITLE = "memdeck"
    COMMANDS: ClassVar = {MemdeckCommands} | App.COMMANDS
    # Also over the palette, whose field would copy with ctrl+c.
    BINDINGS: ClassVar = [Binding("ctrl+q,ctrl+c", "leave", show=False, priority=True, system=True)]

    def __init__(
        self,
        workspace: Workspace,
        *,
        now: Callable[[], datetime] | None = None,
        actor: str = OPERATOR,
        glyphs: Glyphs | None = None,
    ) -> None:
        """`now` gives an aware datetime; `actor` is who undoes what in the journal."""
        super().__init__()
        self.workspace = workspace
        self.terminal_title = ""
        """What memdeck says in the terminal's title now; empty while it leaves that alone."""
        self.now = now or _utc_now
        self.actor = actor
        self.glyphs = glyphs or glyphs_for(encoding_of(sys.__stderr__))
        # Before the first large file is read and before there are threads.
        give_memory_back()
        self.reader = Reader(workspace, self.now, parse_days=PARSE_DAYS, breathe=let_others_run)
        # Before Textual draws anything: a few milliseconds, and the first
        # frame has content.
        self.first_deck: Deck = self.reader.read_files()
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name

    def on_mount(self) -> None:
        self._end_on_signals()
        self.push_screen(
            MainScreen(
                self.workspace, self.reader, self.first_deck, self.now, self.glyphs, self.actor
            )
        )

    def action_leave(self) -> None:
        """Leave memdeck; the board asks first when an edit would be lost."""
        if isinstance(self.screen, MainScreen):
            self.screen.action_leave()
        else:
            self.exit()

    def get_driver_class(self) -> type[Driver]:
        found = super().get_driver_class()
        return TerminalDriver if found is LinuxDriver else found

    async def on_event(self, event: events.Event) -> None:
        """As Textual does it; but its palette, which draws what it is given, is pasted only what
        is seen."""
        if isinstance(event, events.Paste) and isinstance(self.screen, CommandPalette):
            event.text = on_screen(event.text)
        await super().on_event(event)

    @on(TitleWanted)
    def _title_wanted(self, message: TitleWanted) -> None:
        """Say something in the terminal's title, for who looks at another window."""
        if message.words == self.terminal_title:
            return
        driver = self._driver
        if driver is not None and not self.is_headless:
            if not self.terminal_title:
                driver.write(_KEEP_TITLE)
            words = f"memdeck: {on_screen(message.words)}" if message.words else ""
            driver.write(f"{_SET_TITLE}{words}{_END_TITLE}" if words else _OLD_TITLE)
            driver.flush()
        self.terminal_title = message.words

    # --- Errors that nobody foresaw

    @on(Unexpected)
    def _unexpected(self, message: Unexpected) -> None:
        """A widget outlived an error: say so, and leave a report of it."""
        words = survived_words(message.error, message.doing, self.now())
        self.notify(words, severity="error", markup=False, timeout=_UNEXPECTED_SECONDS)

    async def _dispatch_message(self, message: Message) -> None:
        """As Textual does it; the keys of all screens run through here, and none ends the app."""
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if isinstance(message, (*Guarded.BEGINNINGS, events.Load)):
                raise
            self.post_message(Unexpected(error, "a key or a command"))

    def _fatal_error(self) -> None:
        """The end for what cannot be outlived: one sentence, and no variable of the program's."""
        if wants_details():
            super()._fatal_error()
            return
        words = ended_words(sys.exc_info()[1], self.now())
        self._return_code = UNEXPECTED
        self._exit_renderables = [Text(words)]
        self._close_messages_no_wait()

    def on_unmount(self) -> None:
        driver = self._driver
        if self.terminal_title and driver is not None and not self.is_headless:
            driver.write(_OLD_TITLE)
            driver.flush()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Of Textual's own commands those that memdeck does not have itself."""
        ours = {"Theme", "Screenshot"}
        return (each for each in super().get_system_commands(screen) if each.title in ours)

    def _end_on_signals(self) -> None:
        """Leave by the front door when asked to end, so that the terminal is as it was."""
        loop = asyncio.get_running_loop()
        for number in _ENDING:
            try:
                loop.add_signal_handler(number, self._end, number)
            except (NotImplementedError, RuntimeError, ValueError):
                # Not the main thread (a test, a web server), or no such signal here.
                return

    def _end(self, number: int) -> None:
        code = 128 + number
        if number == signal.SIGHUP:
            # The terminal is gone: what is still said goes nowhere, instead of failing.
            # Should Textual wait for it all the same, nothing is under way by then; a
            # write has been finished before.
            nowhere = os.open(os.devnull, os.O_RDWR)
            for descriptor in (1, 2):
                os.dup2(nowhere, descriptor)
            os.close(nowhere)
            signal.signal(signal.SIGALRM, lambda *_: os._exit(code))
            signal.alarm(_LOST_SECONDS)
        self.exit(return_code=code)


def _utc_now() -> datetime:
    return datetime.now(UTC)
