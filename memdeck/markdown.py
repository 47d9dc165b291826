"""Markdown as blocks with byte offsets.

A CommonMark parser (pyromark) says where each block stands in the file, in
bytes; nothing here ever writes Markdown back. An edit is a splice of the
original bytes, so that every byte outside of it stays as it was.

Line ends are CommonMark's: LF, CR LF and a lone CR. `str.splitlines` is not
used on file text anywhere: it also splits at U+0085 and U+2028, which are
ordinary characters of a line.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import pyromark

_OPTIONS: Final = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_STRIKETHROUGH
)
_BOM: Final = b"\xef\xbb\xbf"
_LINE_END: Final = re.compile(rb"\r\n|\n|\r")
_FRONT_MATTER: Final = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*(?:\r\n|\n|\r)")
_FRONT_MATTER_END: Final = re.compile(rb"(?:^|(?<=[\r\n]))(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r|\Z)")
_SPACES: Final = re.compile("[ \t]+")
_MARKER: Final = re.compile(rb"([-*+]|\d{1,9}[.)])[ \t]*(\[[ xX]\][ \t]+)?")


class BlockKind(StrEnum):
    """What a block is."""

    FRONT_MATTER = "front matter"
    HEADING = "heading"
    ITEM = "item"
    PARAGRAPH = "paragraph"
    ROW = "row"
    CODE = "code"
    COMMENT = "comment"
    HTML = "html"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a Markdown file.

    `start` and `end` are byte offsets of whole lines: from the first byte of
    its first line to behind the line end of its last line that is not blank.
    A list item's span holds its nested items, which follow it as blocks of
    their own with a greater `level`; paragraphs, code and comments inside an
    item are part of the item and are not listed.
    """

    kind: BlockKind
    start: int
    end: int
    line: int
    """Of the first line, from 1."""
    level: int = 0
    """A heading's level, 1 to 6; an item's nesting depth, from 0."""
    text: str = ""
    """Its text in one line, without marker, emphasis marks and comments."""
    text_start: int = 0
    text_end: int = 0
    """Byte offsets of the source of `text`: of an item its first paragraph."""
    marker: str = ""
    """An item's marker as written, without white space: `-`, `1.`."""
    checked: bool | None = None
    """A task list item's box; None without one."""
    bold: bool = False
    """Whether the whole text is bold, as in a `**Group:**` line."""
    emphasised: bool = False
    """Whether the whole text is emphasised (or bold), as in a `*footer*`."""
    setext: bool = False
    """Whether a heading is underlined rather than marked with `#`."""
    parent: int | None = None
    """Index, in the same tuple, of the item that holds this item."""


def line_starts(data: bytes) -> list[int]:
    """Byte offsets at which lines start; always begins with 0.

    A file that ends with a line end has a last, empty line at `len(data)`.
    """
    return [0, *(match.end() for match in _LINE_END.finditer(data))]


def line_end(data: bytes) -> bytes:
    """The line end that a file uses most, LF when it has none."""
    crlf = data.count(b"\r\n")
    lone_lf = data.count(b"\n") - crlf
    lone_cr = data.count(b"\r") - crlf
    if crlf > lone_lf and crlf >= lone_cr:
        return b"\r\n"
    return b"\r" if lone_cr > lone_lf else b"\n"


