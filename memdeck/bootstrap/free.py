"""Which items of MEMORY.md could be retired to free tokens: a ranked proposal, never an act.

Duplicates come first, as nothing is lost with them: those that say the same,
then those that are much alike. Then the longest, then those whose newest date
is long ago, then what seems finished; and, while what is wanted is not
reached, the rest by length. An item goes with all that is nested in it, so no
two proposals overlap; and what stands for a duplicate is never proposed
beside it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import accumulate
from statistics import median
from typing import Final

from memdeck.curated.duplicates import fullness, redundant
from memdeck.curated.likeness import like_one_before, said
from memdeck.curated.planning.dates import dates_in
from memdeck.curated.telling import difference, says_enough
from memdeck.meaning import meaning_of_line, meaning_of_title
from memdeck.model import Budget, Item, Meaning, MemoryFile
from memdeck.text import plural, thin

OLD_DAYS: Final = 30
"""From this age of its newest date on, an item is proposed for its age."""
LONG: Final = 2.0
"""Times the median item: what is shorter is not proposed for its length before all else."""
MANY_LONG: Final = 10
"""How many are proposed for their length before the dated ones have their turn."""
_FIRST_YEAR: Final = 1990
_LAST_YEARS: Final = 50
"""Years from today. What is earlier or later is a number that looks like a date."""
_CHECKED: Final = re.compile(rb"(?:[-*+]|\d{1,9}[.)])[ \t]+\[[xX]\][ \t]")
_APART: Final = re.compile(r"\s+[-–—]+\s+|[:：(（]\s*")
_FIRST_WORD: Final = re.compile(r"[\w'’-]+")


class Why(StrEnum):
    """What an item is proposed for, in the order of the ranking."""

    SAME = "same"
    ALIKE = "alike"
    LONG = "long"
    OLD = "old"
    FINISHED = "finished"
    LENGTH = "length"
    """Nothing but that it takes room, and more is wanted."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An item that could be retired."""

    item: Item
    tokens: int
    """What it costs now, with what is nested in it; retiring it frees about as many."""
    why: Why
    words: str
    """The reason: `says the same as line 14`, `the longest: 412 tokens`."""
    twin: Item | None = None
    """The item that says it, too, and stays."""

    @property
    def id(self) -> str:
        """The item's."""
        return self.item.id


def enough(proposals: Sequence[Proposal], wanted: int) -> int | None:
    """How many from the top free `wanted` tokens; None when all of them do not."""
    totals = running(proposals)
    index = bisect_left(totals, wanted) + 1 if wanted > 0 else 0
    return index if index <= len(proposals) else None


def running(proposals: Sequence[Proposal]) -> tuple[int, ...]:
    """What the first, the first two, ... of them free together."""
    return tuple(accumulate(each.tokens for each in proposals))


def proposals(
    memory: MemoryFile, budget: Budget, *, today: date, wanted: int, threshold: float
) -> tuple[Proposal, ...]:
    """What could be retired, best first.

    `threshold` is the likeness, 0 to 100, from which two items count as
    alike. Items that another program keeps, or that hold some of its text, are
    left out, as are those that cost nothing: the session is not given them.
    Empty when the budget is of a profile that loads no MEMORY.md.
    """
    ranking = _Ranking(memory, budget, today)
    found = [
        *ranking.duplicates(threshold),
        *ranking.longest(),
        *ranking.oldest(),
        *ranking.finished(),
    ]
    found.extend(ranking.rest(wanted - sum(each.tokens for each in found)))
    return tuple(found)


