"""The blocks of MEMORY.md, with a bold line directly behind a bullet as a line of its own.

To CommonMark `**Hosts**` right below a bullet is the rest of that bullet.
Whoever wrote it there, with a list below, named the group that follows, and
so does whoever reads it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from memdeck.markdown import Block, BlockKind, blocks

LONGEST_GROUP: Final = 80
"""Characters. A longer bold line is a statement, not a title."""
SENTENCE_ENDS: Final = (".", "!", "?", "…", "。", "！", "？", ";")
# From end to end bold, at the start of a line, and not in the midst of a text that goes on.
_NAMED: Final = re.compile(
    rb"(?:^|(?<=[\r\n]))(?=(\*\*|__)(?![\s*_])(?:(?!\1)[^\r\n]){1,320}?\1[ \t]*(?::|\xef\xbc\x9a)?"
    rb"[ \t]*(?:\Z|(?:\r\n|\n|\r)(?:[ \t]*(?:[\r\n]|\Z)|[ ]{0,3}(?:[-*+][ \t\r\n]|\d{1,9}[.)][ \t]"
    rb"|#{1,6}[ \t]|\||<!--|```|~~~|>))))"
)
_LINE: Final = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")


def memory_blocks(data: bytes) -> tuple[Block, ...]:
    """The blocks of any bytes at all."""
    found = blocks(data)
    names = {
        offset: block
        for offset in _inside_items(data, found)
        if (block := _name_at(data, offset)) is not None
    }
    if not names:
        return found
    # As a heading of the same length, the line ends the bullet, and nothing moves.
    apart = bytearray(data)
    for offset in names:
        apart[offset : offset + 2] = b"# "
    return tuple(
        replace(names[each.start], line=each.line)
        if each.start in names and each.kind is BlockKind.HEADING
        else each
        for each in blocks(bytes(apart))
    )


def _inside_items(data: bytes, found: Sequence[Block]) -> list[int]:
    """Where bold lines start that Markdown takes for the rest of a bullet."""
    outer = [each for each in found if each.kind is BlockKind.ITEM and each.parent is None]
    starts = [each.start for each in outer]
    inside = []
    for match in _NAMED.finditer(data):
        index = bisect_right(starts, match.start()) - 1
        if index >= 0 and outer[index].start < match.start() < outer[index].end:
            inside.append(match.start())
    return inside


def _name_at(data: bytes, offset: int) -> Block | None:
    """The paragraph of the line at `offset` alone, when all of it is bold and names a group."""
    match = _LINE.match(data, offset)
    assert match is not None
    block = blocks(match.group())[0]
    if (
        block.kind is not BlockKind.PARAGRAPH
        or not block.bold
        or len(block.text) > LONGEST_GROUP
        or block.text.endswith(SENTENCE_ENDS)
    ):
        return None
    return replace(
        block,
        start=offset,
        end=match.end(),
        text_start=block.text_start + offset,
        text_end=block.text_end + offset,
    )
