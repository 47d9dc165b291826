"""Items of MEMORY.md that say the same twice. Near-duplicates are for a person to judge.

The same words need not say the same: `Status: active` under two projects are
two facts, and so is a line under two different bullets. Such lines count
within their own section and bullet only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from memdeck.curated.likeness import normalised
from memdeck.curated.planning.dates import dates_in
from memdeck.model import Item, Section

_FIELD: Final = re.compile(r"[^\W\d_][^:：]{0,24}[:：]\s*\S+(?:\s+\S+){0,2}\s*")
"""A name and a value of at most three words: it belongs to whatever it stands under."""
_COMMENT: Final = len("<!---->")
_LITTLE: Final = 8
"""Bytes. `none`, `TBD` and `to do` fill a place; they say nothing by themselves."""


@dataclass(slots=True)
class _Said:
    """An item with what it stands under and what stands under it, in comparable words."""

    item: Item
    words: str
    above: tuple[str, ...]
    nested: list[tuple[int, str]] = field(default_factory=list)
    parent: _Said | None = None
    twin: _Said | None = None
    """The earlier item that says the same."""

    @property
    def by_itself(self) -> bool:
        """Whether it says something wherever it stands."""
        return says_by_itself(self.item.text)

    def same(self, other: _Said) -> bool:
        """Whether both, of equal words, say the same."""
        if self.nested and other.nested and self.nested != other.nested:
            return False
        if self.above != other.above and self.above and other.above:
            return False
        together = self.item.address == other.item.address and self.above == other.above
        return together or self.by_itself


def says_by_itself(text: str) -> bool:
    """Whether a line says something wherever it stands: more than `Status: active` or `to do`."""
    said = normalised(text).encode("utf-8", "surrogateescape")
    return _FIELD.fullmatch(text) is None and len(said) > _LITTLE


def duplicates(sections: Sequence[Section]) -> Iterator[tuple[Item, Item]]:
    """Each item that says what an earlier one says, with the first of these, in their order.

    Bullets, emphasis, dates, times, emoji and case make no difference. What
    another program keeps is left out, and what stands under a duplicate.
    """
    known: dict[str, list[_Said]] = {}
    for section in sections:
        if section.foreign:
            continue
        for each in _said(section.items):
            if not any(map(str.isalnum, each.words)):
                continue
            twins = known.setdefault(each.words, [])
            each.twin = next((other for other in twins if each.same(other)), None)
            if each.twin is None:
                twins.append(each)
            elif each.parent is None or each.parent.twin is None:
                yield each.item, each.twin.item


def redundant(sections: Sequence[Section]) -> Iterator[tuple[Item, Item]]:
    """The items that say what another one says, each with the one that had better stay.

    That is the one that says most, of equal ones the first.
    """
    items = {item.id: item for section in sections for item in section.items}
    groups: dict[str, list[Item]] = {}
    for item, first in duplicates(sections):
        groups.setdefault(first.id, [first]).append(item)
    inside = nested(tuple(items.values()))
    pairs = []
    for group in groups.values():
        kept = min(group, key=lambda each: fullness(each, inside[each.id]))
        pairs += [(each, kept) for each in group if each is not kept]
    yield from sorted(pairs, key=lambda pair: pair[0].line)


def fullness(item: Item, inside: Sequence[Item]) -> tuple[int, ...]:
    """How much an item says with those nested in it: the fullest is the least.

    By its words, then whether it has a date, then by what else stands in it (a comment, a
    time, where a link goes), which none of these are; of equal ones the first.
    """
    everything = (item, *inside)
    text = "\n".join(each.text for each in everything)
    written = sum(sum(map(str.isalnum, each.source)) for each in everything)
    more = next(dates_in(text), None) is not None, _has_comment_behind(item, inside), written
    return -len(normalised(text)), *(-int(each) for each in more), item.line


def _has_comment_behind(item: Item, inside: Sequence[Item]) -> bool:
    """Whether something stands behind its text that is no item: what a program noted of it."""
    behind, upto = item.end - item.source_end, item.source_end
    for each in inside:
        if each.start >= upto:
            behind -= each.end - each.start
            upto = each.end
    return behind >= _COMMENT


def nested(items: Sequence[Item]) -> dict[str, list[Item]]:
    """By the id of each item what is nested in it, at any depth."""
    found: dict[str, list[Item]] = {item.id: [] for item in items}
    open_items: list[Item] = []
    for item in sorted(items, key=lambda each: (each.start, -each.end, each.line)):
        while open_items and open_items[-1].end <= item.start:
            open_items.pop()
        for outer in open_items:
            found[outer.id].append(item)
        open_items.append(item)
    return found


def _said(items: Sequence[Item]) -> list[_Said]:
    """The items of a section that may be edited, each with those above and under it."""
    said: list[_Said] = []
    open_items: list[_Said] = []
    for item in items:
        while open_items and open_items[-1].item.end <= item.start:
            open_items.pop()
        if item.foreign:
            continue
        words = normalised(item.text)
        for outer in open_items:
            outer.nested.append((item.depth - outer.item.depth, words))
        above = tuple(outer.words for outer in open_items)
        each = _Said(item, words, above, parent=open_items[-1] if open_items else None)
        said.append(each)
        open_items.append(each)
    return said
