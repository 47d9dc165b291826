"""Bringing back what MEMORY.md said earlier: one item where it was, or the whole file. Pure.

An item is put back as if it had been retired from its version and that were
undone now: between the same neighbours, with the same bytes. Where those are
gone, the nearest that are left say where; then the section; then it goes into a
section of the same title at the end, and the words say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Final

from memdeck.curated.likeness import normalised
from memdeck.curated.planning.find import (
    about,
    find_items,
    find_section,
    label,
    name_of_new,
    whole_file,
)
from memdeck.curated.planning.locate import find_gap, find_lines, is_heading, name_of, put_back
from memdeck.curated.planning.outline import Outline, Part, outline
from memdeck.curated.planning.placing import new_section, places
from memdeck.curated.planning.proof import items_at, same_but_for, same_sections
from memdeck.curated.planning.removing import piece_of, removals, with_nested
from memdeck.curated.planning.style import Piece
from memdeck.curated.records import Place, Record, State
from memdeck.curated.sections import conflict_markers
from memdeck.curated.splice import Edit, Splice, line_splices
from memdeck.curated.undo import Undo, digest_of, places_of
from memdeck.errors import Refused
from memdeck.markdown import BlockKind
from memdeck.model import Item, SectionKind

_NEW_LINE: Final = re.compile(rb"\r\n|\n|\r")
_NOTE: Final = " — put back "
_NO_TIME: Final = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class RestoreItem:
    """An item of an earlier version put back, with its comments and nested items."""

    version: bytes
    """All of the earlier version."""
    item_id: str
    """Of the item, in that version."""
    instead_of: str | None = None
    """Id of the item of today that takes the earlier text instead: what became of it since."""
    allow_duplicate: bool = False

    kind: ClassVar[str] = "restore"

    def plan(self, data: bytes) -> Edit:
        """The edit that puts it back into `data`; raises Refused in words."""
        today = whole_file(data)
        then, item = _as_written(self.version, self.item_id, data)
        if item.foreign:
            raise Refused(
                "Another program keeps this item and writes it itself, so it was not restored."
            )
        if self.instead_of is not None:
            return _earlier_words(today, item, self.instead_of)
        if not self.allow_duplicate:
            _refuse_twin(today, item)
        wanted = [each.text for each in with_nested(then, [item])]
        for way in _ways(then, today, item):
            after = outline(Edit(way.splices, "").apply(data))
            came = _came(after, way.splices)
            if (
                [each.text for each in came] == wanted
                and same_sections(today, after, new=way.new_section)
                and same_but_for(today, after, new=came)
                and (way.address is None or came[0].address == way.address)
            ):
                part = next(each for each in after.parts if each.section.address == came[0].address)
                words = f"Restored to {label(part.section)}{about(item)}{way.note}"
                return Edit(way.splices, words)
        raise Refused(
            "The item would read differently in today's MEMORY.md, so nothing was written; "
            "add it by hand."
        )


@dataclass(frozen=True, slots=True)
class RestoreFile:
    """The whole file as it was in an earlier version, to the byte."""

    version: bytes
    name: str = "an earlier version"
    """What a person calls that version: `the version of 2026-02-04 14:32`."""

    kind: ClassVar[str] = "restore"

    def plan(self, data: bytes) -> Edit:
        """The edit that makes `data` that version; raises Refused in words."""
        whole_file(data)
        if not self.version.strip(b"\xef\xbb\xbf \t\r\n"):
            raise Refused(
                f"In {self.name} there is no text in MEMORY.md, so nothing was written; retire "
                "what is not needed."
            )
        line = conflict_markers(self.version)
        if line is not None:
            raise Refused(
                f"{self.name[:1].upper()}{self.name[1:]} has merge conflict markers at line "
                f"{line}, so nothing was written; choose another one."
            )
        if self.version == data:
            raise Refused(f"MEMORY.md is what it was in {self.name}, so nothing was written.")
        return Edit(tuple(line_splices(data, self.version)), f"Restored {self.name}")


# --- An item ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to put an item back."""

    splices: tuple[Splice, ...]
    address: str | None
    """Of the section that it must be in then; None for a new one."""
    note: str = ""
    """Where it was put, when that is not where it was."""
    new_section: bool = False


