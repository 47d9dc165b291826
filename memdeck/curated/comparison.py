"""Which of many lines are like which of many items, worked out a little at a time.

To compare 2,000 lines with 1,000 items takes seconds, and the comparing itself
lets no other thread run. So it goes in slices of a quarter of a millisecond with a
breath between them, can be stopped after each, and what has been compared once
is not compared again: after an edit of MEMORY.md only the new item is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from memdeck.curated.likeness import said, scores
from memdeck.curated.sieve import Sieve, Signature
from memdeck.model import Item

SLICE: Final = 256
"""Pairs that are compared without a breath: a quarter of a millisecond at 1 µs a pair."""
BREATH: Final = 0.0005
"""Seconds. A sleep of none gives nothing away: the thread that waits has not woken up yet."""
_LONG: Final = 400
"""Characters from which a line counts for several: comparing takes time with their square."""

Likes = tuple[tuple[Item, float], ...]
"""Items with their likeness, best first, of equal ones the upper first."""


def never() -> bool:
    """Nobody wants to stop."""
    return False


def at_once() -> None:
    """Nobody else wants to run."""


def let_others_run() -> None:
    """A breath that is long enough for another thread to take its turn."""
    time.sleep(BREATH)


class Comparison:
    """What has been compared so far, at one threshold. Belongs to one thread at a time."""

    def __init__(self, threshold: float) -> None:
        """`threshold` is the likeness, 0 to 100, from which an item counts."""
        self.threshold: Final = threshold
        self._sieve = Sieve(threshold)
        self.compared = 0
        """Pairs that were compared, since the beginning."""
        self._said: dict[str, str] = {}
        """By text: a dictionary of its own, as there may be more of them than `said` remembers."""
        self._others: list[str] = []
        """What items say or said, in the order in which they were first seen."""
        self._signatures: list[Signature] = []
        """Of each of them."""
        self._place: dict[str, int] = {}
        self._likes: dict[str, dict[str, float]] = {}
        """By what a line says: what it is like."""
        self._upto: dict[str, int] = {}
        """By what a line says: with how many of `_others` it has been compared."""

    def compare(
        self,
        texts: Iterable[str],
        items: Sequence[Item],
        *,
        stop: Callable[[], bool] = never,
        breathe: Callable[[], None] = at_once,
    ) -> dict[str, Likes]:
        """For each text the items that are at least `threshold` like it, as `alike` says.

        Between slices `breathe` is called, and then `stop`: once that says yes, the texts that
        were not compared with every item are left out; the next call goes on from there. Texts
        and items that are not asked about any more are forgotten.
        """
        wanted = tuple(dict.fromkeys(texts))
        if not self._read((*wanted, *(item.text for item in items)), stop, breathe):
            return {}
        by_words: dict[str, list[Item]] = {}
        for item in items:
            if words := self._said[item.text]:
                by_words.setdefault(words, []).append(item)
        asked = {text: self._said[text] for text in wanted}
        self._keep(by_words, set(asked.values()))
        found: dict[str, Likes] = {}
        for text, words in asked.items():
            if not self._bring_up(words, stop, breathe):
                break
            likes = [
                (item, score)
                for other, score in self._likes[words].items()
                for item in by_words.get(other, ())
            ]
            found[text] = tuple(sorted(likes, key=lambda like: (-like[1], like[0].line)))
        return found

    def _read(
        self, texts: Sequence[str], stop: Callable[[], bool], breathe: Callable[[], None]
    ) -> bool:
        """Know what exactly these texts say; whether that was finished."""
        known: dict[str, str] = {}
        for text in texts:
            words = self._said.get(text)
            if words is None:
                if stop():
                    self._said |= known
                    return False
                words = said(text)
                breathe()
            known[text] = words
        self._said = known
        return True

    def _keep(self, others: Iterable[str], asked: set[str]) -> None:
        """Know these others, and nothing of lines that nobody asks about."""
        self._likes = {words: likes for words, likes in self._likes.items() if words in asked}
        self._upto = {words: upto for words, upto in self._upto.items() if words in asked}
        alive = dict.fromkeys(others)
        for other in alive:
            if other not in self._place:
                self._place[other] = len(self._others)
                self._others.append(other)
                self._signatures.append(self._sieve.sign(other))
        # What went may come back (an undo), so it stays until there is more of it than of the rest.
        if len(self._others) > 2 * len(alive) + SLICE:
            self._compact(alive)

    def _compact(self, alive: dict[str, None]) -> None:
        kept_before = [0]
        for other in self._others:
            kept_before.append(kept_before[-1] + (other in alive))
        kept = [place for place, other in enumerate(self._others) if other in alive]
        self._signatures = [self._signatures[place] for place in kept]
        self._others = [self._others[place] for place in kept]
        self._place = {other: place for place, other in enumerate(self._others)}
        self._upto = {words: kept_before[upto] for words, upto in self._upto.items()}
        self._likes = {
            words: {other: score for other, score in likes.items() if other in alive}
            for words, likes in self._likes.items()
        }

    def _bring_up(self, words: str, stop: Callable[[], bool], breathe: Callable[[], None]) -> bool:
        """Compare a line with what it has not been compared with; whether that was finished."""
        likes = self._likes.setdefault(words, {})
        upto = self._upto.setdefault(words, 0)
        if not words:
            return True
        if upto == len(self._others):
            return True
        size = max(1, SLICE * _LONG // max(_LONG, len(words)))
        mine = self._sieve.sign(words)
        while upto < len(self._others):
            if stop():
                return False
            chunk = self._signatures[upto : upto + size]
            near = [self._others[upto + place] for place in self._sieve.near(mine, chunk)]
            if near:
                likes.update(scores(words, near, self.threshold))
            upto += len(chunk)
            self._upto[words] = upto
            self.compared += len(chunk)
            breathe()
        return True
