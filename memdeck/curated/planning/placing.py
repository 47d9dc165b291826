"""Where in MEMORY.md a new item goes, and what is written there.

A place is one splice and says where each new item must be found afterwards.
There can be several good ones; they come best first, and the first that
proves right when the result is read again is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from memdeck.curated.planning.dates import newest_first
from memdeck.curated.planning.footers import is_footer, is_remark
from memdeck.curated.planning.outline import (
    Outline,
    Part,
    is_accident,
    is_empty,
    is_machine_comment,
)
from memdeck.curated.planning.source import cells, one_line
from memdeck.curated.planning.style import (
    Piece,
    Style,
    blank_lines_before,
    end_of_line,
    style_of,
    usual_gap,
    usual_style,
)
from memdeck.curated.splice import Splice
from memdeck.machine import machine_mark
from memdeck.markdown import Block, BlockKind, decode
from memdeck.model import SectionKind

_DELIMITER: Final = re.compile(rb"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_NEW_LINE: Final = re.compile(rb"\r\n|\n|\r")
_HANGS_ON: Final = (BlockKind.CODE, BlockKind.HTML)


@dataclass(frozen=True, slots=True)
class Place:
    """One way of putting pieces into a file."""

    splice: Splice
    starts: tuple[int, ...]
    """Where each piece starts in the bytes after the edit."""


def places(whole: Outline, part: Part, pieces: Sequence[Piece]) -> Iterator[Place]:
    """The ways to put pieces into a section, best first.

    Where the newest item stands first, they go above it. An empty bullet is
    filled. Else they go below the last bullet; in a table they become rows when
    they have as many cells, in a section of paragraphs paragraphs, and
    otherwise a list below. Nothing goes between the fences of another program,
    nor below a rule or a dated footer at the end.
    """
    data = whole.data
    contents = [block for block in part.contents if not _is_machine(whole, block)]
    bullets = [block for block in contents if block.kind is BlockKind.ITEM]
    lines = {item.line for item in part.items}
    others = [
        block
        for block in contents
        if block.kind is BlockKind.TABLE
        or (block.line in lines and block.kind is not BlockKind.ITEM)
    ]
    # A quotation is someone's words: a line of ours goes into it when there is no other list.
    own = [block for block in bullets if b">" not in data[block.start : block.text_start]]
    bullets = own or bullets
    yield from _above_newest(whole, part, bullets or others, pieces)
    empty = [block for block in bullets if is_empty(data, block)]
    if empty:
        yield _filled(data, empty[-1], pieces)
    if bullets:
        yield from _behind_list(whole, part, contents, bullets, pieces)
    elif others:
        last = others[-1]
        eol = end_of_line(data, last.end)
        if last.kind in (BlockKind.ROW, BlockKind.TABLE):
            rows = _rows(data, last, pieces, eol)
            if rows:
                yield from _spliced(data, last.end, b"", rows, b"", eol)
        elif all(piece.plain for piece in pieces):
            paragraphs = [_lines(piece, eol) for piece in pieces]
            yield from _spliced(data, last.end, eol, paragraphs, eol, eol)
        rendered = _rendered(pieces, usual_style(whole, part), eol)
        yield from _spliced(data, last.end, eol, rendered, b"", eol)
    else:
        yield from _first_in(whole, part, contents, pieces)


def new_section(whole: Outline, title: bytes, pieces: Sequence[Piece]) -> Iterator[Place]:
    """The ways to put pieces into a section of their own at the end of the file.

    It stands before footers, at the level of the sections around it.
    """
    data = whole.data
    offset = _end_of_text(whole)
    eol = end_of_line(data, offset)
    headings = [
        part.holder
        for part in whole.parts
        if part.section.kind is SectionKind.HEADING and part.holder
    ]
    titled = [block.level for block in headings].count(1) == 1 and headings[0].level == 1
    levels = [block.level for block in (headings[1:] if titled else headings)]
    spaced = [blank_lines_before(data, block.start) > 0 for block in headings if block.start]
    lead = (
        eol if data[:offset].strip(b"\xef\xbb\xbf \t\r\n") and (not spaced or any(spaced)) else b""
    )
    heading = b"#" * min(levels, default=2) + b" " + title + eol
    heading += usual_gap(whole, SectionKind.HEADING) * eol
    rendered = _rendered(pieces, _any_style(whole), eol)
    rendered[0] = heading + rendered[0]
    for place in _spliced(data, offset, lead, rendered, b"", eol):
        yield Place(place.splice, (place.starts[0] + len(heading), *place.starts[1:]))


def _any_style(whole: Outline) -> Style:
    for part in whole.parts:
        if part.section.kind is not SectionKind.BULLET:
            return usual_style(whole, part)
    return Style()


def _is_machine(whole: Outline, block: Block) -> bool:
    return any(start <= block.start < end for start, end in whole.machine)


def _rendered(
    pieces: Sequence[Piece], style: Style, eol: bytes, before: Style | None = None
) -> list[bytes]:
    """The pieces as bullets, the first in the given style, numbers counting on."""
    rendered = []
    for piece in pieces:
        rendered.append(style.render(piece, eol))
        style, before = style.next(before), style
    return rendered


def _lines(piece: Piece, eol: bytes) -> bytes:
    return b"".join(line + eol for line in (*piece.above, *piece.lines))


def _rows(data: bytes, last: Block, pieces: Sequence[Piece], eol: bytes) -> list[bytes] | None:
    """The pieces as rows of the table that `last` ends; None when their cells are not as many."""
    head = last.kind is BlockKind.TABLE
    lines = _NEW_LINE.split(data[: last.end if head else last.start])
    delimiter = next((line for line in reversed(lines) if _DELIMITER.fullmatch(line)), b"")
    count = len(cells(delimiter))
    written = data[last.start : last.end]
    indent = written[: len(written) - len(written.lstrip(b" "))]
    fence = b"|" if written.lstrip().startswith(b"|") else b""
    rendered = []
    for piece in pieces:
        inside = cells(one_line(piece.lines))
        if len(inside) != count or not piece.plain or piece.above:
            return None
        row = b" | ".join(inside)
        rendered.append(indent + (b"| " + row + b" |" if fence else row) + eol)
    return rendered


def _filled(data: bytes, empty: Block, pieces: Sequence[Piece]) -> Place:
    """The first piece behind the marker of an empty bullet, the others below it."""
    stop = len(data[: empty.end].rstrip(b"\r\n"))
    eol = end_of_line(data, empty.end)
    rendered = _rendered(pieces, style_of(data, empty), eol)
    new = b"".join(rendered)
    splice = Splice(empty.start, data[empty.start : stop], new[: len(new) - len(eol)])
    return Place(splice, _starts(empty.start, rendered, b""))


def _above_newest(
    whole: Outline, part: Part, blocks: Sequence[Block], pieces: Sequence[Piece]
) -> Iterator[Place]:
    """Above the first item and its comment, written as it is, when the newest stands first."""
    data = whole.data
    listed = {block.line: block for block in blocks}
    items = [item for item in part.items if item.line in listed and not item.depth]
    if not newest_first([item.text for item in items]):
        return
    first, second = listed[items[0].line], listed[items[1].line]
    eol = end_of_line(data, first.end)
    rendered: list[bytes] = []
    if first.kind is BlockKind.ITEM:
        style = style_of(data, first)
        blank = min(blank_lines_before(data, items[1].start), 2) * eol
        # Numbers that count down go on upwards; those that do not stay as they are.
        counts_down = style_of(data, second).next(None).marker == style.marker
        for piece in reversed(pieces):
            style = style.next(None) if counts_down else style
            rendered.insert(0, style.render(piece, eol) + blank)
    elif first.kind is BlockKind.ROW:
        rendered = _rows(data, first, pieces, eol) or []
    elif all(piece.plain for piece in pieces):
        rendered = [_lines(piece, eol) + eol for piece in pieces]
    if rendered:
        yield from _spliced(data, items[0].start, b"", rendered, b"", eol)


def _behind_list(
    whole: Outline,
    part: Part,
    contents: Sequence[Block],
    bullets: Sequence[Block],
    pieces: Sequence[Piece],
) -> Iterator[Place]:
    """Below the last bullet and the code that hangs on it, as that bullet is written."""
    data, last = whole.data, bullets[-1]
    offsets = [last.end]
    for block in contents[contents.index(last) + 1 :]:
        if block.kind not in _HANGS_ON:
            break
        offsets.insert(0, block.end)
    eol = end_of_line(data, last.end)
    style, before, blank = style_of(data, last), None, b""
    if len(bullets) > 1:
        before = style_of(data, bullets[-2])
        items = (item for part in whole.parts for item in part.items)
        start = next((item.start for item in items if item.line == last.line), last.start)
        blank = min(blank_lines_before(data, start), 2) * eol
    rendered = _rendered(pieces, style.next(before), eol, style)
    for offset in offsets:
        yield from _spliced(data, offset, blank, rendered, blank, eol)
    if b">" in style.prefix:
        # What does not fit into a quotation goes below it.
        rendered = _rendered(pieces, usual_style(whole, part), eol)
        yield from _spliced(data, last.end, eol, rendered, b"", eol)


def _first_in(
    whole: Outline, part: Part, contents: Sequence[Block], pieces: Sequence[Piece]
) -> Iterator[Place]:
    """Below a title, and the remark under it, of a section without items."""
    data = whole.data
    offset = part.holder.end if part.holder is not None else part.section.start
    kind = part.section.kind
    gap = 0 if kind is SectionKind.BULLET else usual_gap(whole, kind)
    for block in contents:
        if any(offset <= start < block.start for start, _ in whole.machine):
            break
        if block.kind in _HANGS_ON or is_remark(block):
            gap = 1
        elif block.kind is not BlockKind.COMMENT or is_machine_comment(data, block):
            break
        offset = block.end
    eol = end_of_line(data, offset)
    rendered = _rendered(pieces, usual_style(whole, part), eol)
    for place in _spliced(data, offset, gap * eol, rendered, b"", eol):
        # A bold line that stands apart from the bullet above is a group to every reader.
        if not data.startswith((b"**", b"__"), offset) or place.splice.new.endswith(eol + eol):
            yield place


def _end_of_text(whole: Outline) -> int:
    """Where the file ends but for rules, footers and comments."""
    data = whole.data
    behind: list[Block] = []
    offset = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    for block in reversed(whole.blocks):
        if block.parent is not None:
            continue
        footer = (block.kind is BlockKind.PARAGRAPH or is_accident(data, block)) and is_footer(
            block
        )
        # A comment that hangs on a line is part of the text.
        comment = block.kind is BlockKind.COMMENT and blank_lines_before(data, block.start) > 0
        comment = comment and not machine_mark(decode(data[block.start : block.end]))
        if not footer and not comment and block.kind is not BlockKind.RULE:
            offset = block.end
            if block.kind is BlockKind.HEADING:
                for each in reversed(behind):
                    if not is_remark(each) and each.kind is not BlockKind.COMMENT:
                        break
                    offset = each.end
            break
        behind.append(block)
    return max([offset, *(end for start, end in whole.machine if start < offset < end)])


def _starts(offset: int, rendered: Sequence[bytes], between: bytes) -> tuple[int, ...]:
    starts = []
    for text in rendered:
        starts.append(offset)
        offset += len(text) + len(between)
    return tuple(starts)


def _spliced(
    data: bytes, offset: int, lead: bytes, rendered: Sequence[bytes], between: bytes, eol: bytes
) -> Iterator[Place]:
    """Whole lines put in at `offset`: as they are, then with blank lines around them."""
    unfinished = 0 < offset == len(data) and data[-1:] not in (b"\n", b"\r")
    behind = _NEW_LINE.split(data[offset : offset + 200], maxsplit=1)[0].strip(b" \t")
    text = between.join(rendered)
    for head, tail in ((lead, b""), (lead, eol), (lead or eol, b""), (lead or eol, eol)):
        if tail and not behind:
            continue
        new = (eol if unfinished else b"") + head + text + tail
        if unfinished:
            # A file without a last line end keeps being one.
            new = new[: len(new) - len(eol)]
        first = offset + (len(eol) if unfinished else 0) + len(head)
        yield Place(Splice(offset, b"", new), _starts(first, rendered, between))
