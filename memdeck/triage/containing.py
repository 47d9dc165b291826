"""Items of MEMORY.md of which a line is a part, or the other way round.

What is a part of something longer says less, so that its likeness is low: but
what MEMORY.md says within a longer item it has already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from memdeck.curated.likeness import contained, said
from memdeck.model import Item

PART: Final = 95.0
"""From here on the shorter of two is a part of the longer one: a letter in twenty may differ."""
_RAREST: Final = 3
"""Words by which a whole is looked for: one may be written otherwise."""


_OTHER: Final = 2
"""Words of a part that may be written otherwise in the whole."""


class Containing:
    """The items of one MEMORY.md, ready to be asked about lines."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = tuple(items)
        self._said = [said(item.text) for item in self._items]
        self._words = words = [set(each.split()) for each in self._said]
        self._holding: dict[str, list[int]] = {}
        for place, each in enumerate(words):
            for word in each:
                self._holding.setdefault(word, []).append(place)
        self._known_by: dict[str, list[int]] = {}
        """By each of its rarest words: the items that may be a part of a line."""
        for place, each in enumerate(words):
            for word in self._rarest(each):
                self._known_by.setdefault(word, []).append(place)

    def best(self, text: str) -> tuple[Item, float] | None:
        """The item that a line is most surely a part of, or that is a part of it, and how surely;
        of equal ones the upper."""
        mine = said(text)
        words = set(mine.split())
        places = {
            *(place for word in self._rarest(words) for place in self._holding.get(word, ())),
            *(place for word in words for place in self._known_by.get(word, ())),
        }
        likes = [
            (likeness, -place)
            for place in places
            if len(words & self._words[place]) >= min(len(words), len(self._words[place])) - _OTHER
            and (likeness := contained(mine, self._said[place])) >= PART
        ]
        if not likes:
            return None
        likeness, place = max(likes)
        return self._items[-place], likeness

    def _rarest(self, words: Iterable[str]) -> list[str]:
        """The words that the fewest items have; those that none has first."""
        return sorted(words, key=lambda word: (len(self._holding.get(word, ())), -len(word), word))[
            :_RAREST
        ]
