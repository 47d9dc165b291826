"""How an item is taken out of MEMORY.md, to be retired or to be put elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from memdeck.curated.planning.outline import Outline
from memdeck.curated.planning.source import escaped
from memdeck.curated.planning.style import Piece, end_of_line, style_of, width
from memdeck.curated.splice import Splice
from memdeck.errors import Refused
from memdeck.markdown import Block, BlockKind, decode
from memdeck.model import Item

_NEW_LINE: Final = re.compile(rb"\r\n|\n|\r")
_BLANK_LINES: Final = re.compile(rb"(?:[ \t]*(?:\r\n|\n|\r))*(?:[ \t]*\Z)?")
_BLANK: Final = b" \t\r\n"


def removals(data: bytes, items: Sequence[Item]) -> Iterator[tuple[Splice, ...]]:
    """The ways to take items out, best first: with a blank line too many, without, leaving one."""
    runs = _runs(data, items)
    yield tuple(_tidy(data, start, end) for start, end in runs)
    yield tuple(Splice(start, data[start:end], b"") for start, end in runs)
    yield tuple(Splice(start, data[start:end], end_of_line(data, end)) for start, end in runs)


def outermost(items: Sequence[Item]) -> list[Item]:
    """The items in order, without those that lie in another of them."""
    kept: list[Item] = []
    for item in sorted(items, key=lambda each: (each.start, each.depth)):
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return kept


def with_nested(whole: Outline, items: Sequence[Item]) -> list[Item]:
    """The items and all that lie in them."""
    return [
        each
        for part in whole.parts
        for each in part.items
        if any(item.start <= each.start and each.end <= item.end for item in items)
    ]


def piece_of(whole: Outline, item: Item) -> Piece:
    """An item with its comments and nested items, free of its place."""
    data = whole.data
    block = next(
        each
        for each in whole.blocks
        if each.line == item.line and each.kind is not BlockKind.COMMENT
    )
    if data[block.start : item.source_start].lstrip(b" \t").startswith(b">"):
        raise Refused(
            "The item stands in a quotation, so it was not moved; take it out of the quotation "
            "in an editor first."
        )
    above = tuple(line.strip(b" \t") for line in _lines(data[item.start : block.start]))
    if block.kind is BlockKind.ITEM:
        return Piece(_hanging_lines(data, block), above, b"", plain=False)
    if block.kind is BlockKind.ROW:
        # To its end: cells beyond the columns, which are not shown, and comments are in it, too.
        row = data[item.source_start : block.end].rstrip(_BLANK)
        if row.endswith(b"|") and not row.endswith(b"\\|"):
            row = row[:-1].rstrip(_BLANK)
        return Piece((escaped(decode(row)).encode("utf-8", "surrogateescape"),), above, b"")
    lines = _lines(data[block.start : item.end])
    return Piece(tuple(line.strip(b" \t") for line in lines), above, b"")


def _hanging_lines(data: bytes, block: Block) -> tuple[bytes, ...]:
    """The lines of a list item, relative to where its text starts."""
    style = style_of(data, block)
    first, *rest = _lines(data[block.start : block.end])
    skip = len(style.prefix) + len(style.marker)
    column = skip + width(style.gap, skip)
    return (first[skip:].removeprefix(style.gap), *(_dedented(line, column) for line in rest))


def _dedented(line: bytes, columns: int) -> bytes:
    """A line without as many columns of its white space; less when it has less."""
    if not line.strip(_BLANK):
        return line
    at = 0
    for index, byte in enumerate(line):
        if at >= columns or byte not in b" \t":
            return b" " * (at - columns) + line[index:]
        at += 4 - at % 4 if byte == ord("\t") else 1
    return line


def _lines(data: bytes) -> list[bytes]:
    lines = _NEW_LINE.split(data)
    return lines if lines[-1] else lines[:-1]


def _runs(data: bytes, items: Sequence[Item]) -> list[tuple[int, int]]:
    """The spans of items; those with nothing but blank lines between them are one."""
    runs: list[tuple[int, int]] = []
    for item in outermost(items):
        if runs and not data[runs[-1][1] : item.start].strip(_BLANK):
            runs[-1] = (runs[-1][0], item.end)
        else:
            runs.append((item.start, item.end))
    return runs


def _tidy(data: bytes, start: int, end: int) -> Splice:
    """Takes blank lines with it that would stand beside others, or at the end of the file."""
    behind = _BLANK_LINES.match(data, end)
    stop = behind.end() if behind else end
    text_end = len(data[:start].rstrip(_BLANK))
    ahead = _NEW_LINE.match(data, _skip_spaces(data, text_end))
    first = ahead.end() if ahead and text_end else start
    if end == len(data) and data[-1:] not in (b"\n", b"\r"):
        # The file ended without a line end, and still does.
        start = text_end if text_end else start
    elif stop == len(data):
        start = min(first, start)
    elif first < start or not text_end:
        end = stop
    return Splice(start, data[start:end], b"")


def _skip_spaces(data: bytes, offset: int) -> int:
    while offset < len(data) and data[offset] in b" \t":
        offset += 1
    return offset