def _one_byte_each(error: UnicodeError) -> tuple[str, int]:
    """Stand-ins of the same length in bytes for what is not UTF-8."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "?" * (error.end - error.start), error.end


codecs.register_error("memdeck.one-byte-each", _one_byte_each)


def decode(data: bytes) -> str:
    """File bytes as text to show or compare; bytes that are not UTF-8 stay visible to `show`."""
    return data.decode("utf-8", "surrogateescape")


def blocks(data: bytes) -> tuple[Block, ...]:
    """The blocks of a Markdown file in order, for any bytes at all."""
    starts = line_starts(data)
    found: list[Block] = []
    offset = 0
    front = _FRONT_MATTER.match(data)
    if front and (closing := _FRONT_MATTER_END.search(data, front.end())):
        offset = closing.end()
        found.append(Block(BlockKind.FRONT_MATTER, 0, offset, 1))
    parser = _Parser(data, starts, offset)
    found.extend(parser.run())
    if offset:
        # Parents are indices into the tuple: the front matter came first.
        found[1:] = [
            block if block.parent is None else replace(block, parent=block.parent + 1)
            for block in found[1:]
        ]
    return tuple(found)


@dataclass(slots=True)
class _Open:
    """A block whose end has not been seen yet."""

    kind: BlockKind
    start: int
    index: int | None = None
    level: int = 0
    parent: int | None = None
    text: list[str] | None = None
    text_start: int = -1
    text_end: int = -1
    strong: int = 0
    plain: int = 0
    weak: int = 0
    checked: bool | None = None
    sealed: bool = False
    setext: bool = False


_BLOCK_TAGS: Final = {
    "Heading": BlockKind.HEADING,
    "Item": BlockKind.ITEM,
    "Paragraph": BlockKind.PARAGRAPH,
    "CodeBlock": BlockKind.CODE,
    "HtmlBlock": BlockKind.HTML,
    "TableRow": BlockKind.ROW,
    "TableHead": BlockKind.ROW,
}
_INLINE_TAGS: Final = {"Emphasis", "Strong", "Strikethrough", "Link", "Image"}


class _Parser:
    """Turns the parser's events into blocks."""

    def __init__(self, data: bytes, starts: list[int], offset: int) -> None:
        self._data = data
        self._starts = starts
        self._offset = offset
        self._out: list[Block | None] = []
        self._stack: list[_Open] = []
        self._strong = 0
        self._emphasis = 0
        self._broken = False

    def run(self) -> Iterator[Block]:
        rest = self._data[self._offset :]
        if self._offset == 0 and rest.startswith(_BOM):
            # Three spaces are as long as the mark, and no block minds them.
            rest = b"   " + rest[3:]
        try:
            markdown = rest.decode("utf-8")
        except UnicodeDecodeError:
            self._broken = True
            markdown = rest.decode("utf-8", "memdeck.one-byte-each")
        for event, span in pyromark.events_with_range(markdown, options=_OPTIONS):
            self._event(event, span["start"] + self._offset, span["end"] + self._offset)
        return (block for block in self._out if block is not None)

    def _event(self, event: Any, start: int, end: int) -> None:
        if isinstance(event, str):
            if event == "Rule":
                self._rule(start, end)
            elif event in ("SoftBreak", "HardBreak"):
                self._inline(" ", start, end)
            return
        ((name, value),) = event.items()
        if name == "Start":
            self._start(value if isinstance(value, str) else next(iter(value)), value, start)
        elif name == "End":
            self._end(value if isinstance(value, str) else next(iter(value)), end)
        elif name in ("Text", "Code"):
            self._inline(value, start, end)
        elif name == "TaskListMarker":
            if self._stack and self._stack[-1].kind is BlockKind.ITEM:
                self._stack[-1].checked = value
        elif name == "InlineHtml" and not value.startswith("<!--"):
            self._inline(value, start, end)

    def _start(self, tag: str, value: Any, start: int) -> None:
        if tag in _INLINE_TAGS:
            self._strong += tag == "Strong"
            self._emphasis += tag == "Emphasis"
            return
        kind = _BLOCK_TAGS.get(tag)
        if tag == "List" and self._stack:
            self._stack[-1].sealed = True
        if kind is None:
            if tag == "TableCell" and self._stack and self._stack[-1].text:
                self._stack[-1].text.append(" | ")
            return
        inside_item = any(each.kind is BlockKind.ITEM for each in self._stack)
        opened = _Open(kind, start, text=[])
        if kind is BlockKind.ITEM:
            holders = [each for each in self._stack if each.kind is BlockKind.ITEM]
            if holders and self._line_start(holders[-1].start) == self._line_start(start):
                # `- - text`: one line, one item.
                holders[-1].sealed = bool(holders[-1].text)
                opened.kind = BlockKind.PARAGRAPH
                opened.text = None
                self._stack.append(opened)
                return
            opened.level = len(holders)
            opened.parent = holders[-1].index if holders else None
            opened.index = len(self._out)
            self._out.append(None)
        elif inside_item:
            if kind is not BlockKind.PARAGRAPH or self._stack[-1].text:
                for each in self._stack:
                    each.sealed = each.sealed or each.kind is BlockKind.ITEM
            opened.text = None
        else:
            if kind is BlockKind.HEADING:
                opened.level = int(value["Heading"]["level"][1])
                opened.setext = self._data[start : start + 1] != b"#"
            elif kind is BlockKind.HTML and self._data[start : start + 4] == b"<!--":
                opened.kind = BlockKind.COMMENT
            opened.index = len(self._out)
            self._out.append(None)
        self._stack.append(opened)

    def _end(self, tag: str, end: int) -> None:
        if tag in _INLINE_TAGS:
            self._strong -= tag == "Strong"
            self._emphasis -= tag == "Emphasis"
            return
        if tag not in _BLOCK_TAGS or not self._stack:
            return
        opened = self._stack.pop()
        if opened.index is None:
            if opened.kind is BlockKind.PARAGRAPH and self._stack:
                holder = self._stack[-1]
                holder.sealed = holder.sealed or bool(holder.text)
            return
        if tag == "TableHead":
            # The head names columns; it is no line that anyone noted.
            return
        self._out[opened.index] = self._close(opened, end)

    def _close(self, opened: _Open, end: int) -> Block:
        start = self._line_start(opened.start)
        marker = ""
        text_start, text_end = opened.text_start, opened.text_end
        if opened.kind is BlockKind.ITEM:
            written = _MARKER.match(self._data, opened.start)
            if written:
                marker = written.group(1).decode("ascii")
                if text_start < 0:
                    text_start = text_end = min(written.end(), self._visible_end(start, end))
        # Emphasis marks around the text belong to its source.
        if text_start >= 0:
            text_start, text_end = self._with_marks(opened, text_start, text_end, end)
        else:
            text_start = text_end = opened.start
        return Block(
            kind=opened.kind,
            start=start,
            end=self._trimmed_end(start, end),
            line=bisect_right(self._starts, start),
            level=opened.level,
            text=_SPACES.sub(" ", "".join(opened.text or ())).strip(),
            text_start=text_start,
            text_end=text_end,
            marker=marker,
            checked=opened.checked,
            bold=opened.strong > 0 and opened.weak == opened.plain == 0,
            emphasised=opened.strong + opened.weak > 0 and opened.plain == 0,
            setext=opened.setext,
            parent=opened.parent,
        )

    def _with_marks(self, opened: _Open, start: int, end: int, limit: int) -> tuple[int, int]:
        """The span of inline text, widened over the marks that touch it in its lines."""
        if opened.kind is BlockKind.ITEM:
            written = _MARKER.match(self._data, opened.start)
            start = min(start, written.end()) if written else start
        elif opened.kind is BlockKind.HEADING and not opened.setext:
            written = re.compile(rb"[ \t]*#{1,6}[ \t]*").match(self._data, opened.start)
            start = min(start, written.end()) if written else start
        elif opened.kind is BlockKind.PARAGRAPH:
            start = min(start, opened.start)
        line_stop = _LINE_END.search(self._data, end)
        end = line_stop.start() if line_stop else len(self._data)
        end = min(end, max(limit, start))
        comment = self._data.find(b"<!--", start, end)
        if comment >= 0:
            end = comment
        while end > start and self._data[end - 1 : end] in (b" ", b"\t", b"\r", b"\n"):
            end -= 1
        return start, end

    def _rule(self, start: int, end: int) -> None:
        if any(each.kind is BlockKind.ITEM for each in self._stack):
            return
        begin = self._line_start(start)
        self._out.append(
            Block(
                BlockKind.RULE,
                begin,
                self._trimmed_end(begin, end),
                bisect_right(self._starts, begin),
            )
        )

    def _inline(self, text: str, start: int, end: int) -> None:
        for opened in reversed(self._stack):
            if opened.text is None:
                continue
            if opened.sealed or opened.kind in (BlockKind.CODE, BlockKind.COMMENT):
                return
            if self._broken and "?" in text:
                text = decode(self._data[start:end])
            opened.text.append(text)
            if opened.text_start < 0:
                opened.text_start = start
            opened.text_end = end
            size = len(text.strip(" :"))
            if self._strong:
                opened.strong += size
            elif self._emphasis:
                opened.weak += size
            else:
                opened.plain += size
            return

    def _line_start(self, offset: int) -> int:
        return self._starts[bisect_right(self._starts, offset) - 1]

    def _visible_end(self, start: int, end: int) -> int:
        line_stop = _LINE_END.search(self._data, start)
        return min(line_stop.start() if line_stop else len(self._data), max(end, start))

    def _trimmed_end(self, start: int, end: int) -> int:
        """Behind the line end of the last line in `start`..`end` that is not blank."""
        last = end
        while last > start and self._data[last - 1 : last] in (b" ", b"\t", b"\r", b"\n"):
            last -= 1
        line_stop = _LINE_END.search(self._data, last)
        return line_stop.end() if line_stop else len(self._data)
