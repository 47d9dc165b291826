"""How items are written in a place of MEMORY.md, so that a new one looks as its neighbours do."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from memdeck.curated.planning.outline import Outline, Part
from memdeck.markdown import Block, BlockKind, line_end
from memdeck.model import SectionKind

_NEW_LINE: Final = re.compile(rb"\r\n|\n|\r")
_BLANK_LINE: Final = re.compile(rb"[ \t]*(?:\r\n|\n|\r)")
_NUMBER: Final = re.compile(r"(\d{1,9})([.)])")
BOX: Final = re.compile(rb"\[[ xX]\](?:[ \t]+|\Z)")
_LARGEST_NUMBER: Final = 999_999_999
_WIDEST_GAP: Final = 4
"""Spaces between marker and text; more would make the text code (CommonMark 5.2)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One item, taken out of any place: what moves, without marker and indent."""

    lines: tuple[bytes, ...]
    """The text behind the marker, then all further lines as far as they are indented more than it.

    Without line ends: they become those of the neighbourhood."""
    above: tuple[bytes, ...] = ()
    """Machine comments that stand directly above it."""
    box: bytes | None = None
    """A task's box with its space, `[ ] `; None for that of the list."""
    plain: bool = True
    """Whether it is nothing but one paragraph."""


@dataclass(frozen=True, slots=True)
class Style:
    """How one item of a list is written."""

    prefix: bytes = b""
    """Before the marker: indentation, marks of a quotation."""
    marker: str = "-"
    gap: bytes = b" "
    box: bytes = b""

    def render(self, piece: Piece, eol: bytes) -> bytes:
        """The piece as whole lines."""
        hang = self.prefix + b" " * (len(self.marker) + width(self.gap, len(self.marker)))
        first, *rest = piece.lines
        box = b"" if BOX.match(first) else self.box if piece.box is None else piece.box
        lines = [
            *(self.prefix + line for line in piece.above),
            self.prefix + self.marker.encode() + (self.gap + box + first if box + first else b""),
            *(hang + line if line.strip() else line for line in rest),
        ]
        return b"".join(line + eol for line in lines)

    def next(self, before: Style | None) -> Style:
        """The style of the item behind this one; `before` is that of the item ahead of it."""
        number = _NUMBER.fullmatch(self.marker)
        if number is None or (before is not None and before.marker == self.marker):
            return self
        count = min(int(number.group(1)) + 1, _LARGEST_NUMBER)
        return Style(self.prefix, f"{count}{number.group(2)}", self.gap, self.box)


def width(gap: bytes, column: int) -> int:
    """How many columns a gap takes that starts at `column`; tabs go to the next multiple of 4."""
    at = column
    for byte in gap:
        at += 4 - at % 4 if byte == ord("\t") else 1
    return at - column


def style_of(data: bytes, block: Block) -> Style:
    """How an item that is there is written."""
    written = data[block.start : block.text_start]
    marker = block.marker.encode()
    at = written.find(marker)
    prefix, behind = written[:at], written[at + len(marker) :]
    gap = behind[: len(behind) - len(behind.lstrip(b" \t"))]
    if not gap or width(gap, len(marker)) > _WIDEST_GAP or _NEW_LINE.search(behind):
        gap = b" "
    return Style(prefix, block.marker, gap, b"[ ] " if block.checked is not None else b"")


def usual_style(whole: Outline, part: Part) -> Style:
    """The style for the first item of a section: that of the lists around it."""
    held = part.section.kind is SectionKind.BULLET
    if held:
        return _style_in_bullet(whole, part)
    lists = [
        style_of(whole.data, block)
        for other in whole.parts
        if not other.section.foreign and other.section.kind is not SectionKind.BULLET
        for block in other.contents
        if block.kind is BlockKind.ITEM and not block.level
    ]
    bullets = [
        Style(style.prefix, style.marker, style.gap)
        for style in lists
        if style.marker in "-*+" and not style.prefix.strip()
    ]
    return Counter(bullets).most_common(1)[0][0] if bullets else Style()


def _style_in_bullet(whole: Outline, part: Part) -> Style:
    """The style for the first child of a bullet that names a group."""
    holder = part.holder
    assert holder is not None
    own = style_of(whole.data, holder)
    least = len(own.marker) + width(own.gap, len(own.marker))
    for other in whole.parts:
        if other.section.kind is SectionKind.BULLET and other.holder and other.contents:
            child = style_of(whole.data, other.contents[0])
            holds = style_of(whole.data, other.holder)
            step = len(child.prefix) - len(holds.prefix)
            if (
                child.marker in "-*+"
                and not child.prefix.strip(b" ")
                and not own.prefix.strip(b" ")
                and least <= step < least + 4
            ):
                return Style(own.prefix + b" " * step, child.marker, child.gap)
    marker = own.marker if own.marker in "-*+" else "-"
    return Style(own.prefix + b" " * least, marker)


def end_of_line(data: bytes, offset: int) -> bytes:
    """The line end that stands before `offset`, else the nearest one above, else the usual one."""
    at = max(data.rfind(b"\n", 0, offset), data.rfind(b"\r", 0, offset))
    if at < 0:
        return line_end(data)
    return b"\r\n" if data[at - 1 : at + 1] == b"\r\n" else data[at : at + 1]


def blank_lines_before(data: bytes, offset: int) -> int:
    """How many blank lines stand directly above the line that starts at `offset`."""
    lines = _NEW_LINE.split(data[max(0, offset - 400) : offset])[:-1]
    count = 0
    while lines and not lines.pop().strip(b" \t"):
        count += 1
    return count


def usual_gap(whole: Outline, kind: SectionKind) -> int:
    """How many blank lines stand behind most titles of a kind: 1 or 0."""
    blank = [
        _BLANK_LINE.match(whole.data, part.holder.end) is not None
        for part in whole.parts
        if part.section.kind is kind and part.holder and part.contents and part.items
    ]
    return 1 if sum(blank) * 2 > len(blank) else 0
