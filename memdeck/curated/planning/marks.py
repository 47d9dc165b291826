"""What is odd about a MEMORY.md, in words: it is read all the same, and not as its writer meant."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from memdeck.curated.planning.outline import Outline
from memdeck.machine import machine_fences, open_fence_words
from memdeck.markdown import BlockKind, decode, line_starts
from memdeck.text import plural

_BAD_BYTE: Final = re.compile("[\udc80-\udcff]")
_FENCE: Final = re.compile(rb" {0,3}(`{3,}|~{3,})")
_NEW_LINE: Final = re.compile(rb"\r\n|\n|\r")


def marks(whole: Outline) -> tuple[str, ...]:
    """The oddities of a file, in the manner of those of a log."""
    return (*_left_open(whole), *_not_text(whole.data), *_open_fences(whole))


def _left_open(whole: Outline) -> Iterator[str]:
    """Code, or a comment, that swallows the rest of the file."""
    last = whole.blocks[-1] if whole.blocks else None
    if last is None or whole.data[last.end :].strip():
        return
    written = whole.data[last.start : last.end]
    if last.kind is BlockKind.CODE and _is_open_fence(written):
        yield f"the code block at line {last.line} is left open: all below it counts as code"
    elif last.kind is BlockKind.COMMENT and b"-->" not in written:
        yield f"the comment at line {last.line} is left open: all below it is hidden"


def _is_open_fence(written: bytes) -> bool:
    """Whether a code block begins with a fence and does not end with one (CommonMark 4.5)."""
    fence = _FENCE.match(written)
    if fence is None:
        return False
    lines = _NEW_LINE.split(written.rstrip(b" \t\r\n"))
    end = _FENCE.match(lines[-1]) if len(lines) > 1 else None
    return end is None or not (
        end.end() == len(lines[-1].rstrip(b" \t")) and end.group(1).startswith(fence.group(1))
    )


def _not_text(data: bytes) -> Iterator[str]:
    """Bytes that are not UTF-8."""
    found = _BAD_BYTE.findall(text := decode(data))
    if found:
        before = text[: text.index(found[0])].encode("utf-8", "surrogateescape")
        line = bisect_right(line_starts(data), len(before))
        verb = "is" if len(found) == 1 else "are"
        yield f"{plural(len(found), 'byte')} {verb} not UTF-8, the first at line {line}"


def _open_fences(whole: Outline) -> Iterator[str]:
    """Fences of a dreaming program that nobody closed."""
    for span in machine_fences(whole.data, whole.blocks):
        if not span.closed:
            yield open_fence_words(whole.data, span)
