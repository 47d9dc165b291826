"""What can be done to MEMORY.md, each a pure function from its bytes to an edit.

An edit is planned on the bytes that are there, and proved before anyone sees
it: the result is read again and must have the same titles, the same items and
exactly those that were meant. What cannot be proved is refused in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
from memdeck.curated.planning.outline import Outline, Part, outline
from memdeck.curated.planning.placing import Place, new_section, places
from memdeck.curated.planning.proof import items_at, same_but_for, same_sections
from memdeck.curated.planning.removing import outermost, piece_of, removals, with_nested
from memdeck.curated.planning.source import cells, one_line, source_lines
from memdeck.curated.planning.style import BOX, Piece, end_of_line, style_of, width
from memdeck.curated.sections import conflict_markers, targets
from memdeck.curated.splice import Edit, Operation, Splice
from memdeck.errors import Refused
from memdeck.markdown import BlockKind
from memdeck.model import Item
from memdeck.secrets import refuse_secrets
from memdeck.text import plural

__all__ = [
    "SCAFFOLD",
    "Add",
    "Edit",
    "Move",
    "Operation",
    "Promote",
    "Retire",
    "Rewrite",
    "Scaffold",
    "Splice",
    "conflict_markers",
    "targets",
]

SCAFFOLD: Final = b"""\
# MEMORY.md

## Active Projects
-

## Critical Decisions
-

## Patterns That Work
-

## Patterns That Failed
-
"""
"""A first MEMORY.md: four sections, each with a bullet that waits for its text."""

_CAN_STAY_OPEN: Final = (BlockKind.CODE, BlockKind.COMMENT, BlockKind.HTML)
_NEW_LINE: Final = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Add:
    """New items in a section."""

    address: str
    """Of the section, or its title; with `new_section` the title of one to be made."""
    texts: tuple[str, ...]
    """One item each, as Markdown without marker; further lines become continuation lines."""
    new_section: bool = False
    allow_duplicate: bool = False
    allow_secret: bool = False
    """Also what looks like a password or a key."""

    kind: ClassVar[str] = "add"

    def plan(self, data: bytes) -> Edit:
        """The edit that adds them to `data`; raises Refused in words."""
        whole = whole_file(data)
        pieces = [Piece(source_lines(text)) for text in self.texts]
        if not pieces:
            raise Refused("There is nothing to add, so nothing was written.")
        if not self.allow_duplicate:
            _refuse_twins(whole, self.texts)
        if not self.allow_secret:
            refuse_secrets((*self.texts, self.address) if self.new_section else self.texts)
        part = None if self.new_section else find_section(whole, self.address)
        title = name_of_new(whole, self.address) if part is None else None
        for place in _ways(whole, part, title, pieces):
            after = outline(Edit((place.splice,), "").apply(data))
            new = items_at(after, part.section.address if part else None, place.starts)
            if (
                new is not None
                and all(_says(after, item, piece) for item, piece in zip(new, pieces, strict=True))
                and same_sections(whole, after, new=part is None)
                and same_but_for(whole, after, new=new)
            ):
                where = label(part.section) if part else label(after.sections[-1])
                return Edit((place.splice,), self._words(new, where))
        raise _unprovable(self.texts, whole)

    def _words(self, new: Sequence[Item], where: str) -> str:
        if len(new) == 1:
            return f"Added to {where}{about(new[0])}"
        return f"Added {plural(len(new), 'line')} to {where}"


@dataclass(frozen=True, slots=True)
class Promote(Add):
    """Lines of a daily log put into a section."""

    kind: ClassVar[str] = "promote"

    def _words(self, new: Sequence[Item], where: str) -> str:
        # The journal has the line itself: it is the promotion's origin.
        count = "" if len(new) == 1 else f" {plural(len(new), 'line')}"
        return f"Promoted{count} to {where}"


@dataclass(frozen=True, slots=True)
class Retire:
    """Items taken out, each with its nested items and the machine comment above it."""

    item_ids: tuple[str, ...]
    expect: str | None = None
    """What the first of them must say; anything else is refused."""

    kind: ClassVar[str] = "retire"

    def plan(self, data: bytes) -> Edit:
        """The edit that takes them out of `data`; raises Refused in words."""
        whole = whole_file(data)
        items = find_items(whole, self.item_ids, self.expect, "retired")
        splices = _proved_removal(whole, items)
        where = label(_part_of(whole, items[0]).section)
        if len(items) == 1:
            return Edit(splices, f"Retired from {where}{about(items[0])}")
        return Edit(splices, f"Retired {plural(len(items), 'item')}")


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Another text for an item; its marker, comments and nested items stay."""

    item_id: str
    text: str
    expect: str | None = None
    """What the item must say; anything else is refused."""
    allow_secret: bool = False
    """Also what looks like a password or a key, and was not in it before."""

    kind: ClassVar[str] = "edit"

    def plan(self, data: bytes) -> Edit:
        """The edit that gives it its text in `data`; raises Refused in words."""
        whole = whole_file(data)
        (item,) = find_items(whole, (self.item_id,), self.expect, "edited")
        if not self.text.strip():
            raise Refused(
                "An item without text is no item, so nothing was written; retire it instead."
            )
        if not self.allow_secret:
            refuse_secrets((self.text,), item.source)
        old = data[item.source_start : item.source_end]
        new = old
        if self.text.strip() != item.source.strip():
            new = _rewritten(whole, item, source_lines(self.text))
        if new == old:
            raise Refused("The item says exactly that already, so nothing was written.")
        splices = (Splice(item.source_start, old, new),)
        after = outline(Edit(splices, "").apply(data))
        found = items_at(after, item.address, (item.source_start,))
        if (
            found is None
            or not _ends_at(after, found[0], item.source_start + len(new))
            or (found[0].depth, found[0].marker) != (item.depth, item.marker)
            or not same_sections(whole, after)
            or not same_but_for(whole, after, gone=(item,), new=found)
        ):
            raise _unprovable((self.text,), whole)
        where = label(_part_of(whole, item).section)
        return Edit(splices, f"Edited in {where}{about(found[0])}")


