"""A daily log as sections and items, for any bytes at all.

Logs are written by language models and by people in a hurry. Headings may be
headings, bold lines or missing; what is noted may be a bullet, a numbered
line, a checkbox, a table row or a plain line. All of them are items. Text that
another program keeps, or that is a raw conversation, is shown and is never a
candidate for promotion.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Final

from memdeck.daily.shapes import (
    TURN,
    fences,
    is_transcript,
    marks,
    time_at_start,
)
from memdeck.machine import Span, merged, within
from memdeck.markdown import Block, BlockKind, blocks, decode, line_starts
from memdeck.model import LogItem, LogKind, LogSection, Meaning

_BOLD_LINE: Final = re.compile(
    rb"(?:^|(?<=[\r\n]))(\*\*|__)(?P<title>(?![\s*_])(?:(?!\1)[^\r\n]){1,320}?)\1"
    rb"[ \t]*(?::[ \t]*)?(?=[\r\n]|\Z)"
)
"""One line that is bold from end to end: it acts as a heading."""
_LONGEST_TITLE: Final = 80
_LONGEST_LABEL: Final = 40
"""Characters of a plain line with a colon that still names the list under it."""

_UNDER_A_TITLE: Final = {
    BlockKind.ITEM,
    BlockKind.PARAGRAPH,
    BlockKind.TABLE,
    BlockKind.CODE,
    BlockKind.COMMENT,
}

_LABELLED: Final = re.compile(r"([^\W\d_][\w ]{0,24})(?:\*\*|__)?[:：](?:\*\*|__)?\s*\S")
_LINE: Final = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")


def parse_log(
    data: bytes, name: str, on: date
) -> tuple[LogKind, tuple[LogSection, ...], tuple[str, ...]]:
    """The kind, the sections and the marks of a log.

    `name` is its path relative to the workspace, `on` the date in it. Marks
    are what is odd about it, each in words.
    """
    kind = LogKind.TRANSCRIPT if is_transcript(data) else LogKind.LOG
    parser = _Parser(data, name, kind)
    sections = parser.run()
    return kind, sections, tuple(marks(data, parser.title, on, parser.foreign))


def last_heading(data: bytes) -> str | None:
    """The title under which a line at the end of the log would stand; None without one.

    The title of the day counts, as do bold lines.
    """
    titles = {found.start(): title for found, title in _bold_titles(data)}
    found = blocks(_with_headings(data, titles))
    title: str | None = None
    for index, block in enumerate(found):
        following = found[index + 1].kind if index + 1 < len(found) else BlockKind.ITEM
        if block.kind is not BlockKind.HEADING:
            continue
        if block.start not in titles:
            title = block.text
        elif following in _UNDER_A_TITLE:
            title = titles[block.start]
    return title


def item_starts(data: bytes) -> frozenset[int]:
    """Byte offsets at which list items begin, as a reader of the log would find them."""
    titles = {found.start() for found, _ in _bold_titles(data)}
    found = blocks(_with_headings(data, titles))
    return frozenset(block.start for block in found if block.kind is BlockKind.ITEM)


# --- Sections and items ----------------------------------------------------


def _bold_titles(data: bytes) -> Iterator[tuple[re.Match[bytes], str]]:
    """Lines that are bold from end to end, with what they say."""
    for found in _BOLD_LINE.finditer(data):
        title = decode(found.group("title")).strip().rstrip(":").rstrip()
        if title and len(title) <= _LONGEST_TITLE:
            yield found, title


def _with_headings(data: bytes, titles: Collection[int]) -> bytes:
    """The bytes with the bold lines at these offsets written as headings of the same length.

    To CommonMark a bold line directly behind a bullet is the rest of the
    bullet. Whoever wrote it meant a heading, and so does whoever reads it.
    """
    if not titles:
        return data
    changed = bytearray(data)
    for offset in titles:
        changed[offset : offset + 2] = b"# "
    return bytes(changed)


@dataclass(slots=True)
class _OpenSection:
    """A section whose items are still being gathered."""

    title: str
    line: int
    level: int
    meaning: Meaning
    titled: bool
    items: list[LogItem] = field(default_factory=list)


class _Parser:
    """Goes through the blocks of one log."""

    def __init__(self, data: bytes, name: str, kind: LogKind) -> None:
        # The list of words is only needed once there is a log.
        from memdeck import left, meaning

        self._opens = left.opens
        self._meaning_of_title = meaning.meaning_of_title
        self._meaning_of_line = meaning.meaning_of_line
        self._data = data
        self._name = name
        self._transcript = kind is LogKind.TRANSCRIPT
        self._starts = line_starts(data)
        self._sections: list[_OpenSection] = []
        self._headings: list[tuple[int, Meaning]] = []
        self._bold_titles = (
            {}
            if self._transcript
            else {found.start(): title for found, title in _bold_titles(data)}
        )
        self.title: str | None = None
        """The text of the heading that names the day."""
        self.foreign: tuple[Span, ...] = ()
        """What other programs keep in it."""

    def run(self) -> tuple[LogSection, ...]:
        found = blocks(_with_headings(self._data, self._bold_titles))
        code = [(each.start, each.end) for each in found if each.kind is BlockKind.CODE]
        headings = [
            (each.start, each.level)
            for each in found
            if each.kind is BlockKind.HEADING and each.start not in self._bold_titles
        ]
        self.foreign = fences(self._data, code, headings)
        self._foreign_spans = merged(self.foreign)
        for index, block in enumerate(found):
            following = found[index + 1] if index + 1 < len(found) else None
            if block.start in self._bold_titles and block.kind is BlockKind.HEADING:
                self._bold_line(block, following)
            elif block.kind is BlockKind.HEADING:
                self._heading(block, first=not self._sections)
            elif block.kind is BlockKind.PARAGRAPH:
                self._paragraph(block, following)
            elif block.kind is BlockKind.ITEM:
                self._add(
                    block.line, block.start, block.end, block.text, self._source(block), block
                )
            elif block.kind is BlockKind.ROW:
                source = decode(self._data[block.start : block.end].strip())
                self._add(block.line, block.start, block.end, block.text, source, block)
        return tuple(
            LogSection(each.title, each.line, each.level, tuple(each.items), each.meaning)
            for each in self._sections
            # The heading that names the day is a title, not a section.
            if each.items or (each.titled and each.level != 1)
        )

    def _bold_line(self, block: Block, following: Block | None) -> None:
        title = self._bold_titles[block.start]
        if following is None or following.kind not in _UNDER_A_TITLE:
            source = decode(self._data[block.start : block.end].strip())
            self._add(block.line, block.start, block.end, title, source, block)
            return
        level = self._headings[-1][0] + 1 if self._headings else 2
        self._open(title, block.line, level)

    def _heading(self, block: Block, *, first: bool) -> None:
        if block.setext and (
            block.emphasised
            or len(block.text) > _LONGEST_TITLE
            or block.text.endswith((".", "!", "?", ";"))
        ):
            # A sentence directly above a rule is read as a heading by CommonMark only.
            source = self._source(block)
            self._add(block.line, block.start, block.end, block.text, source, block)
            return
        if self.title is None and (first or block.level == 1):
            self.title = block.text
        while self._headings and self._headings[-1][0] >= block.level:
            self._headings.pop()
        self._open(block.text, block.line, block.level)
        self._headings.append((block.level, self._sections[-1].meaning))

    def _open(self, title: str, line: int, level: int, *, titled: bool = True) -> None:
        """Begin a section; a title without a meaning of its own has that of the one above it."""
        above = self._headings[-1][1] if self._headings else Meaning.PLAIN
        own = self._meaning_of_title(title) if title and not self._transcript else Meaning.PLAIN
        meaning = above if own is Meaning.PLAIN and not self._transcript else own
        self._sections.append(_OpenSection(title, line, level, meaning, titled))

    def _paragraph(self, block: Block, following: Block | None) -> None:
        runs = self._runs(block)
        for index, (start, end) in enumerate(runs):
            source = self._data[start:end]
            last = index + 1 == len(runs)
            title = self._label(block, source, following) if last and following else None
            if title is not None and not self._transcript:
                level = self._headings[-1][0] + 1 if self._headings else 2
                self._open(title, self._line(start), level)
                continue
            text = block.text if len(runs) == 1 else _plain(source)
            self._add(self._line(start), start, end, text, decode(source).strip(), block)

    def _runs(self, block: Block) -> list[tuple[int, int]]:
        """The spans of a paragraph that are items of their own: whole lines, joined when they flow.

        A line begins an item when it begins with a time, an emoji, a bullet
        that Markdown does not know or a label (`Blocked: no key`); in a
        transcript, when it names its speaker.
        """
        runs: list[tuple[int, int]] = []
        offset = block.start
        while offset < block.end:
            found = _LINE.match(self._data, offset)
            end = min(found.end(), block.end) if found else block.end
            if not runs or self._begins_item(self._data[offset:end]):
                runs.append((offset, end))
            else:
                runs[-1] = (runs[-1][0], end)
            offset = end
        return runs

    def _begins_item(self, line: bytes) -> bool:
        if self._transcript:
            return TURN.match(line) is not None
        text = decode(line).lstrip(" \t>*_")
        if not text:
            return False
        lead = text[0]
        if lead in "•◦‣–・" or (unicodedata.category(lead) == "So" and len(text) > 1):
            return True
        label = _LABELLED.match(text)
        if label and self._says_something(label.group(1)):
            return True
        return time_at_start(text) is not None

    def _says_something(self, label: str) -> bool:
        return self._meaning_of_title(label) is not Meaning.PLAIN or self._opens(label)

    @staticmethod
    def _label(block: Block, source: bytes, following: Block) -> str | None:
        """`Completed:` directly above a list."""
        text = decode(source).strip()
        labels = (
            following.kind is BlockKind.ITEM
            and following.level == 0
            and text.endswith(":")
            and len(text) <= _LONGEST_LABEL
            and len(source.splitlines()) == 1
        )
        return block.text.rstrip(":").rstrip() if labels and block.text.endswith(":") else None

    def _source(self, block: Block) -> str:
        return decode(self._data[block.text_start : block.text_end])

    def _line(self, offset: int) -> int:
        return bisect_right(self._starts, offset)

    def _add(self, line: int, start: int, end: int, text: str, source: str, block: Block) -> None:
        if not text or not source:
            return
        if not self._sections:
            self._open("", line, 0, titled=False)
        section = self._sections[-1]
        foreign = within(self._foreign_spans, start)
        meaning = Meaning.PLAIN
        if not self._transcript:
            # Words in a row name columns, and states of others (`see Blocked`): its sign counts.
            said = text[:1] if block.kind is BlockKind.ROW else text
            meaning = self._meaning_of_line(said, section.meaning)
            if meaning is Meaning.PLAIN and block.checked:
                meaning = Meaning.COMPLETED
        section.items.append(
            LogItem(
                file=self._name,
                line=line,
                start=start,
                end=end,
                text=text,
                source=source,
                digest=sha256(source.encode("utf-8", "surrogateescape")).hexdigest()[:12],
                meaning=meaning,
                candidate=not (self._transcript or foreign),
                time=time_at_start(text),
                depth=block.level if block.kind is BlockKind.ITEM else 0,
                checked=block.checked,
            )
        )


def _plain(source: bytes) -> str:
    """The text of a part of a paragraph, without its marks."""
    stripped = source.lstrip(b" \t>")
    inner = blocks(stripped)
    text = inner[0].text if inner and inner[0].text else decode(stripped).strip()
    return text.lstrip("•◦‣・ ")
