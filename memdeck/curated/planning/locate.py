"""Finding bytes of an operation again in a file that others changed since. Pure.

Lines are compared whole, without their line ends; blank lines between
neighbours do not count. Nothing here guesses: what fits several places equally
well, or none, is refused.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final

from memdeck.curated.records import Place
from memdeck.curated.sections import parse_memory
from memdeck.errors import Refused
from memdeck.markdown import decode, line_end, line_starts
from memdeck.text import show

NEIGHBOURS: Final = 3
_SHOWN: Final = 60
_HEADING: Final = re.compile(rb" {0,3}#{1,6}(?:[ \t]|$)")
_LINE_ENDS: Final = b"\r\n"


@dataclass(frozen=True, slots=True)
class Lines:
    """A file as lines."""

    data: bytes
    starts: list[int] = field(repr=False)

    @classmethod
    def of(cls, data: bytes) -> Lines:
        """The lines of `data`; an empty one behind a final line end does not count."""
        starts = line_starts(data)
        return cls(data, starts[:-1] if starts[-1] == len(data) else starts)

    def __len__(self) -> int:
        return len(self.starts)

    def end(self, number: int) -> int:
        """Behind the line end of a line."""
        return self.starts[number + 1] if number + 1 < len(self.starts) else len(self.data)

    def text(self, number: int) -> bytes:
        """A line without its line end."""
        return self.data[self.starts[number] : self.end(number)].rstrip(_LINE_ENDS)

    def at(self, offset: int) -> int:
        """The first line that starts at or behind an offset."""
        return bisect_right(self.starts, offset - 1)

    def above(self, offset: int) -> list[int]:
        """The nearest lines that are not blank before the one at `offset`, nearest first."""
        return self._near(range(self.at(offset) - 1, -1, -1))

    def below(self, offset: int) -> list[int]:
        """The nearest lines that are not blank from `offset` on, nearest first."""
        return self._near(range(self.at(offset), len(self)))

    def _near(self, numbers: range) -> list[int]:
        near: list[int] = []
        for number in numbers:
            if self.text(number).strip():
                near.append(number)
                if len(near) == NEIGHBOURS:
                    break
        return near


def whole_lines(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The span widened to whole lines, without the last one's line end when it reaches into it."""
    first = max(data.rfind(b"\n", 0, start), data.rfind(b"\r", 0, start)) + 1
    if starts_line(data, end) and (end > start or first == start):
        return first, end
    ends = [found for mark in (b"\n", b"\r") if (found := data.find(mark, end)) >= 0]
    return first, min(ends, default=len(data))


def starts_line(data: bytes, offset: int) -> bool:
    """Whether a line starts at an offset."""
    before = data[offset - 1 : offset] if offset else b"\n"
    return before == b"\n" or (before == b"\r" and data[offset : offset + 1] != b"\n")


def place_of(data: bytes, start: int, end: int, section: str) -> Place:
    """Where the bytes `start`..`end` stand."""
    first, last = whole_lines(data, start, end)
    lines = Lines.of(data)
    above, below = lines.above(first), lines.below(last)
    after = last if starts_line(data, last) else lines.end(lines.at(last) - 1)
    return Place(
        head=data[first:start],
        tail=data[end:last],
        above=tuple(lines.text(number) for number in reversed(above)),
        gap_above=data[lines.end(above[0]) if above else 0 : first],
        gap_below=data[after : lines.starts[below[0]] if below else len(data)],
        below=tuple(lines.text(number) for number in below),
        section=section,
        twins=len(find_lines(data, data[first:last])),
    )


def find_lines(data: bytes, wanted: bytes) -> list[int]:
    """Every offset at which `wanted` stands as whole lines."""
    found: list[int] = []
    at = data.find(wanted) if wanted else -1
    while at >= 0:
        end = at + len(wanted)
        whole = end == len(data) or wanted[-1:] in (b"\n", b"\r") or data[end] in _LINE_ENDS
        if whole and starts_line(data, at):
            found.append(at)
        at = data.find(wanted, at + 1)
    return found


def choose(data: bytes, wanted: bytes, place: Place) -> int | None:
    """The one offset at which `wanted` is what stood at `place`; None when it is nowhere.

    Raises Refused when its neighbours do not tell it from its twins.
    """
    found = find_lines(data, wanted)
    if not found:
        return None
    if len(found) == 1 and place.twins <= 1:
        return found[0]
    lines = Lines.of(data)
    scores = {at: _likeness(lines, at, at + len(wanted), place) for at in found}
    best = max(scores.values())
    if best and list(scores.values()).count(best) == 1:
        return max(scores, key=lambda at: scores[at])
    raise Refused(
        f"{name_of(wanted)} stands in MEMORY.md {len(found)} times and nothing says which one "
        "is meant, so nothing was changed: take out the right one by hand."
        if len(found) > 1
        else f"{name_of(wanted)} stands in MEMORY.md once, but elsewhere than it was put, so it "
        "may be another's and nothing was changed: take it out by hand if it is the one."
    )


def _likeness(lines: Lines, start: int, end: int, place: Place) -> int:
    """How many neighbours are the old ones, counted from the nearest."""
    above = [lines.text(number) for number in lines.above(start)]
    below = [lines.text(number) for number in lines.below(end)]
    return _alike(above, place.above[::-1]) + _alike(below, place.below)


