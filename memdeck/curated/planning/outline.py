"""MEMORY.md as a reader sees it: sections with their items, over Markdown's blocks.

Whether a line is a title, a remark or an item is told from the line itself,
never from what stands around it. So adding or retiring one item never turns
another into something else.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from memdeck.curated.planning.footers import is_footer
from memdeck.curated.planning.groups import LONGEST_GROUP, SENTENCE_ENDS, memory_blocks
from memdeck.machine import machine_mark, machine_spans, machine_title
from memdeck.markdown import Block, BlockKind, decode, line_starts
from memdeck.meaning import meaning_of_title
from memdeck.model import Item, Section, SectionKind

UNTITLED: Final = "(untitled)"
"""Stands in an address for a heading without text."""

# Longer than this, a line with a colon is a statement, not a title.
_LONGEST_LEAD: Final = 60
_LONGEST_TITLE: Final = 80
_COLONS: Final = (":", "：")
_NEW_LINE: Final = re.compile(rb"\r\n|\n|\r")
# `name:`, `name=`, `{` or `@`: written by a program. Remarks such as `NOTE: ...` are people's.
_MACHINE_COMMENT: Final = re.compile(
    rb"[ \t]*<!--[ \t]*(?!(?i:note|todo|fixme|hint|tip|xxx|nb|warning)\b)(?:[\w.-]+[:=]|[{@])"
)
_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)
_ONE_LINE_COMMENT: Final = re.compile(
    rb"([ \t>]*)<!--(?:(?!-->)[^\r\n])*-->[ \t]*(?:\r\n|\n|\r|\Z)"
)


@dataclass(slots=True)
class Part:
    """A section with the blocks that it is made of."""

    section: Section
    holder: Block | None
    """Its heading, bold line or bullet; None for the top."""
    contents: list[Block] = field(default_factory=list)
    """The blocks directly in it, in order: comments, code and empty bullets, too."""
    items: list[Item] = field(default_factory=list)
    owned: bool = False
    """Whether it belongs to another program, and not only lines between its fences."""
    ruled: bool = False
    """Whether a rule has come in it: what stands below is not what that program keeps. Agents
    append at the end of the file, and a section of another program is often the last."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole file."""

    data: bytes
    blocks: tuple[Block, ...]
    parts: tuple[Part, ...]
    machine: tuple[tuple[int, int], ...]
    """Spans that another program rewrites."""

    @property
    def sections(self) -> tuple[Section, ...]:
        """The finished sections, in the order of the file."""
        return tuple(part.section for part in self.parts)


@lru_cache(maxsize=4)
def outline(data: bytes) -> Outline:
    """The outline of any bytes at all; a dialog asks for that of the same ones at every key."""
    found = memory_blocks(data)
    return _Reader(data, found).run()


def is_empty(data: bytes, block: Block) -> bool:
    """Whether an item is a placeholder: a marker and nothing else."""
    return not block.text and not data[block.text_start : block.end].strip()


def is_machine_comment(data: bytes, block: Block) -> bool:
    """Whether a comment was written by a program about the line below it."""
    return _MACHINE_COMMENT.match(data, block.start) is not None and not machine_mark(
        decode(data[block.start : block.end])
    )


def own_end(block: Block, inside: Sequence[Block]) -> int:
    """Where an item's own lines end and its nested items begin."""
    return min((each.start for each in inside if each.start > block.start), default=block.end)


def is_accident(data: bytes, block: Block) -> bool:
    """Whether a setext heading is but text that stands on a rule or on an empty bullet."""
    underline = data[_last_line(data, block) : block.end].strip(b" \t\r\n")
    return (
        block.setext
        and underline.startswith(b"-")
        and (
            underline == b"-"
            or is_footer(block)
            or len(block.text) > _LONGEST_TITLE
            or block.text.endswith(SENTENCE_ENDS)
            or _NEW_LINE.search(data, block.text_start, block.text_end) is not None
        )
    )


def _last_line(data: bytes, block: Block) -> int:
    """Where the last line of a block starts."""
    starts = [match.end() for match in _NEW_LINE.finditer(data, block.start, block.end)]
    inside = [start for start in starts if start < block.end]
    return inside[-1] if inside else block.start


