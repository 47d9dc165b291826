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
from collections.abc import Iterable
from dataclasses import dataclass, field
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
_LONE_CR: Final = re.compile(rb"\r(?!\n)")
_FRONT_MATTER: Final = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*(?:\r\n|\n|\r)")
_FRONT_MATTER_END: Final = re.compile(rb"(?:^|(?<=[\r\n]))(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r|\Z)")
_BLANK: Final = b" \t\r\n"
_SPACES: Final = re.compile("[ \t]+")
_MARKER: Final = re.compile(rb"[ \t]*([-*+]|\d{1,9}[.)])[ \t]*(\[[ xX]\](?:[ \t]+|(?=[\r\n]|\Z)))?")
_COMMENT: Final = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_STAND_IN: Final = "\x1a"  # As long as the byte it stands for, no punctuation, and rare.
_BACKSLASH: Final = ord("\\")
_HASH: Final = ord("#")
_LF: Final = ord("\n")


class BlockKind(StrEnum):
    """What a block is."""

    FRONT_MATTER = "front matter"
    HEADING = "heading"
    ITEM = "item"
    PARAGRAPH = "paragraph"
    TABLE = "table"
    """Its first two lines, which name the columns; the rows follow as blocks of their own."""
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
    return _STAND_IN * (error.end - error.start), error.end


codecs.register_error("memdeck.one-byte-each", _one_byte_each)


def decode(data: bytes) -> str:
    """File bytes as text to show or compare; bytes that are not UTF-8 stay visible to `show`."""
    return data.decode("utf-8", "surrogateescape")


def blocks(data: bytes) -> tuple[Block, ...]:
    """The blocks of a Markdown file in order, for any bytes at all."""
    return tuple(_Parser(data).run())


@dataclass(slots=True)
class _Open:
    """A block whose end has not been seen yet."""

    kind: BlockKind
    start: int
    """Of its first byte, which need not start a line."""
    line_start: int
    line: int
    index: int
    level: int = 0
    parent: int | None = None
    text: list[str] = field(default_factory=list)
    text_start: int = -1
    text_end: int = -1
    strong: int = 0
    weak: int = 0
    plain: int = 0
    cells: int = 0
    checked: bool | None = None


_LEAVES: Final = {
    "Heading": BlockKind.HEADING,
    "Paragraph": BlockKind.PARAGRAPH,
    "CodeBlock": BlockKind.CODE,
    "HtmlBlock": BlockKind.HTML,
    "TableRow": BlockKind.ROW,
}
_TEXTLESS: Final = (BlockKind.CODE, BlockKind.HTML, BlockKind.COMMENT)
_INLINE_TAGS: Final = {"Emphasis", "Strong", "Strikethrough", "Link", "Image"}


