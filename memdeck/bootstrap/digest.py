"""The digest that OpenClaw makes of an AGENTS.md that is too long: the lines that sound like rules.

Headings, list items and lines with words such as `must` or `secret`, each with
its white space squeezed and at most `LONGEST` UTF-16 units long; the more
important ones are chosen first, and all stand in the order of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from memdeck.bootstrap.drafts import Stretch
from memdeck.bootstrap.utf16 import WHITE_SPACE, truncated, unit_text, units_in, units_of

LONGEST: Final = 240
"""Units of a line; of a longer one the start is given, and an ellipsis."""
_HIGH: Final = (
    *("AGENTS.md", "scoped", "required", "must", "never", "do not", "before subtree"),
    *("read scoped", "security", "secret", "credential"),
)
_LOW: Final = (*("owner", "test", "validation", "command", "commit", "push", "github", "pr"),)
_SPACE: Final = f"[{WHITE_SPACE}]"
_SOLID: Final = re.compile(f"[^{WHITE_SPACE}]+")
_LISTED: Final = re.compile(f"(?:#{{1,6}}|[-*+]|[0-9]+[.)]){_SPACE}+[^{WHITE_SPACE}]")
# What JavaScript takes for the same letter when it ignores case: long s, Kelvin sign.
_MORE_CASES: Final = {"s": "\u017f", "k": "\u212a"}
_WORD: Final = "[0-9A-Za-z_\u017f\u212a]"


def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words, whole, ignoring case as JavaScript does (Python's `i` has others)."""
    alternatives = "|".join("".join(map(_letter, word)) for word in words)
    return re.compile(f"(?<!{_WORD})(?:{alternatives})(?!{_WORD})")


def _letter(letter: str) -> str:
    if not letter.isalpha():
        return re.escape(letter)
    low = letter.lower()
    return f"[{low}{low.upper()}{_MORE_CASES.get(low, '')}]"


_IMPORTANT: Final = _any_of(_HIGH)
_ANY: Final = _any_of(_HIGH + _LOW)


@dataclass(frozen=True, slots=True)
class Line:
    """A line that may be in the digest."""

    begin: int
    stop: int
    """In the file, in bytes, with its line feed; of a line that is shortened, its given start."""
    given: tuple[Stretch, ...]
    size: int
    """In units."""
    important: bool


class Digest:
    """The lines of a text that may be in its digest, found once."""

    def __init__(self, path: str, data: bytes) -> None:
        """`data` is the file without its trailing white space."""
        self._path = path
        self._data = data

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """In the order of the file."""
        return tuple(self._lines())

    def whole_line(self, span: tuple[int, int]) -> tuple[int, int]:
        """The line that a span given in the digest stands for; any other span as it is."""
        return self._whole.get(span, span)

    @cached_property
    def _whole(self) -> dict[tuple[int, int], tuple[int, int]]:
        return {
            (line.given[0].start, line.given[0].end): (line.begin, line.stop) for line in self.lines
        }

    def _lines(self) -> Iterator[Line]:
        begin = 0
        while begin < len(self._data):
            stop = self._data.find(b"\n", begin) + 1 or len(self._data)
            line = self._line(begin, stop)
            if line is not None:
                yield line
            begin = stop

    def _line(self, begin: int, stop: int) -> Line | None:
        text = unit_text(self._data[begin:stop])
        words = _SOLID.findall(text.text)
        squeezed = " ".join(words)
        given = squeezed
        if units_in(squeezed) > LONGEST:
            kept = truncated([Stretch(squeezed.encode())], LONGEST - 1)
            given = b"".join(each.data for each in kept).decode()
        shortened = len(given) < len(squeezed)
        told = f"{given}…" if shortened else given
        if not told or not (_LISTED.match(told) or _ANY.search(told)):
            return None
        start, end = text.trimmed
        if shortened:
            end = units_in(text.text[: _place(text.text, len(given.replace(" ", "")))])
        first, last = begin + text.byte(start), begin + text.byte(end)
        stretches = [Stretch(given.encode(), self._path, first, last)]
        if shortened:
            stretches.append(Stretch("…".encode()))
        return Line(
            begin,
            last if shortened else stop,
            tuple(stretches),
            units_in(told),
            _IMPORTANT.search(told) is not None,
        )


def _place(text: str, solid: int) -> int:
    """Where in a text so many characters that are no white space have gone by."""
    for found in _SOLID.finditer(text):
        size = found.end() - found.start()
        if solid <= size:
            return found.start() + solid
        solid -= size
    return len(text)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A digest of some length."""

    given: tuple[Stretch, ...] = ()
    omitted: int = 0
    """Lines that might have been in it."""


def digest_of(lines: Digest, budget: int) -> Chosen:
    """The digest of at most `budget` units, a line feed between its lines."""
    if budget <= 0:
        return Chosen()
    candidates = lines.lines
    chosen: set[int] = set()
    used = 0
    by_importance = sorted(range(len(candidates)), key=lambda each: not candidates[each].important)
    # A line that is important and did not fit is tried again with the others, and still does not.
    for index in by_importance:
        size = candidates[index].size + (1 if chosen else 0)
        if used + size <= budget:
            chosen.add(index)
            used += size
    given: list[Stretch] = []
    for index in sorted(chosen):
        if given:
            given.append(Stretch(b"\n"))
        given += candidates[index].given
    assert units_of(given) == used
    return Chosen(tuple(given), len(candidates) - len(chosen))