def _alike(now: list[bytes], then: tuple[bytes, ...]) -> int:
    if not now and not then:
        return 1
    pairs = zip(now, then, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


@dataclass(frozen=True, slots=True)
class Gap:
    """A place between lines to put lines back in."""

    offset: int
    words: str


def find_gap(data: bytes, old: bytes, place: Place) -> Gap:
    """Where to put `old` lines back: beside an old neighbour, else at the end of their section.

    Raises Refused when none of these is there any more.
    """
    lines = Lines.of(data)
    between = [
        (number, following)
        for number in _standing(lines, place.above[-1:])
        for following in [_next(lines, number)]
        if (lines.text(following) if following is not None else None)
        == (place.below[0] if place.below else None)
    ]
    if not place.above and place.below and lines.below(0):
        first = lines.below(0)[0]
        if lines.text(first) == place.below[0]:
            return Gap(_before(lines, first, place), f"before {name_of(place.below[0])}")
    number = _best(lines, [one for one, _ in between], place)
    if number is not None:
        return Gap(_behind(lines, number, place), f"behind {name_of(lines.text(number))}")
    number = _best(lines, _standing(lines, place.above[-1:]), place)
    if number is not None:
        offset = _behind(lines, number, place)
        return Gap(_past_nested(lines, offset, old), f"behind {name_of(lines.text(number))}")
    number = _best(lines, _standing(lines, place.below[:1]), place)
    if number is not None:
        return Gap(_before(lines, number, place), f"before {name_of(lines.text(number))}")
    return _end_of_section(data, old, place)


def _standing(lines: Lines, wanted: tuple[bytes, ...]) -> list[int]:
    """The lines that say what the one wanted line says."""
    if not wanted:
        return []
    return [lines.at(offset) for offset in find_lines(lines.data, wanted[0])]


def _next(lines: Lines, number: int) -> int | None:
    """The next line that is not blank."""
    return next(iter(lines.below(lines.end(number))), None) if number + 1 < len(lines) else None


def _best(lines: Lines, numbers: list[int], place: Place) -> int | None:
    """The one line whose surroundings are most like the old ones; None when several are."""
    if len(numbers) <= 1:
        return next(iter(numbers), None)
    scores = [
        max(
            _likeness(lines, lines.end(number), lines.end(number), place),
            _likeness(lines, lines.starts[number], lines.starts[number], place),
        )
        for number in numbers
    ]
    best = max(scores)
    return numbers[scores.index(best)] if scores.count(best) == 1 else None


def _behind(lines: Lines, number: int, place: Place) -> int:
    """Behind a line, and behind the blank lines that were there."""
    end = lines.end(number)
    gap = place.gap_above
    return end + len(gap) if gap and lines.data.startswith(gap, end) else end


def _before(lines: Lines, number: int, place: Place) -> int:
    """Before a line, and before the blank lines that were there."""
    start = lines.starts[number]
    gap = place.gap_below
    return start - len(gap) if gap and lines.data.endswith(gap, 0, start) else start


def _past_nested(lines: Lines, offset: int, old: bytes) -> int:
    """Behind what others put under the line before, which is deeper than `old`."""
    depth = _indent(old)
    for number in range(lines.at(offset), len(lines)):
        if not lines.text(number).strip() or _indent(lines.text(number)) <= depth:
            break
        offset = lines.end(number)
    return offset


def _indent(text: bytes) -> int:
    stripped = text.lstrip(_LINE_ENDS)
    return len(stripped) - len(stripped.lstrip(b" \t"))


def _end_of_section(data: bytes, old: bytes, place: Place) -> Gap:
    section = next((each for each in parse_memory(data) if each.address == place.section), None)
    if section is None:
        if data.strip():
            raise Refused(
                f"{name_of(old)} cannot be put back: neither its neighbours nor its section "
                f"“{show(place.section)}” are in MEMORY.md any more. Nothing was changed; "
                "`memdeck history` holds the line."
            )
        return Gap(len(data), "at the end of the file")
    lines = Lines.of(data)
    written = [
        each for each in range(len(lines)) if section.start <= lines.starts[each] < section.end
    ]
    written = [each for each in written if lines.text(each).strip()]
    offset = lines.end(written[-1]) if written else section.start
    return Gap(offset, f"at the end of “{show(section.title)}”" if section.title else "at the top")


def section_at(data: bytes, offset: int) -> str:
    """Address of the section in which the byte before `offset` stands."""
    address = ""
    for section in parse_memory(data):
        if address and section.start >= offset:
            break
        address = section.address
    return address


def put_back(data: bytes, offset: int, old: bytes) -> bytes:
    """`old` with the line ends that it needs to be whole lines at an offset."""
    end = line_end(data if data.strip() else old)
    if starts_line(data, offset):
        for mark in (b"\r\n", b"\n", b"\r"):
            if old.startswith(mark) and old.strip():
                old = old.removeprefix(mark)
                break
    elif not old.startswith((b"\n", b"\r")):
        old = end + old
    if offset < len(data) and not old.endswith((b"\n", b"\r")) and data[offset] not in _LINE_ENDS:
        old += end
    return old


def is_heading(line: bytes) -> bool:
    """Whether a line is a heading with `#`."""
    return _HEADING.match(line) is not None


def name_of(lines: bytes) -> str:
    """Lines as an error names them: the first that says something, shortened, in quotes."""
    said = next((line for line in re.split(rb"[\r\n]+", lines) if line.strip()), b"")
    text = decode(said).strip()
    return f"“{show(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…')}”"
