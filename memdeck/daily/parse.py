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
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Final

from memdeck.markdown import Block, BlockKind, blocks, decode, line_starts
from memdeck.model import LogItem, LogKind, LogSection, Meaning

_BOLD_LINE: Final = re.compile(
    rb"(?:^|(?<=[\r\n]))(\*\*|__)(?P<title>(?![\s*_])(?:(?!\1)[^\r\n]){1,320}?)\1"
    rb"[ \t]*:?[ \t]*(?=[\r\n]|\Z)"
)
"""One line that is bold from end to end: it acts as a heading."""
_LONGEST_TITLE: Final = 80
_LONGEST_LABEL: Final = 40
"""Characters of a plain line with a colon that still names the list under it."""

_UNDER_A_TITLE: Final = {
    BlockKind.ITEM,
    BlockKind.PARAGRAPH,
    BlockKind.ROW,
    BlockKind.CODE,
    BlockKind.COMMENT,
}

_LINE: Final = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_SESSION: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*#{1,2}[ \t]+session\b[ \t:\-]*\d{4}-\d\d-\d\d", re.IGNORECASE
)
_TURN: Final = re.compile(
    rb"^[ \t]*(?:\*\*|__)?(user|human|assistant|system|tool)(?:\*\*|__)?[ \t]*:", re.I | re.M
)
_FENCE: Final = re.compile(
    rb"^[ \t]*<!--[ \t]*(?P<name>[\w.:/-]+):(?P<edge>start|end)\b[^>]*-->", re.MULTILINE
)

_CLOCK: Final = r"~?\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\b\.?)?"
_ZONE: Final = r"(?:\s?(?:UTC|GMT|Z|[CEMPW][DES]?T|CES?T|BST|IST|JST)(?:[+-]\d{1,2})?\b)?"
_TIME: Final = re.compile(
    rf"(?:[^\w\s~]+\s*)?(?P<time>{_CLOCK}(?:\s*(?:-|\u2013|\u2014|to|until)\s*{_CLOCK})?{_ZONE})(?!\d)"
)
_PLAUSIBLE: Final = re.compile(r"~?(\d{1,2})[:.](\d{2})")

_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_ISO_DATE: Final = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_WRITTEN_DATE: Final = re.compile(
    rf"\b(?:({'|'.join(_MONTHS)})\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})"
    rf"|(\d{{1,2}})(?:st|nd|rd|th)?\s+({'|'.join(_MONTHS)}),?\s+(\d{{4}}))\b",
    re.IGNORECASE,
)


def parse_log(
    data: bytes, name: str, on: date
) -> tuple[LogKind, tuple[LogSection, ...], tuple[str, ...]]:
    """The kind, the sections and the marks of a log.

    `name` is its path relative to the workspace, `on` the date in it. Marks
    are what is odd about it, each in words.
    """
    kind = LogKind.TRANSCRIPT if _is_transcript(data) else LogKind.LOG
    parser = _Parser(data, name, kind)
    sections = parser.run()
    return kind, sections, tuple(_marks(data, parser.title, on))


def time_at_start(text: str) -> str | None:
    """The time of day with which a line begins, as written; None without one.

    Found behind an emoji or a bracket, too: `14:02 UTC`, `~9:30`, `2:05 PM`,
    `09:05 - 09:40`.
    """
    found = _TIME.match(text.lstrip())
    if found is None:
        return None
    time = found.group("time")
    plausible = _PLAUSIBLE.match(time)
    if plausible is None or int(plausible.group(1)) > 24 or int(plausible.group(2)) > 59:
        return None
    if "." in plausible.group() and time == plausible.group():
        return None  # `1.42` alone is a number, `1.42 PM` is a time.
    return time.strip()


# --- Kinds and marks -------------------------------------------------------


def _is_transcript(data: bytes) -> bool:
    """Whether the file is a raw conversation: named so in its title, or made of turns."""
    if _SESSION.match(data):
        return True
    body = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    opening = _TURN.match(body)
    if opening is None and not re.match(rb"#{1,2}[ \t]+session\b", body, re.IGNORECASE):
        return False
    speakers = {turn.group(1).lower() for turn in _TURN.finditer(body)}
    return len(speakers) > 1


