"""Which entries of the notes speak of a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from memdeck.curated.likeness import said
from memdeck.model import JsonValue, Notes

_LONG: Final = 4
"""Characters of a word that says something by itself; shorter ones only with a digit in them."""
_LEAST: Final = 3
"""Words that a line and a note must share, ..."""
_SHARE: Final = 0.5
"""... and their share of the words of the shorter one."""
_MOST: Final = 100_000
"""Characters of one value that are looked at."""
_END: Final = re.compile(r"[.;!?。；！？]\s|[\n。；！？]")


@dataclass(frozen=True, slots=True)
class _Piece:
    """One sentence of a note."""

    branch: str
    key: str
    words: frozenset[str]


class Mentions:
    """What the latest entries of every branch speak of, ready to be asked about lines."""

    def __init__(self, notes: Notes) -> None:
        self._pieces: list[_Piece] = []
        self._by_word: dict[str, list[int]] = {}
        for repository in notes.repositories:
            for branch in repository.branches:
                for key in branch.keys:
                    for text in _texts(key.latest.value):
                        self._add(branch.branch, key.latest.key, text)

    def of(self, text: str) -> tuple[tuple[str, str], ...]:
        """Branches and keys of the entries that speak of a line, those with most words first."""
        words = _words(text)
        shared: dict[int, int] = {}
        for word in words:
            for place in self._by_word.get(word, ()):
                shared[place] = shared.get(place, 0) + 1
        found: dict[tuple[str, str], int] = {}
        for place, count in shared.items():
            piece = self._pieces[place]
            if count >= max(_LEAST, _SHARE * min(len(words), len(piece.words))):
                where = (piece.branch, piece.key)
                found[where] = max(count, found.get(where, 0))
        return tuple(sorted(found, key=lambda where: (-found[where], where)))

    def _add(self, branch: str, key: str, text: str) -> None:
        words = _words(text)
        if len(words) < _LEAST:
            return
        for word in words:
            self._by_word.setdefault(word, []).append(len(self._pieces))
        self._pieces.append(_Piece(branch, key, words))


def _words(text: str) -> frozenset[str]:
    return frozenset(
        word
        for word in said(text).split()
        if len(word) >= _LONG or not word.isascii() or any(map(str.isdigit, word))
    )


def _texts(value: JsonValue) -> Iterator[str]:
    """The sentences of a value, at any depth."""
    waiting: list[JsonValue] = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield from filter(str.strip, _END.split(each[:_MOST]))
        elif isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list | tuple):
            waiting.extend(each)