def _as_written(version: bytes, item_id: str, data: bytes) -> tuple[Outline, Item]:
    """The version with the line ends of today's file, and the item in it. Raises Refused."""
    then = outline(version)
    items = [item for part in then.parts for item in part.items]
    index = next((number for number, item in enumerate(items) if item.id == item_id), None)
    if index is None:
        raise Refused(
            "That version has no such item, so nothing was written; look at the version again."
        )
    ends, today = set(_NEW_LINE.findall(version)), set(_NEW_LINE.findall(data))
    if len(ends) != 1 or len(today) != 1 or ends == today:
        return then, items[index]
    # git may keep other line ends than the work tree has.
    turned = outline(_NEW_LINE.sub(today.pop(), version))
    return turned, [item for part in turned.parts for item in part.items][index]


def _refuse_twin(today: Outline, item: Item) -> None:
    said = normalised(item.text)
    for part in today.parts:
        for each in part.items:
            if said and normalised(each.text) == said:
                raise Refused(
                    f"MEMORY.md says that already at line {each.line}, so nothing was written; "
                    "allow duplicates to restore it besides."
                )


def _earlier_words(today: Outline, item: Item, item_id: str) -> Edit:
    """Its earlier text for an item that was reworded; what is nested in it stays."""
    from memdeck.curated.edits import Rewrite

    (now,) = find_items(today, (item_id,), None, "restored")
    old = today.data[now.source_start : now.source_end]
    new = item.source.encode("utf-8", "surrogateescape")
    splice = Splice(now.source_start, old, new)
    after = outline(Edit((splice,), "").apply(today.data))
    found = items_at(after, now.address, (now.source_start,))
    if (
        old == new
        or not found
        or found[0].text != item.text
        or not same_sections(today, after)
        or not same_but_for(today, after, gone=(now,), new=found)
    ):
        # As typed text, which is written so that it stays one item in any place.
        edit = Rewrite(item_id, item.source, allow_secret=True).plan(today.data)
        return replace(edit, words="Restored the words" + edit.words.removeprefix("Edited"))
    part = next(each for each in today.parts if each.section.address == now.address)
    return Edit((splice,), f"Restored the words in {label(part.section)}{about(item)}")


def _ways(then: Outline, today: Outline, item: Item) -> Iterator[_Way]:
    """The ways to put it back, best first."""
    part = _part_for(then, today, item.address)
    stands = part is not None and part.section.address == item.address
    # The top is no section while it has no item, and stands nevertheless.
    if stands or not item.address:
        ways = list(removals(then.data, [item]))
        # When nothing but the item is missing, the very bytes that are.
        ways.sort(key=lambda removal: Edit(removal, "").apply(then.data) != today.data)
        for removal in ways:
            yield from _undone(then, today, removal, item)
            if part is not None:
                yield from _beside(then, today, part, removal)
    piece = _piece(then, item)
    if part is not None:
        find_section(today, part.section.address)
        note = f"{_NOTE}at the end of “{label(part.section)}”"
        if part.section.address != item.address:
            note += ", as its own section is gone"
        for place in places(today, part, [piece]):
            yield _Way((place.splice,), part.section.address, note)
        return
    old = next(each.section for each in then.parts if each.section.address == item.address)
    name = name_of_new(today, old.title or "Restored")
    note = f"{_NOTE}in a new section at the end, as its own is gone"
    for place in new_section(today, name.encode("utf-8", "surrogateescape"), [piece]):
        yield _Way((place.splice,), None, note, new_section=True)


def _part_for(then: Outline, today: Outline, address: str) -> Part | None:
    """The section of an address; for a group that is gone the section that held it; else None."""
    known = {part.section.address: part for part in today.parts}
    kinds = {part.section.address: part.section.kind for part in then.parts}
    while address not in known:
        kind = kinds.get(address)
        if kind in (SectionKind.HEADING, SectionKind.TOP, None):
            return None
        address = address.rpartition(" / ")[0]
    return known[address]