class _Parser:
    """Turns the parser's events into blocks.

    At any moment one open block takes the text that is read, or none does: a
    heading, a paragraph or a row takes its own, an item that of its first
    paragraph.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._starts = line_starts(data)
        self._out: list[Block | None] = []
        # Every open block; None for one that is part of an item and not listed.
        self._stack: list[_Open | None] = []
        self._items: list[_Open] = []
        self._taker: _Open | None = None
        self._quotes = 0
        self._strong = 0
        self._emphasis = 0
        self._broken = False

    def run(self) -> list[Block]:
        """All blocks, in the order of the file."""
        data, offset = self._data, 0
        front = _FRONT_MATTER.match(data)
        if front and (closing := _FRONT_MATTER_END.search(data, front.end())):
            offset = closing.end()
            self._out.append(Block(BlockKind.FRONT_MATTER, 0, offset, 1))
        elif data.startswith(_BOM):
            # The mark is no part of the first line: whoever replaces that line keeps it.
            offset = self._starts[0] = len(_BOM)
        rest = data[offset:] if offset else data
        if b"\r" in rest:
            # The parser knows a lone CR in most places, and not in all.
            rest = _LONE_CR.sub(b"\n", rest)
        try:
            markdown = rest.decode("utf-8")
        except UnicodeDecodeError:
            self._broken = True
            markdown = rest.decode("utf-8", "memdeck.one-byte-each")
        events: Iterable[Any] = pyromark.events_with_range(markdown, options=_OPTIONS)
        for event, span in events:
            start, end = span["start"] + offset, span["end"] + offset
            if isinstance(event, str):
                if event == "Rule":
                    self._alone(BlockKind.RULE, start, end)
                elif self._taker is not None and self._taker.text:
                    self._taker.text.append(" ")
                continue
            for name, value in event.items():
                if (name == "Text" or name == "Code") and self._taker is not None:
                    self._take(value, start, end)
                elif name == "Start" or name == "End":
                    tag = value if isinstance(value, str) else next(iter(value))
                    if tag in _INLINE_TAGS:
                        self._mark(tag, 1 if name == "Start" else -1, start, end)
                    elif name == "Start":
                        self._open(tag, value, start)
                    else:
                        self._close(tag, end)
                elif name == "TaskListMarker":
                    if self._taker is not None:
                        self._taker.checked = value
                elif name == "InlineHtml" and self._taker and not value.startswith("<!--"):
                    self._take(value, start, end)
        return [block for block in self._out if block is not None]

    def _take(self, text: str, start: int, end: int) -> None:
        """Gives text to the block that takes it."""
        taker = self._taker
        assert taker is not None
        if self._broken and _STAND_IN in text:
            text = decode(self._data[start:end])
        taker.text.append(text)
        if text == " ":
            return  # Between two comments, for all that is known: no end of the source.
        if taker.text_start < 0:
            taker.text_start = start
        if end > taker.text_end:
            taker.text_end = end
        size = len(text.strip(" :"))
        if self._strong:
            taker.strong += size
        elif self._emphasis:
            taker.weak += size
        else:
            taker.plain += size

    def _mark(self, tag: str, step: int, start: int, end: int) -> None:
        """Counts emphasis; marks and link targets around text belong to its source."""
        if tag == "Strong":
            self._strong += step
        elif tag == "Emphasis":
            self._emphasis += step
        taker = self._taker
        if taker is not None:
            if taker.text_start < 0:
                taker.text_start = start
            if end > taker.text_end:
                taker.text_end = end

    def _open(self, tag: str, value: Any, start: int) -> None:
        if tag == "Item":
            self._open_item(start)
        elif tag in _LEAVES:
            if self._items:
                # Part of the item. Its text, when it is the item's first.
                taker = self._taker
                if taker is not None and (taker.text or tag not in ("Paragraph", "Heading")):
                    self._taker = None
                self._stack.append(None)
                return
            kind = _LEAVES[tag]
            opened = self._opened(kind, start)
            if kind is BlockKind.HEADING:
                if self._quotes:
                    # A quoted heading is something that was said, no section.
                    opened.kind = BlockKind.PARAGRAPH
                else:
                    opened.level = int(value["Heading"]["level"][1])
            elif kind is BlockKind.HTML and self._data.startswith(b"<!--", start):
                opened.kind = BlockKind.COMMENT
            self._taker = None if opened.kind in _TEXTLESS else opened
            self._stack.append(opened)
        elif tag == "TableCell":
            if self._taker is not None and self._taker.kind is BlockKind.ROW:
                if self._taker.cells:
                    self._taker.text.append(" | ")
                self._taker.cells += 1
        elif tag == "BlockQuote":
            self._quotes += 1
        elif tag == "Table":
            # It names columns; that is no line that anyone noted.
            self._taker = None
            below = bisect_right(self._starts, start) + 1
            end = self._starts[below] if below < len(self._starts) else len(self._data)
            self._alone(BlockKind.TABLE, start, end)

    def _open_item(self, start: int) -> None:
        while self._data[start] in b"\r\n":
            start += 1  # Of an item that a tab indents, the parser names the line end above it.
        holder = self._items[-1] if self._items else None
        line = bisect_right(self._starts, start)
        if holder is not None and holder.line == line:
            # `- - text`: one line, one item.
            self._stack.append(None)
            return
        opened = self._opened(BlockKind.ITEM, start)
        opened.level = len(self._items)
        opened.parent = holder.index if holder is not None else None
        self._items.append(opened)
        self._stack.append(opened)
        self._taker = opened

    def _opened(self, kind: BlockKind, start: int) -> _Open:
        line = max(1, bisect_right(self._starts, start))
        opened = _Open(kind, start, self._starts[line - 1], line, len(self._out))
        self._out.append(None)
        return opened

    def _close(self, tag: str, end: int) -> None:
        if tag == "BlockQuote":
            self._quotes -= 1
        elif tag == "Item" or tag in _LEAVES:
            opened = self._stack.pop()
            if opened is None:
                if tag != "Paragraph" or (self._taker is not None and self._taker.text):
                    self._taker = None
                return
            self._taker = None
            if opened.kind is BlockKind.ITEM:
                self._items.pop()
            self._out[opened.index] = self._closed(opened, end)

    def _closed(self, opened: _Open, end: int) -> Block:
        data = self._data
        end = self._whole_lines(opened.line_start, end)
        marker, text = "", "".join(opened.text)
        start, stop = opened.text_start, opened.text_end
        if opened.kind is BlockKind.ITEM:
            written = _MARKER.match(data, opened.start)
            marker = written.group(1).decode("ascii") if written else ""
            if start < 0 and written:
                start, stop = self._rest_of_line(
                    written.end() if opened.checked is not None else written.end(1), end
                )
                text = decode(_COMMENT.sub(b"", data[start:stop]))
        elif opened.kind is BlockKind.HEADING and start < 0:
            start = stop = min(opened.start + opened.level, end)
        elif opened.kind is BlockKind.ROW:
            text = text.rstrip(" |")
        if start < 0:
            start = stop = opened.start
        elif start > opened.start and data[start - 1] == _BACKSLASH:
            start -= 1
        while stop > start and data[stop - 1] in _BLANK:
            stop -= 1
        return Block(
            opened.kind,
            opened.line_start,
            end,
            opened.line,
            opened.level,
            _SPACES.sub(" ", text).strip(),
            start,
            stop,
            marker,
            opened.checked,
            opened.strong > 0 and opened.weak == opened.plain == 0,
            opened.strong + opened.weak > 0 and opened.plain == 0,
            opened.kind is BlockKind.HEADING and data[opened.start] != _HASH,
            opened.parent,
        )

    def _rest_of_line(self, start: int, limit: int) -> tuple[int, int]:
        """What is visible between `start` and the end of its line."""
        stop = _LINE_END.search(self._data, start, limit)
        stop_at = stop.start() if stop else limit
        return stop_at - len(self._data[start:stop_at].lstrip(b" \t")), stop_at

    def _alone(self, kind: BlockKind, start: int, end: int) -> None:
        if not self._items and not self._quotes:
            opened = self._opened(kind, start)
            self._out[opened.index] = self._closed(opened, end)

    def _whole_lines(self, start: int, end: int) -> int:
        """Behind the line end of the last line in `start`..`end` that is not blank."""
        data = self._data
        if end - start > 1 and data[end - 1] == _LF and data[end - 2] not in _BLANK:
            return end
        last = start + len(data[start:end].rstrip(_BLANK))
        line_stop = _LINE_END.search(data, last)
        return line_stop.end() if line_stop else len(data)