@dataclass(frozen=True, slots=True)
class Move:
    """Items put into another section, with their comments and nested items."""

    item_ids: tuple[str, ...]
    address: str
    """Of the section, or its title; with `new_section` the title of one to be made."""
    new_section: bool = False
    expect: str | None = None
    """What the first of them must say; anything else is refused."""

    kind: ClassVar[str] = "move"

    def plan(self, data: bytes) -> Edit:
        """The edit that moves them in `data`; raises Refused in words."""
        whole = whole_file(data)
        items = find_items(whole, self.item_ids, self.expect, "moved")
        part = None if self.new_section else find_section(whole, self.address)
        title = name_of_new(whole, self.address) if part is None else None
        if part is not None and all(item.address == part.section.address for item in items):
            raise Refused(f"It stands in {label(part.section)} already, so nothing was written.")
        moved = outermost(items)
        pieces = [piece_of(whole, item) for item in moved]
        taken = _proved_removal(whole, moved)
        rest = outline(Edit(taken, "").apply(data))
        target = find_section(rest, part.section.address) if part is not None else None
        nested = with_nested(whole, moved)
        for place in _ways(rest, target, title, pieces):
            after = outline(Edit((place.splice,), "").apply(rest.data))
            new = items_at(after, part.section.address if part else None, place.starts)
            came = with_nested(after, new) if new is not None else []
            if (
                [item.text for item in came] == [item.text for item in nested]
                and same_sections(whole, after, new=part is None)
                and same_but_for(rest, after, new=came)
            ):
                where = label(part.section) if part else label(after.sections[-1])
                words = f"Moved {plural(len(moved), 'item')} to {where}"
                if len(moved) == 1:
                    words = f"Moved to {where}{about(moved[0])}"
                return Edit(_composed(taken, place.splice), words)
        raise Refused(
            "The item would not stay as it is in that section, so nothing was moved; "
            "add it there by hand and retire it here."
        )


@dataclass(frozen=True, slots=True)
class Scaffold:
    """A first MEMORY.md."""

    kind: ClassVar[str] = "scaffold"

    def plan(self, data: bytes) -> Edit:
        """The edit that fills empty `data`; raises Refused when there is something in it."""
        if data.strip(b"\xef\xbb\xbf \t\r\n"):
            raise Refused("MEMORY.md has text already, so it was left as it is.")
        return Edit((Splice(0, data, SCAFFOLD),), "Made MEMORY.md with four sections")


def _ways(
    whole: Outline, part: Part | None, title: str | None, pieces: Sequence[Piece]
) -> Iterable[Place]:
    """The places in a section, or in a new one."""
    if part is not None:
        return places(whole, part, pieces)
    assert title is not None
    return new_section(whole, title.encode("utf-8", "surrogateescape"), pieces)