def _marks(data: bytes, title: str | None, on: date) -> Iterator[str]:
    if not data.removeprefix(b"\xef\xbb\xbf").strip():
        yield "empty"
        return
    named = _dates_in(title or "")
    if named and on not in named:
        other = named[0]
        if (other.month, other.day) == (on.month, on.day):
            yield f"its heading says the year {other.year}"
        else:
            yield f"its heading says {other.isoformat()}"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        yield "not all of it is UTF-8"
    if b"\0" in data:
        yield "holds NUL bytes"


def _dates_in(title: str) -> list[date]:
    found: list[date] = []
    for year, month, day in _ISO_DATE.findall(title):
        found.extend(_date(int(year), int(month), int(day)))
    for match in _WRITTEN_DATE.finditer(title):
        month, day, year = match.group(1), match.group(2), match.group(3)
        if month is None:
            day, month, year = match.group(4), match.group(5), match.group(6)
        found.extend(_date(int(year), _MONTHS.index(month.lower()) + 1, int(day)))
    return found


def _date(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return


def _foreign(data: bytes, code: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans between the fences of other programs.

    A fence that never ends reaches to the end of the file when it is a
    dreaming fence; otherwise it is taken for a plain comment.
    """
    spans: list[tuple[int, int]] = []
    open_fences: dict[bytes, int] = {}
    for fence in _FENCE.finditer(data):
        if any(start <= fence.start() < end for start, end in code):
            continue
        name = fence.group("name")
        if fence.group("edge") == b"start":
            open_fences.setdefault(name, fence.start())
        elif name in open_fences:
            spans.append((open_fences.pop(name), fence.end()))
    spans.extend(
        (start, len(data)) for name, start in open_fences.items() if b"dreaming" in name.lower()
    )
    return spans


# --- Sections and items ----------------------------------------------------


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
        from memdeck import meaning

        self._meaning_of_title = meaning.meaning_of_title
        self._meaning_of_line = meaning.meaning_of_line
        self._data = data
        self._name = name
        self._transcript = kind is LogKind.TRANSCRIPT
        self._starts = line_starts(data)
        self._sections: list[_OpenSection] = []
        self._headings: list[tuple[int, Meaning]] = []
        self._bold_titles: dict[int, str] = {}
        self.title: str | None = None
        """The text of the heading that names the day."""

    def run(self) -> tuple[LogSection, ...]:
        found = blocks(self._data if self._transcript else self._with_headings())
        code = [(each.start, each.end) for each in found if each.kind is BlockKind.CODE]
        self._foreign_spans = _foreign(self._data, code)
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

    def _with_headings(self) -> bytes:
        """The bytes with bold lines written as headings of the same length.

        To CommonMark a bold line directly behind a bullet is the rest of the
        bullet. Whoever wrote it meant a heading, and so does whoever reads it.
        """
        changed = bytearray(self._data)
        for found in _BOLD_LINE.finditer(self._data):
            title = decode(found.group("title")).strip().rstrip(":").rstrip()
            if title and len(title) <= _LONGEST_TITLE:
                self._bold_titles[found.start()] = title
                changed[found.start() : found.start() + 2] = b"# "
        return bytes(changed)

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

        A line begins an item when it begins with a time, an emoji or a bullet
        that Markdown does not know; in a transcript, when it names its speaker.
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
            return _TURN.match(line) is not None
        text = decode(line).lstrip(" \t>*_")
        if not text:
            return False
        lead = text[0]
        if lead in "•◦‣–" or (unicodedata.category(lead) == "So" and len(text) > 1):
            return True
        return time_at_start(text) is not None

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
        foreign = any(first <= start < last for first, last in self._foreign_spans)
        meaning = Meaning.PLAIN
        if not self._transcript:
            meaning = self._meaning_of_line(text, section.meaning)
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
            )
        )


def _plain(source: bytes) -> str:
    """The text of a part of a paragraph, without its marks."""
    stripped = source.lstrip(b" \t>")
    inner = blocks(stripped)
    text = inner[0].text if inner and inner[0].text else decode(stripped).strip()
    return text.lstrip("•◦‣ ")
