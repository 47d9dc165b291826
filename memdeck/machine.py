"""What other programs keep for themselves in the files that memdeck reads.

A dreaming program rewrites the text between its fence comments, and deletes
or replaces whole sections that it made. Such text is shown and never edited,
added to or promoted.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Final

from memdeck.markdown import Block, BlockKind, blocks

_MARK: Final = re.compile(
    rb"(?:^|(?<=[\r\n]))[ \t]*<!--[ \t]*(openclaw:dreaming:[\w.-]+):(start|end)[ \t]*-->"
    rb"[ \t]*(?:\r\n|\n|\r|\Z)"
)
_TITLE: Final = re.compile(
    r"(?:promoted from short-term memory|consolidated memory)\s*(?:\(.*\))?\s*", re.IGNORECASE
)


def machine_title(title: str) -> bool:
    """Whether a section of this title belongs to a program that may delete it."""
    return _TITLE.fullmatch(title.strip()) is not None


def machine_mark(text: str) -> bool:
    """Whether a comment is one of the fences of `machine_spans`."""
    return _MARK.fullmatch(text.encode("utf-8", "surrogateescape")) is not None


def machine_spans(data: bytes, found: Iterable[Block] = ()) -> tuple[tuple[int, int], ...]:
    """Spans of whole lines that a dreaming program rewrites, its fence comments included.

    A fence that nobody closed reaches to the next heading. Fences in code are
    text; `found` are the blocks of `data`, when they are known already.
    """
    if b"openclaw:dreaming:" not in data:
        return ()
    listed = tuple(found) or blocks(data)
    code = [(each.start, each.end) for each in listed if each.kind is BlockKind.CODE]
    headings = [each.start for each in listed if each.kind is BlockKind.HEADING]
    spans: list[tuple[int, int]] = []
    opened: tuple[bytes, int] | None = None

    def close(stop: int) -> None:
        if opened is not None:
            spans.append((opened[1], stop))

    for match in _MARK.finditer(data):
        name, mark = match.group(1), match.group(2)
        if any(start <= match.start() < end for start, end in code):
            continue
        if mark == b"end":
            if opened is not None and opened[0] == name:
                close(match.end())
                opened = None
            continue
        if opened is not None:
            close(_next_after(headings, opened[1], match.start()))
        opened = (name, match.start())
    if opened is not None:
        close(_next_after(headings, opened[1], len(data)))
    return tuple(spans)


def _next_after(offsets: list[int], offset: int, limit: int) -> int:
    """The first of ascending `offsets` behind `offset`, `limit` at most."""
    index = bisect_right(offsets, offset)
    return min(offsets[index], limit) if index < len(offsets) else limit
