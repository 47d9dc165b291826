"""Items that say the same, and items that nearly do. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from memdeck.curated.comparison import Comparison, at_once, never
from memdeck.curated.duplicates import redundant, says_by_itself
from memdeck.curated.edits import Retire
from memdeck.curated.likeness import normalised
from memdeck.curated.telling import difference, says_enough
from memdeck.hygiene.suggestion import Kind, Suggestion
from memdeck.model import Item, MemoryFile
from memdeck.secrets import covered


def same(memory: MemoryFile) -> Iterator[Suggestion]:
    """Items that say what another one says, which is at least as full."""
    holders = _holders(memory.items)
    for less, more in redundant(memory.sections):
        words = f"It says the same as line {more.line}."
        yield _suggestion(memory, Kind.DUPLICATE, less, more, words, less.id in holders)


def alike(
    memory: MemoryFile,
    threshold: float,
    comparison: Comparison | None = None,
    *,
    stop: Callable[[], bool] = never,
    breathe: Callable[[], None] = at_once,
) -> Iterator[Suggestion]:
    """Items that are at least `threshold` like another one; each is named once.

    Short ones are alike by chance, and are left out. Of two that differ in a number or the like
    neither stands for the other. `comparison` remembers what was compared before; when it is
    stopped, what it has not reached is left out.
    """
    items = [
        item
        for item in memory.items
        if not item.foreign and says_by_itself(item.text) and says_enough(item.text)
    ]
    likes = (comparison or Comparison(threshold)).compare(
        [item.text for item in items], items, stop=stop, breathe=breathe
    )
    holders = _holders(memory.items)
    order = {item.id: index for index, item in enumerate(items)}
    pairs = [
        (score, item, other)
        for item in items
        for other, score in likes.get(item.text, ())
        if order[other.id] < order[item.id]
        and score < 100
        and not _overlap(item, other)
        and normalised(item.text) != normalised(other.text)
    ]
    gone: set[str] = set()
    kept: set[str] = set()
    told: set[frozenset[str]] = set()
    for score, item, other in sorted(pairs, key=lambda each: (-each[0], each[1].line)):
        less, more = sorted((item, other), key=lambda each: (_size(each, holders), -each.line))
        if less.id in gone or more.id in gone or less.id in kept:
            continue
        differ = difference(less.source, more.source)
        if differ is not None:
            if frozenset((less.id, more.id)) not in told:
                told.add(frozenset((less.id, more.id)))
                yield _apart(memory, less, more, score, differ)
            continue
        gone.add(less.id)
        kept.add(more.id)
        words = f"It is {int(score)}% like line {more.line}, and the less complete of the two."
        yield _suggestion(memory, Kind.ALIKE, less, more, words, less.id in holders)


def _apart(memory: MemoryFile, less: Item, more: Item, score: float, differ: str) -> Suggestion:
    """Two that are alike and do not say the same: a person decides."""
    words = f"It is {int(score)}% like line {more.line}, but the two differ in {differ}."
    todo = "Leave both, unless one of them is out of date: then take that one out."
    return Suggestion(
        *(Kind.ALIKE, memory.path.name, less.line, less.id, words, todo, covered(less.text)),
        other_line=more.line,
        other_text=covered(more.text),
    )


def _suggestion(
    memory: MemoryFile, kind: Kind, less: Item, more: Item, words: str, holds: bool
) -> Suggestion:
    if holds:
        todo = f"Both have lines under them: bring these together by hand, at line {more.line}."
    elif kind is Kind.ALIKE:
        todo = "Retire this one if the other says it all; else bring what it adds over there first."
    else:
        todo = "Retire this one."
    return Suggestion(
        *(kind, memory.path.name, less.line, less.id, words, todo, covered(less.text)),
        fix=None if holds else Retire((less.id,)),
        other_line=more.line,
        other_text=covered(more.text),
    )


def _size(item: Item, holders: frozenset[str]) -> tuple[bool, int]:
    """How complete an item is: what holds others first, then by its words."""
    return item.id in holders, len(normalised(item.text))


def _holders(items: Sequence[Item]) -> frozenset[str]:
    """The ids of items that hold others."""
    holders = set()
    open_items: list[Item] = []
    for item in sorted(items, key=lambda each: (each.start, each.depth)):
        while open_items and open_items[-1].end <= item.start:
            open_items.pop()
        if open_items:
            holders.add(open_items[-1].id)
        open_items.append(item)
    return frozenset(holders)


def _overlap(one: Item, other: Item) -> bool:
    return one.start < other.end and other.start < one.end
