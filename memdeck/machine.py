"""What other programs keep for themselves in the files that memdeck reads.

A dreaming program rewrites the text between its fence comments, and deletes
or replaces whole sections that it made. Such text is shown and never edited,
added to or promoted.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from memdeck.markdown import Block, BlockKind, blocks, line_starts

_MARK: Final = re.compile(
    rb"(?:^|(?<=[\r\n]))[ \t]*<!--[ \t]*(openclaw:dreaming:[\w.-]+):(start|end)[ \t]*-->"
    rb"[ \t]*(?:\r\n|\n|\r|\Z)"
)
_TITLE: Final = re.compile(
    r"(?:promoted from short-term memory|consolidated memory)\s*(?:\(.*\))?\s*", re.IGNORECASE
)

_LOWEST: Final = 6
"""The level of a heading below which there is none."""


def machine_title(title: str) -> bool:
    """Whether a section of this title belongs to a program that may delete it."""
    return _TITLE.fullmatch(title.strip()) is not None


def machine_mark(text: str) -> bool:
    """Whether a comment is one of the fences of `machine_spans`."""
    return _MARK.fullmatch(text.encode("utf-8", "surrogateescape")) is not None


@dataclass(frozen=True, slots=True)
class Mark:
    """One fence comment."""

    name: bytes
    opens: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Span:
    """What lies between two fences, or behind one that nobody closed."""

    name: bytes
    start: int
    end: int
    closed: bool = True


def machine_spans(data: bytes, found: Iterable[Block] = ()) -> tuple[tuple[int, int], ...]:
    """Spans of whole lines that a dreaming program rewrites, its fence comments included.

    Ascending and apart. `found` are the blocks of `data`, when they are known already.
    """
    return merged(machine_fences(data, found))


def machine_fences(data: bytes, found: Iterable[Block] = ()) -> tuple[Span, ...]:
    """The same, one by one, in the order of their ends; fences in code are text."""
    marks, headings = _marks(data, found)
    return fenced(data, marks, headings)


def stray_ends(data: bytes, found: Iterable[Block] = ()) -> tuple[Mark, ...]:
    """Fence comments that end what nothing began."""
    stray: list[Mark] = []
    opened: set[bytes] = set()
    for mark in _marks(data, found)[0]:
        if mark.opens:
            opened.add(mark.name)
        elif mark.name in opened:
            opened.remove(mark.name)
        else:
            stray.append(mark)
    return tuple(stray)


def _marks(data: bytes, found: Iterable[Block]) -> tuple[list[Mark], list[tuple[int, int]]]:
    """The fence comments, and start and level of the headings around them."""
    if b"openclaw:dreaming:" not in data:
        return [], []
    listed = tuple(found) or blocks(data)
    code = [(each.start, each.end) for each in listed if each.kind is BlockKind.CODE]
    headings = [(each.start, each.level) for each in listed if each.kind is BlockKind.HEADING]
    marks = [
        Mark(match.group(1), match.group(2) == b"start", match.start(), match.end())
        for match in _MARK.finditer(data)
        if not within(code, match.start())
    ]
    return marks, headings


def fenced(
    data: bytes, marks: Iterable[Mark], headings: Sequence[tuple[int, int]]
) -> tuple[Span, ...]:
    """What fence comments hold, the same in every kind of file.

    `headings` are start and level. A fence that nobody closed, or that is
    opened again, reaches to the next heading of the same or a higher level than
    the heading that it stands under or, if one follows at once, of that one.
    Under the title of the file, or under none, any heading ends it.
    """
    spans: list[Span] = []
    opened: dict[bytes, Mark] = {}

    def leave_open(mark: Mark, limit: int) -> None:
        spans.append(Span(mark.name, mark.start, _reach(data, mark, headings, limit), closed=False))

    for mark in marks:
        before = opened.pop(mark.name, None)
        if mark.opens:
            if before is not None:
                leave_open(before, mark.start)
            opened[mark.name] = mark
        elif before is not None:
            spans.append(Span(mark.name, before.start, mark.end))
    for mark in opened.values():
        leave_open(mark, len(data))
    return tuple(spans)


def _reach(data: bytes, mark: Mark, headings: Sequence[tuple[int, int]], limit: int) -> int:
    """Where what a fence without an end holds is taken to end, at `limit` at the latest."""
    index = bisect_right(headings, mark.start, key=lambda each: each[0])
    titled = headings[:1] and headings[0][1] == 1 and all(each > 1 for _, each in headings[1:])
    nameless = 1 if titled else 0
    level = headings[index - 1][1] if index > nameless else _LOWEST
    if index < len(headings) and not data[mark.end : headings[index][0]].strip():
        level = headings[index][1]
        index += 1
    ends = (start for start, each in headings[index:] if each <= level)
    return min(next(ends, limit), limit)


def merged(spans: Iterable[Span]) -> tuple[tuple[int, int], ...]:
    """Start and end of each span, those that overlap as one."""
    whole: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda each: each.start):
        if whole and span.start < whole[-1][1]:
            whole[-1] = (whole[-1][0], max(span.end, whole[-1][1]))
        else:
            whole.append((span.start, span.end))
    return tuple(whole)


def within(spans: Sequence[tuple[int, int]], offset: int) -> bool:
    """Whether one of the spans, ascending and apart, holds the offset."""
    index = bisect_right(spans, offset, key=lambda span: span[0]) - 1
    return index >= 0 and offset < spans[index][1]


def open_fence_words(data: bytes, span: Span) -> str:
    """The mark for a fence that nobody closed."""
    starts = line_starts(data)
    line, behind = bisect_right(starts, span.start), bisect_right(starts, span.end)
    reach = f"before line {behind}" if span.end < len(data) else "with the file"
    return f"the fence of another program at line {line} is never closed: taken to end {reach}"
