"""Proof that an edit did what was meant and nothing else: the result is read again and compared."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeAlias

from memdeck.curated.planning.outline import Outline
from memdeck.curated.planning.source import is_visible
from memdeck.model import Item, Section

Print: TypeAlias = tuple[str, int, str, bytes]
"""Of an item: address, depth, marker, its own bytes."""


def fingerprints(whole: Outline) -> dict[str, Print]:
    """What makes each item that one, by its id: place, style, and bytes without nested items."""
    prints: dict[str, Print] = {}
    for part in whole.parts:
        items = part.items
        for index, item in enumerate(items):
            stop = item.end
            if index + 1 < len(items) and items[index + 1].depth > item.depth:
                stop = min(stop, items[index + 1].start)
            own = whole.data[item.start : stop].rstrip(b" \t\r\n")
            prints[item.id] = (item.address, item.depth, item.marker, own)
    return prints


def same_but_for(
    before: Outline, after: Outline, *, gone: Collection[Item] = (), new: Collection[Item] = ()
) -> bool:
    """Whether all items but these are in both, in the same order and to the byte."""
    left = {item.id for item in gone}
    came = {item.id for item in new}
    first = [print_ for id_, print_ in fingerprints(before).items() if id_ not in left]
    second = [print_ for id_, print_ in fingerprints(after).items() if id_ not in came]
    return first == second and len(before.machine) == len(after.machine)


def same_sections(before: Outline, after: Outline, new: bool = False) -> bool:
    """Whether the titles are the same, in the same order; with `new`, and one more at the end."""
    one = [_title(section) for section in before.sections if section.level]
    two = [_title(section) for section in after.sections if section.level]
    if new:
        return two[:-1] == one and bool(two) and is_visible(two[-1][1])
    return one == two


def _title(section: Section) -> tuple[str, str, int]:
    return section.address, section.title, section.level


def items_at(after: Outline, address: str | None, starts: Sequence[int]) -> list[Item] | None:
    """The items that start at these offsets, when each is one item of its own in the section."""
    found: list[Item] = []
    for start in starts:
        here = [
            item
            for part in after.parts
            for item in part.items
            if item.start <= start <= item.source_start and start < item.end
        ]
        item = here[-1] if here else None
        if item is None or item in found or (address is not None and item.address != address):
            return None
        found.append(item)
    return found