class _Ranking:
    """Goes from one reason to the next, and remembers what is proposed and what must stay."""

    def __init__(self, memory: MemoryFile, budget: Budget, today: date) -> None:
        self._today = today
        self._data = memory.data
        self._sections = memory.sections
        self._meanings = {section.address: section.meaning for section in memory.sections}
        # By byte, as items are nested: whether it may not be retired, and whether it is proposed.
        self._kept = bytearray(len(memory.data))
        self._taken = bytearray(len(memory.data))
        for item in memory.items:
            if item.foreign:
                _mark(self._kept, item)
        everything = sorted(memory.items, key=lambda each: (each.start, -each.end, each.line))
        self._nested: dict[str, int] = {}
        self._inside: dict[str, list[Item]] = {}
        self._texts: dict[str, str] = {}
        self._tokens: dict[str, int] = {}
        self._items: list[Item] = []
        for index, item in enumerate(everything):
            tokens = budget.tokens_of(memory.path.name, item.start, item.end) or 0
            if not tokens or _marked(self._kept, item):
                continue
            inside = self._inside[item.id] = list(_inside(everything, index))
            self._items.append(item)
            self._tokens[item.id] = tokens
            self._nested[item.id] = len(inside)
            self._texts[item.id] = "\n".join([item.text, *(each.text for each in inside)])

    def duplicates(self, threshold: float) -> Iterator[Proposal]:
        """The less complete of two that say the same, or nearly; of equal ones the later one."""
        pairs = [
            (less, more, 100.0)
            for less, more in redundant(self._sections)
            if {less.id, more.id} <= self._tokens.keys()
            and not _overlap(less, more)
            and (not self._inside[less.id] or said(self._said(less)) == said(self._said(more)))
        ]
        twins = {less.id for less, _, _ in pairs}
        left = [item for item in self._items if item.id not in twins]
        ordered = sorted(left, key=self._completeness)
        likes = like_one_before(
            [self._said(item) for item in ordered],
            threshold,
            lambda one, other: self._stands_for(ordered[one], ordered[other]),
        )
        pairs += [
            (item, ordered[like[0]], like[1])
            for item, like in zip(ordered, likes, strict=True)
            if like is not None
        ]
        pairs.sort(key=lambda pair: (pair[2] < 100, -self._tokens[pair[0].id], pair[0].line))
        for item, twin, score in pairs:
            if not self._free(item) or _marked(self._taken, twin):
                continue
            _mark(self._kept, twin)
            same = score >= 100
            how = "says the same as" if same else f"{int(score)}% like"
            why = Why.SAME if same else Why.ALIKE
            yield self._propose(item, why, f"{how} line {twin.line}", twin)

    def longest(self) -> Iterator[Proposal]:
        """Those that stand out by their length, the longest first."""
        if not self._items:
            return
        bound = LONG * median(self._tokens[item.id] for item in self._items)
        words, count = "the longest", 0
        for item in self._by_length():
            if self._tokens[item.id] < bound or count == MANY_LONG:
                return
            if self._free(item):
                yield self._propose(item, Why.LONG, f"{words}: {self._size(item)}")
                words, count = "among the longest", count + 1

    def oldest(self) -> Iterator[Proposal]:
        """Those whose newest date is long ago, the oldest first."""
        dated = [(on, item) for item in self._items if (on := self._newest_date(item)) is not None]
        for on, item in sorted(dated, key=lambda pair: (pair[0], pair[1].line)):
            age = (self._today - on).days
            if age >= OLD_DAYS and self._free(item):
                words = f"dated {on.isoformat()}, {plural(age, 'day')} ago"
                yield self._propose(item, Why.OLD, words)

    def finished(self) -> Iterator[Proposal]:
        """What seems to be done with, the longest first."""
        for item in self._by_length():
            if self._free(item) and (words := self._is_finished(item)):
                yield self._propose(item, Why.FINISHED, words)

    def rest(self, wanted: int) -> Iterator[Proposal]:
        """By length, until so many more tokens are free."""
        for item in self._by_length():
            if wanted <= 0:
                return
            if self._free(item):
                wanted -= self._tokens[item.id]
                yield self._propose(item, Why.LENGTH, f"by its length: {self._size(item)}")

    def _by_length(self) -> list[Item]:
        return sorted(self._items, key=lambda each: (-self._tokens[each.id], each.line))

    def _free(self, item: Item) -> bool:
        return not (_marked(self._kept, item) or _marked(self._taken, item))

    def _propose(self, item: Item, why: Why, words: str, twin: Item | None = None) -> Proposal:
        _mark(self._taken, item)
        if self._nested[item.id]:
            words += f", with {plural(self._nested[item.id], 'nested item')}"
        return Proposal(item, self._tokens[item.id], why, words, twin)

    def _said(self, item: Item) -> str:
        return self._texts[item.id]

    def _completeness(self, item: Item) -> tuple[int, ...]:
        """The most complete first, as in hygiene: both keep the same one."""
        return fullness(item, self._inside[item.id])

    def _stands_for(self, more: Item, less: Item) -> bool:
        """Whether one item may stand for another that is like it."""
        one, other = self._said(more), self._said(less)
        if _overlap(more, less) or said(one) == said(other):
            # What says the same and is no duplicate belongs to what it stands under.
            return False
        if not says_enough(one) or not says_enough(other):
            return False
        return difference(self._written(more), self._written(less)) is None

    def _written(self, item: Item) -> str:
        """An item with those nested in it, as Markdown."""
        return "\n".join((item.source, *(each.source for each in self._inside[item.id])))

    def _size(self, item: Item) -> str:
        tokens = self._tokens[item.id]
        return f"{thin(tokens)} {'token' if tokens == 1 else 'tokens'}"

    def _newest_date(self, item: Item) -> date | None:
        """Of those in its text; one that is still to come keeps it."""
        last = self._today.year + _LAST_YEARS
        dates = (on for on in dates_in(self._said(item)) if _FIRST_YEAR <= on.year <= last)
        return max(dates, default=None)

    def _is_finished(self, item: Item) -> str | None:
        """Why it seems to be done with, in words; None when nothing says so."""
        written = item.source.strip()
        if written.startswith("~~") and written.endswith("~~") and len(written) > 4:
            return "struck through"
        if _CHECKED.search(self._data, item.start, item.source_start + len("[x] ")):
            return "checked off"
        section = self._meanings.get(item.address, Meaning.PLAIN)
        if section is Meaning.COMPLETED:
            return "it stands among what is completed"
        # A sign at its start says so; a word in it (a released lock, a closed door) does not.
        sign = written[:1]
        if not sign.isalnum() and meaning_of_line(sign, Meaning.PLAIN) is Meaning.COMPLETED:
            return "it is marked as completed"
        if section is Meaning.PROJECT:
            # `Kestrel - done in May`: what stands behind the name says how it stands.
            for said in _APART.split(item.text)[1:3]:
                word = _FIRST_WORD.match(said)
                if word and meaning_of_title(word.group()) is Meaning.COMPLETED:
                    return f"the project seems finished: “{said[:40].rstrip(')） ')}”"
        return None


def _inside(items: Sequence[Item], index: int) -> Iterator[Item]:
    """What is nested in an item, of items by where they start."""
    outer = items[index]
    for each in items[index + 1 :]:
        if each.start >= outer.end:
            return
        yield each


def _overlap(one: Item, other: Item) -> bool:
    return one.start < other.end and other.start < one.end


def _mark(marks: bytearray, item: Item) -> None:
    marks[item.start : item.end] = b"\x01" * (item.end - item.start)


def _marked(marks: bytearray, item: Item) -> bool:
    return marks.find(b"\x01", item.start, item.end) >= 0
