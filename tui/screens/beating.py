"""The key that shows who is alive, and what is told of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from memdeck.live.watch import Touched
from memdeck.model import (
    Activity,
    ActivityKind,
    AgentException,
    AgentState,
    ExceptionState,
    PulseReport,
)
from memdeck.pulse.notify import fallen_silent, messages, notifier
from tui.messages import TitleWanted
from tui.screens.reviewing import Reviewing
from widgets.when import clock

if TYPE_CHECKING:
    from memdeck.pulse.inbox import Inbox

_LOG_PLACE = re.compile(r"(?P<file>memory/(?P<day>\d{4}-\d{2}-\d{2})[^/:]*\.md)(?::(?P<line>\d+))?")
_MEMORY_PLACE = re.compile(r".*:(?P<line>\d+)")


class Beating(Reviewing):
    """The board with its key for the pulse."""

    _unread_pulse: PulseReport | None = None
    """What a deck has before the agents have been looked at for the first time."""

    def pulse_changed(self, before: PulseReport, after: PulseReport) -> None:
        """Tell of exceptions alone: what is as it should be changes a number and nothing else."""
        if self._unread_pulse is None:
            self._unread_pulse = before
        known = None if before is self._unread_pulse else before
        for words in messages(known, after):
            self.tell(words, severe=True, beside=True)
            self._notify(words)
        if fallen_silent(known, after) and self.workspace.settings.pulse_bell:
            self.app.bell()
        silent = [each.agent for each in after.agents if each.state is AgentState.SILENT]
        self.post_message(TitleWanted(f"{', '.join(silent)} silent" if silent else ""))

    def _notify(self, words: str) -> None:
        program = notifier(self.workspace.settings)

        def told(problem: str | None) -> None:
            if problem is not None:
                self.tell(problem, severe=True, beside=True)

        if program is not None:
            self.bridge.aside(lambda: program.tell(words), told)

    def action_pulse(self) -> None:
        """Who is alive, what needs you, what is being done."""
        from tui.screens.pulse import PulseScreen, Station

        assert self.deck is not None
        station = Station(self._acknowledge, self._snooze, self._go_to_activity, self._costs)
        self.app.push_screen(PulseScreen(self.deck, station, self.now, self.zone, self.glyphs))

    @property
    def _inbox(self) -> Inbox:
        from memdeck.pulse.inbox import Inbox

        return Inbox(self.workspace.state_folder, self.bridge.actor, self.now)

    def _acknowledge(self, exception: AgentException) -> None:
        """Say no more of it; of one that is put aside already, take that back."""
        inbox, ids = self._inbox, (exception.id,)
        if exception.state is ExceptionState.OPEN:
            self._answer(lambda: inbox.acknowledge(ids), "Seen; x on its line takes that back.")
        else:
            self._answer(lambda: inbox.take_back(ids), "It is open again.")

    def _snooze(self, exception: AgentException, until: datetime) -> None:
        inbox, ids = self._inbox, (exception.id,)
        words = f"Put away until {clock(until, self.zone)}; x on its line takes that back."
        self._answer(lambda: inbox.snooze(ids, until), words)

    def _answer(self, job: Callable[[], object], words: str) -> None:
        def done(_: object) -> None:
            self.bridge.touch(Touched(files=True))
            self.tell(words)

        self.bridge.look(job, done)

    def _costs(self) -> None:
        """What all of it costs, from what a session really loads."""
        from memdeck.pulse.sizes import deck_sizes, workspace_assumptions
        from tui.screens.costs import CostsScreen, sources_of

        assert self.deck is not None
        sizes = deck_sizes(self.deck)
        if sizes is None:
            self.tell("What the next session loads is still being counted.")
            return
        settings = self.workspace.settings
        given = workspace_assumptions(settings, sizes)
        sources = sources_of(settings.sources)
        self.app.push_screen(CostsScreen(self.deck, given, sources, self.glyphs))

    def _go_to_activity(self, activity: Activity) -> bool:
        """To the line where it was done; False when there is none to go to."""
        place = _LOG_PLACE.fullmatch(activity.place)
        if place is not None:
            day = date.fromisoformat(place["day"])
            name = place["file"]
            self.go_to_log(name, int(place["line"] or 1), day)
            return True
        if activity.kind is ActivityKind.MEMORY and self.deck is not None:
            line = _MEMORY_PLACE.fullmatch(activity.place)
            wanted = int(line["line"]) if line else 0
            item = next((each for each in self.deck.memory.items if each.line == wanted), None)
            if item is not None:
                self.go_to_item(item.id, item.address)
                return True
        return False
