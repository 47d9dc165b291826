"""What keeps an error that nobody foresaw inside the widget where it arose.

Textual ends the program for any error in a handler or in drawing, and prints
the variables around it, which hold people's memory. Here the widget lives on
and says `Unexpected` instead: the app writes a report without any memory text.
"""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

BROKEN = "This cannot be drawn; the rest goes on."


class Unexpected(Message):
    """An error that nobody foresaw, in one widget; the others are not touched by it."""

    def __init__(self, error: Exception, doing: str) -> None:
        """`doing` names what was under way, without a word from disk."""
        super().__init__()
        self.error = error
        self.doing = doing


class Guarded(Widget):
    """A widget that survives its own handlers and its own drawing.

    Comes behind a base class of Textual's, which takes styles and bindings from its first base.
    """

    BEGINNINGS: ClassVar = (events.Compose, events.Mount)
    """What a widget cannot do without: an error there ends the program, in words."""

    def unexpected(self, error: Exception, doing: str) -> None:
        """Say once for each kind of trouble that it arose."""
        trouble = (type(error), doing)
        told: set[object] = self.__dict__.setdefault("_told_unexpected", set())
        if trouble not in told:
            told.add(trouble)
            # Not through the screen: what is posted while something is drawn does not bubble.
            self.app.post_message(Unexpected(error, doing))

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if isinstance(message, self.BEGINNINGS):
                raise
            # Not once only: who presses the key again is told again.
            self.app.post_message(Unexpected(error, type(self).__name__))

    def render_lines(self, crop: Region) -> list[Strip]:
        """What is drawn; one line of words where that fails."""
        try:
            return super().render_lines(crop)
        except Exception as error:  # noqa: BLE001 - reported; any other widget is still drawn
            self.unexpected(error, f"drawing {type(self).__name__}")
            words = Strip([Segment(BROKEN[: crop.width])]).adjust_cell_length(crop.width)
            blank = Strip.blank(crop.width)
            return [words, *[blank] * (crop.height - 1)][: crop.height]
