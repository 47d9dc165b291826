"""The key that shows who is alive, and what is told of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from memdeck.live.watch import Touched
from memdeck.model import Activity, ActivityKind, AgentException, ExceptionState
from tui.screens.reviewing import Reviewing
from widgets.when import clock

if TYPE_CHECKING:
    from memdeck.pulse.inbox import Inbox

_LOG_PLACE = re.compile(r"(?P<file>memory/(?P<day>\d{4}-\d{2}-\d{2})[^/:]*\.md)(?::(?P<line>\d+))?")
_MEMORY_PLACE = re.compile(r".*:(?P<line>\d+)")


class Beating(Reviewing):
    """The board with its key for the pulse."""

    def action_pulse(self) -> None:
        """Who is alive, what needs you, what is being done."""
        from tui.screens.pulse import PulseScreen, Station

        assert self.deck is not None
        station = Station(self._acknowledge, self._snooze, self._go_to_activity)
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
