"""Which lines of some bytes answer a query: exactly, or nearly so.

Everything here works on bytes in which every line ends with LF (or CR LF) and
tells lines by their offsets. Each call looks at a few hundred kilobytes at
most, so that whoever calls can stop between two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from memdeck.search.fold import (
    NOT_ASCII_YET_FOLDED_TO_IT,
    Span,
    decoded,
    fold,
    joined,
    spans_of,
)

_LIKE: Final = 75.0
"""Of 100: what is less like a word in any part is not looked at closer."""
_EDIT_IN: Final = 4
"""Letters of a word for each that may be missing, too many, another or exchanged with the next."""
_HEADING: Final = re.compile(r"\s{0,3}#{1,6}\s")
_IN_A_HEADING: Final = 0.01
"""What a line that names others is behind one that says something itself, equally near."""
_TOKEN: Final = re.compile(r"[^\W_]+")
_SHORT: Final = 5
"""Characters of a word below which nothing is nearly it: too many others have its letters."""
_LINES_AT_ONCE: Final = 5_000
"""Lines in one call of rapidfuzz, which keeps all other threads waiting: some 4 ms."""


class Stopped(Exception):
    """The search was stopped while something was looked at."""


class Match(NamedTuple):
    """A line that answers."""

    start: int
    end: int
    """Before its LF."""
    score: float | None = None
    spans: tuple[Span, ...] | None = None
    """Where in its text, when that is known already; else the matcher tells it."""


class Matcher(Protocol):
    """Finds the lines that answer a query."""

    def matches(self, parts: Sequence[bytes]) -> list[list[Match]]:
        """The lines of each part that answer, in their order."""

    def spans(self, line: str, /) -> tuple[Span, ...]:
        """Where in the text of a line that answers the matches stand."""

    def close(self) -> None:
        """Nothing more is asked."""


class EveryLine:
    """Every line that says something, for a query of filters alone."""

    def matches(self, parts: Sequence[bytes]) -> list[list[Match]]:
        """All lines that are not blank."""
        return [
            [Match(start, end) for start, end, line in lines_of(part) if line.strip()]
            for part in parts
        ]

    def spans(self, _line: str, /) -> tuple[Span, ...]:
        """None: no part of the line is more of an answer than another."""
        return ()

    def close(self) -> None:
        """Nothing to end."""


class ExactMatcher:
    """Lines in which every term stands."""

    def __init__(self, terms: Sequence[str], *, ignore_case: bool) -> None:
        self._ignore_case = ignore_case
        self._terms = tuple(fold(each) if ignore_case else each for each in terms)
        # One term is looked for in all bytes, the others only in the lines that hold it. What is
        # ASCII is found in bytes, without a text made of them.
        ascii_ones = [each for each in self._terms if each.isascii()]
        first = max(ascii_ones if ignore_case and ascii_ones else self._terms, key=len)
        self._first = first
        self._needle = first.encode("utf-8", "surrogateescape")
        self._others = tuple(each for each in self._terms if each != first)
        self._in_bytes = not ignore_case or first.isascii()
        self._look_alikes = tuple(
            other
            for letter, other in NOT_ASCII_YET_FOLDED_TO_IT.items()
            if ignore_case and letter in first
        )
        self._never = any("\n" in each or "\r" in each for each in self._terms)

    def matches(self, parts: Sequence[bytes]) -> list[list[Match]]:
        """The lines of each part in which every term stands."""
        if self._never:
            return [[] for _ in parts]
        if not self._in_bytes:
            return [[] if part.isascii() else list(self._in_text(part)) for part in parts]
        found: list[list[Match]] = []
        needle, ignore_case, look_alikes = self._needle, self._ignore_case, self._look_alikes
        for part in parts:
            if look_alikes and not part.isascii() and any(each in part for each in look_alikes):
                found.append(list(self._in_text(part)))
                continue
            haystack = part.lower() if ignore_case else part
            at = haystack.find(needle)
            found.append([] if at < 0 else list(self._in_lines(part, haystack, at)))
        return found

    def _in_lines(self, part: bytes, haystack: bytes, at: int) -> Iterator[Match]:
        """From the first place of the first term on."""
        needle = self._needle
        while at >= 0:
            start = haystack.rfind(b"\n", 0, at) + 1
            end = haystack.find(b"\n", at)
            if end < 0:
                end = len(haystack)
            if not self._others or self._holds_others(part[start:end]):
                yield Match(start, end)
            at = haystack.find(needle, end)

    def _in_text(self, part: bytes) -> Iterator[Match]:
        """As characters: slower, where letters beyond ASCII have to be folded."""
        if self._first not in self._folded(part):
            return
        for start, end, line in lines_of(part):
            if self._first in self._folded(line) and self._holds_others(line):
                yield Match(start, end)

    def _holds_others(self, line: bytes) -> bool:
        if not self._others:
            return True
        text = self._folded(line)
        return all(each in text for each in self._others)

    def _folded(self, data: bytes) -> str:
        text = decoded(data)
        return fold(text) if self._ignore_case else text

    def spans(self, line: str, /) -> tuple[Span, ...]:
        """Every place of every term."""
        return spans_of(self._terms, fold(line) if self._ignore_case else line)

    def close(self) -> None:
        """Nothing to end."""


class FuzzyMatcher:
    """Lines in which something like every term stands: one letter in four may be wrong."""

    def __init__(self, terms: Sequence[str]) -> None:
        words = [fold(word) for term in terms for word in term.split()]
        # The longest is the rarest: the others are looked for in few lines.
        self._words = tuple(sorted(dict.fromkeys(words), key=len, reverse=True))

    def matches(self, parts: Sequence[bytes]) -> list[list[Match]]:
        """The lines of each part that are like the words, with their scores."""
        return [list(self._near(part)) for part in parts]

    def _near(self, part: bytes) -> Iterator[Match]:
        lines = fold(part.decode("utf-8", "surrogateescape")).split("\n")
        found: dict[int, float] = {}
        for at in range(0, len(lines), _LINES_AT_ONCE):
            for index in self._like_first(lines[at : at + _LINES_AT_ONCE]):
                score = self._score(lines[at + index])
                if score is not None:
                    found[at + index] = score
        if found:
            for number, (start, end, _) in enumerate(lines_of(part)):
                if number in found:
                    yield Match(start, end, found[number])

    def _score(self, line: str) -> float | None:
        """How near a line is: 100 when all is there, 50 with one edit, 33 with two; None when it
        does not answer."""
        edits = 0
        for word in self._words:
            near = _nearest(word, line)
            if near is None:
                return None
            edits += near.edits
        score = 100.0 / (1 + edits)
        return score - _IN_A_HEADING if _HEADING.match(line) else score

    def _like_first(self, lines: list[str]) -> list[int]:
        """The lines that are perhaps like the longest word."""
        from rapidfuzz import fuzz, process

        word = self._words[0]
        if len(word) < _SHORT:
            return [index for index, line in enumerate(lines) if word in line]
        near = process.extract(
            word, lines, scorer=fuzz.partial_ratio, processor=None, score_cutoff=_LIKE, limit=None
        )
        return [index for _, _, index in near]

    def spans(self, line: str, /) -> tuple[Span, ...]:
        """The part of the line that is most like each word."""
        text = fold(line)
        found: list[Span] = []
        for word in self._words:
            if word in text:
                found.extend(spans_of((word,), text))
            elif (near := _nearest(word, text)) is not None:
                found.append((near.start, near.end))
        return joined(found)

    def close(self) -> None:
        """Nothing to end."""


class _Near(NamedTuple):
    """The part of a line that is nearest to a word."""

    edits: int
    start: int
    end: int


def _nearest(word: str, line: str) -> _Near | None:
    """Where something like a word stands in a line, first of equally near ones; None: nowhere.

    A whole word of the line, or else a part of it or of several.
    """
    at = line.find(word)
    if at >= 0:
        return _Near(0, at, at + len(word))
    if len(word) < _SHORT:
        return None
    most = len(word) // _EDIT_IN
    best: _Near | None = None
    for found in _TOKEN.finditer(line):
        if abs(found.end() - found.start() - len(word)) > most:
            continue
        edits = _edits(word, found.group(), most)
        if edits <= most:
            best, most = _Near(edits, found.start(), found.end()), edits - 1
    return best if best is not None and best.edits <= 1 else _in_parts(word, line, most) or best


def _in_parts(word: str, line: str, most: int) -> _Near | None:
    """The same for parts that begin or end within a word."""
    from rapidfuzz import fuzz

    part = fuzz.partial_ratio_alignment(word, line, score_cutoff=_LIKE)
    if part is None:
        return None
    best: _Near | None = None
    for start in range(max(0, part.dest_start - 1), part.dest_start + 2):
        for end in range(part.dest_end - 1, min(len(line), part.dest_end + 1) + 1):
            edits = _edits(word, line[start:end], most)
            if edits <= most:
                best, most = _Near(edits, start, end), edits - 1
    return best


@lru_cache(maxsize=8192)
def _edits(word: str, other: str, most: int) -> int:
    """How many letters are missing, too many, others or exchanged; more than `most` is enough."""
    from rapidfuzz.distance import OSA

    return int(OSA.distance(word, other, score_cutoff=max(0, most)))


def lines_of(part: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Start, end (before its LF) and bytes of each line; none behind a final LF."""
    start = 0
    lines = part.split(b"\n")
    if not lines[-1]:
        lines.pop()
    for line in lines:
        end = start + len(line)
        yield start, end, line
        start = end + 1