class _Reader:
    def __init__(self, data: bytes, found: tuple[Block, ...]) -> None:
        self._data = data
        self._blocks = found
        self._machine = machine_spans(data, found)
        self._machine_starts = [start for start, _ in self._machine]
        self._parts: list[Part] = []
        self._addresses: set[str] = set()
        # Open headings from the outermost: level, part.
        self._path: list[tuple[int, Part]] = []
        self._group: Part | None = None
        self._top: Part | None = None
        # Where nested items go, by the index of the item that holds them.
        self._places: dict[int, tuple[Part, int]] = {}
        self._children: dict[int, list[Block]] = {}
        self._comments: dict[int, Block] = {}
        self._twins: dict[tuple[str, bytes], int] = {}
        self._title: Block | None = None
        self._starts = [*line_starts(data), len(data) + 1]

    def run(self) -> Outline:
        headings: list[Block] = []
        for block in self._blocks:
            if block.parent is not None:
                self._children.setdefault(block.parent, []).append(block)
            if block.kind is BlockKind.COMMENT:
                self._comments[block.end] = block
            if block.kind is BlockKind.HEADING and not is_accident(self._data, block):
                headings.append(block)
        if headings and [each.level for each in headings].count(1) == 1:
            self._title = headings[0] if headings[0].level == 1 else None
        for index, block in enumerate(self._blocks):
            self._read(index, block)
        self._finish()
        return Outline(self._data, self._blocks, tuple(self._parts), self._machine)

    def _read(self, index: int, block: Block) -> None:
        if block.kind is BlockKind.FRONT_MATTER:
            return
        if block.kind is BlockKind.HEADING:
            if not is_accident(self._data, block):
                self._heading(block)
                return
            self._accident(block)
            return
        if block.kind is BlockKind.ITEM:
            self._bullet(index, block)
            return
        self._leaf(block)

    def _accident(self, block: Block) -> None:
        """A line of text, and what it stands on: a rule, or a bullet without text."""
        end = _last_line(self._data, block)
        self._leaf(replace(block, kind=BlockKind.PARAGRAPH, level=0, end=end))
        if (empty := self._empty_bullet(end, block.end)) is not None:
            self._current().contents.append(empty)

    def _empty_bullet(self, start: int, end: int) -> Block | None:
        """A bullet without text that Markdown takes for the underline of the line above it."""
        line = self._data[start:end].rstrip(b" \t\r\n")
        if line.lstrip(b" \t") != b"-":
            return None
        behind = start + len(line)
        number = bisect_right(self._starts, start)
        return Block(BlockKind.ITEM, start, end, number, 0, "", behind, behind, "-")

    def _leaf(self, block: Block) -> None:
        if block.kind is BlockKind.PARAGRAPH and self._names_group(block):
            title = block.text.rstrip().rstrip(":：").rstrip()
            self._group = self._part(block, title, SectionKind.GROUP, self._heading_part())
            return
        part = self._current()
        part.contents.append(block)
        part.ruled |= block.kind is BlockKind.RULE
        if block.kind is BlockKind.ROW or (
            block.kind is BlockKind.PARAGRAPH and block.text and not is_footer(block)
        ):
            self._item(part, block, 0, block.end)

    def _heading(self, block: Block) -> None:
        while self._path and self._path[-1][0] >= block.level:
            self._path.pop()
        holder = self._path[-1][1] if self._path else None
        part = self._part(block, block.text, SectionKind.HEADING, holder)
        self._path.append((block.level, part))
        self._group = None

    def _bullet(self, index: int, block: Block) -> None:
        if block.parent is None:
            part, depth = self._current(), 0
            part.contents.append(block)
        elif block.parent in self._places:
            part, depth = self._places[block.parent]
            if depth == 0 and part.holder == self._blocks[block.parent]:
                part.contents.append(block)
        else:
            return
        children = self._children.get(index, ())
        stop = own_end(block, children)
        in_bullets = depth == 0
        if in_bullets and self._names_bullet(block, stop):
            title = block.text.rstrip().rstrip(":：").rstrip()
            held = self._part(block, title, SectionKind.BULLET, part)
            self._places[index] = (held, 0)
            line = self._starts[bisect_right(self._starts, block.text_end)] if stop else 0
            if (empty := self._empty_bullet(line, stop)) is not None:
                held.contents.append(empty)
            return
        if not block.text and not self._data[block.text_start : stop].strip():
            # An empty bullet is nothing that anyone noted; its children may be.
            self._places[index] = (part, depth)
            return
        self._places[index] = (part, depth + 1)
        self._item(part, block, depth, stop)

    def _names_group(self, block: Block) -> bool:
        """Whether a paragraph is a line that acts as a sub-heading."""
        data, text = self._data, block.text
        if data[block.start : block.text_start].strip() or _NEW_LINE.search(
            data, block.text_start, block.text_end
        ):
            return False
        if block.bold:
            return len(text) <= LONGEST_GROUP and not text.endswith(SENTENCE_ENDS)
        return text.endswith(_COLONS) and len(text) <= _LONGEST_LEAD and not block.emphasised

    def _names_bullet(self, block: Block, stop: int) -> bool:
        """Whether a bullet names a group: `- Working:` with nothing but nested items."""
        data, text = self._data, block.text
        return (
            text.endswith(_COLONS)
            and len(text) <= _LONGEST_LEAD
            and block.checked is None
            and _COMMENT.sub(b"", data[block.text_end : stop]).strip() in (b"", b"-")
            and _NEW_LINE.search(data, block.text_start, block.text_end) is None
        )

    def _heading_part(self) -> Part:
        if self._path:
            return self._path[-1][1]
        if self._top is None:
            start = self._blocks[0].end if self._blocks[0].kind is BlockKind.FRONT_MATTER else 0
            if not start and self._data.startswith(b"\xef\xbb\xbf"):
                start = 3
            section = Section("", "", 0, SectionKind.TOP, 1, start, start, ())
            self._top = Part(section, None)
            self._parts.insert(0, self._top)
            self._addresses.add("")
        return self._top

    def _current(self) -> Part:
        return self._group or self._heading_part()

    def _part(self, block: Block, title: str, kind: SectionKind, holder: Part | None) -> Part:
        address = title.strip() or UNTITLED
        owned = machine_title(title) or (holder is not None and holder.owned and not holder.ruled)
        level = block.level
        if holder is not None:
            if holder.holder is not self._title and holder.section.address:
                address = f"{holder.section.address} / {address}"
            if kind is not SectionKind.HEADING:
                level = holder.section.level + 1
        once, count = address, 1
        while address in self._addresses:
            count += 1
            address = f"{once} #{count}"
        self._addresses.add(address)
        section = Section(
            address,
            title,
            level,
            kind,
            block.line,
            block.start,
            block.end,
            (),
            meaning_of_title(title),
            # What stands below a fence is nobody else's, though its heading stands above it.
            owned or self._is_machine(block.start),
        )
        part = Part(section, block, owned=owned)
        self._parts.append(part)
        return part

    def _item(self, part: Part, block: Block, depth: int, stop: int) -> None:
        data, address = self._data, part.section.address
        own = data[block.start : stop].rstrip(b" \t\r\n")
        twin = self._twins.get((address, own), 0)
        self._twins[address, own] = twin + 1
        digest = hashlib.sha256(
            address.encode("utf-8", "surrogateescape") + b"\0" + own + b"\0%d" % twin
        )
        start = self._with_comments(block)
        # The other program marks its own with a comment above.
        owned = part.owned and not (part.ruled and start == block.start)
        part.items.append(
            Item(
                id=digest.hexdigest()[:12],
                address=address,
                line=block.line,
                start=start,
                end=block.end,
                text=block.text,
                source=decode(data[block.text_start : block.text_end]),
                source_start=block.text_start,
                source_end=block.text_end,
                marker=block.marker,
                depth=depth,
                foreign=owned or self._is_machine(block.start),
            )
        )

    def _with_comments(self, block: Block) -> int:
        """Where the machine comments directly above a block start."""
        data, start = self._data, block.start
        while start:
            above = self._comments.get(start)
            if above is None and block.level:
                above = _nested_comment(data, start, block)
            if above is None or not is_machine_comment(data, above):
                break
            start = above.start
        return start

    def _is_machine(self, offset: int) -> bool:
        index = bisect_right(self._machine_starts, offset)
        return index > 0 and offset < self._machine[index - 1][1]

    def _finish(self) -> None:
        """Gives every section its items and its end: they tile the file."""
        if self._top is not None and not self._top.items and len(self._parts) > 1:
            self._parts.remove(self._top)
        for index, part in enumerate(self._parts):
            last = index + 1 == len(self._parts)
            end = len(self._data) if last else self._parts[index + 1].section.start
            part.section = replace(part.section, end=end, items=tuple(part.items))


def _nested_comment(data: bytes, start: int, block: Block) -> Block | None:
    """The one-line comment directly above a nested item, indented as it is or less."""
    stop = start - (2 if data[start - 2 : start] == b"\r\n" else 1)
    line = max(data.rfind(b"\n", 0, stop), data.rfind(b"\r", 0, stop)) + 1
    written = _ONE_LINE_COMMENT.fullmatch(data, line, start)
    indent = len(data[block.start : block.text_start]) - len(
        data[block.start : block.text_start].lstrip(b" \t>")
    )
    if written is None or len(written.group(1)) > indent:
        return None
    return Block(BlockKind.COMMENT, line, start, 0)
