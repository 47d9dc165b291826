"""What travels between the threads and the screen."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message

from memdeck.curated.store import Applied
from memdeck.errors import MemdeckError
from memdeck.live.watch import WatchState
from memdeck.model import Deck
from memdeck.notes.store import Stored


class DeckChanged(Message):
    """Something was read that is not as it was."""

    def __init__(self, deck: Deck) -> None:
        super().__init__()
        self.deck = deck


class WatchChanged(Message):
    """Changes are noticed in another way than before."""

    def __init__(self, state: WatchState) -> None:
        super().__init__()
        self.state = state


class Written(Message):
    """An edit of MEMORY.md is on disk."""

    def __init__(self, applied: Applied) -> None:
        super().__init__()
        self.applied = applied


class Noted(Message):
    """An entry has been read back from the notes."""

    def __init__(self, stored: Stored) -> None:
        super().__init__()
        self.stored = stored


class NotWritten(Message):
    """A write was refused; nothing was written."""

    def __init__(self, error: MemdeckError) -> None:
        super().__init__()
        self.error = error


class Answered(Message):
    """Something that was asked has been found out."""

    def __init__(self, run: Callable[[], None]) -> None:
        super().__init__()
        self.run = run


class Told(Message):
    """Something that the person should know."""

    def __init__(self, words: str, *, severe: bool = False) -> None:
        super().__init__()
        self.words = words
        self.severe = severe


class TitleWanted(Message):
    """The terminal's own title should say something; empty: what it was."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words