def _piece(then: Outline, item: Item) -> Piece:
    block = next(
        each
        for each in then.blocks
        if each.line == item.line and each.kind is not BlockKind.COMMENT
    )
    if then.data[block.start : item.source_start].lstrip(b" \t").startswith(b">"):
        # In a quotation: only what it says can be put elsewhere.
        return Piece((item.source.encode("utf-8", "surrogateescape"),))
    return piece_of(then, item)


def _undone(then: Outline, today: Outline, removal: Sequence[Splice], item: Item) -> Iterator[_Way]:
    """As if it had been retired from its version, and that were undone today."""
    edit = Edit(tuple(removal), "")
    rest = edit.apply(then.data)
    record = Record(
        id="",
        time=_NO_TIME,
        actor="",
        kind="retire",
        words="",
        path=Path(),
        before_hash=digest_of(then.data),
        after_hash=digest_of(rest),
        splices=edit.splices,
        places=places_of(edit, rest),
        state=State.DONE,
    )
    try:
        undo = Undo(record).plan(today.data)
    except Refused:
        return
    _, _, where = undo.words.partition(_NOTE)
    if where.startswith("at the "):
        # No neighbour is left: there are better places than the end of the section's lines.
        return
    between = not where or _stand_together(today.data, record.places[0])
    yield _Way(undo.splices, item.address, "" if between else _NOTE + where)


def _stand_together(data: bytes, place: Place) -> bool:
    """Whether both old neighbours stand in the file, with nothing but blank lines between."""
    above, below = place.above[-1:], place.below[:1]
    if not above or not below:
        return True
    return any(
        data[at + len(above[0]) :].lstrip(b" \t\r\n").startswith(below[0].lstrip(b" \t"))
        for at in find_lines(data, above[0])
    )


def _beside(then: Outline, today: Outline, part: Part, removal: Sequence[Splice]) -> Iterator[_Way]:
    """Beside the nearest lines of its section that are left."""
    (splice, *others) = removal
    if others:
        return
    section = part.section
    inside = today.data[section.start : section.end]
    old = next(each.section for each in then.parts if each.section.address == section.address)
    above = _left(then.data[old.start : splice.offset], inside)
    below = _left(then.data[splice.end : old.end], inside)
    rest = Edit((splice,), "").apply(then.data)
    (place,) = places_of(Edit((splice,), ""), rest)
    for some in (replace(place, above=above, below=()), replace(place, above=(), below=below)):
        if not some.above and not some.below:
            continue
        try:
            gap = find_gap(inside, splice.old, some)
        except Refused:
            continue
        offset = section.start + gap.offset
        new = put_back(today.data, offset, splice.old)
        neighbour = name_of((*some.above[-1:], *some.below[:1])[0])
        side = "behind" if some.above else "before"
        yield _Way((Splice(offset, b"", new),), section.address, f"{_NOTE}{side} {neighbour}")


def _left(lines: bytes, inside: bytes) -> tuple[bytes, ...]:
    """The lines that stand in today's section, too, each only once: those that can be found.

    Not its title: below that alone, the section's own way of taking items is better.
    """
    said = [line for line in _NEW_LINE.split(lines) if line.strip(b" \t") and not is_heading(line)]
    return tuple(line for line in said if len(find_lines(inside, line)) == 1)


def _came(after: Outline, splices: Sequence[Splice]) -> list[Item]:
    """The items that the splices put in, with what is nested in them."""
    spans: list[tuple[int, int]] = []
    shift = 0
    for splice in splices:
        start = splice.offset + shift
        spans.append((start, start + len(splice.new)))
        shift += len(splice.new) - len(splice.old)
    items = [item for part in after.parts for item in part.items]
    return [item for item in items if any(start <= item.source_start < end for start, end in spans)]
