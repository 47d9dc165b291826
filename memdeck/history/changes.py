"""Two versions of MEMORY.md compared: by items, and by lines. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from memdeck.curated.likeness import said, scores
from memdeck.curated.sections import parse_memory
from memdeck.difference import DiffLine, changed
from memdeck.markdown import decode
from memdeck.model import Item

REWORDED: Final = 60.0
"""Likeness from which an item of the same section counts as the other one in new words."""
_REWORDED_ELSEWHERE: Final = 85.0
_PAIRS: Final = 40_000
"""Pairs that are compared for likeness across sections; above that within a section alone."""
_NEW_LINE: Final = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class ItemChanges:
    """What became of the items; each says in its `address` which section it is in."""

    added: tuple[Item, ...] = ()
    """Of the later version, in its order."""
    removed: tuple[Item, ...] = ()
    """Of the earlier version, in its order."""
    changed: tuple[tuple[Item, Item], ...] = ()
    """An item before and after: other words, another marker or depth."""
    moved: tuple[tuple[Item, Item], ...] = ()
    """An item before and after: the same words in another section or order."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.moved)

    @property
    def words(self) -> str:
        """`2 added, 1 reworded`; `no item changed`."""
        counts = (
            (len(self.added), "added"),
            (len(self.removed), "removed"),
            (len(self.changed), "reworded"),
            (len(self.moved), "moved"),
        )
        return ", ".join(f"{count} {word}" for count, word in counts if count) or "no item changed"


def item_changes(before: bytes, after: bytes) -> ItemChanges:
    """What became of the items from one version to another; line ends do not count."""
    if before == after:
        return ItemChanges()
    old, new = _items(before), _items(after)
    pairs: list[tuple[int, int]] = []
    for key in (_same_place, _same_words):
        pairs += _paired(old, new, pairs, key)
    left = _rest(old, (one for one, _ in pairs))
    came = _rest(new, (other for _, other in pairs))
    same = {(one, other) for one, other in pairs if _alike(old[one], new[other])}
    reworded = [pair for pair in pairs if pair not in same]
    reworded += _reworded(old, new, left, came)
    gone, there = {one for one, _ in reworded}, {other for _, other in reworded}
    return ItemChanges(
        tuple(new[each].item for each in came if each not in there),
        tuple(old[each].item for each in left if each not in gone),
        tuple((old[one].item, new[other].item) for one, other in sorted(reworded)),
        tuple(
            (old[one].item, new[other].item)
            for one, other in _out_of_order(old, new, same, reworded)
        ),
    )


def line_changes(before: bytes, after: bytes) -> tuple[DiffLine, ...]:
    """The difference line by line, to be shown; line ends do not count."""
    return changed(_text(before), _text(after))


def own_lines(data: bytes, item: Item) -> bytes:
    """The first paragraph of an item of `data` as it stands there, with LF between its lines."""
    start = max(data.rfind(b"\n", 0, item.source_start), data.rfind(b"\r", 0, item.source_start))
    ends = [at for mark in (b"\n", b"\r") if (at := data.find(mark, item.source_end)) >= 0]
    return _plain(data[start + 1 : min(ends, default=len(data))])


def _plain(lines: bytes) -> bytes:
    return _NEW_LINE.sub(b"\n", lines).strip(b" \t\n")


def _text(data: bytes) -> str:
    return decode(_NEW_LINE.sub(b"\n", data)).removesuffix("\n")


# --- Items -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    item: Item
    own: bytes
    """Its lines without those of nested items, with LF between them."""


def _items(data: bytes) -> list[_Known]:
    known = []
    for section in parse_memory(data):
        items = section.items
        for number, item in enumerate(items):
            nested = items[number + 1] if number + 1 < len(items) else None
            stop = nested.start if nested and nested.depth > item.depth else item.end
            known.append(_Known(item, _plain(data[item.start : min(stop, item.end)])))
    return known


def _same_place(known: _Known) -> object:
    return known.item.address, known.item.depth, known.own


def _same_words(known: _Known) -> object:
    return said(known.item.text) or known.own


def _paired(
    old: Sequence[_Known],
    new: Sequence[_Known],
    taken: Iterable[tuple[int, int]],
    key: Callable[[_Known], object],
) -> list[tuple[int, int]]:
    """Those that are left and have the same key, in their order."""
    done = list(taken)
    waiting: dict[object, list[int]] = {}
    for number in _rest(old, (one for one, _ in done)):
        waiting.setdefault(key(old[number]), []).append(number)
    found = []
    for number in _rest(new, (other for _, other in done)):
        if same := waiting.get(key(new[number])):
            found.append((same.pop(0), number))
    return found


def _rest(known: Sequence[_Known], taken: Iterable[int]) -> list[int]:
    without = set(taken)
    return [number for number in range(len(known)) if number not in without]


def _alike(one: _Known, other: _Known) -> bool:
    """Whether two say the same in the same way, wherever."""
    return one.own.split() == other.own.split() and one.item.depth == other.item.depth


def _reworded(
    old: Sequence[_Known], new: Sequence[_Known], left: Sequence[int], came: Sequence[int]
) -> list[tuple[int, int]]:
    """Which that came is most like which that went: in the same section, else anywhere."""
    found: dict[int, int] = {}
    gone, there = list(left), list(came)
    for threshold in (REWORDED, _REWORDED_ELSEWHERE):
        elsewhere = threshold != REWORDED
        if elsewhere and len(gone) * len(there) > _PAIRS:
            break
        near: dict[str, list[int]] = {}
        for each in there:
            near.setdefault("" if elsewhere else new[each].item.address, []).append(each)
        best: list[tuple[float, int, int]] = []
        for one in gone:
            others = near.get("" if elsewhere else old[one].item.address, [])
            words = [said(new[each].item.text) for each in others]
            likes = scores(said(old[one].item.text), words, threshold) if words else {}
            best += [
                (-likes[text], one, each)
                for each, text in zip(others, words, strict=True)
                if text in likes
            ]
        taken: set[int] = set()
        for _, one, other in sorted(best):
            if one not in found and other not in taken:
                found[one] = other
                taken.add(other)
        gone = [each for each in gone if each not in found]
        there = [each for each in there if each not in taken]
    return list(found.items())


def _out_of_order(
    old: Sequence[_Known],
    new: Sequence[_Known],
    same: Collection[tuple[int, int]],
    reworded: Iterable[tuple[int, int]],
) -> list[tuple[int, int]]:
    """The pairs of `same` that are in another section, or no longer behind those they were."""
    moved = []
    inside: dict[str, list[tuple[int, int]]] = {}
    for one, other in sorted((*same, *reworded)):
        if old[one].item.address == new[other].item.address:
            inside.setdefault(old[one].item.address, []).append((one, other))
        elif (one, other) in same:
            moved.append((one, other))
    for pairs in inside.values():
        kept = _longest_run([other for _, other in pairs])
        moved += [pair for pair in pairs if pair[1] not in kept and pair in same]
    return sorted(moved)


def _longest_run(numbers: Sequence[int]) -> set[int]:
    """As many of the numbers as can be in ascending order."""
    ends: list[int] = []
    places: list[int] = []
    for number in numbers:
        place = bisect_left(ends, number)
        ends[place : place + 1] = [number]
        places.append(place)
    kept: set[int] = set()
    wanted = len(ends) - 1
    for number, place in zip(reversed(numbers), reversed(places), strict=True):
        if place == wanted:
            kept.add(number)
            wanted -= 1
    return kept