def _refuse_twins(whole: Outline, texts: Sequence[str]) -> None:
    lines = {normalised(item.text): item.line for part in whole.parts for item in part.items}
    for text in texts:
        said = normalised(text)
        line = lines.get(said) if said else None
        if line == 0:
            raise Refused("Two of the lines say the same, so nothing was written; leave one out.")
        if line is not None:
            raise Refused(
                f"MEMORY.md says that already at line {line}, so nothing was written; "
                "allow duplicates to write it again."
            )
        lines[said] = 0


def _says(after: Outline, item: Item, piece: Piece) -> bool:
    """Whether an item is exactly one piece that was put in: all of it, and nothing more."""
    written = BOX.sub(b"", b"\n".join(line.strip(b" \t") for line in piece.lines))
    lines = _NEW_LINE.split(after.data[item.source_start : item.end].rstrip(b" \t\r\n"))
    found = b"\n".join(line.strip(b" \t") for line in lines)
    return bool(item.text) and (
        found == written or (not item.marker and cells(found) == cells(one_line(piece.lines)))
    )


def _ends_at(after: Outline, item: Item, end: int) -> bool:
    """Whether the source of an item ends there, trailing comments aside."""
    rest = after.data[item.source_end : end]
    return bool(item.text) and (
        item.source_end == end or (item.source_end < end and rest.lstrip().startswith(b"<!--"))
    )


def _part_of(whole: Outline, item: Item) -> Part:
    return next(part for part in whole.parts if part.section.address == item.address)


def _proved_removal(whole: Outline, items: Sequence[Item]) -> tuple[Splice, ...]:
    """The splices that take exactly these items out, with what lies in them."""
    gone = with_nested(whole, items)
    for splices in removals(whole.data, items):
        after = outline(Edit(splices, "").apply(whole.data))
        if same_sections(whole, after) and same_but_for(whole, after, gone=gone):
            return splices
    raise Refused(
        "Without these lines MEMORY.md would read differently elsewhere, so they were left; "
        "open it in an editor at that line."
    )


def _rewritten(whole: Outline, item: Item, lines: tuple[bytes, ...]) -> bytes:
    """The new source of an item, its further lines indented as they must be."""
    data = whole.data
    block = next(
        each
        for each in whole.blocks
        if each.line == item.line and each.kind not in (BlockKind.COMMENT, BlockKind.RULE)
    )
    if block.kind is BlockKind.ROW:
        return one_line(lines)
    indent = b""
    if block.kind is BlockKind.ITEM:
        style = style_of(data, block)
        skip = len(style.prefix) + len(style.marker)
        indent = style.prefix + b" " * (len(style.marker) + width(style.gap, skip))
    elif b">" in data[block.start : item.source_start]:
        indent = data[block.start : item.source_start]
    marks = b" \t>" if b">" in indent else b" \t"
    # Line by line as it was, further lines as the last one.
    joints = [
        match.group() + _leading(data, match.end(), marks)
        for match in _NEW_LINE.finditer(data, item.source_start, item.source_end)
    ] or [end_of_line(data, block.end) + indent]
    joints += [joints[-1]] * len(lines)
    return b"".join(joint + line for joint, line in zip((b"", *joints), lines, strict=False))


def _leading(data: bytes, offset: int, marks: bytes) -> bytes:
    rest = data[offset:]
    return rest[: len(rest) - len(rest.lstrip(marks))]


def _composed(first: Sequence[Splice], second: Splice) -> tuple[Splice, ...]:
    """Two edits as one: `second`, planned on what `first` leaves, in the offsets before both."""
    shift = 0
    for index, splice in enumerate(first):
        if second.offset <= splice.offset + shift:
            return (
                *first[:index],
                Splice(second.offset - shift, second.old, second.new),
                *first[index:],
            )
        shift += len(splice.new) - len(splice.old)
    return (*first, Splice(second.offset - shift, second.old, second.new))


def _unprovable(texts: Sequence[str], whole: Outline) -> Refused:
    if any(text.strip().rstrip("*_ ").endswith((":", "：")) for text in texts):
        return Refused(
            "A short line that ends with a colon reads as the title of a group, so nothing was "
            "written; end it otherwise."
        )
    last = whole.blocks[-1] if whole.blocks else None
    if last is not None and last.kind in _CAN_STAY_OPEN and last.end == len(whole.data):
        return Refused(
            f"MEMORY.md ends in a code block or comment that begins at line {last.line} and may be "
            "left open, so nothing was written; close it first."
        )
    return Refused(
        "The text would not stay one item there, or would change what stands around it, so nothing "
        "was written; word it otherwise or open MEMORY.md in an editor."
    )
