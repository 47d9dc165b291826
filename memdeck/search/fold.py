"""When two characters count as the same, and where in a line a term stands.

Upper and lower case are the same, as is a final sigma with any other, and the
Turkish `İ` with `i`. Nothing changes its length, so that an offset in a folded
text is one in the text itself: `str.lower` makes two characters of `İ`, and
`str.casefold` two of `ß`, which is therefore not `ss` here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

Span = tuple[int, int]
"""Where a match starts and ends in a text, in characters."""

NOT_ASCII_YET_FOLDED_TO_IT: Final = {"i": b"\xc4\xb0", "k": b"\xe2\x84\xaa"}
"""`İ` and the Kelvin sign: the only other characters that are the same as an ASCII letter."""

_LONE_CR: Final = re.compile(rb"\r(?!\n)")
_MOST_SPANS: Final = 200
"""In one line: more are not told apart by anyone."""


def fold(text: str) -> str:
    """The text as it is compared when case does not count; as long as it was."""
    if text.isascii():
        return text.lower()
    if "İ" in text:
        text = text.replace("İ", "i")
    lower = text.lower()
    return lower.replace("ς", "σ") if "ς" in lower else lower


def with_line_feeds(data: bytes) -> bytes:
    """The bytes with LF wherever a line ends; a CR is left only before one. As long as before."""
    return _LONE_CR.sub(b"\n", data) if b"\r" in data else data


def decoded(line: bytes) -> str:
    """A line as text, without the CR of its end; bytes that are not UTF-8 as surrogates."""
    return line.removesuffix(b"\r").decode("utf-8", "surrogateescape")


def spans_of(terms: Iterable[str], text: str) -> tuple[Span, ...]:
    """Where the terms stand in a text, in its order; those that touch are one. Both are folded
    by the caller, if they are to be."""
    found: list[Span] = []
    for term in terms:
        at = text.find(term)
        while at >= 0 and len(found) < _MOST_SPANS:
            found.append((at, at + len(term)))
            at = text.find(term, at + len(term))
    return joined(found)


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans in order, those that touch or overlap as one, without empty ones."""
    whole: list[Span] = []
    for start, end in sorted(spans):
        if start == end:
            continue
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return tuple(whole)
